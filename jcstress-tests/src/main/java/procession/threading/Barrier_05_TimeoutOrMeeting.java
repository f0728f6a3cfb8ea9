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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Barrier_05 -r target/jcstress

   One actor comes with hardly any time, the other with none. The first to come may be there still when the second comes, or
   have left. Either they meet, or both are told that it is broken.
*/
/** A timeout that races with the last arrival: both pass, or neither. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "They met.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "They did not.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One thinks that they met, the other does not.")
@State
public class Barrier_05_TimeoutOrMeeting {

    private final Barrier barrier = new Barrier(2);

    /**
     * Comes with hardly any time.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void hasty(II_Result r) {
        try {
            barrier.await(Duration.ofNanos(1_000));
            r.r1 = 1;
        } catch (BrokenBarrierException broken) {
            r.r1 = 0;
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Comes without time.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void other(II_Result r) {
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
