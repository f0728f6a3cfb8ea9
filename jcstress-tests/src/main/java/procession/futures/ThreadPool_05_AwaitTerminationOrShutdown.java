// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t ThreadPool_05 -r target/jcstress

   One actor submits a task and waits until the pool has terminated, and the other shuts it down. The first result is
   whether it did, the second whether the waiting actor saw what the task wrote, to a field that is not volatile, if
   it was taken.
*/
/** Who waits for the end of a pool is woken, and sees what its tasks did. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It has ended, with its task.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It did not end, or the task was not seen.")
@State
public class ThreadPool_05_AwaitTerminationOrShutdown {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
    private int written;

    /**
     * Waits.
     *
     * @param r where to put what it saw
     */
    @Actor
    public void waiter(II_Result r) {
        int expected = 0;
        try {
            executor.execute(() -> written = 1);
            expected = 1;
        } catch (RejectedExecutionException shutDown) {
            // then nobody writes
        }
        try {
            r.r1 = executor.awaitTermination(10, TimeUnit.SECONDS) ? 1 : 0;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
        r.r2 = written == expected ? 1 : 0;
    }

    /** Shuts down. */
    @Actor
    public void closer() {
        executor.shutdown();
    }
}
