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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_02 -r target/jcstress

   One element, and two actors that poll.
*/
/** One element goes to one getter. */
@JCStressTest
@Outcome(id = "1, 0|0, 1", expect = Expect.ACCEPTABLE, desc = "One got it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got it, or nobody.")
@State
public class PriorityQueue_02_OneElementTwoGetters {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Puts the element. */
    public PriorityQueue_02_OneElementTwoGetters() {
        queue.putNowait(1);
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
