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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_10 -r target/jcstress

   Two actors remove with filters that both want one of three elements. The first result is how many times something
   was removed by either, the second 10 times how many are left plus the number of unfinished tasks.
*/
/** What two filters want is removed once. */
@JCStressTest
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "All are gone, and each was counted once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Something is left, or was counted twice.")
@State
public class PriorityQueue_10_TwoRemoveIf {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();
    private boolean byFirst;
    private boolean bySecond;

    /** Creates the queue with three elements. */
    public PriorityQueue_10_TwoRemoveIf() {
        queue.add(1);
        queue.add(2);
        queue.add(3);
    }

    /** Removes the first two. */
    @Actor
    public void firstRemover() {
        byFirst = queue.removeIf(element -> element < 3);
    }

    /** Removes the last two. */
    @Actor
    public void secondRemover() {
        bySecond = queue.removeIf(element -> element > 1);
    }

    /**
     * Looks at what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void rest(II_Result r) {
        r.r1 = (byFirst ? 1 : 0) + (bySecond ? 1 : 0);
        r.r2 = queue.size() * 10 + (int) queue.unfinishedTasks();
    }
}
