// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Condition_02 -r target/jcstress

   One actor waits with hardly any time, the other signals once, and says whether anybody was there to be woken: the waiter
   says so first. A wait is told of a signal only if there was one while it waited.
*/
/** A wait that is told of a signal was there when it was given. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Signalled in time.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The time was over before.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The signal came before the wait.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Told of a signal that nobody gave.")
@State
public class Condition_02_TimeOrSignal {

    private final Condition condition = new Condition();
    private boolean waits; // guarded by condition

    /**
     * Waits for hardly any time.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void waiter(II_Result r) {
        try {
            condition.run(() -> {
                waits = true;
                r.r1 = condition.await(Duration.ofNanos(1_000)) ? 1 : 0;
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Signals.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void signaller(II_Result r) {
        try {
            condition.run(() -> {
                r.r2 = waits ? 1 : 0;
                condition.signal();
            });
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
