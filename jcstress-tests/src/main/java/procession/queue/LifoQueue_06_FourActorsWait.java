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
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t LifoQueue_06 -r target/jcstress-wide

   Two actors put one element each into a queue of one place, two actors get one each, and all wait as long as it takes.
   A lost wake-up stops at least one of them for ever.
*/
/** Two putters and two getters that wait for one place all get through. */
@JCStressTest
@Outcome(id = "1, 2, 0|2, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each getter has one element.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An element was lost or doubled.")
@State
public class LifoQueue_06_FourActorsWait {

    private final LifoQueue<Integer> queue = new LifoQueue<>(1);

    /** Puts 1. */
    @Actor
    public void firstPutter() {
        try {
            queue.put(1);
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts 2. */
    @Actor
    public void secondPutter() {
        try {
            queue.put(2);
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Gets.
     *
     * @param r where to put the element
     */
    @Actor
    public void firstGetter(III_Result r) {
        try {
            r.r1 = queue.get();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Gets.
     *
     * @param r where to put the element
     */
    @Actor
    public void secondGetter(III_Result r) {
        try {
            r.r2 = queue.get();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Looks when all have ended.
     *
     * @param r where to put the number of elements that are left
     */
    @Arbiter
    public void look(III_Result r) {
        r.r3 = queue.size();
    }
}
