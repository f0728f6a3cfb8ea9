// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Action;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.Promise;
import procession.futures.Results;
import procession.futures.Task;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What once stopped, slowed down or broke a pool; a test for each defect that was found and mended. */
@ExtendWith(LeakCheck.class)
class PoolRegressionTest {
    private static final int CHUNK = 4;

    @TempDir
    Path directory;

    private static boolean await(CountDownLatch latch) throws InterruptedException {
        return latch.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean terminates(ProcessPoolExecutor pool) throws InterruptedException {
        return pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns the thread on which the pool's events are handled. */
    private static Thread loopThread(ProcessPoolExecutor pool) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> pool.toString().contains(" " + thread.getName() + "["))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no thread for " + pool));
    }

    // ---- deaths ----

    @Test
    void grandchild_thatHoldsTheOutput_doesNotKeepItsParentUnburied() throws Exception {
        Mark grandchild = new Mark(directory, "grandchild");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                java.lang.Process sleeping =
                        new ProcessBuilder("sleep", "1000").inheritIO().start();
                grandchild.add(sleeping.pid());
                Runtime.getRuntime().halt(7);
            });
            long pid = grandchild.awaitPid();
            try {
                WorkerDiedException died =
                        assertInstanceOf(WorkerDiedException.class, future.exception(Delays.medium()));
                assertEquals(7, died.exitCode().orElse(-1), died::toString);
                assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
                pool.close();
                assertFalse(Workers.isGone(pid), "it held the output all the time");
            } finally {
                Workers.kill(pid);
                Await.until("the grandchild has ended", () -> Workers.isGone(pid));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill", "terminate", "shutdownNow"})
    void end_ofAllWorkers_letsNothingOfAChunkStart(String how) throws Exception {
        Mark runs = new Mark(directory, "runs");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Results<Integer> results = pool.map(
                item -> {
                    runs.add(item);
                    Workers.never();
                    return item;
                },
                List.of(0, 1, 2, 3),
                MapOptions.chunksize(CHUNK));
        runs.await();
        switch (how) {
            case "kill" -> pool.killWorkers();
            case "terminate" -> pool.terminateWorkers();
            default -> pool.shutdownNow();
        }
        assertTrue(terminates(pool));
        assertEquals(List.of("0"), runs.lines());
        Class<? extends RuntimeException> expected =
                how.equals("shutdownNow") ? CancellationException.class : WorkerDiedException.class;
        assertThrows(expected, results::next);
        for (int item = 1; item < CHUNK; item++) {
            assertThrows(CancellationException.class, results::next);
        }
    }

    @Test
    void shutdownNow_returnsWhatADeadWorkerHadNotStarted() throws Exception {
        Mark runs = new Mark(directory, "runs");
        ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    if (!runs.lines().isEmpty()) {
                        runs.add("second worker");
                        Workers.never();
                    }
                })
                .build();
        Results<Integer> results = pool.map(
                item -> {
                    runs.add(item);
                    Runtime.getRuntime().halt(7);
                    return item;
                },
                List.of(0, 1, 2, 3),
                MapOptions.chunksize(CHUNK));
        Await.until("the second worker", Delays.large(), () -> runs.lines().size() == 2);
        assertEquals(3, pool.shutdownNow().size());
        assertTrue(terminates(pool));
        assertThrows(WorkerDiedException.class, results::next);
        for (int item = 1; item < CHUNK; item++) {
            assertThrows(CancellationException.class, results::next);
        }
        assertEquals(List.of("0", "second worker"), runs.lines());
    }

    @Test
    void argument_tooLargeForEveryWorker_failsItsTaskAndNoOther() throws Exception {
        Mark workers = new Mark(directory, "workers");
        byte[] large = new byte[64 << 20];
        List<Future<Integer>> others = new ArrayList<>();
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                        .maxWorkers(1)
                        .jvmOptions("-Xmx16m")
                        .initializer(workers::addPid)
                        .build()) {
            Future<Integer> hopeless = pool.submit(() -> large.length);
            for (int i = 0; i < 5; i++) {
                int number = i;
                others.add(pool.submit(() -> number * number));
            }
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, hopeless.exception(Delays.large()));
            String message = String.valueOf(died.getMessage());
            assertTrue(message.contains("as several did before, when it was given"), message);
            assertTrue(message.contains("out of memory"), message);
            assertFalse(message.contains("while it was running"), message);
            for (int i = 0; i < 5; i++) {
                assertEquals(i * i, others.get(i).result(Delays.large()));
            }
            printed.awaitErr("OutOfMemoryError");
        }
        assertEquals(4, workers.lines().size(), "three that it killed, and one for the others");
    }

    // ---- starts ----

    private Throwable failureToStart(Action initializer, Duration startTimeout) throws Exception {
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(initializer)
                .startTimeout(startTimeout)
                .build()) {
            Future<Integer> future = pool.submit(() -> 1);
            Throwable failure = assertInstanceOf(BrokenProcessPoolException.class, future.exception(Delays.large()));
            assertThrows(BrokenProcessPoolException.class, () -> pool.submit(() -> 1));
            return failure;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"halts", "exits", "exits in order", "is killed"})
    void initializer_thatEndsItsWorker_breaksThePoolAfterThreeTries(String how) throws Exception {
        Mark tries = new Mark(directory, "tries");
        Throwable failure = failureToStart(
                () -> {
                    tries.addPid();
                    switch (how) {
                        case "halts" -> Runtime.getRuntime().halt(7);
                        case "exits" -> System.exit(7);
                        case "exits in order" -> System.exit(0);
                        default -> Workers.kill(Workers.pid(), "KILL");
                    }
                    Workers.never();
                },
                Delays.large());
        assertTrue(String.valueOf(failure.getMessage()).contains("before it was ready"), failure::toString);
        assertEquals(3, tries.lines().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void initializer_thatNeverEnds_breaksThePoolAfterThreeTimeouts(boolean stopped) throws Exception {
        Mark tries = new Mark(directory, "tries");
        Throwable failure = failureToStart(
                () -> {
                    tries.addPid();
                    if (stopped) {
                        Workers.kill(Workers.pid(), "STOP");
                    }
                    Workers.never();
                },
                Delays.small().multipliedBy(8));
        assertTrue(String.valueOf(failure.getMessage()).contains("was not ready in time"), failure::toString);
        assertTrue(tries.lines().size() <= 3, () -> failure + " after more than three tries");
        for (String pid : tries.lines()) {
            Await.until("its end", () -> Workers.isGone(Long.parseLong(pid)));
        }
    }

    @Test
    void initializer_thatTakesItsTime_costsNoProcessorTime() throws Exception {
        Mark initializing = new Mark(directory, "initializing");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(4)
                .initializer(() -> {
                    initializing.addPid();
                    goOn.pass();
                })
                .build()) {
            Future<Integer> future = pool.submit(() -> 1);
            initializing.await();
            long loop = loopThread(pool).getId();
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long before = threads.getThreadCpuTime(loop);
            Duration time = Delays.small().multipliedBy(4);
            Await.sleep(time);
            long used = threads.getThreadCpuTime(loop) - before;
            goOn.add("go on");
            assertEquals(1, future.result(Delays.large()));
            assertTrue(before >= 0, "the thread was another one");
            assertTrue(used < time.toNanos() / 5, () -> used / 1_000_000 + " ms of " + time);
        }
    }

    @Test
    void interrupt_ofTheLoop_doesNotMakeItSpin() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Mark goOn = new Mark(directory, "go-on");
            Mark started = new Mark(directory, "started");
            Future<?> future = pool.submit(() -> {
                started.addPid();
                goOn.pass();
            });
            started.await();
            Thread loop = loopThread(pool);
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long before = threads.getThreadCpuTime(loop.getId());
            loop.interrupt();
            Duration time = Delays.small().multipliedBy(4);
            Await.sleep(time);
            long used = threads.getThreadCpuTime(loop.getId()) - before;
            goOn.add("go on");
            future.result(Delays.large());
            assertTrue(used < time.toNanos() / 5, () -> used / 1_000_000 + " ms of " + time);
        }
    }

    // ---- rude results, exceptions and callbacks ----

    /** An exception that does not even say what it is. */
    static final class Speechless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("on purpose: no message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("on purpose: no text");
        }
    }

    /** Can be written, and not be read. */
    static final class Unreadable implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) {
            throw new Speechless();
        }
    }

    @Test
    void result_whoseReadingFailsWithoutWords_failsItsTask() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Unreadable> future = pool.submit(Unreadable::new);
            Throwable failure = assertInstanceOf(NotTransferableException.class, future.exception(Delays.large()));
            assertTrue(String.valueOf(failure.getMessage()).contains("arrived and can't be read"), failure::toString);
            assertEquals("next", pool.submit(() -> "next").result(Delays.large()));
        }
    }

    @Test
    void exception_withoutWords_failsItsTask() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                throw new Speechless();
            });
            assertNotNull(future.exception(Delays.large()));
            assertEquals("next", pool.submit(() -> "next").result(Delays.large()));
        }
    }

    /** An exception of which each method that is of use fails with an Error. */
    static final class Erroneous extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new AssertionError("on purpose: no message");
        }

        @Override
        public String getLocalizedMessage() {
            throw new LinkageError("on purpose: no localized message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new AssertionError("on purpose: no cause");
        }

        private void writeObject(ObjectOutputStream out) {
            throw new AssertionError("on purpose: can't be written");
        }
    }

    @Test
    void exception_whoseMethodsThrowErrors_leavesItsWorkerAlive() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            Future<?> future = pool.submit(() -> {
                throw new Erroneous();
            });
            RemoteTaskException described =
                    assertInstanceOf(RemoteTaskException.class, future.exception(Delays.large()));
            assertTrue(described.toString().contains(Erroneous.class.getName()), described::toString);
            assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    @Test
    void callback_thatWaitsForAnotherResult_getsIt() throws Exception {
        AtomicReference<Object> inner = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<String> future = pool.submit(() -> "outer");
            future.addDoneCallback(outer -> {
                try {
                    inner.set(pool.submit(() -> "inner").result(Delays.large()));
                } catch (Exception | AssertionError failure) {
                    inner.set(failure);
                }
                done.countDown();
            });
            assertEquals("outer", future.result(Delays.large()));
            assertEquals("other", pool.submit(() -> "other").result(Delays.large()));
            assertTrue(await(done));
            assertEquals("inner", inner.get());
        }
    }

    @Test
    void callback_thatClosesThePool_returns() throws Exception {
        AtomicReference<Object> state = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        pool.submit(() -> "result").addDoneCallback(future -> {
            pool.close();
            state.set(pool.isTerminated());
            done.countDown();
        });
        assertTrue(await(done), "close() in a callback does not return");
        assertEquals(true, state.get());
        assertTrue(terminates(pool));
        assertTrue(Workers.children().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void listener_thatThrowsAnError_leavesTheOthersAlone(boolean plainResult) throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        CountDownLatch called = new CountDownLatch(3);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Object> future = pool.submit(() -> {
                goOn.pass();
                return plainResult ? 1 : "one";
            });
            future.addDoneCallback(done -> called.countDown());
            future.addListener(
                    () -> {
                        throw new AssertionError("on purpose: in a listener");
                    },
                    Runnable::run);
            future.addDoneCallback(done -> called.countDown());
            future.addListener(called::countDown, command -> {
                command.run();
                throw new AssertionError("on purpose: in an executor of listeners");
            });
            goOn.add("go on");
            assertTrue(await(called), () -> called.getCount() + " were not called");
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void promise_completedByHand_endsNoPool() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> first = pool.submit(() -> {
                started.addPid();
                goOn.pass();
            });
            started.await();
            Future<Integer> tampered = pool.submit(() -> {
                started.add("tampered");
                return 1;
            });
            ((Promise<Integer>) tampered).setResult(42);
            goOn.add("go on");
            first.result(Delays.large());
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
            assertEquals(42, tampered.result());
            assertEquals(1, started.lines().size());
        }
    }

    /** Lets no record pass until it is released. */
    private static final class BlockingHandler extends Handler {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Override
        public void publish(LogRecord record) {
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void logHandler_thatBlocks_doesNotStopThePool() throws Exception {
        Logger logger = Logger.getLogger("procession.multiprocessing");
        BlockingHandler handler = new BlockingHandler();
        logger.addHandler(handler);
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            Workers.kill(pid);
            assertTrue(await(handler.entered), "the death of an idle worker was not logged");
            for (int i = 0; i < 3; i++) {
                assertEquals("done", pool.submit(() -> "done").result(Delays.large()));
            }
            Future<?> dying = pool.submit(() -> Runtime.getRuntime().halt(7));
            assertInstanceOf(WorkerDiedException.class, dying.exception(Delays.large()));
            handler.release.countDown();
        } finally {
            handler.release.countDown();
            logger.removeHandler(handler);
        }
    }

    // ---- the rest ----

    @Test
    void end_ofATerminatedPool_takesNoTime() {
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        pool.close();
        long start = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            assertEquals(List.of(), pool.shutdownNow());
            pool.killWorkers();
            pool.terminateWorkers();
            pool.shutdown(true, true);
            pool.close();
        }
        long took = System.nanoTime() - start;
        assertTrue(took < Delays.medium().toNanos() / 5, () -> took / 1_000_000 + " ms");
    }

    @Test
    void input_ofAWorker_hasNotEvenAnEmptyLine() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(0, pool.submit(() -> System.in.readAllBytes().length).result(Delays.large()));
            assertEquals(-1, pool.submit(() -> System.in.read()).result(Delays.large()));
        }
    }

    @Test
    void threads_ofThePool_inheritNothing() throws Exception {
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        AtomicInteger inherited = new AtomicInteger();
        CountDownLatch called = new CountDownLatch(1);
        inheritable.set("of whoever made the pool");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Mark goOn = new Mark(directory, "go-on");
            Future<String> future = pool.submit((Task<String>) () -> {
                goOn.pass();
                return "done";
            });
            future.addDoneCallback(done -> {
                if (Objects.equals(inheritable.get(), "of whoever made the pool")) {
                    inherited.incrementAndGet();
                }
                called.countDown();
            });
            goOn.add("go on");
            assertTrue(await(called));
            assertEquals(0, inherited.get());
        } finally {
            inheritable.remove();
        }
    }

    private static void refuse() throws IOException {
        throw new IOException("on purpose: not in this worker");
    }

    @Test
    void initializer_thatFailsOnce_isTriedAgain() throws Exception {
        Mark tries = new Mark(directory, "tries");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    tries.addPid();
                    if (tries.lines().size() < 3) {
                        refuse();
                    }
                })
                .build()) {
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
        assertEquals(3, tries.lines().size());
    }
}
