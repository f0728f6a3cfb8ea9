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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t Timer_02 -r target/jcstress

   One actor starts and joins a periodic timer whose runs follow each other, and the other cancels it. The first
   result is whether nothing has run after the join, the second whether the joiner saw what the last run wrote.
*/
/** No run of a periodic timer starts after it was cancelled and joined. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It has ended.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It ran after its end, or its last run was not seen.")
@State
public class Timer_02_CancelPeriodic {

    private int runs;
    private final AtomicInteger counted = new AtomicInteger();
    private final Timer timer = Timer.every(Duration.ofNanos(1), () -> {
        runs++;
        counted.incrementAndGet();
    });
    private int joined;

    /**
     * Starts, and joins.
     *
     * @param r where to say what it saw
     */
    @Actor
    public void joiner(II_Result r) {
        try {
            timer.start();
            timer.join();
            joined = runs;
            r.r2 = joined == counted.get() ? 1 : 0;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Cancels. */
    @Actor
    public void canceller() {
        timer.cancel();
    }

    /**
     * Looks again.
     *
     * @param r where to say whether it ran since
     */
    @Arbiter
    public void end(II_Result r) {
        r.r1 = counted.get() == joined ? 1 : 0;
    }
}
