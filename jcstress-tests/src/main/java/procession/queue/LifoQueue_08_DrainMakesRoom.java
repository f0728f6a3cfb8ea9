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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t LifoQueue_08 -r target/jcstress

   The queue is full. One actor waits for room, and the other takes all; that makes room, and wakes the first one. The
   first result is what was taken, the second what is left.
*/
/** Draining wakes who waits for room. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The first was drained, the second put.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The bound did not hold, or something was lost.")
@State
public class LifoQueue_08_DrainMakesRoom {

    private final LifoQueue<Integer> queue = new LifoQueue<>(1);

    /** Creates the queue with an element. */
    public LifoQueue_08_DrainMakesRoom() {
        queue.add(1);
    }

    /** Puts another one. */
    @Actor
    public void putter() {
        try {
            queue.put(2);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
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
