// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What workers get of the machine, and workers of workers of that. */
@ExtendWith(LeakCheck.class)
class SizingTest {
    @TempDir
    Path directory;

    /** What a JVM may use. */
    private record Share(int processors, long heapBytes) implements Serializable {
        private static final long serialVersionUID = 1L;

        static Share ofThisJvm() {
            Runtime runtime = Runtime.getRuntime();
            return new Share(runtime.availableProcessors(), runtime.maxMemory());
        }
    }

    /** The shares of a worker, and of a worker of a pool in it, and how many of those there are by default. */
    private record Nested(Share outer, Share inner, String pool) implements Serializable {
        private static final long serialVersionUID = 1L;

        static Nested inThisJvm(ProcessPoolExecutor.Builder builder) throws Exception {
            try (ProcessPoolExecutor pool = builder.build()) {
                return new Nested(
                        Share.ofThisJvm(), pool.submit(Share::ofThisJvm).result(Delays.large()), pool.toString());
            }
        }
    }

    @Test
    void poolInAWorker_sharesWhatTheWorkerHas() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(processors)) {
            Nested nested = pool.submit(() -> Nested.inThisJvm(ProcessPoolExecutor.builder()))
                    .result(Delays.large());
            assertEquals(1, nested.outer().processors());
            assertEquals(1, nested.inner().processors());
            assertTrue(nested.pool().contains("at most 1 workers"), nested::toString);
            assertTrue(nested.inner().heapBytes() < 0.76 * nested.outer().heapBytes(), nested::toString);
            assertTrue(nested.inner().heapBytes() > 0.6 * nested.outer().heapBytes(), nested::toString);
        }
    }

    @Test
    void poolInAWorker_withAnExplicitNumber_hasThatAndSaysSo() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        try (Logged logged = new Logged(); // where the worker's own log arrives
                ProcessPoolExecutor pool = new ProcessPoolExecutor(processors)) {
            Nested nested = pool.submit(
                            () -> Nested.inThisJvm(ProcessPoolExecutor.builder().maxWorkers(3)))
                    .result(Delays.large());
            assertTrue(nested.pool().contains("at most 3 workers"), nested::toString);
            assertEquals(1, nested.inner().processors());
            assertTrue(nested.inner().heapBytes() < 0.26 * nested.outer().heapBytes(), nested::toString);
            logged.await("3 workers, and this process, a child itself, has one processor");
        }
    }

    @Test
    void poolInAProcess_sharesWhatTheProcessHas() throws Exception {
        Mark mark = new Mark(directory, "shares");
        Process process = Process.builder(() -> {
                    Nested nested = Nested.inThisJvm(ProcessPoolExecutor.builder());
                    mark.add(nested.outer().heapBytes() + " " + nested.inner().heapBytes() + " "
                            + nested.inner().processors() + " " + nested.pool());
                })
                .jvmOptions("-Xmx256m", "-XX:ActiveProcessorCount=2")
                .build();
        process.start();
        assertTrue(process.join(Delays.large()));
        String[] words = mark.await().split(" ", 4);
        double share = (double) Long.parseLong(words[1]) / Long.parseLong(words[0]);
        assertTrue(share > 0.3 && share < 0.38, () -> "of three quarters, each of two workers has half: " + share);
        assertEquals("1", words[2]);
        assertTrue(words[3].contains("at most 2 workers"), words[3]);
    }

    @Test
    void decision_isSaidInOneLine() throws Exception {
        try (Logged logged = new Logged()) {
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
                assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
                assertEquals(2, pool.submit(() -> 2).result(Delays.large()));
                String said = logged.await("at most 2 workers, each with");
                assertTrue(said.startsWith("FINE "), said);
                assertTrue(said.contains("processors that this JVM may use"), said);
                assertTrue(said.contains("a heap of at most 25.0 % of the memory, "), said);
                assertTrue(said.contains("serial collector"), said);
            }
            assertEquals(1, logged.lines("at most 2 workers").size(), logged::toString);
        }
    }

    @Test
    void heapsThatExceedTheMemory_areSaid() throws Exception {
        try (Logged logged = new Logged()) {
            try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(2)
                    .jvmOptions("-Xmx900g")
                    .build()) {
                String said = logged.await("2 workers with a heap of 900 GiB each");
                assertTrue(said.startsWith("INFO "), said);
                assertTrue(pool.toString().contains("at most 2"), pool::toString);
            }
            try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(2)
                    .jvmOptions("-Xmx64m")
                    .build()) {
                assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
                logged.await("jvmOptions are [-Xmx64m]");
            }
            assertEquals(List.of(), logged.lines("a heap of 64 MiB each"));
        }
    }
}
