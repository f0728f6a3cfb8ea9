// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** How tasks find their worker, in the orders of events that rarely happen by themselves. */
@SuppressWarnings("NullAway") // the threads are known once they run
class WorkerThreadsTest {

    private static void await(CountDownLatch latch) {
        // A worker is interrupted while it is held up.
        assertTrue(Uninterruptibles.awaitUninterruptibly(latch, Delays.large()));
    }

    private static CountDownLatch latch() {
        return new CountDownLatch(1);
    }

    /** Holds up who adds or takes certain tasks. */
    private static final class HeldQueue extends ConcurrentLinkedQueue<Runnable> {
        private static final long serialVersionUID = 1;

        /** The worker that is to be held up, once it is idle. */
        transient volatile @Nullable Thread eager;

        transient volatile Runnable afterAdd = () -> {};
        transient volatile Runnable beforeAdd = () -> {};
        transient volatile Runnable beforeIsEmpty = () -> {};
        final transient CountDownLatch mayPoll = latch();
        final transient CountDownLatch hasPolled = latch();
        final transient CountDownLatch mayGoOn = latch();

        @Override
        public boolean add(Runnable task) {
            beforeAdd.run();
            boolean added = super.add(task);
            afterAdd.run();
            return added;
        }

        @Override
        public boolean isEmpty() {
            beforeIsEmpty.run();
            return super.isEmpty();
        }

        @Override
        public @Nullable Runnable poll() {
            boolean held = Thread.currentThread() == eager;
            if (held) {
                await(mayPoll);
            }
            Runnable task = super.poll();
            if (held) {
                hasPolled.countDown();
                await(mayGoOn);
            }
            return task;
        }
    }

