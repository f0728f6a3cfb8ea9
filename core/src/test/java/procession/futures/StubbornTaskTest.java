// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static procession.futures.TaskLimitsTest.assertTimedOut;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import procession.futures.TaskLimitsTest.Gate;
import procession.testing.Delays;

/** What limits do to tasks on threads that ignore their interrupt, and so keep their thread. */
class StubbornTaskTest {
    private static final Duration SHORT = Delays.brief();

    /** Makes a pool in which a retry waits behind an attempt that keeps its thread for no longer than its timeout. */
    private static ThreadPoolExecutor impatient(int maxWorkers) {
        var threads = new WorkerThreads(maxWorkers, "impatient", null);
        threads.leastPatience = Duration.ZERO;
        return new ThreadPoolExecutor(threads);
    }

    @Test
    void retry_thatNoThreadTakes_isGivenUpAndNeverRuns() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = impatient(1);
                Gate release = new Gate()) {
            Future<Integer> stubborn = executor.with(TaskOptions.timeout(SHORT).retries(3))
                    .submit(() -> {
                        int run = runs.incrementAndGet();
                        Uninterruptibles.awaitUninterruptibly(release);
                        return run;
                    });
            Future<Integer> next = executor.submit(() -> 2);
            TaskTimeoutException failure = assertTimedOut(stubborn);
            assertEquals("the task ran for more than " + SHORT, failure.getMessage(), "of the run that was");
            assertEquals(0, failure.getSuppressed().length);
            assertFalse(next.isDone(), "the thread is still occupied");
            release.countDown();
            assertEquals(2, next.result(Delays.medium()));
            assertSame(failure, stubborn.exception());
        }
        assertEquals(1, runs.get());
    }

    @Test
    void retry_thatNoThreadTakes_isWhatThePolicySays() throws Exception {
        try (ThreadPoolExecutor executor = impatient(1);
                Gate release = new Gate()) {
            Future<Integer> stubborn = executor.with(
                            TaskOptions.timeout(SHORT).retries(1).onFailure(OnFailure.skip(-1)))
                    .submit(() -> {
                        Uninterruptibles.awaitUninterruptibly(release);
                        return 1;
                    });
            assertEquals(-1, stubborn.result(Delays.medium()));
        }
    }

    @Test
    void retry_thatAnotherThreadTakes_runsThere() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = impatient(2);
                Gate release = new Gate()) {
            Future<Integer> future = executor.with(
                            TaskOptions.timeout(SHORT).retries(100)) // any of which may be late on a busy machine
                    .submit(() -> {
                        int run = runs.incrementAndGet();
                        if (run == 1) {
                            Uninterruptibles.awaitUninterruptibly(release);
                        }
                        return run;
                    });
            assertTrue(future.result(Delays.large()) > 1);
        }
    }

    /** All attempts but the first leave another task behind, and return; the third or the fourth finds such a task before it. */
    @Test
    void retry_behindAnAttemptBeforeTheLast_isGivenUp() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = impatient(2);
                Gate release = new Gate();
                Gate gate = new Gate()) {
            Future<?> stubborn = executor.with(TaskOptions.timeout(SHORT).retries(3))
                    .submit(() -> {
                        if (runs.incrementAndGet() == 1) {
                            Uninterruptibles.awaitUninterruptibly(release);
                        } else {
                            executor.execute(() -> Uninterruptibles.awaitUninterruptibly(gate));
                            new CountDownLatch(1).await();
                        }
                    });
            assertTimedOut(stubborn);
            assertTrue(runs.get() <= 3, runs::toString);
        }
    }

    @Test
    void retry_behindOthersOnAThreadThatCameBack_waitsForItsTurn() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = impatient(1);
                Gate allQueued = new Gate();
                Gate gate = new Gate()) {
            executor.execute(() -> Uninterruptibles.awaitUninterruptibly(allQueued));
            Future<Integer> future = executor.with(
                            TaskOptions.timeout(SHORT).retries(100)) // any of which may be late on a busy machine
                    .submit(() -> {
                        int run = runs.incrementAndGet();
                        if (run == 1) {
                            new CountDownLatch(1).await();
                        }
                        return run;
                    });
            CountDownLatch otherRuns = new CountDownLatch(1);
            Future<?> other = executor.submit(() -> {
                otherRuns.countDown();
                Uninterruptibles.awaitUninterruptibly(gate);
            });
            allQueued.countDown();
            otherRuns.await(); // so the first run is over, and the second comes after this
            outlastPatience();
            gate.countDown();
            other.result();
            assertTrue(future.result(Delays.large()) > 1);
        }
    }

    /** Returns when a retry that waited from now on for a thread that is kept would have been given up. */
    private static void outlastPatience() throws Exception {
        try (ThreadPoolExecutor executor = impatient(1);
                Gate release = new Gate()) {
            assertTimedOut(executor.with(TaskOptions.timeout(SHORT).retries(1))
                    .submit(() -> Uninterruptibles.awaitUninterruptibly(release)));
        }
    }

    @Test
    void timeout_ofATaskThatIgnoresItsInterrupt_dropsItsLateResult() throws Exception {
        try (ThreadPoolExecutor executor = impatient(1);
                Gate release = new Gate()) {
            Future<Boolean> stubborn = executor.with(TaskOptions.timeout(SHORT)).submit(() -> {
                while (release.getCount() > 0) {
                    Thread.onSpinWait();
                }
                return true;
            });
            TaskTimeoutException failure = assertTimedOut(stubborn);
            release.countDown();
            assertFalse(executor.submit(() -> Thread.interrupted()).result(Delays.medium()), "an interrupt came late");
            assertSame(failure, stubborn.exception());
        }
    }
}
