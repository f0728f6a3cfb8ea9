// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_12 -r target/jcstress

   One actor puts while the other drops all. The first result is what is left, the second the number of unfinished
   tasks, which are those that are left.
*/
/** An element that is put while the queue is cleared is dropped, too, or is left. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Both were dropped.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The second came after.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Something was lost, or counted wrong.")
@State
public class PriorityQueue_12_ClearOrPut {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Creates the queue with an element. */
    public PriorityQueue_12_ClearOrPut() {
        queue.add(1);
    }

    /** Puts another one. */
    @Actor
    public void putter() {
        queue.add(2);
    }

    /** Drops all. */
    @Actor
    public void dropper() {
        queue.clear();
    }

    /**
     * Looks at what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void rest(II_Result r) {
        Integer left = queue.peek();
        r.r1 = left == null ? 0 : left;
        r.r2 = (int) queue.unfinishedTasks();
    }
}
