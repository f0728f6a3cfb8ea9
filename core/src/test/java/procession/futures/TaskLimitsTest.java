// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.GcFinalization;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What limits do to tasks on threads, which can be interrupted and not killed. */
class TaskLimitsTest {
    private static final Duration SHORT = Delays.brief();

    /** Long enough for whatever does not wait. */
    private static final Duration LONG = Delays.large();

    /** What a task waits for; opens when the test fails, too, so that its pool can be closed. */
    static final class Gate extends CountDownLatch implements AutoCloseable {
        Gate() {
            super(1);
        }

        @Override
        public void close() {
            countDown();
        }
    }

    /** Waits until it is interrupted; its name is to be seen in stacks. */
    private static String waitInVain() throws InterruptedException {
        new CountDownLatch(1).await();
        return "never";
    }

    static TaskTimeoutException assertTimedOut(Future<?> future) throws Exception {
        return assertInstanceOf(TaskTimeoutException.class, future.exception(Delays.medium()));
    }

    private static boolean hasFrame(Throwable thrown, String method) {
        return Arrays.stream(thrown.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    // ---- timeouts ----

    @Test
    void timeout_ofATaskThatWaits_interruptsItAndSaysWhereItWas() throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Future<String> future = executor.with(TaskOptions.timeout(SHORT)).submit(() -> {
                try {
                    return waitInVain();
                } catch (InterruptedException expected) {
                    interrupted.set(true);
                    throw expected;
                } finally {
                    ended.countDown();
                }
            });
            TaskTimeoutException failure = assertTimedOut(future);
            assertEquals("the task ran for more than " + SHORT, failure.getMessage());
            Throwable stuckAt = Objects.requireNonNull(failure.getCause());
            assertTrue(hasFrame(stuckAt, "waitInVain"), () -> Arrays.toString(stuckAt.getStackTrace()));
            assertTrue(ended.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
            assertTrue(interrupted.get());
            assertFalse(future.isCancelled());
            assertFalse(future.running());
        }
    }

    @Test
    void timeout_thatHasStoppedATask_leavesItsThreadToTheNext() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Thread before = executor.submit(Thread::currentThread).result();
            for (int round = 0; round < 5; round++) {
                assertTimedOut(executor.with(TaskOptions.timeout(SHORT)).submit(TaskLimitsTest::waitInVain));
                assertFalse(executor.submit(() -> Thread.currentThread().isInterrupted())
                        .result());
                assertSame(before, executor.submit(Thread::currentThread).result());
            }
        }
    }

    @Test
    void timeout_ofATaskThatEndsInTime_isForgotten() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
                Gate gate = new Gate()) {
            Executor limited = executor.with(TaskOptions.timeout(Delays.small()));
            for (int i = 0; i < 1_000; i++) {
                assertEquals(i, limited.submit(Integer.valueOf(i)::intValue).result());
            }
            Future<Boolean> unlimited = executor.submit(() -> {
                gate.await();
                return Thread.currentThread().isInterrupted();
            });
            Await.sleep(Delays.small().multipliedBy(2)); // no old timer may meet what runs now
            gate.countDown();
            assertFalse(unlimited.result());
        }
    }

    @Test
    void clock_startsWithTheTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
                Gate gate = new Gate()) {
            Future<?> first = executor.submit(() -> gate.await());
            List<Future<Integer>> queued = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                queued.add(executor.with(TaskOptions.timeout(Delays.small())).submit(() -> 1));
            }
            Await.sleep(Delays.small().multipliedBy(2));
            for (Future<Integer> future : queued) {
                assertFalse(future.isDone(), "its time in the queue was counted");
                assertFalse(future.running());
            }
            gate.countDown();
            assertNull(first.result());
            for (Future<Integer> future : queued) {
                assertEquals(1, future.result(Delays.medium()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void timeout_insideMap_costsOneItem(int chunksize) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
                Results<Integer> results = executor.with(TaskOptions.timeout(Delays.small()))
                        .map(
                                item -> {
                                    calls.incrementAndGet();
                                    if (item == 4) {
                                        waitInVain();
                                    }
                                    return item * item;
                                },
                                List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                                MapOptions.chunksize(chunksize))) {
            for (int i = 0; i < 10; i++) {
                if (i == 4) {
                    CompletionException failure = assertThrows(CompletionException.class, results::next);
                    assertInstanceOf(TaskTimeoutException.class, failure.getCause());
                } else {
                    assertEquals(i * i, results.next());
                }
            }
            assertFalse(results.hasNext());
        }
        assertEquals(10, calls.get());
    }

    @Test
    void timeout_inInvokeAll_costsOneTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            Executor limited = executor.with(TaskOptions.timeout(SHORT));
            List<Callable<String>> tasks = List.of(() -> "a", TaskLimitsTest::waitInVain, () -> "c");
            List<java.util.concurrent.Future<String>> futures = limited.invokeAll(tasks);
            assertEquals("a", futures.get(0).get());
            assertEquals("c", futures.get(2).get());
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> futures.get(1).get());
            assertInstanceOf(TaskTimeoutException.class, failure.getCause());
        }
    }

    @Test
    void timeout_inInvokeAny_leavesTheOthersToSucceed() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            List<Callable<String>> tasks = List.of(TaskLimitsTest::waitInVain, () -> "b");
            assertEquals("b", executor.with(TaskOptions.timeout(SHORT)).invokeAny(tasks));
        }
    }

    @Test
    void callback_thatWaits_keepsNoOtherTimeoutFromComing() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
                Gate release = new Gate()) {
            Executor limited = executor.with(TaskOptions.timeout(SHORT));
            CountDownLatch waited = new CountDownLatch(1);
            AtomicBoolean released = new AtomicBoolean();
            limited.submit(TaskLimitsTest::waitInVain).addDoneCallback(done -> {
                try {
                    released.set(release.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
                } catch (InterruptedException unexpected) {
                    Thread.currentThread().interrupt();
                }
                waited.countDown();
            });
            assertTimedOut(limited.submit(TaskLimitsTest::waitInVain));
            release.countDown();
            assertTrue(waited.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
            assertTrue(released.get());
        }
    }

    @Test
    void doneLimitedTask_keepsNeitherItsInputNorItsPool() throws Exception {
        List<Future<Integer>> futures = new ArrayList<>();
        List<WeakReference<?>> gone = runAndForget(futures);
        for (WeakReference<?> reference : gone) {
            GcFinalization.awaitClear(reference);
        }
        assertEquals(4, futures.get(0).result());
    }

    /** In a method of its own, so that no frame holds what is to be collected. */
    private static List<WeakReference<?>> runAndForget(List<Future<Integer>> futures) throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        byte[] input = new byte[4];
        futures.add(executor.with(TaskOptions.timeout(LONG)).submit(() -> input.length));
        futures.get(0).result();
        executor.submit(() -> {}).result(); // idle workers are another matter
        return List.of(new WeakReference<>(input), new WeakReference<>(executor));
    }

    // ---- retries, and what comes after them ----

    @Test
    void retry_thatGetsNoThread_failsTheFuture() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        OutOfMemoryError noThread = new OutOfMemoryError("on purpose: no thread for the second run");
        ThreadPerTask pool = new ThreadPerTask("p", body -> {
            if (threads.incrementAndGet() > 1) {
                throw noThread;
            }
            return new Thread(body, "p");
        });
        LimitedTask<String> future =
                new LimitedTask<>(TaskLimitsTest::waitInVain, SHORT, 1, OnFailure.fail(), pool, pool).start();
        assertSame(noThread, future.exception(Delays.medium()));
        assertEquals(2, threads.get());
    }

    @Test
    void retries_runATaskAgainThatTookTooLong() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Future<Integer> future = executor.with(
                            TaskOptions.timeout(Delays.small()).retries(2))
                    .submit(() -> {
                        int run = runs.incrementAndGet();
                        if (run < 3) {
                            waitInVain();
                        }
                        return run;
                    });
            assertEquals(3, future.result(Delays.medium()));
        }
        assertEquals(3, runs.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void retries_usedUp_failTheTask(int retries) throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Future<?> future;
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            future = executor.with(TaskOptions.timeout(SHORT).retries(retries)).submit(() -> {
                runs.incrementAndGet();
                waitInVain();
            });
            assertTimedOut(future);
        }
        assertEquals(1 + retries, runs.get());
        Throwable last = Objects.requireNonNull(future.exception());
        assertEquals(retries, last.getSuppressed().length, "the earlier failures");
        boolean saysHowOften = String.valueOf(last.getMessage()).contains("tried " + (1 + retries) + " times");
        assertEquals(retries > 0, saysHowOften, last::toString);
    }

    @Test
    void exception_ofTheTask_isAResultAndNoFailureOfLimits() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            IOException thrown = new IOException("of the task");
            Future<String> future = executor.with(
                            TaskOptions.timeout(LONG).retries(5).onFailure(OnFailure.skip("skipped")))
                    .submit(() -> {
                        runs.incrementAndGet();
                        throw thrown;
                    });
            assertSame(thrown, future.exception(Delays.medium()));
        }
        assertEquals(1, runs.get());
    }

    @Test
    void timeoutException_thatTheTaskThrows_isNotTakenForOurs() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            TaskTimeoutException thrown = new TaskTimeoutException("of an inner pool", null);
            Future<String> future = executor.with(TaskOptions.timeout(LONG).retries(5))
                    .submit(() -> {
                        runs.incrementAndGet();
                        throw thrown;
                    });
            assertSame(thrown, future.exception(Delays.medium()));
        }
        assertEquals(1, runs.get());
    }

    @Test
    void skip_completesWithItsValue() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Callable<String> task = () -> {
            runs.incrementAndGet();
            return waitInVain();
        };
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            TaskOptions.Chain options = TaskOptions.timeout(SHORT).retries(1);
            assertEquals(
                    "instead",
                    executor.with(options.onFailure(OnFailure.skip("instead")))
                            .submit(task)
                            .result(Delays.medium()));
            Future<String> nothing =
                    executor.with(options.onFailure(OnFailure.skip(null))).submit(task);
            assertNull(nothing.exception(Delays.medium()));
            assertNull(nothing.result());
            assertTimedOut(executor.with(options.onFailure(OnFailure.fail())).submit(task));
        }
        assertEquals(6, runs.get());
    }

    @Test
    void retries_withoutATimeout_changeNothing() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Future<Integer> future = executor.with(TaskOptions.retries(3).onFailure(OnFailure.skip(7)))
                    .submit(() -> {
                        runs.incrementAndGet();
                        throw new IllegalStateException("of the task");
                    });
            assertInstanceOf(IllegalStateException.class, future.exception(Delays.medium()));
        }
        assertEquals(1, runs.get());
    }

    // ---- what threads don't have ----

    @Test
    void progressTimeout_onThreads_isRefusedWithARemedy() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            for (TaskOptions options : List.of(
                    TaskOptions.progressTimeout(LONG), TaskOptions.timeout(LONG).progressTimeout(LONG))) {
                Executor limited = executor.with(options);
                String message =
                        String.valueOf(assertThrows(IllegalArgumentException.class, () -> limited.submit(() -> 1))
                                .getMessage());
                assertTrue(message.contains("progressTimeout"), message);
                assertTrue(message.contains("ProcessPoolExecutor"), message);
                assertTrue(message.contains(options.toString()), message);
                assertThrows(
                        IllegalArgumentException.class,
                        () -> limited.map(item -> item, List.of(1, 2), MapOptions.chunksize(2)));
            }
            assertEquals(1, executor.submit(() -> 1).result());
        }
    }

    // ---- cancellation ----

    @Test
    void cancel_ofAPendingLimitedTask_keepsItFromEverRunning() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
                Gate gate = new Gate()) {
            Future<?> first = executor.submit(() -> gate.await());
            Executor limited =
                    executor.with(TaskOptions.timeout(LONG).retries(2).onFailure(OnFailure.skip(0)));
            Future<Integer> gently = limited.submit(runs::incrementAndGet);
            Future<Integer> firmly = limited.submit(runs::incrementAndGet);
            assertTrue(gently.cancel());
            assertTrue(firmly.cancel(true));
            assertTrue(gently.cancelled());
            assertThrows(CancellationException.class, firmly::result);
            gate.countDown();
            assertNull(first.result());
        }
        assertEquals(0, runs.get());
    }

    @Test
    void cancel_ofARunningLimitedTask_isRefusedUnlessItInterrupts() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Future<String> future = executor.with(
                            TaskOptions.timeout(LONG).retries(3).onFailure(OnFailure.skip("skipped")))
                    .submit(() -> {
                        runs.incrementAndGet();
                        started.countDown();
                        try {
                            return waitInVain();
                        } finally {
                            interrupted.countDown();
                        }
                    });
            started.await();
            assertTrue(future.running());
            assertFalse(future.cancel(), "it runs");
            assertTrue(future.running());
            assertTrue(future.cancel(true));
            assertThrows(CancellationException.class, future::result);
            assertTrue(interrupted.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
            assertEquals(1, executor.submit(() -> 1).result(Delays.medium()));
        }
        assertEquals(1, runs.get(), "a cancelled task is not retried");
    }

    @Test
    void cancelTrue_betweenTwoRuns_preventsTheSecond() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch interrupted = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
                Gate release = new Gate()) {
            Future<?> future = executor.with(TaskOptions.timeout(SHORT).retries(1))
                    .submit(() -> {
                        runs.incrementAndGet();
                        try {
                            waitInVain();
                        } catch (InterruptedException timeIsOver) {
                            interrupted.countDown();
                            release.await();
                        }
                    });
            assertTrue(interrupted.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
            assertFalse(future.isDone());
            assertTrue(future.cancel(true));
            release.countDown();
        }
        assertEquals(1, runs.get());
    }

    // ---- the end of the pool ----

    @Test
    void shutdown_leavesLimitedTasksTheirTime() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Executor limited = executor.with(TaskOptions.timeout(Delays.small()));
            Future<String> stuck = limited.submit(TaskLimitsTest::waitInVain);
            Future<Integer> queued = limited.submit(() -> 1);
            executor.shutdown();
            assertThrows(RejectedExecutionException.class, () -> limited.submit(() -> 2));
            assertTimedOut(stuck);
            assertEquals(1, queued.result(Delays.medium()));
        }
    }

    @Test
    void awaitTermination_waitsForTheFutureOfATimedOutTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
                Gate gate = new Gate()) {
            CountDownLatch calledBack = new CountDownLatch(1);
            Future<String> future = executor.with(TaskOptions.timeout(SHORT)).submit(TaskLimitsTest::waitInVain);
            future.addDoneCallback(done -> {
                calledBack.countDown();
                Uninterruptibles.awaitUninterruptibly(gate);
            });
            executor.shutdown();
            assertTrue(calledBack.await(LONG.toMillis(), TimeUnit.MILLISECONDS));
            assertFalse(executor.awaitTermination(SHORT.toMillis(), TimeUnit.MILLISECONDS), executor::toString);
            gate.countDown();
            assertTrue(executor.awaitTermination(LONG.toMillis(), TimeUnit.MILLISECONDS), executor::toString);
            assertTimedOut(future);
        }
    }

    @Test
    void shutdown_makesTheRunningAttemptTheLast() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Future<Integer> future = executor.with(TaskOptions.timeout(Delays.small())
                            .retries(1_000_000)
                            .onFailure(OnFailure.skip(-1)))
                    .submit(() -> {
                        runs.incrementAndGet();
                        started.countDown();
                        waitInVain();
                        return 0;
                    });
            started.await();
            executor.shutdown();
            assertEquals(-1, future.result(Delays.medium()));
        }
        assertTrue(runs.get() < 1_000_000);
    }

    @Test
    void shutdownCancellingFutures_cancelsPendingLimitedTasks() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Executor limited = executor.with(TaskOptions.timeout(LONG));
        Future<?> running = limited.submit(() -> {
            started.countDown();
            gate.await();
        });
        Future<Integer> pending = limited.submit(() -> 1);
        started.await();
        executor.shutdown(false, true);
        Await.until("it is cancelled", pending::isDone);
        assertTrue(pending.cancelled());
        assertFalse(running.isDone());
        gate.countDown();
        assertNull(running.result(Delays.medium()));
        executor.close();
        assertTrue(executor.isTerminated());
    }

    @Test
    void shutdownNow_interruptsLimitedTasksAndReturnsWhatWaited() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        Executor limited = executor.with(TaskOptions.timeout(LONG).retries(2).onFailure(OnFailure.skip(null)));
        Future<?> running = limited.submit(() -> {
            started.countDown();
            waitInVain();
        });
        Future<Integer> pending = limited.submit(runs::incrementAndGet);
        started.await();
        List<Runnable> never = executor.shutdownNow();
        assertEquals(1, never.size());
        assertInstanceOf(InterruptedException.class, running.exception(Delays.medium()), "what it threw itself");
        assertFalse(pending.isDone(), "whoever has it can run it");
        never.get(0).run();
        assertEquals(1, pending.result(Delays.medium()));
        assertTrue(executor.awaitTermination(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
    }

    @Test
    void close_interrupted_leavesNoLimitedTaskPending() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        CountDownLatch started = new CountDownLatch(1);
        Executor limited = executor.with(TaskOptions.timeout(LONG));
        Future<?> running = limited.submit(() -> {
            started.countDown();
            waitInVain();
        });
        Future<Integer> pending = limited.submit(() -> 1);
        started.await();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread closer = threads.start("closer", () -> {
                executor.close();
                assertTrue(Thread.interrupted());
            });
            Await.blocked(closer);
            closer.interrupt();
        }
        assertInstanceOf(InterruptedException.class, running.exception(Delays.medium()));
        Await.until("it is done", pending::isDone);
        assertTrue(pending.cancelled());
    }

    // ---- views ----

    @Test
    void view_hasTheLifeOfItsPool() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        Executor limited = executor.with(TaskOptions.timeout(LONG));
        assertFalse(limited.isShutdown());
        assertEquals(
                executor.submit(Thread::currentThread).result(),
                limited.submit(Thread::currentThread).result());
        limited.close();
        assertTrue(executor.isShutdown());
        assertTrue(executor.isTerminated());
        assertTrue(limited.isTerminated());
        assertTrue(limited.awaitTermination(0, TimeUnit.SECONDS));
        assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
        assertThrows(RejectedExecutionException.class, () -> limited.submit(() -> 1));
        assertEquals(List.of(), limited.shutdownNow());
    }

    @Test
    void view_ofAView_replacesItsLimits() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
                Gate gate = new Gate()) {
            Executor strict = executor.with(TaskOptions.timeout(SHORT).onFailure(OnFailure.skip("strict")));
            Future<String> free = strict.with(TaskOptions.defaults()).submit(() -> {
                gate.await();
                return "free";
            });
            Await.sleep(SHORT.multipliedBy(3));
            assertFalse(free.isDone());
            gate.countDown();
            assertEquals("free", free.result(Delays.medium()));
            assertTimedOut(strict.with(TaskOptions.timeout(SHORT)).submit(TaskLimitsTest::waitInVain));
            assertEquals("strict", strict.submit(TaskLimitsTest::waitInVain).result(Delays.medium()));
        }
    }

    @Test
    void view_namesItsPoolAndItsLimits() {
        try (ThreadPoolExecutor executor =
                ThreadPoolExecutor.builder().threadNamePrefix("mine").build()) {
            String view =
                    executor.with(TaskOptions.timeout(Duration.ofSeconds(2))).toString();
            assertTrue(view.contains(executor.toString()), view);
            assertTrue(view.contains("timeout=PT2S"), view);
        }
    }

    @Test
    void execute_throughAView_isLimitedToo() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            executor.with(TaskOptions.timeout(SHORT).onFailure(OnFailure.skip(null)))
                    .execute(() -> {
                        try {
                            waitInVain();
                        } catch (InterruptedException expected) {
                            interrupted.countDown();
                        }
                    });
            assertTrue(interrupted.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    // ---- options ----

    @Test
    void options_outOfRange_areRefused() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-1))) {
            for (Throwable refusal : List.of(
                    assertThrows(IllegalArgumentException.class, () -> TaskOptions.timeout(wrong)),
                    assertThrows(IllegalArgumentException.class, () -> TaskOptions.progressTimeout(wrong)))) {
                String message = String.valueOf(refusal.getMessage());
                assertTrue(message.contains(wrong.toString()), message);
            }
            assertThrows(
                    IllegalArgumentException.class, () -> TaskOptions.retries(1).timeout(wrong));
            assertThrows(
                    IllegalArgumentException.class, () -> TaskOptions.retries(1).progressTimeout(wrong));
        }
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> TaskOptions.retries(-1))
                .getMessage());
        assertTrue(message.contains("-1"), message);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tested
    void options_null_areRefused() {
        assertThrows(NullPointerException.class, () -> TaskOptions.timeout(null));
        assertThrows(NullPointerException.class, () -> TaskOptions.progressTimeout(null));
        assertThrows(NullPointerException.class, () -> TaskOptions.onFailure(null));
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            assertThrows(NullPointerException.class, () -> executor.with(null));
        }
    }

    @Test
    void options_comeInAnyOrderAndKeepTheOthers() {
        OnFailure policy = OnFailure.skip(3);
        TaskOptions.Chain one = TaskOptions.timeout(Duration.ofSeconds(1))
                .progressTimeout(Duration.ofMillis(2))
                .retries(4)
                .onFailure(policy);
        TaskOptions.Chain other = TaskOptions.onFailure(policy)
                .retries(4)
                .progressTimeout(Duration.ofMillis(2))
                .timeout(Duration.ofSeconds(1));
        for (TaskOptions.Chain options : List.of(one, other)) {
            assertEquals(Optional.of(Duration.ofSeconds(1)), options.timeout());
            assertEquals(Optional.of(Duration.ofMillis(2)), options.progressTimeout());
            assertEquals(4, options.retries());
            assertSame(policy, options.onFailure());
            assertEquals(
                    "TaskOptions[timeout=PT1S, progressTimeout=PT0.002S, retries=4, onFailure=skip(3)]",
                    options.toString());
        }
        assertEquals(
                "TaskOptions[timeout=none, progressTimeout=none, retries=0, onFailure=fail()]",
                TaskOptions.defaults().toString());
        assertEquals(4, one.retries(), "a chain does not change");
        assertEquals(0, one.retries(0).retries());
    }

    @Test
    void policies_sayWhatTheyAre() {
        assertFalse(OnFailure.fail().skips());
        assertNull(OnFailure.fail().value());
        assertTrue(OnFailure.skip(null).skips());
        assertEquals("skip(null)", OnFailure.skip(null).toString());
        assertEquals(5, OnFailure.skip(5).value());
    }

    @Test
    void timeout_ofCenturies_isNone() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            assertEquals(
                    1,
                    executor.with(TaskOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE)))
                            .submit(() -> 1)
                            .result(Delays.medium()));
        }
    }
}
