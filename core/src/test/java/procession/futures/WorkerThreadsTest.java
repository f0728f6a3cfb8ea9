// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** How tasks find their worker, in the orders of events that rarely happen by themselves. */
@SuppressWarnings("NullAway") // the threads are known once they run
class WorkerThreadsTest {

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
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
}
