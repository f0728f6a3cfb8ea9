// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.BrokenBarrierException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_03 -r target/jcstress

   One actor waits for another that never comes, the second breaks the barrier. Whatever the order, the first ends.
*/
/** A wait ends when the barrier is aborted, before or after. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Told that it is broken.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It passed alone, or the barrier is whole.")
@State
public class Barrier_03_AbortEndsTheWait {

    private final Barrier barrier = new Barrier(2);

    /**
     * Waits.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(II_Result r) {
        try {
            barrier.await();
            r.r1 = 1;
        } catch (BrokenBarrierException broken) {
            r.r1 = 0;
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Breaks. */
    @Actor
    public void breaker() {
        barrier.abort();
    }

    /**
     * Looks when both have ended.
     *
     * @param r where to say what it saw
     */
    @Arbiter
    public void end(II_Result r) {
        r.r2 = barrier.broken() ? 1 : 0;
    }
}
