// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t ThreadPool_02 -r target/jcstress

   r1: whether the pool took the task; r2: how often it ran; r3: how often it was handed back.
*/
/** A task that meets shutdownNow is refused, done, or handed back. */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Taken and done.")
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Taken and handed back.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, or in two hands.")
@State
public class ThreadPool_02_ShutdownNow {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
    private final AtomicInteger runs = new AtomicInteger();

    /**
     * Submits.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void submit(III_Result r) {
        try {
            executor.execute(runs::incrementAndGet);
            r.r1 = 1;
        } catch (RejectedExecutionException shutDown) {
            r.r1 = 0;
        }
    }

    /**
     * Shuts down.
     *
     * @param r where to put how many tasks were handed back
     */
    @Actor
    public void shutdownNow(III_Result r) {
        r.r3 = executor.shutdownNow().size();
    }

    /**
     * Counts the runs once the pool has ended.
     *
     * @param r where to put how often the task ran
     */
    @Arbiter
    public void count(III_Result r) {
        try {
            r.r2 = executor.awaitTermination(10, TimeUnit.SECONDS) ? runs.get() : -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
