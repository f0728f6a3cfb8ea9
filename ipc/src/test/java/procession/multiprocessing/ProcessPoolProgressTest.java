// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Executor;
import procession.futures.MapOptions;
import procession.futures.OnFailure;
import procession.futures.Progress;
import procession.futures.ProgressContract;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
class ProcessPoolProgressTest extends ProgressContract {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    private final List<Progress.State> states = new CopyOnWriteArrayList<>();

    @Override
    protected Executor create(int maxWorkers) {
        return new ProcessPoolExecutor(maxWorkers);
    }

    private void assertEnd(long total, long done, long failed) {
        Progress.State last = states.get(states.size() - 1);
        assertTrue(last.closed(), () -> "closed before the call has returned: " + states);
        assertEquals(OptionalLong.of(total), last.total());
        assertEquals(done, last.done());
        assertEquals(failed, last.failed());
        states.clear();
    }

    @Test
    void retriesAndSkippedItems_countOnce() throws Exception {
        try (Executor executor = new ProcessPoolExecutor(2)) {
            Executor limited = executor.with(TaskOptions.retries(1).onFailure(OnFailure.skip(-1)));
            List<Integer> results = limited.map(
                            i -> {
                                if (i == 1) {
                                    Runtime.getRuntime().halt(3);
                                }
                                return i;
                            },
                            List.of(0, 1, 2),
                            MapOptions.progress(states::add).chunksize(3))
                    .toList();
            assertEquals(List.of(0, -1, 2), results);
        }
        assertEnd(3, 3, 0);
    }

    @Test
    void pool_showsEachOfItsMaps() throws Exception {
        try (Pool pool = Pool.builder().processes(2).progress(states::add).build()) {
            assertEquals(10, pool.map(i -> i, TEN).size());
            assertEnd(10, 10, 0);
            assertEquals(
                    List.of(3), pool.<Integer, Integer, Integer>starmap((a, b) -> a + b, List.of(Map.entry(1, 2))));
            assertEnd(1, 1, 0);
            AsyncResult<List<Integer>> failing = pool.mapAsync(i -> 1 / i, List.of(1, 0), 2);
            assertThrows(ArithmeticException.class, failing::get);
            assertEnd(2, 2, 1);
            for (int round = 0; round < 100; round++) { // the later ones read all of the input before anything is done
                assertEquals(10, pool.imap(i -> i, TEN).toList().size());
                assertEnd(10, 10, 0);
                assertEquals(10, pool.imapUnordered(i -> i, TEN, 3).toList().size());
                assertEnd(10, 10, 0);
            }
            assertEquals(List.of(), pool.<Integer, Integer>map(i -> i, List.of()));
            assertEnd(0, 0, 0);
            try (Results<Integer> endless =
                    pool.imap(i -> i, () -> Stream.iterate(0, i -> i + 1).iterator())) {
                assertEquals(0, endless.next());
            }
            assertTrue(states.get(states.size() - 1).closed(), "closed with its results");
            states.clear();
            assertEquals(1, pool.apply(() -> 1));
            assertEquals(List.of(), states);
        }
    }

    @Test
    void pool_countsAnItemThatCannotTravel_asFailed() {
        try (Pool pool = Pool.builder().processes(1).progress(states::add).build()) {
            Results<Boolean> results = pool.imap(item -> item != null, List.<Object>of(1, new Object(), 2));
            results.outcomes().forEachRemaining(outcome -> {});
        }
        assertEnd(3, 3, 1);
    }
}
