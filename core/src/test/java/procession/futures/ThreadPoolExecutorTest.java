// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.GcFinalization;
import com.google.common.testing.NullPointerTester;
import java.lang.ref.WeakReference;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What only the pool of threads does; the rest is in {@link ExecutorContract} and {@link MapContract}. */
@SuppressWarnings("NullAway") // knows which exceptions have causes
class ThreadPoolExecutorTest {

    private static String threadName(ThreadPoolExecutor executor) throws InterruptedException {
        return executor.submit(() -> Thread.currentThread().getName()).result();
    }

    @Test
    void constructor_outOfRange_refused() {
        assertThrows(IllegalArgumentException.class, () -> new ThreadPoolExecutor(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> ThreadPoolExecutor.builder().maxWorkers(-1));
    }

    @Test
    void constructor_default_pythonsNumberOfWorkers() {
        int expected = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor()) {
            assertTrue(executor.toString().contains(" of " + expected + " threads"), executor::toString);
        }
    }

    @Test
    void idleThread_reusedBeforeAnotherStarts() throws Exception {
        for (int round = 0; round < 20; round++) {
            try (ThreadPoolExecutor executor = new ThreadPoolExecutor(8)) {
                Set<String> names = new HashSet<>();
                for (int i = 0; i < 500; i++) {
                    names.add(threadName(executor));
                }
                assertEquals(1, names.size(), names::toString);
            }
        }
    }

    @Test
    void busyThread_anotherStartsUpToTheBound() throws Exception {
        try (ThreadPoolExecutor executor =
                ThreadPoolExecutor.builder().maxWorkers(2).threadNamePrefix("p").build()) {
            assertTrue(executor.toString().contains("0 of 2 threads"), "none before the first task");
            CountDownLatch gate = new CountDownLatch(1);
            CountDownLatch started = new CountDownLatch(2);
            Set<String> names = ConcurrentHashMap.newKeySet();
            List<Future<Void>> futures = IntStream.range(0, 3)
                    .mapToObj(i -> executor.submit(() -> {
                        names.add(Thread.currentThread().getName());
                        started.countDown();
                        gate.await();
                    }))
                    .toList();
            started.await();
            assertEquals(Set.of("p_0", "p_1"), names);
            assertFalse(futures.get(2).running());
            gate.countDown();
            futures.get(2).result();
            assertEquals(Set.of("p_0", "p_1"), names);
        }
    }

    @Test
    void threads_names_tellThePools() throws Exception {
        try (ThreadPoolExecutor one = new ThreadPoolExecutor(1);
                ThreadPoolExecutor two = new ThreadPoolExecutor(1)) {
            assertTrue(threadName(one).matches("ThreadPoolExecutor-\\d+_0"));
            assertNotEquals(threadName(one), threadName(two));
            assertFalse(one.submit(() -> Thread.currentThread().isDaemon()).result());
        }
    }

