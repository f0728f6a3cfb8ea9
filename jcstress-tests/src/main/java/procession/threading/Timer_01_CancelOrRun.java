// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Timer_01 -r target/jcstress

   One actor starts a timer that is due at once, and the other cancels it. The first result is how often the action
   had run when the timer was joined, the second whether that is all.
*/
/** A timer that is cancelled when it is due runs once or not at all, and ends. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Cancelled in time.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It ran.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It ran after its end, or more than once, or does not end.")
@State
public class Timer_01_CancelOrRun {

    private final AtomicInteger runs = new AtomicInteger();
    private final Timer timer = new Timer(Duration.ZERO, runs::incrementAndGet);

    /** Starts. */
    @Actor
    public void starter() {
        timer.start();
    }

    /** Cancels. */
    @Actor
    public void canceller() {
        timer.cancel();
    }

    /**
     * Joins.
     *
     * @param r where to say how often it ran
     */
    @Arbiter
    public void joiner(II_Result r) {
        try {
            boolean isJoined = timer.join(Duration.ofSeconds(10));
            r.r1 = runs.get();
            r.r2 = isJoined && !timer.isAlive() ? 1 : 0;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
