// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.BrokenBarrierException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_06 -r target/jcstress

   The actor waits for somebody who never comes, and another thread breaks the barrier: the actor must end.
*/
/** A wait ends after an abort. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The waiter was woken.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "The waiter waits for ever.")
@State
public class Barrier_06_AbortTermination {

    private final Barrier barrier = new Barrier(2);

    /**
     * Waits.
     *
     * @throws InterruptedException never
     */
    @Actor
    public void waiter() throws InterruptedException {
        try {
            barrier.await();
        } catch (BrokenBarrierException end) {
            // as it should be
        }
    }

    /** Breaks. */
    @Signal
    public void breaker() {
        barrier.abort();
    }
}
