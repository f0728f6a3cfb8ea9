// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ObjectInputFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Fn;
import procession.futures.OnFailure;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.futures.TaskOutput;
import procession.futures.TaskTimeoutException;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What the builder of a Pool has from that of an executor, and limits on each call. */
@ExtendWith(LeakCheck.class)
class PoolBuilderTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();
    private static final List<Integer> TEN_WITHOUT_THREE = List.of(0, 1, 2, -1, 4, 5, 6, 7, 8, 9);

    @TempDir
    Path directory;

    private static Pool limited(TaskOptions options) {
        return Pool.builder().processes(2).taskOptions(options).build();
    }

    private static List<Integer> taken(Results<Integer> results) {
        List<Integer> taken = new ArrayList<>();
        try (results) {
            results.forEachRemaining(taken::add);
        }
        return taken;
    }

    /** Returns a result that is ready, or cancelled because it took too long and would keep the pool from closing. */
    private static <T extends @Nullable Object> AsyncResult<T> readyOrTerminated(AsyncResult<T> result, Pool pool)
            throws Exception {
        if (!result.await(Delays.large())) {
            pool.terminate();
        }
        return result;
    }

    @Test
    void skip_putsItsValueInThePlaceOfTheOneThatDied() throws Exception {
        Fn<Integer, Integer> halting = n -> {
            if (n == 3) {
                Runtime.getRuntime().halt(1);
            }
            return n;
        };
        try (Pool pool = limited(TaskOptions.onFailure(OnFailure.skip(-1)))) {
            assertEquals(TEN_WITHOUT_THREE, pool.map(halting, TEN, 5));
            assertEquals(TEN_WITHOUT_THREE, taken(pool.imap(halting, TEN, 5)));
            List<Integer> unordered = taken(pool.imapUnordered(halting, TEN, 5));
            assertEquals(
                    TEN_WITHOUT_THREE.stream().sorted().toList(),
                    unordered.stream().sorted().toList());
            AsyncResult<Integer> one = pool.applyAsync(() -> halting.apply(3));
            assertEquals(-1, one.get(Delays.large()));
            assertTrue(one.successful());
        }
    }

    /** A function that halts its worker the first time that it is called with 3. */
    private static Fn<Integer, Integer> haltingOnce(Mark runs) {
        return n -> {
            if (n == 3) {
                runs.addPid();
                if (runs.lines().size() == 1) {
                    Runtime.getRuntime().halt(1);
                }
            }
            return n;
        };
    }

    @Test
    void retries_runTheOneThatDiedAgain_inAnotherWorker() throws Exception {
        Mark ofMap = new Mark(directory, "of-map");
        Mark ofImap = new Mark(directory, "of-imap");
        try (Pool pool = limited(TaskOptions.retries(1))) {
            assertEquals(TEN, pool.map(haltingOnce(ofMap), TEN, 5));
            assertEquals(TEN, taken(pool.imap(haltingOnce(ofImap), TEN, 5)));
        }
        for (Mark runs : List.of(ofMap, ofImap)) {
            assertEquals(2, runs.lines().stream().distinct().count(), runs.lines()::toString);
        }
    }

    @Test
    void progressTimeout_endsTheSilentOne() throws Exception {
        try (Pool pool = limited(TaskOptions.progressTimeout(Delays.small()).onFailure(OnFailure.skip(-1)))) {
            AsyncResult<List<Integer>> result = pool.mapAsync(
                    n -> {
                        if (n == 3) {
                            Workers.never();
                        }
                        return n;
                    },
                    TEN);
            assertEquals(TEN_WITHOUT_THREE, readyOrTerminated(result, pool).get());
        }
    }

    @Test
    void timeoutOfTheOptions_winsOverTaskTimeout_whichIsForThoseWithoutOne() throws Exception {
        try (Pool pool = Pool.builder()
                .processes(1)
                .taskOptions(TaskOptions.timeout(Delays.large()))
                .taskTimeout(Duration.ofNanos(1))
                .build()) {
            assertEquals(TEN, pool.map(n -> n, TEN));
        }
        try (Pool pool = Pool.builder()
                .processes(1)
                .taskTimeout(Delays.small())
                .taskOptions(TaskOptions.retries(0))
                .build()) {
            AsyncResult<@Nullable Void> endless = readyOrTerminated(pool.applyAsync(Workers::never), pool);
            CompletionException late = assertThrows(CompletionException.class, endless::get);
            assertInstanceOf(TaskTimeoutException.class, late.getCause());
        }
    }

    @Test
    void captureOutput_andTaskOptions_areBothKept_inWhicheverOrder() throws Exception {
        TaskOptions skip = TaskOptions.onFailure(OnFailure.skip(-1));
        List<TaskOutput> told = Collections.synchronizedList(new ArrayList<>());
        for (Pool.Builder builder : List.of(
                Pool.builder().captureOutput(told::add).taskOptions(skip),
                Pool.builder().taskOptions(skip).captureOutput(told::add))) {
            told.clear();
            try (Pool pool = builder.processes(1).build()) {
                int value = pool.apply(() -> {
                    System.out.print("last words");
                    System.out.flush();
                    Runtime.getRuntime().halt(1);
                    return 1;
                });
                assertEquals(-1, value);
            }
            assertEquals(
                    List.of("last words"), told.stream().map(TaskOutput::out).toList());
        }
    }

    @Test
    void exitHook_runsInEachWorker() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        List<Long> pids = new ArrayList<>();
        try (Pool pool = Pool.builder()
                .exitHook(hooks::addPid)
                .processes(1)
                .maxTasksPerChild(1)
                .build()) {
            pids.addAll(pool.map(n -> Workers.pid(), List.of(1, 2), 1));
        }
        assertEquals(
                pids.stream().sorted().toList(),
                hooks.lines().stream().map(Long::valueOf).sorted().toList());
    }

    @Test
    void idleTimeout_endsWorkers_andLaterCallsStartOthers() throws Exception {
        try (Pool pool = Pool.builder().processes(2).idleTimeout(Delays.brief()).build()) {
            for (int round = 0; round < 2; round++) {
                long pid = pool.apply(() -> Workers.pid());
                Await.until(
                        "no more workers",
                        Delays.large(),
                        () -> Workers.children().isEmpty());
                assertTrue(Workers.isGone(pid));
            }
        }
    }

    @Test
    void startTimeout_breaksAPoolWhoseWorkersHang() throws Exception {
        try (Pool pool = Pool.builder()
                .processes(1)
                .initializer(Workers::never)
                .startTimeout(Delays.small())
                .build()) {
            AsyncResult<?> first = readyOrTerminated(pool.mapAsync(n -> n, TEN), pool);
            assertThrows(BrokenProcessPoolException.class, first::get);
            assertThrows(BrokenProcessPoolException.class, () -> pool.apply(() -> 1));
        }
    }

    @Test
    void objectInputFilter_isAskedAboutResults() throws Exception {
        ObjectInputFilter noLists = asked -> asked.serialClass() == ArrayList.class
                ? ObjectInputFilter.Status.REJECTED
                : ObjectInputFilter.Status.UNDECIDED;
        try (Pool pool = Pool.builder().processes(1).objectInputFilter(noLists).build()) {
            assertThrows(NotTransferableException.class, () -> pool.apply(() -> new ArrayList<>(TEN)));
            assertEquals(TEN, pool.map(n -> n, TEN));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tested
    void builder_null_isRefused() {
        Pool.Builder builder = Pool.builder();
        assertThrows(NullPointerException.class, () -> builder.taskOptions(null));
        assertThrows(NullPointerException.class, () -> builder.captureOutput(null));
        assertThrows(NullPointerException.class, () -> builder.progress(null));
        assertThrows(NullPointerException.class, () -> builder.exitHook(null));
        assertThrows(NullPointerException.class, () -> builder.logLevel(null));
    }
}
