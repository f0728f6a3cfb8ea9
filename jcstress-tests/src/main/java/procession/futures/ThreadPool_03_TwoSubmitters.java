// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t ThreadPool_03 -r target/jcstress

   Whoever claims the idle worker, nobody's task may stay in the queue while all sleep.
*/
/** Two threads that submit at once to a pool with one idle worker both get their results. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Both are done.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task was left in the queue.")
@State
public class ThreadPool_03_TwoSubmitters {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
    private final Future<Integer> started = executor.submit(() -> 0);
    private volatile Future<Integer> one = started;
    private volatile Future<Integer> two = started;

    /**
     * Makes a pool with an idle worker.
     */
    public ThreadPool_03_TwoSubmitters() {
        try {
            started.result();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Submits. */
    @Actor
    public void first() {
        one = executor.submit(() -> 1);
    }

    /** Submits. */
    @Actor
    public void second() {
        two = executor.submit(() -> 2);
    }

    /**
     * Takes both results and ends the pool.
     *
     * @param r where to put the results
     */
    @Arbiter
    public void take(II_Result r) {
        try {
            r.r1 = one.result(Duration.ofSeconds(10));
            r.r2 = two.result(Duration.ofSeconds(10));
        } catch (TimeoutException lost) {
            r.r1 = -1;
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        } finally {
            executor.shutdownNow();
        }
    }
}
