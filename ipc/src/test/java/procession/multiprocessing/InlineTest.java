// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Action;
import procession.futures.BiFn;
import procession.futures.BrokenExecutorException;
import procession.futures.Executor;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.OnFailure;
import procession.futures.Progress;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What a pool of no workers does: all of it in the caller. */
@ExtendWith(LeakCheck.class)
@SuppressWarnings({"NullAway", "StaticAssignmentOfThrowable"}) // the very object is what is to be seen
class InlineTest {
    /** What tasks do here is seen here, because it is this JVM; not captured, so it does not travel. */
    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();

    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final IllegalStateException FAILURE = new IllegalStateException("on purpose");

    private static ProcessPoolExecutor inline() {
        return ProcessPoolExecutor.builder().workers(0).build();
    }

    private static Action event(String event) {
        return () -> EVENTS.add(event + " " + Worker.current().rank());
    }

    @Test
    void submit_runsInTheCaller_beforeItReturns() throws Exception {
        try (ProcessPoolExecutor executor = inline()) {
            Future<Long> future = executor.submit(() -> Thread.currentThread().getId());
            assertTrue(future.done());
            assertEquals(Thread.currentThread().getId(), future.result());
        }
    }

    @Test
    void failure_isTheVeryObject_withAStackThatLeadsIntoTheCaller() throws Exception {
        try (ProcessPoolExecutor executor = inline()) {
            Future<?> future = executor.submit(() -> {
                throw FAILURE;
            });
            assertSame(FAILURE, future.exception());
            Future<?> fresh = executor.submit(() -> {
                throw new UnsupportedOperationException();
            });
            assertTrue(Arrays.stream(fresh.exception().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().startsWith("failure_isTheVeryObject")
                            && !frame.getMethodName().contains("lambda")));
        }
    }

    @Test
    void task_worksOnCopies() throws Exception {
        ArrayList<Integer> mine = new ArrayList<>(List.of(1));
        try (ProcessPoolExecutor executor = inline()) {
            Future<ArrayList<Integer>> future = executor.submit(() -> {
                mine.add(2);
                return mine;
            });
            assertEquals(List.of(1, 2), future.result());
            assertEquals(List.of(1), mine);
            Results<int[]> results = executor.map(item -> item, List.of(new int[] {1}));
            int[] item = {1};
            assertArrayEquals(item, results.next());
            int[] back = executor.map(array -> array, List.of(item)).next();
            assertNotSame(item, back);
        }
    }

    @Test
    void whatCannotTravel_isRefused_asByWorkers() throws Exception {
        Object anchor = new Object();
        try (ProcessPoolExecutor executor = inline()) {
            assertThrows(NotTransferableException.class, () -> executor.submit(() -> anchor.hashCode()));
            assertThrows(NotTransferableException.class, () -> executor.map(item -> 1, List.of(new Object())));
            Throwable result = executor.submit(() -> new Object()).exception();
            assertTrue(result.getMessage().contains("the result of the task can't travel back"), result::toString);
        }
    }

    @Test
    void initializerAndExitHook_runOnce_asWorker() throws Exception {
        EVENTS.clear();
        try (ProcessPoolExecutor executor = ProcessPoolExecutor.builder()
                .workers(0)
                .initializer(() -> {
                    EVENTS.add("initializer " + Worker.current().rank());
                    Worker.current().state().put("key", "value");
                })
                .exitHook(event("exit"))
                .build()) {
            assertEquals(List.of(), EVENTS);
            executor.submit(event("task")).result();
            executor.submit(() -> {
                        EVENTS.add("state " + Worker.current().state().get("key"));
                        Worker.current().progress(0.5, "half");
                    })
                    .result();
        }
        assertEquals(List.of("initializer 0", "task 0", "state value", "exit 0"), EVENTS);
        assertThrows(IllegalStateException.class, Worker::current);
    }

    @Test
    void exitHook_ofAPoolThatWasNotUsed_doesNotRun() {
        EVENTS.clear();
        ProcessPoolExecutor.builder().workers(0).exitHook(event("exit")).build().close();
        assertEquals(List.of(), EVENTS);
    }

    @Test
    void initializerThatFails_breaksThePool() throws Exception {
        try (ProcessPoolExecutor executor = ProcessPoolExecutor.builder()
                .workers(0)
                .initializer(() -> {
                    throw FAILURE;
                })
                .build()) {
            Throwable failure = executor.submit(() -> 1).exception();
            assertSame(FAILURE, failure.getCause());
            assertTrue(failure instanceof BrokenProcessPoolException, failure::toString);
            assertThrows(
                    BrokenExecutorException.class,
                    () -> executor.submit(() -> 1).result());
            assertTrue(executor.isShutdown());
        }
    }

