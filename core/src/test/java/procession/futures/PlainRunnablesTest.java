// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import procession.testing.Delays;

/** What becomes of the tasks without a future that {@code execute} takes, on every kind of threads. */
class PlainRunnablesTest {
    /** The kinds of threads. */
    private enum Threads {
        POOL {
            @Override
            ThreadPoolExecutor executor() {
                return new ThreadPoolExecutor(1);
            }
        },
        PER_TASK {
            @Override
            ThreadPoolExecutor executor() {
                return new ThreadPoolExecutor(new ThreadPerTask("p", Thread::new));
            }
        };

        abstract ThreadPoolExecutor executor();
    }

    @ParameterizedTest
    @EnumSource
    void shutdownCancelFutures_whatExecuteTook_runs(Threads kind) throws Exception {
        try (ThreadPoolExecutor executor = kind.executor()) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            executor.execute(() -> {
                started.countDown();
                awaitOpen(gate);
            });
            started.await();
            AtomicInteger ran = new AtomicInteger();
            CompletableFuture<Integer> supplied = CompletableFuture.supplyAsync(ran::incrementAndGet, executor);
            ExecutorCompletionService<Integer> completions = new ExecutorCompletionService<>(executor);
            java.util.concurrent.Future<Integer> submitted = completions.submit(ran::incrementAndGet);
            FutureTask<Integer> task = new FutureTask<>(ran::incrementAndGet);
            executor.execute(task);
            executor.shutdown(false, true);
            gate.countDown();
            executor.shutdown(true, true);
            assertTrue(executor.isTerminated());
            assertEquals(3, ran.get());
            assertTrue(supplied.isDone());
            assertEquals(submitted, completions.take());
            assertTrue(task.isDone());
        }
    }

    @ParameterizedTest
    @CsvSource({"POOL, false", "POOL, true", "PER_TASK, false", "PER_TASK, true"})
    void execute_actionThatFails_handlerGetsItsOwnException(Threads kind, boolean withLimits) throws Exception {
        IOException failure = new IOException("on purpose: a checked exception");
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        CountDownLatch taken = new CountDownLatch(1);
        Action action = () -> {
            taken.await(); // else the thread that calls execute may be the one that learns of it
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> told.complete(thrown));
            throw failure;
        };
        try (ThreadPoolExecutor executor = kind.executor()) {
            Executor used = withLimits ? executor.with(TaskOptions.timeout(Delays.large())) : executor;
            used.execute(action);
            taken.countDown();
            assertSame(failure, told.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    /** A view has a future for such a task, and nobody sees it: who waits for what the task does is to find out why. */
    @Test
    void shutdownCancelFutures_whatExecuteTookWithLimits_isCancelledAndLogged() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                log.add(entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("procession.futures");
        logger.addHandler(handler);
        AtomicInteger ran = new AtomicInteger();
        class Named implements Runnable {
            @Override
            public void run() {
                ran.incrementAndGet();
            }
        }
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            executor.execute(() -> {
                started.countDown();
                awaitOpen(gate);
            });
            started.await();
            executor.with(TaskOptions.timeout(Delays.large())).execute(new Named());
            executor.shutdown(false, true);
            gate.countDown();
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(0, ran.get());
        List<String> ours = log.stream()
                .filter(line -> line.contains(Named.class.getName()))
                .toList();
        assertEquals(1, ours.size(), log::toString);
        assertTrue(ours.get(0).startsWith("WARNING a task that was given to execute() was cancelled"), ours::toString);
    }

    private static void awaitOpen(CountDownLatch gate) {
        try {
            assertTrue(gate.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
