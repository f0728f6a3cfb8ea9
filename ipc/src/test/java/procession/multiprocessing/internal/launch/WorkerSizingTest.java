// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a machine, a container, or a worker is divided. */
class WorkerSizingTest {
    private static final long MIB = 1L << 20;

    private static List<String> options(int workers, int processors, long ownHeap, String... userOptions) {
        return WorkerSizing.of(workers, List.of(userOptions), processors, ownHeap)
                .options();
    }

    private static boolean has(List<String> options, String prefix) {
        return options.stream().anyMatch(option -> option.startsWith(prefix));
    }

    @ParameterizedTest
    @CsvSource({"1, 8, 8, 25.000", "2, 8, 4, 25.000", "3, 8, 2, 25.000", "8, 8, 1, 9.375", "16, 8, 1, 4.688"})
    void machine_isDivided(int workers, int processors, int each, String percent) {
        List<String> options = options(workers, processors, 0);
        assertTrue(options.contains("-XX:ActiveProcessorCount=" + each), options::toString);
        assertTrue(options.contains("-XX:MaxRAMPercentage=" + percent), options::toString);
        assertTrue(options.contains("-XX:MinRAMPercentage=" + percent), options::toString);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1024, 768", "2, 1, 1024, 384", "4, 2, 1024, 192", "64, 1, 256, 16"})
    void worker_isDivided(int workers, int processors, long ownMib, long eachMib) {
        List<String> options = options(workers, processors, ownMib * MIB);
        assertTrue(options.contains("-XX:MaxHeapSize=" + eachMib * MIB), options::toString);
        assertFalse(has(options, "-XX:MaxRAMPercentage"), options::toString);
        assertTrue(options.contains("-XX:ActiveProcessorCount=1"), options::toString);
    }

    @Test
    void optionsOfTheUser_win() {
        for (long ownHeap : new long[] {0, 1024 * MIB}) {
            for (String heap : List.of("-Xmx1g", "-XX:MaxHeapSize=1g", "-XX:MaxRAMPercentage=5", "-XX:MaxRAM=1g")) {
                List<String> options = options(2, 2, ownHeap, heap);
                assertFalse(has(options, "-XX:MaxRAMPercentage"), options::toString);
                assertFalse(has(options, "-XX:MinRAMPercentage"), options::toString);
                assertFalse(has(options, "-XX:MaxHeapSize"), options::toString);
            }
            assertFalse(has(options(2, 2, ownHeap, "-XX:ActiveProcessorCount=2"), "-XX:ActiveProcessorCount"));
            assertFalse(has(options(2, 2, ownHeap, "-XX:+UseG1GC"), "-XX:+UseSerialGC"));
        }
        assertFalse(has(options(2, 2, 0, "-XX:MinRAMPercentage=9"), "-XX:MinRAMPercentage"));
        assertTrue(has(options(2, 2, 0), "-XX:+ErrorFileToStderr"));
        assertFalse(has(options(2, 2, 0, "-XX:ErrorFile=here"), "-XX:+ErrorFileToStderr"));
        assertFalse(has(options(2, 2, 0, "-XX:+ErrorFileToStdout"), "-XX:+ErrorFileToStderr"));
    }

    @Test
    void excess_isSaid_andNothingElse() {
        assertNull(WorkerSizing.of(64, List.of(), 2, 0).excess(), "many workers may wait for something");
        assertFalse(WorkerSizing.of(64, List.of(), 2, 0).mayExceed());
        assertNull(WorkerSizing.of(2, List.of(), 2, 512 * MIB).excess());
        assertNull(WorkerSizing.of(3, List.of("-XX:ActiveProcessorCount=1"), 2, 512 * MIB)
                .excess());
        String nested = Objects.requireNonNull(
                WorkerSizing.of(3, List.of(), 2, 512 * MIB).excess());
        assertTrue(nested.contains("3 workers") && nested.contains("2 processors"), nested);
        String heap = Objects.requireNonNull(
                WorkerSizing.of(3, List.of("-Xmx1g", "-Xmx9000g"), 2, 0).excess());
        assertTrue(heap.contains("3 workers with a heap of 9000 GiB each"), heap);
        assertNull(WorkerSizing.of(3, List.of("-Xmx1k"), 2, 0).excess());
        assertNull(WorkerSizing.of(3, List.of("-Xmxnonsense"), 2, 0).excess());
        assertNull(WorkerSizing.of(3, List.of("-Xmx"), 2, 0).excess());
    }

    @Test
    void words_sayAllOfIt() {
        String words = WorkerSizing.of(4, List.of("-ea"), 8, 0).inWords();
        assertTrue(words.contains("at most 4 workers, each with 2 of the 8 processors"), words);
        assertTrue(words.contains("18.8 % of the memory"), words);
        assertTrue(words.contains("serial collector"), words);
        assertTrue(words.contains("[-ea]"), words);
        words = WorkerSizing.of(1, List.of("-XX:+UseG1GC"), 1, 1024 * MIB).inWords();
        assertTrue(words.contains("at most 1 worker with 1 of the 1 processors"), words);
        assertTrue(words.contains("768 MiB, its part of the 1.0 GiB"), words);
        assertTrue(words.contains("G1GC"), words);
    }

    @Test
    void errorFile_isWhereTheUserSaysLast() {
        assertNull(WorkerSizing.errorFile(List.of("-ea"), 7));
        assertEquals(
                Path.of("b_7_%.log"),
                WorkerSizing.errorFile(List.of("-XX:ErrorFile=a", "-XX:ErrorFile=b_%p_%%.log"), 7));
    }
}
