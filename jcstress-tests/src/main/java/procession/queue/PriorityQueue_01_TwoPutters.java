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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_01 -r target/jcstress

   Two actors put one element each. Then both are there, the least first, whoever was faster.
*/
/** Two elements that are put at the same time are both there. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Both, in order.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled, or the order is wrong.")
@State
public class PriorityQueue_01_TwoPutters {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Puts 1. */
    @Actor
    public void one() {
        queue.putNowait(1);
    }

    /** Puts 2. */
    @Actor
    public void two() {
        queue.putNowait(2);
    }

    /**
     * Takes both.
     *
     * @param r where to put them
     */
    @Arbiter
    public void end(II_Result r) {
        r.r1 = queue.getNowait();
        r.r2 = queue.getNowait();
    }
}
