// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.GcFinalization;
import com.google.common.testing.NullPointerTester;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What tasks see of the thread that submits them. */
@SuppressWarnings("NullAway") // thread-locals without a value
class ContextPropagationTest {
    private static final boolean HAS_VIRTUAL = Runtime.version().feature() >= 21;

    private final ThreadLocal<String> user = new ThreadLocal<>();
    private final InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private ThreadPoolExecutor propagating(ContextPropagation how) {
        ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .contextPropagation(how)
                .build();
        open.add(executor);
        return executor;
    }

    /** Returns each kind of executor, with a pool's only thread started by another thread than the submitter's. */
    private static Stream<Callable<ThreadPoolExecutor>> silent() {
        Stream<Callable<ThreadPoolExecutor>> pool = Stream.of(() -> new ThreadPoolExecutor(1));
        return HAS_VIRTUAL ? Stream.concat(pool, Stream.of(ThreadPoolExecutor::virtual)) : pool;
    }

    private interface Maker {
        ThreadPoolExecutor make(ContextPropagation how);
    }

    private static Stream<Maker> asked() {
        Maker pool = how -> ThreadPoolExecutor.builder()
                .maxWorkers(2)
                .contextPropagation(how)
                .build();
        return HAS_VIRTUAL ? Stream.of(pool, ThreadPoolExecutor::virtual) : Stream.of(pool);
    }

    @Test
    void virtual_withoutVirtualThreads_saysSo() {
        if (!HAS_VIRTUAL) {
            assertThrows(
                    UnsupportedOperationException.class, () -> ThreadPoolExecutor.virtual(ContextPropagation.of(user)));
        }
        assertThrows(NullPointerException.class, () -> ThreadPoolExecutor.virtual(null));
    }

    @ParameterizedTest
    @MethodSource("silent")
    void notAsked_taskSeesNothing(Callable<ThreadPoolExecutor> maker) throws Exception {
        try (ThreadPoolExecutor executor = maker.call();
                var threads = new ThreadHarness()) {
            threads.start("starts the worker", () -> {
                user.set("of the first submitter");
                inheritable.set("of the first submitter");
                assertNull(executor.submit(() -> user.get()).result());
                assertNull(executor.submit(() -> inheritable.get()).result());
            });
            threads.join();
            user.set("of the second");
            inheritable.set("of the second");
            assertNull(executor.submit(() -> user.get()).result());
            assertNull(executor.submit(() -> inheritable.get()).result());
        }
    }

    @ParameterizedTest
    @MethodSource("silent")
    void contextClassLoader_isOfThePoolsMaker_whoeverStartsTheThread(Callable<ThreadPoolExecutor> maker)
            throws Exception {
        Thread self = Thread.currentThread();
        ClassLoader before = self.getContextClassLoader();
        try (URLClassLoader own = new URLClassLoader(new URL[0], before);
                URLClassLoader another = new URLClassLoader(new URL[0], before)) {
            self.setContextClassLoader(own);
            try (ThreadPoolExecutor executor = maker.call()) {
                self.setContextClassLoader(another);
                assertSame(
                        own,
                        executor.submit(() -> Thread.currentThread().getContextClassLoader())
                                .result());
            }
        } finally {
            self.setContextClassLoader(before);
        }
    }

    @ParameterizedTest
    @MethodSource("asked")
    void asked_taskSeesItsOwnSubmitter_howeverItIsSubmitted(Maker maker) throws Exception {
        try (ThreadPoolExecutor executor = maker.make(ContextPropagation.of(user, inheritable));
                var threads = new ThreadHarness()) {
            for (String name : List.of("ada", "bob", "eve")) {
                threads.start(name, () -> {
                    user.set(name);
                    inheritable.set("i " + name);
                    seesItself(executor, name);
                    seesItself(executor.with(TaskOptions.timeout(Delays.large())), name);
                });
            }
        }
    }

