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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t ThreadPool_06 -r target/jcstress

   One actor submits, and the other shuts down and cancels what has not started. The first result is whether the task
   was taken, the second whether it was cancelled, and the third how often it ran by the end of the pool.
*/
/** A task that meets a shutdown which cancels is refused, cancelled, or done. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Cancelled.")
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Done.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It was lost, or it ran though it was refused or cancelled.")
@State
public class ThreadPool_06_SubmitOrCancelPending {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
    private final AtomicInteger runs = new AtomicInteger();
    private Future<Integer> future;

    /**
     * Submits.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void submitter(III_Result r) {
        try {
            future = executor.submit(runs::incrementAndGet);
            r.r1 = 1;
        } catch (RejectedExecutionException shutDown) {
            r.r1 = 0;
        }
    }

    /** Shuts down, and cancels. */
    @Actor
    public void closer() {
        executor.shutdown(false, true);
    }

    /**
     * Waits for the end of the pool.
     *
     * @param r where to say what came of the task
     */
    @Arbiter
    public void end(III_Result r) {
        try {
            boolean isOver = executor.awaitTermination(10, TimeUnit.SECONDS) && (future == null || future.isDone());
            r.r2 = future != null && future.cancelled() ? 1 : 0;
            r.r3 = isOver ? runs.get() : -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
