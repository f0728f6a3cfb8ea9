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
import org.openjdk.jcstress.infra.results.IIII_Result;

/*
   How to run this test:
     $ java -Dstress.wide=true -XX:ActiveProcessorCount=4 -jar jcstress-tests/target/jcstress.jar \
            -m quick -t ThreadPool_04 -r target/jcstress-wide

   r1 to r3: whether the pool took each task; r4: how many were done when the pool had terminated.
*/
/** Of the tasks of three submitters that meet a shutdown, each that was taken is done. */
@JCStressTest
@Outcome(id = "0, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "None taken.")
@Outcome(id = "1, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "One.")
@Outcome(id = "0, 1, 0, 1", expect = Expect.ACCEPTABLE, desc = "One.")
@Outcome(id = "0, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "One.")
@Outcome(id = "1, 1, 0, 2", expect = Expect.ACCEPTABLE, desc = "Two.")
@Outcome(id = "1, 0, 1, 2", expect = Expect.ACCEPTABLE, desc = "Two.")
@Outcome(id = "0, 1, 1, 2", expect = Expect.ACCEPTABLE, desc = "Two.")
@Outcome(id = "1, 1, 1, 3", expect = Expect.ACCEPTABLE, desc = "All.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, done twice, or the pool does not end.")
@State
public class ThreadPool_04_FourActors {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
    private final AtomicInteger runs = new AtomicInteger();

    private int submit() {
        try {
            executor.execute(runs::incrementAndGet);
            return 1;
        } catch (RejectedExecutionException shutDown) {
            return 0;
        }
    }

    /**
     * Submits.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void first(IIII_Result r) {
        r.r1 = submit();
    }

    /**
     * Submits.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void second(IIII_Result r) {
        r.r2 = submit();
    }

    /**
     * Submits.
     *
     * @param r where to say whether it was taken
     */
    @Actor
    public void third(IIII_Result r) {
        r.r3 = submit();
    }

    /** Shuts down. */
    @Actor
    public void shutdown() {
        executor.shutdown();
    }

    /**
     * Counts the runs once the pool has ended.
     *
     * @param r where to put the number
     */
    @Arbiter
    public void count(IIII_Result r) {
        try {
            r.r4 = executor.awaitTermination(10, TimeUnit.SECONDS) ? runs.get() : -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
