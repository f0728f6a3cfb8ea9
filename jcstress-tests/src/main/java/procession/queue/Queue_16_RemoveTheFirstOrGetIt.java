// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_16 -r target/jcstress

   As Queue_15, but both want the same element, which is the first of two. The remover has found it with no lock held, and
   must see when it is gone meanwhile.
*/
/** An element that one thread removes and another one gets goes to one of them. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first was removed, and the second got.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The first was got before it could be removed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both had it, or neither.")
@State
public class Queue_16_RemoveTheFirstOrGetIt {

    private final Queue<Integer> queue = new Queue<>(2);

    /** Creates the queue with two elements. */
    public Queue_16_RemoveTheFirstOrGetIt() {
        queue.add(1);
        queue.add(2);
    }

    /**
     * Removes the first element.
     *
     * @param r where to say whether it was there
     */
    @Actor
    public void remover(II_Result r) {
        r.r1 = queue.remove((Object) 1) ? 1 : 0;
    }

    /**
     * Gets what comes first.
     *
     * @param r where to put it
     */
    @Actor
    public void getter(II_Result r) {
        Integer got = queue.poll();
        r.r2 = got == null ? -1 : got;
    }
}