    @Test
    void threads_inheritNoThreadLocals() throws Exception {
        InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
        local.set("of the submitter");
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            assertNull(executor.submit(() -> local.get()).result());
        } finally {
            local.remove();
        }
    }

    @Test
    void initializer_onceInEachThreadBeforeItsTasks() throws Exception {
        ThreadLocal<Integer> local = new ThreadLocal<>();
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(2)
                .initializer(() -> local.set(runs.incrementAndGet()))
                .build()) {
            CountDownLatch both = new CountDownLatch(2);
            List<Future<Integer>> futures = IntStream.range(0, 2)
                    .mapToObj(i -> executor.submit(() -> {
                        both.countDown();
                        both.await();
                        return local.get();
                    }))
                    .toList();
            assertEquals(
                    Set.of(1, 2), Set.of(futures.get(0).result(), futures.get(1).result()));
            executor.submit(() -> {}).result();
            assertEquals(2, runs.get());
        }
    }

    @Test
    void initializer_fails_poolIsBroken() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    gate.await();
                    throw new IllegalStateException("on purpose: an initializer that fails");
                })
                .build();
        List<Future<Integer>> queued =
                IntStream.range(0, 5).mapToObj(i -> executor.submit(() -> i)).toList();
        Results<Integer> mapped = executor.map(i -> i, List.of(1, 2, 3), MapOptions.chunksize(3));
        gate.countDown();
        Set<Throwable> failures = new HashSet<>();
        for (Future<Integer> future : queued) {
            BrokenThreadPoolException failure = assertThrows(BrokenThreadPoolException.class, future::result);
            assertEquals(
                    "on purpose: an initializer that fails", failure.getCause().getMessage());
            failures.add(failure);
        }
        assertEquals(5, failures.size(), "each its own");
        assertThrows(BrokenThreadPoolException.class, mapped::toList);
        assertThrows(BrokenThreadPoolException.class, () -> executor.submit(() -> 1));
        assertThrows(BrokenThreadPoolException.class, () -> executor.execute(() -> {}));
        assertFalse(executor.isShutdown());
        executor.close();
        assertThrows(BrokenThreadPoolException.class, () -> executor.submit(() -> 1), "broken comes before shut down");
        assertTrue(executor.isTerminated());
    }

    @Test
    void initializer_failsInALaterThread_runningTaskCompletes() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        CountDownLatch gate = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(2)
                .initializer(() -> {
                    if (threads.incrementAndGet() == 2) {
                        throw new Exception("on purpose: the second initializer fails");
                    }
                })
                .build()) {
            CountDownLatch started = new CountDownLatch(1);
            Future<Integer> first = executor.submit(() -> {
                started.countDown();
                gate.await();
                return 1;
            });
            started.await();
            Future<Integer> second = executor.submit(() -> 2);
            assertInstanceOf(BrokenThreadPoolException.class, second.exception());
            gate.countDown();
            assertEquals(1, first.result());
        }
    }

    @Test
    void cancelTrue_running_interruptsTheTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            Future<?> future = executor.submit(() -> {
                started.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException expected) {
                    interrupted.countDown();
                }
            });
            started.await();
            assertTrue(future.cancel(true));
            interrupted.await();
        }
    }

    @Test
    void cancelFalse_running_doesNotInterrupt() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Future<?> future = executor.submit(() -> {
                started.countDown();
                gate.await();
                flag.set(Thread.currentThread().isInterrupted());
            });
            started.await();
            assertTrue(future.cancel(false));
            gate.countDown();
            executor.close();
            assertEquals(false, flag.get());
        }
    }

    @Test
    void interrupts_neverReachTheNextTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            for (int i = 0; i < 5000; i++) {
                int spins = i % 50;
                AtomicReference<String> started = new AtomicReference<>();
                Future<?> victim = executor.submit(() -> {
                    started.set("started");
                    for (int spin = 0; spin < 25; spin++) {
                        Thread.onSpinWait();
                    }
                });
                Future<Boolean> next =
                        executor.submit(() -> Thread.currentThread().isInterrupted());
                while (i % 2 == 0 && started.get() == null) {
                    Thread.onSpinWait();
                }
                for (int spin = 0; spin < spins; spin++) {
                    Thread.onSpinWait();
                }
                victim.cancel(true);
                assertFalse(next.result(), "interrupted by the cancellation of another task");
            }
        }
    }

    @Test
    void interrupts_inAChunkOrByATaskItself_neverReachTheNextTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            Fn<Integer, Boolean> function = i -> {
                boolean interrupted = Thread.currentThread().isInterrupted();
                Thread.currentThread().interrupt();
                return interrupted;
            };
            assertEquals(
                    List.of(false, false, false),
                    executor.map(function, List.of(1, 2, 3), MapOptions.chunksize(3))
                            .toList());
            assertFalse(executor.submit(() -> Thread.currentThread().isInterrupted())
                    .result());
        }
    }

    @Test
    void shutdownNow_interruptsAndReturnsTheRest() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        CountDownLatch started = new CountDownLatch(1);
        Future<?> running = executor.submit(() -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        started.await();
        Future<Integer> future = executor.submit(() -> 1);
        Runnable plain = () -> {};
        executor.execute(plain);
        Future<Integer> cancelled = executor.submit(() -> 2);
        assertTrue(cancelled.cancel());
        List<Runnable> rest = executor.shutdownNow();
        assertEquals(List.of(future, plain), rest);
        assertInstanceOf(InterruptedException.class, running.exception());
        assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
        assertFalse(future.done());
        rest.forEach(Runnable::run);
        assertEquals(1, future.result(), "who has it can run it");
        rest.forEach(Runnable::run);
        assertEquals(List.of(), executor.shutdownNow());
    }

    @Test
    void shutdownNow_inAChunk_returnsTheRestOfIt() throws Exception {
        for (int round = 0; round < 200; round++) {
            ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
            CountDownLatch started = new CountDownLatch(1);
            Results<Integer> results = executor.map(
                    i -> {
                        if (i == 1) {
                            started.countDown();
                            new CountDownLatch(1).await();
                        }
                        return i;
                    },
                    List.of(0, 1, 2, 3),
                    MapOptions.chunksize(4));
            started.await();
            List<Runnable> rest = executor.shutdownNow();
            assertEquals(2, rest.size());
            assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
            rest.forEach(Runnable::run);
            List<Outcome<Integer>> outcomes = results.outcomes().toList();
            assertEquals(Outcome.success(0), outcomes.get(0));
            assertInstanceOf(InterruptedException.class, outcomes.get(1).failure());
            assertEquals(List.of(Outcome.success(2), Outcome.success(3)), outcomes.subList(2, 4));
        }
    }

    @Test
    void shutdownCancelFutures_inAChunk_cancelsTheRestOfIt() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Results<Integer> results = executor.map(
                i -> {
                    started.countDown();
                    gate.await();
                    return i;
                },
                List.of(0, 1, 2),
                MapOptions.chunksize(3));
        started.await();
        executor.shutdown(false, true);
        gate.countDown();
        List<Outcome<Integer>> outcomes = results.outcomes().toList();
        assertEquals(Outcome.success(0), outcomes.get(0));
        assertFalse(outcomes.get(1).succeeded());
        assertFalse(outcomes.get(2).succeeded());
        executor.close();
    }

    @Test
    void execute_fails_handlerIsToldAndTheThreadLivesOn() throws Exception {
        AtomicReference<Throwable> told = new AtomicReference<>();
        CountDownLatch gate = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            String name = executor.submit(() -> {
                        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
                            told.set(failure);
                            gate.countDown();
                            throw new IllegalStateException("on purpose: a handler that fails");
                        });
                        return Thread.currentThread().getName();
                    })
                    .result();
            executor.execute(() -> {
                throw new StackOverflowError("on purpose");
            });
            gate.await();
            assertInstanceOf(StackOverflowError.class, told.get());
            assertEquals(name, threadName(executor));
        }
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static int depth(int level) {
        return depth(level + 1) + 1;
    }

    @Test
    void task_errorsOfTheJvm_goToTheFuture() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            assertInstanceOf(
                    StackOverflowError.class, executor.submit(() -> depth(0)).exception());
            assertInstanceOf(
                    OutOfMemoryError.class,
                    executor.submit(() -> new long[Integer.MAX_VALUE]).exception());
            assertEquals("ok", executor.submit(() -> "ok").result());
        }
    }

    @Test
    void jdkAdapters_workOnIt() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            assertEquals(3, CompletableFuture.supplyAsync(() -> 3, executor).get());
            ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(executor);
            service.submit(() -> 4);
            assertEquals(4, service.take().get());
            java.util.concurrent.ExecutorService jdk = executor;
            java.util.concurrent.Future<Integer> future = jdk.submit(() -> 5);
            assertEquals(5, future.get());
        }
    }

    @Test
    void dispatch_callable_asItIs() throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        AbstractExecutor executor = new Recorder(seen);
        java.util.concurrent.Callable<Integer> callable = () -> 1;
        Task<Integer> task = () -> 2;
        assertThrows(UnsupportedOperationException.class, () -> executor.submit(callable));
        assertSame(callable, seen.get());
        assertThrows(UnsupportedOperationException.class, () -> executor.submit(task));
        assertSame(task, seen.get());
        Runnable runnable = () -> {};
        assertThrows(UnsupportedOperationException.class, () -> executor.submit(runnable, 1));
        assertInstanceOf(java.io.Serializable.class, seen.get());
    }

    /** Takes nothing, and says what it was given. */
    private static final class Recorder extends AbstractExecutor {
        private final AtomicReference<Object> seen;

        Recorder(AtomicReference<Object> seen) {
            this.seen = seen;
        }

        @Override
        protected <T> Future<T> dispatch(java.util.concurrent.Callable<T> task, TaskOptions.Chain limits) {
            seen.set(task);
            throw new UnsupportedOperationException();
        }

        @Override
        protected <T, R> List<Future<R>> dispatchChunk(
                Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain limits) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }

    @Test
    void cancelledTasks_doNotStayInTheQueue() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch gate = new CountDownLatch(1);
            Future<?> running = executor.submit(() -> gate.await());
            for (int i = 0; i < 20_000; i++) {
                assertTrue(executor.submit(() -> 1).cancel());
            }
            int queued = Integer.parseInt(executor.toString().replaceAll(".* (\\d+) queued\\]", "$1"));
            assertTrue(queued < 1000, executor::toString);
            gate.countDown();
            assertNull(running.result());
        }
    }

    @Test
    void doneOrCancelledFutures_doNotKeepTheirTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            List<Future<Integer>> futures = new ArrayList<>();
            WeakReference<Object> done = submitHolding(executor, new Object(), futures);
            assertEquals(1, futures.get(0).result());
            GcFinalization.awaitClear(done);
            CountDownLatch gate = new CountDownLatch(1);
            Future<?> running = executor.submit(() -> gate.await());
            WeakReference<Object> cancelled = submitHolding(executor, new Object(), futures);
            assertTrue(futures.get(1).cancel());
            GcFinalization.awaitClear(cancelled);
            gate.countDown();
            assertNull(running.result());
        }
    }

    private static WeakReference<Object> submitHolding(
            ThreadPoolExecutor executor, Object held, List<Future<Integer>> futures) {
        futures.add(executor.submit(() -> held == null ? 0 : 1));
        return new WeakReference<>(held);
    }

    @Test
    void forgottenPool_finishesItsQueueAndEnds() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicReference<Thread> worker = new AtomicReference<>();
        List<Future<Integer>> futures = forget(gate, worker);
        gate.countDown();
        for (int i = 0; i < futures.size(); i++) {
            assertEquals(i, futures.get(i).result());
        }
        GcFinalization.awaitDone(() -> !worker.get().isAlive());
        worker.get().join();
    }

    @Test
    void idleWorker_keepsNotItsLastTask() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            GcFinalization.awaitClear(resultOfTheLastTask(executor));
        }
        AtomicReference<Thread> worker = new AtomicReference<>();
        forgetWithATaskThatKnowsThePool(worker);
        GcFinalization.awaitDone(() -> !worker.get().isAlive());
        worker.get().join();
    }

    private static WeakReference<Object> resultOfTheLastTask(ThreadPoolExecutor executor) throws Exception {
        return new WeakReference<>(executor.submit(Object::new).result());
    }

    private static void forgetWithATaskThatKnowsThePool(AtomicReference<Thread> worker) throws Exception {
        ThreadPoolExecutor forgotten = new ThreadPoolExecutor(1);
        CountDownLatch ran = new CountDownLatch(1);
        forgotten.execute(() -> {
            assertFalse(forgotten.isShutdown());
            worker.set(Thread.currentThread());
            ran.countDown();
        });
        ran.await();
    }

    private static List<Future<Integer>> forget(CountDownLatch gate, AtomicReference<Thread> worker) {
        ThreadPoolExecutor forgotten = new ThreadPoolExecutor(1);
        return IntStream.range(0, 100)
                .mapToObj(i -> forgotten.submit(() -> {
                    worker.set(Thread.currentThread());
                    gate.await();
                    return i;
                }))
                .toList();
    }

    @Test
    void submitAndShutdown_racing_noTaskIsLost() throws Exception {
        for (int round = 0; round < 500; round++) {
            ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
            AtomicInteger ran = new AtomicInteger();
            AtomicInteger taken = new AtomicInteger();
            try (ThreadHarness threads = new ThreadHarness()) {
                threads.startTogether(2, "submitter", () -> {
                    for (int i = 0; i < 20; i++) {
                        try {
                            executor.execute(ran::incrementAndGet);
                            taken.incrementAndGet();
                        } catch (RejectedExecutionException shutDown) {
                            return;
                        }
                    }
                });
                if (round % 2 == 0) {
                    Await.until("one is taken", () -> taken.get() > 0);
                }
                executor.shutdown();
            }
            assertTrue(executor.awaitTermination(Delays.medium().toNanos(), TimeUnit.NANOSECONDS), executor::toString);
            assertEquals(taken.get(), ran.get());
        }
    }

    @Test
    void submitAndShutdownNow_racing_eachTaskRanOrWasReturned() throws Exception {
        for (int round = 0; round < 500; round++) {
            ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
            List<Future<?>> futures = new ArrayList<>();
            List<Runnable> rest = new ArrayList<>();
            try (ThreadHarness threads = new ThreadHarness()) {
                threads.start("stopper", () -> rest.addAll(executor.shutdownNow()));
                try {
                    for (int i = 0; i < 50; i++) {
                        futures.add(executor.submit(() -> {}));
                    }
                } catch (RejectedExecutionException shutDown) {
                    assertTrue(executor.isShutdown());
                }
            }
            assertTrue(executor.awaitTermination(Delays.medium().toNanos(), TimeUnit.NANOSECONDS), executor::toString);
            for (Future<?> future : futures) {
                assertNotEquals(future.done(), rest.contains(future), () -> future + " of " + futures.size());
            }
        }
    }

    @Test
    void mapAndShutdownNow_racing_eachItemRunsOrIsReturned() throws Exception {
        for (int round = 0; round < 500; round++) {
            ThreadPoolExecutor executor = new ThreadPoolExecutor(2);
            List<Future<Integer>> futures = new ArrayList<>();
            List<Runnable> rest = new ArrayList<>();
            AtomicBoolean stopped = new AtomicBoolean();
            AtomicInteger startedTooLate = new AtomicInteger();
            Fn<Integer, Integer> function = i -> stopped.get() ? startedTooLate.incrementAndGet() : i;
            try (ThreadHarness threads = new ThreadHarness()) {
                threads.start("stopper", () -> {
                    rest.addAll(executor.shutdownNow());
                    stopped.set(true);
                });
                try {
                    for (int i = 0; i < 20; i++) {
                        futures.addAll(executor.<Integer, Integer>dispatchChunk(
                                function, List.of(1, 2, 3, 4, 5), TaskOptions.defaults()));
                    }
                } catch (RejectedExecutionException shutDown) {
                    assertTrue(executor.isShutdown());
                }
            }
            assertTrue(futures.containsAll(rest), "refused and returned");
            assertTrue(executor.awaitTermination(Delays.medium().toNanos(), TimeUnit.NANOSECONDS), executor::toString);
            for (Future<?> future : futures) {
                assertNotEquals(future.done(), rest.contains(future), () -> future + " of " + futures.size());
                assertFalse(future.isCancelled(), "neither run nor returned");
            }
            assertTrue(startedTooLate.get() <= 2, () -> startedTooLate + " started by 2 workers that had been stopped");
        }
    }

    @Test
    void inputOfMap_throwsACheckedException_nothingIsLeftToRun() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch gate = new CountDownLatch(1);
            Future<?> first = executor.submit(() -> gate.await());
            java.io.IOException failure = new java.io.IOException("of the input");
            Iterable<Integer> input = () -> IntStream.range(0, 5)
                    .mapToObj(i -> i < 4 ? i : ThreadPoolExecutorTest.<Integer, RuntimeException>sneak(failure))
                    .iterator();
            var thrown = assertThrows(Exception.class, () -> {
                try (Results<Integer> results = executor.map(i -> ran.incrementAndGet(), input)) {
                    gate.countDown();
                    results.toList();
                }
            });
            assertSame(failure, thrown.getCause());
            gate.countDown();
            assertNull(first.result());
        }
        assertEquals(0, ran.get());
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T, E extends Throwable> T sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void limitedChunk_refusedHalfWay_leavesNothingToRun() throws Exception {
        AtomicInteger started = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            CountDownLatch gate = new CountDownLatch(1);
            Future<?> first = executor.submit(() -> gate.await());
            List<Integer> items = new AbstractList<>() {
                @Override
                public Integer get(int index) {
                    if (started.incrementAndGet() == 3) {
                        executor.shutdown();
                    }
                    return index;
                }

                @Override
                public int size() {
                    return 5;
                }
            };
            TaskOptions.Chain limits = TaskOptions.timeout(Delays.large());
            assertThrows(
                    RejectedExecutionException.class,
                    () -> executor.dispatchChunk(item -> ran.incrementAndGet(), items, limits));
            gate.countDown();
            assertNull(first.result());
        }
        assertEquals(0, ran.get());
    }

    @Test
    void chunk_withoutAWorker_noTaskSeesTheInterruptOfAnother() throws Exception {
        ThreadPerTask threads = new ThreadPerTask("p", Thread::new);
        List<PoolTask<Boolean>> tasks = IntStream.range(0, 3)
                .mapToObj(i -> new PoolTask<>(
                        () -> {
                            boolean before = Thread.currentThread().isInterrupted();
                            Thread.currentThread().interrupt();
                            return before;
                        },
                        threads))
                .toList();
        threads.start(new Chunk(tasks));
        for (PoolTask<Boolean> task : tasks) {
            assertFalse(task.result());
        }
    }

    @Test
    void manyShortBursts_allWorkersWakeUp() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(4)) {
            for (int round = 0; round < 2000; round++) {
                CountDownLatch together = new CountDownLatch(4);
                List<Future<Boolean>> futures = IntStream.range(0, 4)
                        .mapToObj(i -> executor.submit(() -> {
                            together.countDown();
                            return together.await(10, TimeUnit.SECONDS);
                        }))
                        .toList();
                for (Future<Boolean> future : futures) {
                    assertTrue(future.result(), "a task waited in vain for a worker");
                }
            }
        }
    }

    @Test
    void virtual_threadPerTaskOrTheRemedy() throws Exception {
        if (Runtime.version().feature() < 21) {
            UnsupportedOperationException thrown =
                    assertThrows(UnsupportedOperationException.class, ThreadPoolExecutor::virtual);
            assertTrue(thrown.getMessage().contains("JDK 21"), thrown::getMessage);
            return;
        }
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.virtual()) {
            CountDownLatch together = new CountDownLatch(500);
            List<Future<String>> futures = IntStream.range(0, 500)
                    .mapToObj(i -> executor.submit(() -> {
                        together.countDown();
                        together.await();
                        return Thread.currentThread().toString();
                    }))
                    .toList();
            for (Future<String> future : futures) {
                assertTrue(future.result().startsWith("VirtualThread["), future::toString);
            }
            assertEquals(
                    List.of(1, 4, 9),
                    executor.map(i -> i * i, List.of(1, 2, 3), MapOptions.chunksize(2))
                            .toList());
            CountDownLatch started = new CountDownLatch(1);
            Future<?> running = executor.submit(() -> {
                started.countDown();
                new CountDownLatch(1).await();
            });
            started.await();
            assertEquals(List.of(), executor.shutdownNow());
            assertInstanceOf(InterruptedException.class, running.exception());
            assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
            assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
        }
    }

    @Test
    void nulls_refused() throws Exception {
        new NullPointerTester().testAllPublicInstanceMethods(ThreadPoolExecutor.builder());
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            assertThrows(NullPointerException.class, () -> executor.execute(null));
        }
    }
}
