// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Queue_02 -r target/jcstress

   Two actors put one element each. Both must be there, in either order, and counted.
*/
/** Of two elements that are put at once none is lost. */
@JCStressTest
@Outcome(id = "1, 2, 2", expect = Expect.ACCEPTABLE, desc = "The first put was first.")
@Outcome(id = "2, 1, 2", expect = Expect.ACCEPTABLE, desc = "The second put was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element or its task was lost.")
@State
public class Queue_02_TwoPutters {

    private final Queue<Integer> queue = new Queue<>();

    /** Puts 1. */
    @Actor
    public void first() {
        queue.putNowait(1);
    }

    /** Puts 2. */
    @Actor
    public void second() {
        queue.offer(2);
    }

    /**
     * Looks when both have ended.
     *
     * @param r where to put the elements and the number of tasks
     */
    @Arbiter
    public void look(III_Result r) {
        r.r1 = queue.getNowait();
        r.r2 = queue.getNowait();
        r.r3 = (int) queue.unfinishedTasks();
    }
}