    private void seesItself(Executor executor, String name) throws Exception {
        Callable<String> callable = () -> user.get();
        SynchronousQueue<String> seen = new SynchronousQueue<>();
        for (int round = 0; round < 50; round++) {
            assertEquals(name, executor.submit(() -> user.get()).result());
            assertEquals("i " + name, executor.submit(() -> inheritable.get()).result());
            assertEquals(name, executor.submit(callable).get());
            executor.execute(() -> offer(seen, user.get()));
            assertEquals(name, seen.poll(Delays.large().toNanos(), TimeUnit.NANOSECONDS));
            assertEquals(
                    name, executor.invokeAll(List.of(callable, callable)).get(1).get());
            assertEquals(name, executor.invokeAny(List.of(callable, callable)));
            assertEquals(
                    List.of(name + 1, name + 2),
                    executor.map(i -> user.get() + i, List.of(1, 2)).toList());
            assertEquals(
                    List.of(name + 1, name + 2, name + 3),
                    executor.map(i -> user.get() + i, List.of(1, 2, 3), MapOptions.chunksize(2))
                            .toList());
            assertEquals(
                    List.of(name + "ab"),
                    executor.map((a, b) -> user.get() + a + b, List.of("a"), List.of("b"))
                            .toList());
        }
    }

    private static void offer(SynchronousQueue<String> queue, String seen) {
        try {
            assertTrue(queue.offer(seen, Delays.large().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException atTheEnd) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void asked_valuesThatWereNotNamed_areNotSeen() throws Exception {
        user.set("ada");
        inheritable.set("ada");
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .contextPropagation(user)
                .build()) {
            assertEquals("ada", executor.submit(() -> user.get()).result());
            assertNull(executor.submit(() -> inheritable.get()).result());
        }
    }

    @Test
    void lazyMap_seesTheCallerOfMap_notWhoTakes() throws Exception {
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(user));
        user.set("at the call");
        try (Results<String> results = executor.map(
                        i -> user.get(), () -> Stream.iterate(0, i -> i + 1).iterator(), MapOptions.buffersize(2));
                var threads = new ThreadHarness()) {
            user.set("later");
            assertEquals("at the call", results.next());
            threads.start("taker", () -> {
                user.set("of the taker");
                for (int i = 0; i < 20; i++) {
                    assertEquals("at the call", results.next());
                }
            });
            threads.join();
        }
    }

    @Test
    void retriedTask_seesItsSubmitterAgain() throws Exception {
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(user));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        user.set("ada");
        Future<?> hangs = executor.with(
                        TaskOptions.timeout(Duration.ofMillis(20)).retries(2))
                .submit(() -> {
                    seen.add(user.get());
                    user.set("of an attempt");
                    new CountDownLatch(1).await();
                });
        user.set("later");
        assertInstanceOf(TaskTimeoutException.class, hangs.exception());
        assertEquals(List.of("ada", "ada", "ada"), List.copyOf(seen));
    }

    @Test
    void taskOfATask_seesTheFirstSubmitter() throws Exception {
        ThreadPoolExecutor inner = propagating(ContextPropagation.of(user));
        ThreadPoolExecutor outer = propagating(ContextPropagation.of(user));
        user.set("ada");
        assertEquals(
                "ada",
                outer.submit(() -> inner.submit(() -> user.get()).result()).result());
    }

