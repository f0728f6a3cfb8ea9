// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.MapOptions;
import procession.futures.Results;
import procession.testing.LeakCheck;

/** A worker that dies in the middle of a chunk costs one item; those before it are kept, those behind it are done. */
@ExtendWith(LeakCheck.class)
class ChunkDeathTest {
    private static final int ITEMS = 12;
    private static final int CHUNK = 4;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 7})
    void item_thatKillsItsWorker_failsAlone(int culprit) throws Exception {
        Mark runs = new Mark(directory, "runs");
        List<Object> outcomes = new ArrayList<>();
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = pool.map(
                        item -> {
                            runs.add(item);
                            if (item == culprit) {
                                Runtime.getRuntime().halt(7);
                            }
                            return item * item;
                        },
                        IntStream.range(0, ITEMS).boxed().toList(),
                        MapOptions.chunksize(CHUNK))) {
            while (results.hasNext()) {
                try {
                    outcomes.add(results.next());
                } catch (WorkerDiedException died) {
                    outcomes.add(died);
                }
            }
        }
        assertEquals(ITEMS, outcomes.size());
        for (int i = 0; i < ITEMS; i++) {
            if (i == culprit) {
                WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, outcomes.get(i));
                assertEquals(7, died.exitCode().orElse(-1), died::toString);
            } else {
                assertEquals(i * i, outcomes.get(i), "item " + i);
            }
        }
        List<String> ran = runs.lines();
        assertEquals(ITEMS, ran.size(), "none ran twice");
        assertEquals(ITEMS, new HashSet<>(ran).size(), ran::toString);
    }

    @Test
    void items_thatAllKillTheirWorkers_allFail() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            Results<Integer> results = pool.map(
                    item -> {
                        runs.add(item);
                        Runtime.getRuntime().halt(item);
                        return item;
                    },
                    List.of(1, 2, 3, 4, 5, 6),
                    MapOptions.chunksize(3));
            for (int item = 1; item <= 6; item++) {
                WorkerDiedException died = assertThrows(WorkerDiedException.class, results::next);
                assertEquals(item, died.exitCode().orElse(-1), died::toString);
            }
            assertTrue(!results.hasNext());
        }
        List<String> ran = new ArrayList<>(runs.lines());
        Collections.sort(ran);
        assertEquals(List.of("1", "2", "3", "4", "5", "6"), ran);
    }
}
