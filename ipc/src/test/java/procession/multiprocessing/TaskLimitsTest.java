// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Executor;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.OnFailure;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What limits do to tasks in workers, which can be killed. */
@ExtendWith(LeakCheck.class)
class TaskLimitsTest {
    /** Long enough for a task that does nothing, even in a JVM that has just started. */
    private static final Duration ENOUGH = Delays.small().multipliedBy(4);

    private static final Duration LONG = Delays.large();

    @TempDir
    Path directory;

    /** Its name is to be seen in stacks. */
    @SuppressWarnings("InfiniteLoopStatement")
    private static int loopForEver() {
        int i = 0;
        while (true) {
            i++;
            if (i == 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static TaskTimeoutException assertTimedOut(Future<?> future) throws Exception {
        return assertInstanceOf(TaskTimeoutException.class, future.exception(Delays.large()));
    }

    private static String message(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    private static void assertWasIn(String method, TaskTimeoutException failure) {
        Throwable stuckAt = Objects.requireNonNull(failure.getCause(), "it does not say where the task was");
        assertTrue(
                Arrays.stream(stuckAt.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals(method)),
                () -> Arrays.toString(stuckAt.getStackTrace()));
    }

    // ---- timeouts ----

    @Test
    void timeout_ofAnEndlessLoop_killsItsWorkerAndSaysWhereItWas() throws Exception {
        Mark pids = new Mark(directory, "pids");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> future = pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> {
                pids.addPid();
                return loopForEver();
            });
            TaskTimeoutException failure = assertTimedOut(future);
            long pid = pids.awaitPid();
            String message = message(failure);
            assertTrue(message.contains("in the worker process " + pid + " ran for more than " + ENOUGH), message);
            assertTrue(message.contains("a lambda of " + TaskLimitsTest.class.getName()), message);
            assertWasIn("loopForEver", failure);
            assertFalse(future.isCancelled());
            Await.until("its worker is gone", Delays.large(), () -> Workers.isGone(pid));
            assertNotEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
        }
        assertEquals(1, pids.lines().size());
    }

    private static void waitsForAnother(CountDownLatch never) throws InterruptedException {
        never.await();
    }

    @Test
    void timeout_ofATaskThatWaitsForItsOwnThread_saysWhereThatIs() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> {
                CountDownLatch never = new CountDownLatch(1);
                Thread busy = new Thread(
                        () -> {
                            try {
                                waitsForAnother(never);
                            } catch (InterruptedException ended) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "of-the-task");
                busy.start();
                busy.join();
            });
            Throwable stuckAt = Objects.requireNonNull(assertTimedOut(future).getCause());
            List<Throwable> others = List.of(stuckAt.getSuppressed());
            assertEquals(1, others.size(), () -> "threads of the task alone, not of the worker: " + others);
            assertTrue(message(others.get(0)).matches("thread \"of-the-task\" \\d+, WAITING"), others::toString);
            assertTrue(
                    Arrays.stream(others.get(0).getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("waitsForAnother")),
                    () -> Arrays.toString(others.get(0).getStackTrace()));
        }
    }

