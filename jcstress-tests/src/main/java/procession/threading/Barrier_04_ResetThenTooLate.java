// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_04 -r target/jcstress

   One actor waits for a second party. The other resets the barrier, which sends the first away if it is there, and then comes
   itself, without any time. Either they meet, or both are told that it is broken.
*/
/** Two threads agree on whether they have met. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "They met, after the reset.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "They did not.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One thinks that they met, the other does not.")
@State
public class Barrier_04_ResetThenTooLate {

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

    /**
     * Resets, and comes without time.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void other(II_Result r) {
        barrier.reset();
        try {
            barrier.await(Duration.ZERO);
            r.r2 = 1;
        } catch (BrokenBarrierException broken) {
            r.r2 = 0;
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