    @Test
    void shutdown_submitterThatFailedHadClaimedTheWorker_endsItAllTheSame() throws Exception {
        HeldQueue queue = new HeldQueue();
        WorkerThreads pool = new WorkerThreads(1, "p", null, queue);
        AtomicReference<Thread> worker = new AtomicReference<>();
        pool.start(() -> worker.set(Thread.currentThread()));
        Await.until("it is idle", () -> pool.describe().contains("1 idle"));
        Await.blocked(worker.get());
        CountDownLatch mayGoOn = latch();
        queue.beforeAdd = () -> await(mayGoOn);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread late = threads.start(
                    "submitter", () -> assertThrows(RejectedExecutionException.class, () -> pool.start(() -> {})));
            Await.blocked(late);
            assertTrue(pool.describe().contains("0 idle"), "it is claimed");
            pool.shutdown();
            assertTrue(pool.awaitTermination(Delays.large().toNanos()), "it waited for the release");
            mayGoOn.countDown();
        }
    }

    /** A worker takes a task by itself while it is claimed for another one, which the other worker must run then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void claimedWorker_findsAnotherTask_itsOwnIsRunByTheIdleOne(boolean releasedBeforeItIsDropped) throws Exception {
        HeldQueue queue = new HeldQueue();
        WorkerThreads pool = new WorkerThreads(2, "p", null, queue);
        CountDownLatch eagerMayEnd = latch();
        CountDownLatch lazyMayEnd = latch();
        AtomicReference<Thread> eager = new AtomicReference<>();
        AtomicReference<Thread> lazy = new AtomicReference<>();
        CountDownLatch bothRun = new CountDownLatch(2);
        CountDownLatch firstRuns = latch();
        CountDownLatch secondRan = latch();
        CountDownLatch claimed = latch();
        CountDownLatch mayAdd = latch();
        try (ThreadHarness threads = new ThreadHarness()) {
            pool.start(new PoolTask<>(
                    () -> {
                        eager.set(Thread.currentThread());
                        bothRun.countDown();
                        await(eagerMayEnd);
                        return 0;
                    },
                    pool));
            pool.start(new PoolTask<>(
                    () -> {
                        lazy.set(Thread.currentThread());
                        bothRun.countDown();
                        await(lazyMayEnd);
                        return 0;
                    },
                    pool));
            await(bothRun);
            // The eager one lists its ticket first, and is about to look at the queue. The lazy one parks.
            queue.eager = eager.get();
            eagerMayEnd.countDown();
            Await.until("the first is idle", () -> pool.describe().contains("1 idle"));
            lazyMayEnd.countDown();
            Await.until("both are idle", () -> pool.describe().contains("2 idle"));
            Await.blocked(Objects.requireNonNull(lazy.get()));
            // The first task is for the lazy one, and is taken by the eager one before the lazy one is released.
            queue.afterAdd = () -> {
                queue.afterAdd = () -> {};
                queue.mayPoll.countDown();
                await(queue.hasPolled);
                // Now the second task claims the eager one, which is the only one left.
                queue.beforeAdd = () -> {
                    claimed.countDown();
                    await(mayAdd);
                };
                threads.start("second", () -> {
                    pool.start(secondRan::countDown);
                    if (releasedBeforeItIsDropped) {
                        queue.mayGoOn.countDown();
                    }
                });
                await(claimed);
            };
            pool.start(() -> {
                firstRuns.countDown();
                await(secondRan);
            });
            // The lazy one was released in vain, and is idle again. Only then the second task is added.
            Await.until("the lazy one is idle again", () -> pool.describe().contains("1 idle"));
            Await.blocked(Objects.requireNonNull(lazy.get()));
            if (!releasedBeforeItIsDropped) {
                queue.mayGoOn.countDown();
                await(firstRuns);
            }
            mayAdd.countDown();
            await(secondRan);
        } finally {
            queue.mayGoOn.countDown();
            secondRan.countDown();
            pool.shutdown();
        }
    }

    /** What ends the pool while a worker has taken a chunk that nobody can see yet. */
    private enum End {
        SHUTDOWN_NOW,
        CANCELLING,
        BREAK_DOWN
    }

    @ParameterizedTest
    @EnumSource
    void chunkJustTakenFromTheQueue_poolEnds_noneOfItsTasksRuns(End end) throws Exception {
        HeldQueue queue = new HeldQueue();
        AtomicInteger initialized = new AtomicInteger();
        WorkerThreads pool = new WorkerThreads(
                2,
                "p",
                () -> {
                    if (initialized.incrementAndGet() == 2) {
                        throw new IllegalStateException("on purpose: the second initializer fails");
                    }
                },
                queue);
        AtomicReference<Thread> worker = new AtomicReference<>();
        pool.start(() -> worker.set(Thread.currentThread()));
        Await.until("it is idle", () -> pool.describe().contains("1 idle"));
        Await.blocked(worker.get());
        AtomicInteger ran = new AtomicInteger();
        List<PoolTask<Integer>> tasks = Stream.generate(() -> new PoolTask<>(ran::incrementAndGet, pool))
                .limit(3)
                .toList();
        try {
            queue.eager = worker.get();
            pool.start(new Chunk(tasks));
            queue.mayPoll.countDown();
            await(queue.hasPolled);
            switch (end) {
                case SHUTDOWN_NOW -> {
                    List<Runnable> rest = pool.shutdownNow();
                    assertEquals(tasks, rest);
                    tasks.forEach(task -> assertFalse(task.isDone(), "returned and not pending"));
                    AbstractExecutor.cancelAll(rest);
                }
                case CANCELLING -> {
                    pool.shutdown();
                    pool.cancelPending();
                }
                case BREAK_DOWN -> {
                    PoolTask<Integer> forTheSecond = new PoolTask<>(ran::incrementAndGet, pool);
                    pool.start(forTheSecond);
                    assertInstanceOf(BrokenThreadPoolException.class, forTheSecond.exception(Delays.large()));
                }
            }
        } finally {
            queue.mayGoOn.countDown();
            pool.shutdown();
        }
        assertTrue(pool.awaitTermination(Delays.large().toNanos()));
        assertEquals(0, ran.get());
        for (PoolTask<Integer> task : tasks) {
            assertTrue(task.isDone());
            if (end == End.BREAK_DOWN) {
                assertInstanceOf(BrokenThreadPoolException.class, task.exception());
            } else {
                assertTrue(task.isCancelled());
            }
        }
    }

    /** Lets another task run in the pool; returns whether that did. */
    private static boolean runsAnother(TaskThreads pool) {
        PoolTask<Integer> another = new PoolTask<>(() -> 1, pool);
        pool.start(another);
        return Await.becomesTrue(Delays.medium(), another::isDone);
    }

    /** A failure that takes another task of its pool to say what it is. */
    @SuppressWarnings("OverrideThrowableToString") // it is what is asked for
    private static final class AsksThePool extends RuntimeException {
        private static final long serialVersionUID = 1;

        final transient TaskThreads pool;
        transient volatile boolean answered;

        AsksThePool(TaskThreads pool) {
            this.pool = pool;
        }

        @Override
        public String toString() {
            answered |= runsAnother(pool);
            return "asks the pool";
        }
    }

    @Test
    void failureWhoseTextTakesAnotherTask_aSecondThreadRunsThat() throws Exception {
        WorkerThreads pool = new WorkerThreads(2, "p", null);
        AsksThePool failure = new AsksThePool(pool);
        PoolTask<Integer> task = new PoolTask<>(
                () -> {
                    throw failure;
                },
                pool);
        try {
            pool.start(task);
            Await.until("it is done", task::isDone);
            assertTrue(failure.answered, "its worker waited for a task that was left to this very worker");
        } finally {
            pool.shutdown();
        }
        assertTrue(pool.awaitTermination(Delays.large().toNanos()));
    }

    @Test
    void callbackAddedWhenTheWorkerHasLooked_waitsForAnotherTask_aSecondThreadRunsThat() throws Exception {
        HeldQueue queue = new HeldQueue();
        WorkerThreads pool = new WorkerThreads(2, "p", null, queue);
        CompletableFuture<Boolean> ranAnother = new CompletableFuture<>();
        AtomicReference<PoolTask<Integer>> task = new AtomicReference<>();
        task.set(new PoolTask<>(
                () -> {
                    Thread worker = Thread.currentThread();
                    queue.beforeIsEmpty = () -> {
                        if (Thread.currentThread() == worker) {
                            queue.beforeIsEmpty = () -> {};
                            task.get().addDoneCallback(done -> ranAnother.complete(runsAnother(pool)));
                        }
                    };
                    return 1;
                },
                pool));
        try {
            pool.start(task.get());
            assertTrue(
                    ranAnother.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS),
                    "its worker waited for a task that was left to this very worker");
        } finally {
            pool.shutdown();
        }
        assertTrue(pool.awaitTermination(Delays.large().toNanos()));
    }
}