    /** So that a young worker need not load classes and start a thread when the time is up. */
    @Test
    void timeout_isRehearsedByTheWorker_whileTheTaskRuns() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Boolean> future = pool.with(TaskOptions.timeout(Delays.large()))
                    .submit(() -> {
                        Await.until(
                                "a thread that tells where the task is",
                                Delays.large(),
                                () -> Thread.getAllStackTraces().keySet().stream()
                                        .anyMatch(thread -> thread.getName().equals("procession-freeze")));
                        return true;
                    });
            assertTrue(future.result(Delays.large().multipliedBy(2)));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void timeout_ofOneTask_leavesTheOthersAlone() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            Future<Long> unlimited = pool.submit(() -> {
                goOn.pass();
                return Workers.pid();
            });
            Executor limited = pool.with(TaskOptions.timeout(ENOUGH));
            Future<Integer> stuck = limited.submit(TaskLimitsTest::loopForEver);
            List<Future<Integer>> queued = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                queued.add(limited.submit(() -> number * number));
            }
            assertTimedOut(stuck);
            for (int i = 0; i < 5; i++) {
                assertEquals(i * i, queued.get(i).result(Delays.large()));
            }
            assertFalse(unlimited.isDone());
            goOn.add("go on");
            assertNotEquals(Workers.pid(), unlimited.result(Delays.large()));
        }
    }

    @Test
    void timeout_ofATaskThatEndsInTime_killsNobody() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            for (int i = 0; i < 50; i++) {
                assertEquals(
                        pid,
                        pool.with(TaskOptions.timeout(ENOUGH))
                                .submit(Workers::pid)
                                .result(Delays.large()));
            }
            Mark goOn = new Mark(directory, "go-on");
            Future<Long> unlimited = pool.submit(() -> {
                goOn.pass();
                return Workers.pid();
            });
            Await.sleep(ENOUGH.plus(Delays.small())); // no clock of a task before it may meet it
            assertFalse(unlimited.isDone());
            goOn.add("go on");
            assertEquals(pid, unlimited.result(Delays.large()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 12})
    void timeout_insideMap_costsOneItem(int chunksize) throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = pool.with(TaskOptions.timeout(ENOUGH))
                        .map(
                                item -> {
                                    runs.add(item);
                                    return item == 5 ? loopForEver() : item * item;
                                },
                                IntStream.range(0, 12).boxed().toList(),
                                MapOptions.chunksize(chunksize))) {
            for (int i = 0; i < 12; i++) {
                if (i == 5) {
                    CompletionException failure = assertThrows(CompletionException.class, results::next);
                    assertWasIn("loopForEver", assertInstanceOf(TaskTimeoutException.class, failure.getCause()));
                } else {
                    assertEquals(i * i, results.next());
                }
            }
            assertFalse(results.hasNext());
        }
        List<Integer> ran =
                new ArrayList<>(runs.lines().stream().map(Integer::valueOf).toList());
        Collections.sort(ran);
        assertEquals(IntStream.range(0, 12).boxed().toList(), ran, "each ran once");
    }

    @Test
    void timeout_insideAChunk_startsAnewWithEachItem() throws Exception {
        Duration item = ENOUGH.dividedBy(4);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
                Results<Integer> results = pool.with(TaskOptions.timeout(ENOUGH))
                        .map(
                                number -> {
                                    Thread.sleep(item.toMillis());
                                    return number;
                                },
                                List.of(0, 1, 2, 3, 4, 5),
                                MapOptions.chunksize(6))) {
            for (int i = 0; i < 6; i++) {
                assertEquals(i, results.next(), "the chunk took longer than the timeout, and no item did");
            }
        }
    }

    @Test
    void clock_startsWithTheTask() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> first = pool.submit(goOn::pass);
            Future<Integer> queued = pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> 1);
            Await.sleep(ENOUGH.plus(Delays.small()));
            assertFalse(queued.isDone(), "its time in the queue was counted");
            goOn.add("go on");
            assertNull(first.result(Delays.large()));
            assertEquals(1, queued.result(Delays.large()));
        }
    }

    @Test
    void clock_doesNotRunWhileAWorkerStarts() throws Exception {
        Duration initialization = ENOUGH.plus(Delays.small());
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> Thread.sleep(initialization.toMillis()))
                .build()) {
            assertEquals(
                    1, pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void taskTimeout_ofThePool_isForTasksWithoutTheirOwn() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool =
                ProcessPoolExecutor.builder().maxWorkers(2).taskTimeout(ENOUGH).build()) {
            Future<Integer> patient = pool.with(TaskOptions.timeout(LONG)).submit(() -> {
                goOn.pass();
                return 1;
            });
            TaskTimeoutException failure = assertTimedOut(pool.submit(TaskLimitsTest::loopForEver));
            assertTrue(message(failure).contains("ran for more than " + ENOUGH), failure::toString);
            assertTimedOut(pool.with(TaskOptions.retries(0)).submit(TaskLimitsTest::loopForEver));
            assertFalse(patient.isDone(), "its own timeout is longer");
            goOn.add("go on");
            assertEquals(1, patient.result(Delays.large()));
        }
    }

    @Test
    void timeout_ofAStoppedWorker_needsNoAnswer() throws Exception {
        Mark pids = new Mark(directory, "pids");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> {
                pids.addPid();
                Workers.never();
            });
            long pid = pids.awaitPid();
            Workers.kill(pid, "STOP");
            TaskTimeoutException failure = assertTimedOut(future);
            assertNull(failure.getCause(), "it can't say where it was");
            Await.until("it is gone", Delays.large(), () -> Workers.isGone(pid));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void timeout_ofATaskInItsSerialization_killsItToo() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            TaskTimeoutException failure =
                    assertTimedOut(pool.with(TaskOptions.timeout(ENOUGH)).submit(() -> new Endless()));
            assertWasIn("writeReplace", failure);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    /** Can't be written in finite time. */
    private static final class Endless implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        private Object writeReplace() {
            return loopForEver();
        }
    }

    // ---- progress ----

    @Test
    void progressTimeout_ofASilentTask_repeatsItsLastWords() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            TaskTimeoutException failure = assertTimedOut(
                    pool.with(TaskOptions.progressTimeout(ENOUGH)).submit(() -> {
                        Worker.current().progress(0.25, "reads the third file");
                        return loopForEver();
                    }));
            String message = message(failure);
            assertTrue(message.contains("made no progress for " + ENOUGH), message);
            assertTrue(message.contains("25 % reads the third file"), message);
            assertWasIn("loopForEver", failure);
        }
    }

    @Test
    void progressTimeout_ofATaskThatNeverSpeaks_stopsIt() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            TaskTimeoutException failure = assertTimedOut(
                    pool.with(TaskOptions.progressTimeout(ENOUGH)).submit(TaskLimitsTest::loopForEver));
            assertTrue(message(failure).endsWith("made no progress for " + ENOUGH), failure::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "says something", "a number"})
    void progress_keepsATaskAlive(String note) throws Exception {
        long nanos = ENOUGH.multipliedBy(2).toNanos();
        long pause = Math.max(1, ENOUGH.dividedBy(20).toMillis());
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    "done",
                    pool.with(TaskOptions.progressTimeout(ENOUGH))
                            .submit(() -> {
                                long start = System.nanoTime();
                                while (System.nanoTime() - start < nanos) {
                                    switch (note) {
                                        case "" -> Worker.current().progress();
                                        case "a number" -> Worker.current().progress(0.5);
                                        default -> Worker.current().progress(note);
                                    }
                                    Thread.sleep(pause);
                                }
                                return "done";
                            })
                            .result(Delays.large()));
        }
    }

    @Test
    void progress_doesNotStopTheOtherClock() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            TaskTimeoutException failure =
                    assertTimedOut(pool.with(TaskOptions.timeout(ENOUGH).progressTimeout(LONG))
                            .submit(() -> {
                                while (true) {
                                    Worker.current().progress("busy");
                                }
                            }));
            assertTrue(message(failure).contains("ran for more than " + ENOUGH), failure::toString);
            assertTrue(message(failure).contains("busy"), failure::toString);
        }
    }

    @Test
    void progress_asFastAsItGoes_harmsNobody() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    100_000,
                    pool.submit(() -> {
                                String longNote = "ü".repeat(100_000);
                                for (int i = 0; i < 100_000; i++) {
                                    Worker.current().progress(i / 100_000.0);
                                }
                                Worker.current().progress(Double.NaN, longNote);
                                Worker.current().progress(-7, "out of range");
                                return 100_000;
                            })
                            .result(Delays.large()));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    // ---- retries, and what comes after them ----

    @Test
    void retries_runATaskAgainWhoseWorkerDied() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> future = pool.with(TaskOptions.retries(2)).submit(() -> {
                runs.addPid();
                if (runs.lines().size() < 3) {
                    Runtime.getRuntime().halt(7);
                }
                return runs.lines().size();
            });
            assertEquals(3, future.result(Delays.large()));
        }
        assertEquals(3, runs.lines().stream().distinct().count(), "each time in another worker");
    }

    @Test
    void retries_runATaskAgainThatTookTooLong() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> future = pool.with(TaskOptions.timeout(ENOUGH).retries(1))
                    .submit(() -> {
                        runs.addPid();
                        return runs.lines().size() < 2 ? loopForEver() : 2;
                    });
            assertEquals(2, future.result(Delays.large()));
        }
        assertEquals(2, runs.lines().stream().distinct().count());
    }

    @Test
    void retries_usedUp_failTheTaskWithTheLastFailure() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> dying = pool.with(TaskOptions.retries(2)).submit(() -> {
                runs.addPid();
                Runtime.getRuntime().halt(7);
                return 0;
            });
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, dying.exception(Delays.large()));
            assertEquals(3, runs.lines().size());
            assertEquals(Long.parseLong(runs.lines().get(2)), died.pid());
            Future<Integer> stuck = pool.with(TaskOptions.timeout(ENOUGH).retries(1))
                    .submit(() -> {
                        runs.addPid();
                        return loopForEver();
                    });
            assertTimedOut(stuck);
            assertEquals(5, runs.lines().size());
        }
    }

    @Test
    void retries_insideAChunk_runOnlyTheCulpritAgain() throws Exception {
        Mark runs = new Mark(directory, "runs");
        Mark culprit = new Mark(directory, "culprit");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = pool.with(TaskOptions.retries(2))
                        .map(
                                item -> {
                                    runs.add(item);
                                    if (item == 2) {
                                        culprit.addPid();
                                        if (culprit.lines().size() < 3) {
                                            Runtime.getRuntime().halt(7);
                                        }
                                    }
                                    return item * item;
                                },
                                IntStream.range(0, 8).boxed().toList(),
                                MapOptions.chunksize(4))) {
            for (int i = 0; i < 8; i++) {
                assertEquals(i * i, results.next());
            }
        }
        List<String> ran = new ArrayList<>(runs.lines());
        Collections.sort(ran);
        assertEquals(List.of("0", "1", "2", "2", "2", "3", "4", "5", "6", "7"), ran);
    }

    @Test
    void skip_completesWithItsValue() throws Exception {
        Callable<String> halting = (Callable<String> & java.io.Serializable) () -> {
            Runtime.getRuntime().halt(7);
            return "never";
        };
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    "instead",
                    pool.with(TaskOptions.onFailure(OnFailure.skip("instead")))
                            .submit(halting)
                            .result(Delays.large()));
            Future<String> nothing =
                    pool.with(TaskOptions.onFailure(OnFailure.skip(null))).submit(halting);
            assertNull(nothing.exception(Delays.large()));
            assertNull(nothing.result());
            assertEquals(
                    -1,
                    pool.with(TaskOptions.timeout(ENOUGH).onFailure(OnFailure.skip(-1)))
                            .submit(TaskLimitsTest::loopForEver)
                            .result(Delays.large()));
            assertInstanceOf(
                    WorkerDiedException.class,
                    pool.with(TaskOptions.onFailure(OnFailure.fail()))
                            .submit(halting)
                            .exception(Delays.large()));
        }
    }

    @Test
    void skip_insideMap_fillsTheGap() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = pool.with(TaskOptions.onFailure(OnFailure.skip(-1)))
                        .map(
                                item -> {
                                    if (item % 3 == 1) {
                                        Runtime.getRuntime().halt(7);
                                    }
                                    return item;
                                },
                                List.of(0, 1, 2, 3, 4, 5),
                                MapOptions.chunksize(3))) {
            for (int expected : new int[] {0, -1, 2, 3, -1, 5}) {
                assertEquals(expected, results.next());
            }
        }
    }

    @Test
    void exception_ofTheTask_isAResultAndNoFailureOfLimits() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Executor limited = pool.with(TaskOptions.timeout(LONG).retries(3).onFailure(OnFailure.skip("skipped")));
            Throwable thrown = limited.submit(() -> {
                        runs.addPid();
                        throw new IllegalStateException("of the task");
                    })
                    .exception(Delays.large());
            assertInstanceOf(IllegalStateException.class, thrown);
            thrown = limited.submit(() -> {
                        runs.addPid();
                        throw new TaskTimeoutException("of an inner pool", null);
                    })
                    .exception(Delays.large());
            assertInstanceOf(TaskTimeoutException.class, thrown);
            assertInstanceOf(
                    NotTransferableException.class,
                    limited.submit(() -> {
                                runs.addPid();
                                return new Object();
                            })
                            .exception(Delays.large()));
        }
        assertEquals(3, runs.lines().size());
    }

    // ---- cancellation and the end of the pool ----

    @Test
    void cancelTrue_ofALimitedTask_killsItForGood() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> future = pool.with(
                            TaskOptions.timeout(LONG).retries(3).onFailure(OnFailure.skip(-1)))
                    .submit(() -> {
                        runs.addPid();
                        return loopForEver();
                    });
            long pid = runs.awaitPid();
            assertFalse(future.cancel(), "it runs");
            assertTrue(future.cancel(true));
            assertThrows(CancellationException.class, future::result);
            Await.until("its worker is gone", Delays.large(), () -> Workers.isGone(pid));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
        assertEquals(1, runs.lines().size(), "a cancelled task is not retried");
    }

    @Test
    void cancelTrue_whileItWaitsForItsRetry_preventsThat() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    if (!runs.lines().isEmpty()) {
                        runs.add("second worker");
                        Workers.never();
                    }
                })
                .startTimeout(LONG)
                .build()) {
            Future<?> future = pool.with(TaskOptions.retries(1)).submit(() -> {
                runs.add("run");
                Runtime.getRuntime().halt(7);
            });
            Await.until("the next worker", Delays.large(), () -> runs.lines().size() == 2);
            assertFalse(future.isDone());
            assertTrue(future.cancel(true));
            assertTrue(future.isCancelled());
        }
        assertEquals(List.of("run", "second worker"), runs.lines());
    }

    @Test
    void killWorkers_retriesNothing() throws Exception {
        Mark runs = new Mark(directory, "runs");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Future<?> future = pool.with(TaskOptions.retries(5)).submit(() -> {
            runs.addPid();
            Workers.never();
        });
        runs.awaitPid();
        pool.killWorkers();
        assertTrue(pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertInstanceOf(WorkerDiedException.class, future.exception());
        assertEquals(1, runs.lines().size());
    }

    @Test
    void close_waitsForRetries() throws Exception {
        Mark runs = new Mark(directory, "runs");
        Future<Integer> future;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            future = pool.with(TaskOptions.retries(1)).submit(() -> {
                runs.addPid();
                if (runs.lines().size() < 2) {
                    Runtime.getRuntime().halt(7);
                }
                return 1;
            });
        }
        assertEquals(1, future.result());
        assertEquals(2, runs.lines().size());
    }

    // ---- views ----

    @Test
    void view_hasTheLifeOfItsPool() throws Exception {
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Executor limited = pool.with(TaskOptions.timeout(LONG));
        assertEquals(
                pool.submit(Workers::pid).result(Delays.large()),
                limited.submit(Workers::pid).result(Delays.large()));
        assertTrue(limited.toString().contains(pool.toString()), limited::toString);
        limited.close();
        assertTrue(pool.isTerminated());
        assertTrue(limited.isTerminated());
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> 1));
        assertThrows(RejectedExecutionException.class, () -> limited.submit(() -> 1));
    }

    @Test
    void invokeAll_throughAView_isLimited() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            List<Callable<Integer>> tasks = List.of(
                    (Callable<Integer> & java.io.Serializable) () -> 1,
                    (Callable<Integer> & java.io.Serializable) TaskLimitsTest::loopForEver,
                    (Callable<Integer> & java.io.Serializable) () -> 3);
            List<java.util.concurrent.Future<Integer>> futures = pool.with(
                            TaskOptions.timeout(ENOUGH).onFailure(OnFailure.skip(-1)))
                    .invokeAll(tasks);
            assertEquals(1, futures.get(0).get());
            assertEquals(-1, futures.get(1).get());
            assertEquals(3, futures.get(2).get());
        }
    }

    /** Items end by themselves just when their time is over; a kill may then meet the culprit and nobody else. */
    @Test
    void timeout_ofAnItemThatEndsAtThatMoment_meetsNoOther() throws Exception {
        for (int round = 0; round < 4; round++) {
            Mark pids = new Mark(directory, "pids-" + round);
            Mark goOn = new Mark(directory, "go-on-" + round);
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
                    Results<Integer> results = pool.with(TaskOptions.timeout(ENOUGH))
                            .map(
                                    item -> {
                                        if (item == 0) {
                                            pids.addPid();
                                            while (!java.nio.file.Files.exists(Path.of(goOn.path()))) {
                                                Thread.onSpinWait();
                                            }
                                        } else if (item == 1) {
                                            Thread.sleep(20);
                                        }
                                        return item;
                                    },
                                    List.of(0, 1, 2, 3),
                                    MapOptions.chunksize(4))) {
                long pid = pids.awaitPid();
                Workers.kill(pid, "STOP");
                Await.sleep(ENOUGH); // from now on the pool waits for an answer, for a fifth of a second
                goOn.add("go on");
                Workers.killIfThere(pid, "CONT"); // on a slow machine that fifth is over already
                List<Object> outcomes = new ArrayList<>();
                while (results.hasNext()) {
                    try {
                        outcomes.add(results.next());
                    } catch (CompletionException failure) {
                        outcomes.add(failure.getCause());
                    } catch (WorkerDiedException died) {
                        outcomes.add(died);
                    }
                }
                assertEquals(List.of(1, 2, 3), outcomes.subList(1, 4), outcomes::toString);
                assertTrue(
                        outcomes.get(0) instanceof TaskTimeoutException
                                || outcomes.get(0).equals(0),
                        outcomes::toString);
            }
        }
    }
}