    @Test
    void submitterWithoutAValue_taskSeesNoneEither() throws Exception {
        ThreadLocal<String> initial = ThreadLocal.withInitial(() -> "initial");
        ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> user.set("of the worker"))
                .contextPropagation(ContextPropagation.of(user, initial))
                .build();
        open.add(executor);
        assertNull(executor.submit(() -> user.get()).result());
        assertEquals("initial", executor.submit(() -> initial.get()).result());
    }

    /** What the worker has outside of its tasks is seen by callbacks, which it runs when it completes a future. */
    @Test
    void afterTheTask_theWorkerHasItsOwnValuesAgain_alsoForCallbacks() throws Exception {
        ThreadLocal<String> initial = ThreadLocal.withInitial(() -> "initial");
        ThreadLocal<String> none = new ThreadLocal<>();
        ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> user.set("of the worker"))
                .contextPropagation(user, initial, none)
                .build();
        open.add(executor);
        user.set("ada");
        initial.set("ada");
        none.set("ada");
        for (boolean fails : new boolean[] {false, true, false}) {
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<List<@Nullable String>> seen = new CompletableFuture<>();
            Future<String> future = executor.submit(() -> {
                gate.await();
                String before = user.get() + initial.get() + none.get();
                user.set("of the task");
                initial.remove();
                none.set("of the task");
                if (fails) {
                    throw new StackOverflowError("of the task");
                }
                return before;
            });
            future.addDoneCallback(done -> {
                List<@Nullable String> values = new ArrayList<>();
                values.add(Thread.currentThread().getName());
                values.add(user.get());
                values.add(initial.get());
                values.add(none.get());
                seen.complete(values);
            });
            gate.countDown();
            if (fails) {
                assertInstanceOf(StackOverflowError.class, future.exception());
            } else {
                assertEquals("adaadaada", future.result());
            }
            List<@Nullable String> values = seen.get(Delays.large().toNanos(), TimeUnit.NANOSECONDS);
            assertTrue(values.get(0).endsWith("_0"), () -> "called back in " + values.get(0));
            assertEquals("of the worker", values.get(1));
            assertEquals("initial", values.get(2));
            assertNull(values.get(3));
            assertEquals("ada", user.get(), "the submitter's own");
        }
    }

    @Test
    void initialValueThatThrows_inTheSubmitter_refusesTheTask() {
        ThreadLocal<String> failing = ThreadLocal.withInitial(() -> {
            throw new IllegalStateException("no value");
        });
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(user, failing));
        AtomicInteger runs = new AtomicInteger();
        for (Runnable attempt : List.<Runnable>of(
                () -> {
                    Future<Integer> unused = executor.submit(() -> runs.incrementAndGet());
                },
                () -> executor.execute(runs::incrementAndGet),
                () -> executor.map(i -> runs.incrementAndGet(), List.of(1)))) {
            assertEquals(
                    "no value",
                    assertThrows(IllegalStateException.class, attempt::run).getMessage());
        }
        executor.close();
        assertEquals(0, runs.get());
    }

    @Test
    void initialValueThatThrows_inTheWorker_failsTheTaskAndRestoresTheOthers() throws Exception {
        ThreadLocal<String> failing = ThreadLocal.withInitial(() -> {
            if (Thread.currentThread().getName().startsWith("fails")) {
                throw new IllegalStateException("no value");
            }
            return "fine";
        });
        ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .threadNamePrefix("fails")
                .contextPropagation(user, failing)
                .build();
        open.add(executor);
        user.set("ada");
        CompletableFuture<String> after = new CompletableFuture<>();
        Future<Integer> failed = executor.submit(() -> 1);
        assertEquals("no value", failed.exception().getMessage());
        try (var threads = new ThreadHarness()) {
            threads.start("without a value", () -> {
                Future<Integer> alsoFails = executor.submit(() -> 1);
                alsoFails.addDoneCallback(done -> after.complete(String.valueOf(user.get())));
            });
        }
        // The callback runs in the worker or in that thread, and neither has a value of its own.
        assertEquals("null", after.get(Delays.large().toNanos(), TimeUnit.NANOSECONDS));
    }

    // Contexts of the user's own

    @Test
    void context_thatFails_failsTheTask() throws Exception {
        Exception ofTheTask = new Exception("of the task");
        record Case(ContextPropagation.Context context, String message, int runs) {}
        for (Case each : List.of(
                new Case(
                        task -> {
                            throw new IllegalArgumentException("before");
                        },
                        "before",
                        0),
                new Case(
                        task -> {
                            task.run();
                            throw new StackOverflowError("after");
                        },
                        "after",
                        1),
                new Case(task -> {}, "the context has not run the task", 0),
                new Case(
                        task -> {
                            task.run();
                            task.run();
                        },
                        "once only",
                        1),
                new Case(ContextPropagationTest::onAnotherThread, "in the thread that its run() is called in", 0))) {
            ThreadPoolExecutor executor = propagating(() -> each.context);
            AtomicInteger runs = new AtomicInteger();
            Future<Integer> future = executor.submit(() -> runs.incrementAndGet());
            Throwable failure = future.exception();
            assertTrue(failure.getMessage().contains(each.message), failure::toString);
            assertEquals(each.runs, runs.get(), each.message);

            Results<Outcome<Integer>> mapped =
                    executor.map(i -> runs.incrementAndGet(), List.of(1)).outcomes();
            assertTrue(mapped.next().failure().getMessage().contains(each.message));

            if (each.runs == 1) {
                Future<?> both = executor.submit(() -> {
                    throw ofTheTask;
                });
                assertSame(ofTheTask, both.exception());
                assertTrue(ofTheTask
                        .getSuppressed()[ofTheTask.getSuppressed().length - 1]
                        .getMessage()
                        .contains(each.message));
            }
        }
    }

    private static void onAnotherThread(Runnable task) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread other = new Thread(() -> {
            try {
                task.run();
                thrown.complete(new AssertionError("was not refused"));
            } catch (Throwable refused) {
                thrown.complete(refused);
            }
        });
        other.start();
        throw (IllegalStateException) thrown.join();
    }

    @Test
    void execute_inAContext_reportsWhatTheTaskThrows() throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ThreadPoolExecutor executor = propagating(() -> Runnable::run);
        IllegalStateException failure = new IllegalStateException("of the task");
        executor.execute(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.complete(thrown));
            throw failure;
        });
        assertSame(failure, reported.get(Delays.large().toNanos(), TimeUnit.NANOSECONDS));
        assertEquals(1, executor.submit(() -> 1).result());
    }

    @Test
    void executeOfAnAction_inAContext_reportsItsCheckedExceptionAsItIs() throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ThreadPoolExecutor executor = propagating(() -> Runnable::run);
        IOException failure = new IOException("of the task");
        Action action = () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.complete(thrown));
            throw failure;
        };
        executor.execute(action);
        assertSame(failure, reported.get(Delays.large().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    void capture_thatReturnsNull_refused() {
        ThreadPoolExecutor executor = propagating(() -> null);
        assertThrows(NullPointerException.class, () -> executor.submit(() -> 1));
        assertThrows(NullPointerException.class, () -> executor.execute(() -> {}));
    }

    @Test
    void shutdownNow_returnsWhatWasExecutedAsItCame() throws Exception {
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(user));
        CountDownLatch started = new CountDownLatch(1);
        Future<?> running = executor.submit(() -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        started.await();
        Runnable command = () -> {};
        executor.execute(command);
        user.set("ada");
        Future<String> queued = executor.submit(() -> user.get());
        user.set("later");
        List<Runnable> rest = executor.shutdownNow();
        assertEquals(2, rest.size());
        assertSame(command, rest.get(0));
        rest.get(1).run();
        assertEquals("ada", queued.result());
        assertEquals("later", user.get());
        assertInstanceOf(InterruptedException.class, running.exception());
    }

    @Test
    void interruptOfACancelledTask_isNotSeenByItsSuccessor() throws Exception {
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(user));
        for (int round = 0; round < 200; round++) {
            Future<?> cancelled = executor.submit(() -> new CountDownLatch(1).await());
            Future<Boolean> next = executor.submit(() -> Thread.currentThread().isInterrupted());
            cancelled.cancel(true);
            assertEquals(false, next.result());
        }
    }

    @Test
    @SuppressWarnings("ThreadLocalUsage") // what is left of it with the task is the point
    void whatWasCaptured_isForgottenWithTheTask() throws Exception {
        ThreadLocal<Object> large = new ThreadLocal<>();
        ThreadPoolExecutor executor = propagating(ContextPropagation.of(large));
        WeakReference<Object> value = submitWithAValue(executor, large);
        Future<Integer> later = executor.submit(() -> 1); // the worker has left the first one
        assertEquals(1, later.result());
        GcFinalization.awaitClear(value);
    }

    private static WeakReference<Object> submitWithAValue(ThreadPoolExecutor executor, ThreadLocal<Object> local)
            throws InterruptedException {
        Object value = new Object();
        local.set(value);
        assertEquals(2, executor.submit(() -> 2).result());
        local.remove();
        return new WeakReference<>(value);
    }

    @Test
    void nulls_refused() {
        new NullPointerTester().testAllPublicStaticMethods(ContextPropagation.class);
        assertThrows(NullPointerException.class, () -> ContextPropagation.of(user, null));
        assertThrows(
                NullPointerException.class, () -> ThreadPoolExecutor.builder().contextPropagation(user, null));
    }
}
