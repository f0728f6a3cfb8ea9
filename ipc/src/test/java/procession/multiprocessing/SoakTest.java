// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/**
 * One pool, for as long as {@code -Dsoak.seconds} says: tasks, kills, stops, cancels, timeouts, retries, chunks, recycling,
 * shrinking and growing, all at random. Each task ends exactly once and is run no more often than it may be; and after
 * each slice processes, threads, descriptors, files and heap are what they were after the first.
 *
 * <p>{@code -Dsoak.seed} repeats the decisions of an earlier run, whose seed was printed.
 */
class SoakTest {
    private static final long SECONDS = Long.getLong("soak.seconds", 15);
    private static final long SLICE_SECONDS = 20;
    private static final long SEED = Long.getLong("soak.seed", System.nanoTime() % 1_000_000);
    private static final long HEAP_SLACK_BYTES = 16L << 20;

    @TempDir
    static Path directory;

    private static final AtomicLong IDS = new AtomicLong();
    private static ProcessPoolExecutor pool;
    private static Set<String> beforePool;
    private static @Nullable Counts afterFirst;

    /**
     * What the first slice has left, which all slices are compared with.
     *
     * @param things processes, files and descriptors, each by name
     * @param threads how many threads of ours there are
     * @param descriptors how many descriptors are open
     * @param heapBytes how much of the heap is in use
     */
    private record Counts(Set<String> things, long threads, long descriptors, long heapBytes) {
        static Counts now() throws IOException {
            return new Counts(LeakCheck.snapshot(), threadsOfOurs(), openDescriptors(), usedHeap());
        }
    }

    @BeforeAll
    static void open() {
        System.out.println("soak.seed=" + SEED);
        beforePool = LeakCheck.snapshot();
        pool = ProcessPoolExecutor.builder()
                .maxWorkers(3)
                .maxTasksPerChild(60)
                .idleTimeout(SoakSlice.IDLE)
                .taskTimeout(Duration.ofSeconds(2))
                .jvmOptions("-Xmx48m", "-XX:TieredStopAtLevel=1")
                .build();
    }

    @AfterAll
    static void close() {
        pool.close();
        LeakCheck.assertNothingNew(beforePool);
    }

    @TestFactory
    List<DynamicTest> slices() {
        List<DynamicTest> slices = new ArrayList<>();
        slices.add(DynamicTest.dynamicTest("first, seed " + SEED, () -> {
            run(0, 2);
            Await.until(
                    "the workers of an idle pool are gone",
                    Delays.large(),
                    () -> Workers.children().isEmpty());
            afterFirst = Counts.now();
        }));
        for (long done = 0; done < SECONDS; done += SLICE_SECONDS) {
            long number = 1 + done / SLICE_SECONDS;
            long length = Math.min(SLICE_SECONDS, SECONDS - done);
            slices.add(DynamicTest.dynamicTest("slice " + number + ", seed " + SEED, () -> {
                run(number, length);
                assertAsAfterFirst();
            }));
        }
        return slices;
    }

    private static void run(long number, long seconds) throws Exception {
        SoakSlice slice = new SoakSlice(pool, SEED + number, Duration.ofSeconds(seconds), directory, IDS);
        try (Muted muted = new Muted()) {
            slice.run();
            // What dies when the pool shrinks prints, too.
            Await.until(
                    "the workers of an idle pool are gone",
                    Delays.large(),
                    () -> Workers.children().isEmpty());
        }
        System.out.println("slice " + number + ": " + slice);
    }

    private static void assertAsAfterFirst() throws IOException {
        Counts first = Objects.requireNonNull(afterFirst, "the first slice has failed");
        LeakCheck.assertNothingNew(first.things());
        Await.until("threads end", () -> threadsOfOurs() <= first.threads());
        Await.until("descriptors are closed", () -> openDescriptors() <= first.descriptors());
        long most = first.heapBytes() + HEAP_SLACK_BYTES;
        assertTrue(
                Await.becomesTrue(Delays.medium(), () -> usedHeap() <= most),
                () -> "the heap has grown from " + first.heapBytes() + " to " + usedHeap() + " bytes");
    }

    private static long threadsOfOurs() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("procession"))
                .count();
    }

    /** Without those of jars, which class loading opens when it likes. */
    private static long openDescriptors() throws IOException {
        long open = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    if (!Files.readSymbolicLink(descriptor).toString().endsWith(".jar")) {
                        open++;
                    }
                } catch (IOException closedMeanwhile) {
                    // and is not open any more
                }
            }
        }
        return open;
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
