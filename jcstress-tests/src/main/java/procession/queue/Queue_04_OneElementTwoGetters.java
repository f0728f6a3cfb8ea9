// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_04 -r target/jcstress

   One element, two actors that poll: one of them gets it, the other nothing.
*/
/** A single element goes to exactly one of two getters. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The first got it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The second got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or nobody.")
@State
public class Queue_04_OneElementTwoGetters {

    private final Queue<Integer> queue = new Queue<>();

    /** Creates the queue with an element. */
    public Queue_04_OneElementTwoGetters() {
        queue.add(1);
    }

    private int poll() {
        @Nullable Integer element = queue.poll();
        return element == null ? 0 : element;
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void first(II_Result r) {
        r.r1 = poll();
    }

    /**
     * Polls.
     *
     * @param r where to put the element
     */
    @Actor
    public void second(II_Result r) {
        r.r2 = poll();
    }
}
