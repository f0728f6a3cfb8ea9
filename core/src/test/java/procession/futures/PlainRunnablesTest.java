// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
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

    private static void awaitOpen(CountDownLatch gate) {
        try {
            assertTrue(gate.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
