// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_01 -r target/jcstress

   One actor fills an object and puts it, the other polls and reads it: what happened before the put is there after
   the poll. The field of the object is plain, so only the queue can order the two.
*/
/** What is written into an element before it is put is there when it is got. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "The poll came first.")
@Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "The element came whole.")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "The element came before what was written into it.")
@State
public class Queue_01_Publication {

    private static final class Box {
        private int value;
    }

    private final Queue<Box> queue = new Queue<>(2);

    /** Fills a box and puts it. */
    @Actor
    public void putter() {
        var box = new Box();
        box.value = 42;
        queue.putNowait(box);
    }

    /**
     * Gets the box if it is there.
     *
     * @param r where to put what is in it
     */
    @Actor
    public void getter(I_Result r) {
        @Nullable Box box = queue.poll();
        r.r1 = box == null ? -1 : box.value;
    }
}
