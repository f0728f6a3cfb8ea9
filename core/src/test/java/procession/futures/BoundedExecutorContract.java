// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What an {@link Executor} does that has no more workers than it was told, so that tasks wait in its queue. */
public abstract class BoundedExecutorContract extends ExecutorContract {
    /** Occupies the one worker, and queues more behind that. */
    private static List<Future<?>> blockThenQueue(Executor executor, FileGate gate, FileGate marked, int queued) {
        List<Future<?>> futures = new ArrayList<>();
        futures.add(executor.submit(() -> {
            gate.pass();
        }));
        gate.awaitReached();
        for (int i = 0; i < queued; i++) {
            futures.add(executor.submit(() -> {
                marked.reach();
            }));
        }
        return futures;
    }

    @Test
    void cancel_queued_neverRuns() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        FileGate never = gate();
        List<Future<?>> before = blockThenQueue(executor, gate, gate(), 7);
        Future<?> last = executor.submit(() -> {
            never.reach();
        });
        assertTrue(last.cancel());
        assertTrue(last.cancel(), "again");
        assertTrue(last.cancelled());
        assertTrue(last.done());
        assertFalse(last.running());
        assertThrows(CancellationException.class, last::result);
        assertThrows(CancellationException.class, last::exception);
        assertThrows(CancellationException.class, () -> last.result(Duration.ZERO));
        gate.open();
        executor.close();
        assertFalse(never.reached());
        assertTrue(before.stream().noneMatch(Future::cancelled));
    }

    @Test
    void invokeAll_timeout_cancelsTheRest() throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(
                () -> {
                    gate.pass();
                    return 1;
                },
                () -> 2);
        List<java.util.concurrent.Future<Integer>> futures =
                executor(1).invokeAll(tasks, Delays.brief().toMillis(), TimeUnit.MILLISECONDS);
        assertTrue(futures.stream().allMatch(java.util.concurrent.Future::isDone));
        assertTrue(futures.get(0).isCancelled());
        assertTrue(futures.get(1).isCancelled());
    }

    @Test
    void shutdownCancelFutures_queuedOnesAreCancelledAndWaitReturns() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        List<Future<?>> futures = blockThenQueue(executor, gate, gate(), 20);
        executor.shutdown(false, true);
        assertTrue(futures.get(20).cancelled());
        assertFalse(futures.get(0).done(), "what runs is left alone");
        gate.open();
        Futures.DoneAndNotDone<Future<?>> found = Futures.wait(futures);
        assertEquals(21, found.done().size());
        assertFalse(futures.get(0).cancelled());
        int completed = 0;
        for (Future<?> ignored : Futures.asCompleted(futures)) {
            completed++;
        }
        assertEquals(21, completed);
        executor.close();
        assertTrue(executor.isTerminated());
    }

    @Test
    void shutdownNow_stopsWhatRuns() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        FileGate never = gate();
        List<Future<?>> futures = blockThenQueue(executor, gate, never, 5);
        AbstractExecutor.cancelAll(executor.shutdownNow());
        assertTrue(executor.awaitTermination(Delays.large().toNanos(), TimeUnit.NANOSECONDS));
        assertTrue(futures.stream().allMatch(Future::done));
        assertFalse(never.reached());
    }

    @Test
    void close_interrupted_stopsTheTasksAndRestoresTheFlag() {
        Executor executor = executor(1);
        FileGate gate = gate();
        List<Future<?>> futures = blockThenQueue(executor, gate, gate(), 3);
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Thread closer = threads.start("closer", () -> {
                executor.close();
                assertTrue(Thread.interrupted());
            });
            Await.blocked(closer);
            closer.interrupt();
        }
        assertTrue(executor.isTerminated());
        assertTrue(futures.stream().allMatch(Future::done), "nobody waits for ever");
    }

    @Test
    void toCompletableFuture_bridgeCancelled_cancelsAQueuedTask() {
        Executor executor = executor(1);
        FileGate gate = gate();
        FileGate never = gate();
        blockThenQueue(executor, gate, gate(), 20);
        Future<?> last = executor.submit(never::reach);
        assertTrue(last.toCompletableFuture().cancel(false));
        assertTrue(last.cancelled());
        gate.open();
        executor.close();
        assertFalse(never.reached());
    }
}
