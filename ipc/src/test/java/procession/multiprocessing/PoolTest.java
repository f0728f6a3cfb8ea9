// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Action;
import procession.futures.Fn;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** One call, and lists. */
@ExtendWith(LeakCheck.class)
@SuppressWarnings("NullAway") // passes nulls to see them refused
class PoolTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    @TempDir
    Path directory;

    private static List<Integer> squaresOf(List<Integer> items) {
        return items.stream().map(n -> n * n).toList();
    }

    @Test
    void apply_returnsOrThrowsWhatTheTaskDoes() throws Exception {
        try (Pool pool = new Pool(1)) {
            long pid = pool.apply(() -> Workers.pid());
            assertTrue(pid != Workers.pid());
            assertNull(pool.apply(() -> null));
            Mark mark = new Mark(directory, "mark");
            pool.apply(() -> mark.add("done"));
            assertEquals(List.of("done"), mark.lines());
            assertNull(pool.applyAsync((Action) () -> {}).get());
            assertEquals(
                    "bad",
                    assertThrows(
                                    IllegalStateException.class,
                                    () -> pool.apply(() -> {
                                        throw new IllegalStateException("bad");
                                    }))
                            .getMessage());
            CompletionException checked = assertThrows(
                    CompletionException.class,
                    () -> pool.apply(() -> {
                        throw new FileNotFoundException("gone");
                    }));
            assertEquals(FileNotFoundException.class, checked.getCause().getClass());
        }
    }

    @Test
    void apply_ofAFunction_takesItsArgumentAlong() throws Exception {
        try (Pool pool = new Pool(1)) {
            int next = pool.apply(n -> n + 1, 41);
            assertEquals(42, next);
            assertTrue(pool.apply(n -> Workers.pid() + n, 0) != Workers.pid());
            assertNull(pool.applyAsync(n -> null, 1).get());
            WorkerDiedException died = assertThrows(
                    WorkerDiedException.class,
                    () -> pool.apply(
                            code -> {
                                Runtime.getRuntime().halt(code);
                                return 1;
                            },
                            7));
            assertEquals(7, died.exitCode().orElse(-1));
            assertFalse(died.getMessage().contains("item"), died::getMessage);
            NotTransferableException refused =
                    assertThrows(NotTransferableException.class, () -> pool.apply(o -> 1, new Object()));
            assertTrue(
                    refused.getMessage().contains("java.lang.Object is not java.io.Serializable"), refused::getMessage);
            assertThrows(NullPointerException.class, () -> pool.apply(n -> n, null));
            assertThrows(NullPointerException.class, () -> pool.applyAsync((Fn<Integer, Integer>) null, 1));
        }
        Pool closed = new Pool(1);
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.applyAsync(n -> n, 1));
    }

    @Test
    void asyncResult_isReadyWhenTheTaskIsDone() throws Exception {
        Mark gate = new Mark(directory, "gate");
        try (Pool pool = new Pool(1)) {
            AsyncResult<Integer> result = pool.applyAsync(() -> {
                gate.pass();
                return 42;
            });
            assertFalse(result.ready());
            assertFalse(result.await(Delays.brief()));
            assertFalse(result.await(Duration.ZERO));
            assertThrows(TimeoutException.class, () -> result.get(Duration.ofMillis(-1)));
            TimeoutException late = assertThrows(TimeoutException.class, () -> result.get(Delays.brief()));
            assertTrue(late.getMessage().contains("not ready"), late::getMessage);
            assertTrue(assertThrows(IllegalStateException.class, result::successful)
                    .getMessage()
                    .contains("not ready"));
            assertTrue(result.toString().contains("not done"), result::toString);
            try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
                threads.start("getter", () -> assertEquals(42, result.get()));
                threads.start("waiter", result::await);
                gate.add("open");
            }
            assertEquals(42, result.get(Duration.ZERO));
            assertTrue(result.ready());
            assertTrue(result.successful());
            AsyncResult<Integer> failed = pool.applyAsync((Task<Integer>) () -> {
                throw new NoSuchElementException("none");
            });
            failed.await();
            assertFalse(failed.successful());
            NoSuchElementException thrown = assertThrows(NoSuchElementException.class, failed::get);
            assertSame(thrown, assertThrows(NoSuchElementException.class, () -> failed.get(Duration.ZERO)));
        }
    }

    @Test
    void interruptedGet_leavesTheResultAlone() throws Exception {
        Mark gate = new Mark(directory, "gate");
        try (Pool pool = new Pool(1);
                ThreadHarness threads = new ThreadHarness(Delays.large())) {
            AsyncResult<Integer> result = pool.applyAsync(() -> {
                gate.pass();
                return 1;
            });
            Thread getter = threads.start("getter", () -> assertThrows(InterruptedException.class, result::get));
            Await.blocked(getter);
            getter.interrupt();
            threads.join();
            gate.add("open");
            assertEquals(1, result.get());
        }
    }

    @Test
    void interruptedMap_cancelsWhatHasNotStarted() throws Exception {
        Mark gate = new Mark(directory, "gate");
        Mark started = new Mark(directory, "started");
        try (Pool pool = new Pool(1);
                ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Fn<Integer, Integer> waiting = n -> {
                started.add(n);
                gate.pass();
                return n;
            };
            Thread mapper = threads.start(
                    "mapper", () -> assertThrows(InterruptedException.class, () -> pool.map(waiting, TEN, 1)));
            started.await();
            Await.blocked(mapper);
            mapper.interrupt();
            threads.join();
            gate.add("open");
        }
        assertEquals(List.of("0"), started.lines());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 10, 1000})
    void map_returnsResultsInOrder_forEachChunksize(int chunksize) throws Exception {
        try (Pool pool = new Pool(2)) {
            List<Integer> results = chunksize == 0 ? pool.map(n -> n * n, TEN) : pool.map(n -> n * n, TEN, chunksize);
            assertEquals(squaresOf(TEN), results);
            results.add(1); // the caller's own
            AsyncResult<List<Integer>> async = pool.mapAsync(n -> n * n, TEN);
            assertSame(async.get(), async.get());
            assertThrows(UnsupportedOperationException.class, () -> async.get().add(1));
            Iterable<Integer> noCollection = () -> TEN.stream().iterator();
            assertEquals(squaresOf(TEN), pool.map(n -> n * n, noCollection));
            assertEquals(Arrays.asList(null, null), pool.map(n -> null, List.of(1, 2)));
        }
    }

    @Test
    void emptyInput_isReadyAtOnce_andStartsNothing() throws Exception {
        var before = Workers.children();
        try (Pool pool = new Pool(2)) {
            assertEquals(List.of(), pool.map(n -> n, List.of()));
            assertEquals(List.of(), pool.starmap((a, b) -> a, Map.of().entrySet()));
            assertTrue(pool.mapAsync(n -> n, List.of(), 5).successful());
            assertFalse(pool.imap(n -> n, List.of()).hasNext());
            assertEquals(before, Workers.children());
        }
    }

    @Test
    void defaultChunksize_makesFourChunksForEachProcess() throws Exception {
        try (ProcessPoolExecutor executor = new ProcessPoolExecutor(3)) {
            PoolCalls calls = new PoolCalls(executor, 3, TaskOptions.defaults(), null);
            assertEquals(1, calls.defaultChunksize(1));
            assertEquals(1, calls.defaultChunksize(12));
            assertEquals(2, calls.defaultChunksize(13));
            assertEquals(178956971, calls.defaultChunksize(Integer.MAX_VALUE));
            assertEquals(48, calls.bufferFor(1));
            assertEquals(Integer.MAX_VALUE, calls.bufferFor(Integer.MAX_VALUE));
        }
    }

    @Test
    void chunksizesAndProcesses_belowOne_areRefused() {
        assertEquals(
                "processes must be at least 1, but is 0; to run tasks in their caller, for debugging,"
                        + " use the builder's workers(0)",
                assertThrows(IllegalArgumentException.class, () -> new Pool(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Pool.builder().maxTasksPerChild(0));
        assertThrows(IllegalArgumentException.class, () -> Pool.builder().taskTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> Pool.builder().jvmOptions("Xmx1g"));
        try (Pool pool = new Pool(1)) {
            for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
                String message = "chunksize must be at least 1, but is " + wrong;
                assertEquals(
                        message,
                        assertThrows(IllegalArgumentException.class, () -> pool.map(n -> n, TEN, wrong))
                                .getMessage());
                assertThrows(IllegalArgumentException.class, () -> pool.mapAsync(n -> n, List.of(), wrong));
                assertThrows(IllegalArgumentException.class, () -> pool.imap(n -> n, TEN, wrong));
                assertThrows(IllegalArgumentException.class, () -> pool.imapUnordered(n -> n, TEN, wrong));
                assertThrows(
                        IllegalArgumentException.class,
                        () -> pool.starmap((a, b) -> a, Map.of(1, 2).entrySet(), wrong));
                assertEquals(
                        "buffersize must be at least 1, but is " + wrong,
                        assertThrows(IllegalArgumentException.class, () -> pool.imap(n -> n, TEN, 1, wrong))
                                .getMessage());
            }
        }
    }

    @Test
    void nulls_areRefusedAtOnce() {
        try (Pool pool = new Pool(1)) {
            assertThrows(NullPointerException.class, () -> pool.apply((Task<Integer>) null));
            assertThrows(NullPointerException.class, () -> pool.applyAsync((Action) null));
            assertThrows(NullPointerException.class, () -> pool.applyAsync(() -> 1, null, failure -> {}));
            assertThrows(NullPointerException.class, () -> pool.applyAsync(() -> 1, result -> {}, null));
            assertThrows(NullPointerException.class, () -> pool.map((Fn<Integer, Integer>) null, TEN));
            assertThrows(NullPointerException.class, () -> pool.map(n -> n, (List<Integer>) null));
            assertThrows(NullPointerException.class, () -> pool.mapAsync(n -> n, Arrays.asList(1, null)));
            assertThrows(NullPointerException.class, () -> pool.imap(null, TEN));
            assertThrows(NullPointerException.class, () -> pool.imap(n -> n, (List<Integer>) null));
            assertThrows(
                    NullPointerException.class,
                    () -> pool.starmap((a, b) -> a, (List<Map.Entry<Integer, Integer>>) null));
            assertThrows(
                    NullPointerException.class,
                    () -> pool.starmap(
                            (a, b) -> a, Collections.singletonMap(1, null).entrySet()));
        }
    }

    @Test
    void starmap_callsWithBothHalves() throws Exception {
        TreeMap<String, Integer> words = new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3));
        List<Map.Entry<Integer, Integer>> pairs = List.of(Map.entry(7, 2), Map.entry(2, 5));
        AtomicInteger called = new AtomicInteger();
        try (Pool pool = new Pool(2)) {
            assertEquals(List.of("a", "bb", "ccc"), pool.starmap(String::repeat, words.entrySet()));
            assertEquals(List.of(5, -3), pool.starmap((a, b) -> a - b, pairs, 2));
            assertEquals(
                    List.of(5, -3), pool.starmapAsync((a, b) -> a - b, pairs).get());
            assertEquals(
                    List.of(5, -3), pool.starmapAsync((a, b) -> a - b, pairs, 1).get());
            pool.starmapAsync((a, b) -> a - b, pairs, list -> called.addAndGet(list.size()), failure -> {})
                    .get();
            pool.starmapAsync((a, b) -> a / (a - 7), pairs, 1, list -> {}, failure -> called.addAndGet(100))
                    .await();
            assertEquals(102, called.get());
        }
    }

    @Test
    void map_withFailures_waitsForAll_andThrowsTheFirstByPosition() throws Exception {
        Mark ran = new Mark(directory, "ran");
        Mark gate = new Mark(directory, "gate");
        try (Pool pool = new Pool(2)) {
            AsyncResult<List<Integer>> result = pool.mapAsync(
                    n -> {
                        ran.add(n);
                        if (n == 2) {
                            gate.pass(); // fails last
                        }
                        if (n == 2 || n == 7) {
                            throw new IllegalArgumentException("item " + n);
                        }
                        return n;
                    },
                    TEN,
                    2);
            Await.until("all have run", Delays.large(), () -> ran.lines().size() == 9);
            assertFalse(result.ready(), "not fail-fast");
            gate.add("open");
            assertEquals(
                    "item 2",
                    assertThrows(IllegalArgumentException.class, result::get).getMessage());
            assertEquals(10, new HashSet<>(ran.lines()).size(), "a failed item costs itself, not its chunk");
        }
    }

    @Test
    void map_whoseInputThrows_throwsThat_andSubmitsNothing() throws Exception {
        Mark ran = new Mark(directory, "ran");
        try (Pool pool = new Pool(1)) {
            Iterable<Integer> failing = () -> new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return true;
                }

                @Override
                public Integer next() {
                    if (next == 5) {
                        throw new IllegalStateException("input");
                    }
                    return next++;
                }
            };
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> pool.map(
                            n -> {
                                ran.add(n);
                                return n;
                            },
                            failing,
                            1));
            assertEquals("input", thrown.getMessage());
            assertEquals(1, pool.apply(() -> 1), "usable");
        }
        assertEquals(List.of(), ran.lines());
    }

    @Test
    void whatCannotTravel_isRefusedInTheCall_byName() throws Exception {
        Object local = new Object();
        try (Pool pool = new Pool(1)) {
            NotTransferableException task =
                    assertThrows(NotTransferableException.class, () -> pool.apply(() -> local.hashCode()));
            assertTrue(task.getMessage().contains("java.lang.Object"), task::getMessage);
            assertThrows(NotTransferableException.class, () -> pool.map(n -> local.hashCode(), TEN));
            assertThrows(NotTransferableException.class, () -> pool.map(n -> 1, List.of(1, local), 1));
            assertThrows(NotTransferableException.class, () -> pool.imap(n -> local.hashCode(), TEN));
            NotTransferableException result =
                    assertThrows(NotTransferableException.class, () -> pool.apply(() -> new Object()));
            assertTrue(result.getMessage().contains("java.lang.Object"), result::getMessage);
            assertEquals(1, pool.apply(() -> 1), "usable");
        }
    }

    @Test
    void deathInMap_failsItsItem_theOthersRunOnce() throws Exception {
        Mark ran = new Mark(directory, "ran");
        try (Pool pool = new Pool(2)) {
            AsyncResult<List<Integer>> result = pool.mapAsync(
                    n -> {
                        ran.add(n);
                        if (n == 4) {
                            Runtime.getRuntime().halt(9);
                        }
                        return n;
                    },
                    TEN,
                    5);
            WorkerDiedException died = assertThrows(WorkerDiedException.class, () -> result.get(Delays.large()));
            assertEquals(9, died.exitCode().orElse(-1));
            assertTrue(died.running().contains("PoolTest"), died::running);
            assertEquals(squaresOf(TEN), pool.map(n -> n * n, TEN), "usable");
        }
        assertEquals(10, ran.lines().size());
        assertEquals(10, new HashSet<>(ran.lines()).size());
    }

    @Test
    void exitInATask_isADeathToo() throws Exception {
        try (Pool pool = new Pool(1)) {
            AsyncResult<Integer> result = pool.applyAsync(() -> {
                System.exit(0);
                return 1;
            });
            assertThrows(WorkerDiedException.class, () -> result.get(Delays.large()));
            assertFalse(result.successful());
        }
    }

    @Test
    void maxTasksPerChild_renewsWorkers() throws Exception {
        try (Pool pool = Pool.builder().processes(1).maxTasksPerChild(2).build()) {
            List<Long> pids = pool.map(n -> Workers.pid(), List.of(1, 2, 3, 4), 1);
            assertEquals(pids.get(0), pids.get(1));
            assertNotEquals(pids.get(1), pids.get(2));
            assertEquals(2, new HashSet<>(pids).size(), pids::toString);
        }
    }

    @Test
    void initializer_runsInEachWorker_withTheJvmOptions() throws Exception {
        try (Pool pool = Pool.builder()
                .processes(1)
                .jvmOptions("-Dpool.test=given")
                .initializer(() -> System.setProperty("pool.init", System.getProperty("pool.test")))
                .build()) {
            assertEquals("given", pool.apply(() -> System.getProperty("pool.init")));
        }
    }

    @Test
    void failingInitializer_breaksThePool() throws Exception {
        try (Pool pool = Pool.builder()
                .processes(1)
                .initializer(() -> {
                    throw new IllegalStateException("no licence");
                })
                .build()) {
            AsyncResult<List<Integer>> first = pool.mapAsync(n -> n, TEN);
            BrokenProcessPoolException broken =
                    assertThrows(BrokenProcessPoolException.class, () -> first.get(Delays.large()));
            assertTrue(broken.getMessage().contains("no licence"), broken::getMessage);
            assertThrows(BrokenProcessPoolException.class, () -> pool.apply(() -> 1));
            assertThrows(
                    BrokenProcessPoolException.class,
                    () -> pool.imap(n -> n, TEN).next());
            assertTrue(assertThrows(IllegalStateException.class, pool::join)
                    .getMessage()
                    .contains("still running"));
        }
    }

    @Test
    void taskTimeout_stopsTheTask_andNoOther() throws Exception {
        try (Pool pool = Pool.builder().processes(1).taskTimeout(Delays.small()).build()) {
            AsyncResult<List<Integer>> result = pool.mapAsync(
                    n -> {
                        if (n == 3) {
                            Workers.never();
                        }
                        return n;
                    },
                    TEN);
            CompletionException stopped = assertThrows(CompletionException.class, () -> result.get(Delays.large()));
            assertEquals(TaskTimeoutException.class, stopped.getCause().getClass());
            assertEquals(1, pool.apply(() -> 1));
        }
    }

    @Test
    void manyThreads_useOnePool() throws Exception {
        List<Integer> sums = Collections.synchronizedList(new ArrayList<>());
        try (Pool pool = new Pool(2)) {
            try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
                threads.startTogether(6, "user", () -> {
                    assertEquals(squaresOf(TEN), pool.map(n -> n * n, TEN));
                    assertEquals(squaresOf(TEN), pool.imap(n -> n * n, TEN, 2).toList());
                    sums.add(pool.apply(() -> 1));
                });
            }
        }
        assertEquals(6, sums.size());
    }
}
