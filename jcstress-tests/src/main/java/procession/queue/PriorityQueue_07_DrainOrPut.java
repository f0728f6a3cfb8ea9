// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t PriorityQueue_07 -r target/jcstress

   One actor puts while the other takes all. The first result is what was taken, one digit for each, the second what
   is left.
*/
/** An element that is put while others are drained is drained, too, or is left. */
@JCStressTest
@Outcome(id = "12, 0", expect = Expect.ACCEPTABLE, desc = "The second came first.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "It came after.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Something was lost, or had twice.")
@State
public class PriorityQueue_07_DrainOrPut {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    /** Creates the queue with an element. */
    public PriorityQueue_07_DrainOrPut() {
        queue.add(1);
    }

    /** Puts another one. */
    @Actor
    public void putter() {
        queue.add(2);
    }

    /**
     * Takes all.
     *
     * @param r where to put them
     */
    @Actor
    public void drainer(II_Result r) {
        List<Integer> drained = new ArrayList<>();
        queue.drainTo(drained);
        for (Integer element : drained) {
            r.r1 = r.r1 * 10 + element;
        }
    }

    /**
     * Looks at what is left.
     *
     * @param r where to put it
     */
    @Arbiter
    public void rest(II_Result r) {
        Integer left = queue.poll();
        r.r2 = left == null ? 0 : left;
    }
}