    @Test
    void manyThreads_runAtTheSameTime_afterOneInitializer() throws Exception {
        COUNT.set(0);
        try (ProcessPoolExecutor executor = ProcessPoolExecutor.builder()
                        .workers(0)
                        .initializer(() -> COUNT.incrementAndGet())
                        .build();
                ThreadHarness threads = new ThreadHarness()) {
            for (int i = 0; i < 3; i++) {
                threads.start("submitter " + i, () -> {
                    int count = executor.submit(() -> {
                                Meeting.BARRIER.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS);
                                return COUNT.get();
                            })
                            .result();
                    assertEquals(1, count);
                });
            }
        }
    }

    private static final class Meeting {
        static final CyclicBarrier BARRIER = new CyclicBarrier(3);
    }

    @Test
    void close_waitsForATaskOfAnotherThread_thenRunsTheExitHook() throws Exception {
        EVENTS.clear();
        Gates.ENTERED = new CountDownLatch(1);
        Gates.OPEN = new CountDownLatch(1);
        ProcessPoolExecutor executor =
                ProcessPoolExecutor.builder().workers(0).exitHook(event("exit")).build();
        try (ThreadHarness threads = new ThreadHarness()) {
            threads.start("submitter", () -> {
                Future<?> done = executor.submit(() -> {
                    Gates.ENTERED.countDown();
                    Gates.OPEN.await();
                    EVENTS.add("task");
                });
                assertTrue(done.done());
            });
            Gates.ENTERED.await();
            executor.shutdown();
            assertFalse(executor.isTerminated());
            assertThrows(
                    RejectedExecutionException.class,
                    () -> executor.submit(() -> 1).result());
            Gates.OPEN.countDown();
            executor.close();
        }
        assertTrue(executor.isTerminated());
        assertEquals(List.of("task", "exit 0"), EVENTS);
    }

    private static final class Gates {
        static volatile CountDownLatch ENTERED = new CountDownLatch(0);
        static volatile CountDownLatch OPEN = new CountDownLatch(0);
    }

    @Test
    void interruptThatATaskSees_staysWithTheCaller() throws Exception {
        try (ProcessPoolExecutor executor = inline()) {
            Thread.currentThread().interrupt();
            Future<?> future = executor.submit(() -> Thread.sleep(Long.MAX_VALUE));
            assertTrue(Thread.interrupted());
            assertTrue(future.exception() instanceof InterruptedException);
        }
    }

    @Test
    void map_inGroups_lazily_andWithFailures() throws Exception {
        List<Integer> ten = IntStream.range(0, 10).boxed().toList();
        try (ProcessPoolExecutor executor = inline()) {
            assertEquals(ten, executor.map(i -> i, ten, MapOptions.chunksize(4)).toList());
            AtomicInteger read = new AtomicInteger();
            Iterable<Integer> naturals =
                    () -> Stream.generate(read::getAndIncrement).iterator();
            try (Results<Integer> results = executor.map(i -> i, naturals, MapOptions.buffersize(2))) {
                assertEquals(0, results.next());
                assertTrue(read.get() <= 3);
            }
            List<Boolean> succeeded = new ArrayList<>();
            executor.map(i -> 1 / i, List.of(1, 0, 1), MapOptions.chunksize(3))
                    .outcomes()
                    .forEachRemaining(outcome -> succeeded.add(outcome.succeeded()));
            assertEquals(List.of(true, false, true), succeeded);
        }
    }

    @Test
    void nestedPools_haveWorkersOfTheirOwn() throws Exception {
        try (ProcessPoolExecutor executor = inline()) {
            assertEquals(
                    "inner outer",
                    executor.submit(() -> {
                                Worker.current().state().put("who", "outer");
                                try (ProcessPoolExecutor inner = inline()) {
                                    String who = inner.submit(() -> {
                                                Worker.current().state().put("who", "inner");
                                                return Worker.current().state().get("who") + " ";
                                            })
                                            .result();
                                    return who + Worker.current().state().get("who");
                                }
                            })
                            .result());
        }
    }

    @Test
    void pool_allOfItsMethods_runInTheCaller() throws Exception {
        long caller = Thread.currentThread().getId();
        List<Object> called = new CopyOnWriteArrayList<>();
        try (Pool pool = Pool.builder().workers(0).build()) {
            assertEquals(caller, pool.apply(() -> Thread.currentThread().getId()));
            assertTrue(pool.applyAsync(() -> 1, called::add, called::add).ready());
            assertEquals(List.of(1), called);
            assertEquals(List.of(1, 4, 9), pool.map(i -> i * i, List.of(1, 2, 3)));
            assertEquals(
                    List.of(3), pool.<Integer, Integer, Integer>starmap((a, b) -> a + b, List.of(Map.entry(1, 2))));
            assertEquals(List.of(1, 4), pool.imap(i -> i * i, List.of(1, 2)).toList());
            assertEquals(
                    List.of(1, 4), pool.imapUnordered(i -> i * i, List.of(1, 2)).toList());
            assertSame(
                    FAILURE,
                    assertThrows(
                            IllegalStateException.class,
                            () -> pool.map(
                                    i -> {
                                        throw FAILURE;
                                    },
                                    List.of(1))));
        }
    }

    @Test
    void pool_formsWithCallbacksAndGroups_areAsWithWorkers() throws Exception {
        List<Object> called = new CopyOnWriteArrayList<>();
        List<Integer> items = List.of(1, 2, 3, 4, 5);
        List<Integer> squares = List.of(1, 4, 9, 16, 25);
        Fn<Integer, Integer> square = i -> i * i;
        Fn<Integer, Integer> failing = i -> {
            throw FAILURE;
        };
        BiFn<Integer, Integer, Integer> sum = (a, b) -> a + b;
        List<Map.Entry<Integer, Integer>> pairs = List.of(Map.entry(1, 2), Map.entry(3, 4));
        Pool pool = Pool.builder().workers(0).build();
        try (pool) {
            EVENTS.clear();
            pool.apply(event("applied"));
            pool.applyAsync(event("applied async")).get();
            assertEquals(List.of("applied 0", "applied async 0"), EVENTS);
            pool.applyAsync(
                    () -> {
                        throw FAILURE;
                    },
                    called::add,
                    called::add);
            assertEquals(List.of(FAILURE), called);
            called.clear();
            assertEquals(squares, pool.map(square, items, 2));
            assertEquals(squares, pool.mapAsync(square, items).get());
            assertEquals(squares, pool.mapAsync(square, items, 3).get());
            pool.<Integer, Integer>mapAsync(square, items, called::add, called::add);
            pool.<Integer, Integer>mapAsync(failing, items, 2, called::add, called::add);
            pool.<Integer, Integer>mapAsync(square, List.of(), called::add, called::add);
            assertEquals(List.of(squares, FAILURE, List.of()), called);
            called.clear();
            assertEquals(List.of(3, 7), pool.starmap(sum, pairs, 2));
            assertEquals(List.of(3, 7), pool.starmapAsync(sum, pairs).get());
            assertEquals(List.of(3, 7), pool.starmapAsync(sum, pairs, 1).get());
            pool.<Integer, Integer, Integer>starmapAsync(sum, pairs, called::add, called::add);
            pool.<Integer, Integer, Integer>starmapAsync(sum, pairs, 2, called::add, called::add);
            assertEquals(List.of(List.of(3, 7), List.of(3, 7)), called);
            assertEquals(squares, pool.imap(square, items, 2).toList());
            assertEquals(squares, pool.imap(square, items, 2, 3).toList());
            assertEquals(squares, pool.imapUnordered(square, items, 2).toList());
            assertEquals(squares, pool.imapUnordered(square, items, 2, 3).toList());
            Results<Integer> failures = pool.imap(failing, items);
            assertSame(FAILURE, assertThrows(IllegalStateException.class, failures::next));
            assertEquals(4, failures.outcomes().toList().size());
        }
        assertThrows(IllegalStateException.class, () -> pool.apply(() -> 1));
        assertThrows(IllegalStateException.class, () -> pool.imap(square, items));
        assertTrue(pool.join(Delays.large()));
    }

    @Test
    void pool_imap_readsAndCallsAsResultsAreTaken() throws Exception {
        EVENTS.clear();
        AtomicInteger read = new AtomicInteger();
        Iterable<Integer> naturals =
                () -> Stream.generate(read::incrementAndGet).iterator();
        try (Pool pool = Pool.builder().workers(0).build();
                Results<Integer> results = pool.imap(
                        i -> {
                            EVENTS.add("call " + i);
                            return i;
                        },
                        naturals)) {
            for (int i = 1; i <= 5; i++) {
                assertEquals(i, results.next());
                assertTrue(EVENTS.size() <= i + 2, () -> "too far ahead: " + EVENTS);
                assertEquals(read.get(), EVENTS.size());
            }
        }
    }

    @Test
    void pool_progress_isShown_andTheEndOfEachMap() throws Exception {
        List<Progress.State> states = new CopyOnWriteArrayList<>();
        try (Pool pool = Pool.builder().workers(0).progress(states::add).build()) {
            assertEquals(List.of(1, 2, 3), pool.map(i -> i, List.of(1, 2, 3)));
            assertEnd(states, 3, 0);
            assertThrows(ArithmeticException.class, () -> pool.map(i -> 1 / i, List.of(1, 0, 1)));
            assertEnd(states, 2, 1);
            assertEquals(
                    List.of(1, 2, 3), pool.imap(i -> i, List.of(1, 2, 3), 2).toList());
            assertEnd(states, 3, 0);
        }
    }

    private static void assertEnd(List<Progress.State> states, int succeeded, int failed) {
        Await.until(
                "the end is shown",
                () -> !states.isEmpty() && states.get(states.size() - 1).closed());
        Progress.State last = states.get(states.size() - 1);
        assertEquals(succeeded + failed, last.done());
        assertEquals(failed, last.failed());
        states.clear();
    }

    /** As the documentation of workers(0) says: nothing can stop a thread that goes on. */
    @Test
    void limits_meanNothing_andOutputIsNotCaptured() throws Exception {
        List<Object> told = new CopyOnWriteArrayList<>();
        COUNT.set(0);
        Action longerThanTheLimit = () -> {
            COUNT.incrementAndGet();
            for (long end = System.nanoTime() + 2_000_000; end - System.nanoTime() > 0; ) {
                Thread.onSpinWait();
            }
        };
        Duration limit = Duration.ofNanos(1);
        try (Captured captured = new Captured();
                Pool pool = Pool.builder()
                        .workers(0)
                        .taskTimeout(limit)
                        .captureOutput(told::add)
                        .build();
                ProcessPoolExecutor executor = inline()) {
            pool.apply(longerThanTheLimit);
            pool.apply(() -> System.out.println("printed by a call"));
            captured.awaitOut("printed by a call");
            Executor limited = executor.with(
                    TaskOptions.timeout(limit).progressTimeout(limit).retries(3).onFailure(OnFailure.skip(null)));
            assertNull(limited.submit(longerThanTheLimit).exception());
            assertSame(
                    FAILURE,
                    limited.submit(() -> {
                                COUNT.incrementAndGet();
                                throw FAILURE;
                            })
                            .exception());
            assertEquals(3, COUNT.get(), "each ran once");
        }
        assertEquals(List.of(), told);
    }

    @Test
    void workers_otherThanZero_areThoseOfMaxWorkers() throws Exception {
        assertThrows(
                IllegalArgumentException.class,
                () -> ProcessPoolExecutor.builder().workers(-1));
        assertThrows(IllegalArgumentException.class, () -> Pool.builder().workers(-1));
        for (IllegalArgumentException refusal : List.of(
                assertThrows(IllegalArgumentException.class, () -> new ProcessPoolExecutor(0)),
                assertThrows(IllegalArgumentException.class, () -> new Pool(0)))) {
            assertTrue(refusal.getMessage().contains("workers(0)"), refusal::getMessage);
        }
        try (ProcessPoolExecutor executor =
                ProcessPoolExecutor.builder().workers(1).build()) {
            assertNotSame(
                    ProcessHandle.current().pid(),
                    executor.submit(() -> ProcessHandle.current().pid()).result());
        }
    }

    @Test
    void argumentThatCannotBeRead_failsItsTask() throws Exception {
        Broken broken = new Broken();
        try (ProcessPoolExecutor executor = inline()) {
            Throwable failure = executor.submit(() -> broken.number).exception();
            assertTrue(failure instanceof NotTransferableException, failure::toString);
            assertTrue(failure.getMessage().contains("a worker could not read the task"), failure::toString);
        }
    }

    private static final class Broken implements Serializable {
        private static final long serialVersionUID = 1L;
        private final int number = 1;

        private Object readResolve() throws java.io.ObjectStreamException {
            throw new java.io.InvalidObjectException("not to be read");
        }
    }
}
