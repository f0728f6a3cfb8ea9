// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Future;
import procession.multiprocessing.internal.os.ProcessMemory;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Workers that make room for others because of their age or their memory. */
@ExtendWith(LeakCheck.class)
class RecyclingTest {
    private static final List<Object> KEPT = new ArrayList<>();

    @TempDir
    Path directory;

    private static ProcessPoolExecutor.Builder workers(int max) {
        return ProcessPoolExecutor.builder().maxWorkers(max);
    }

    /** Runs tasks until another process has answered than at first; returns all that did, in order. */
    private static Set<Long> untilReplaced(ProcessPoolExecutor pool) {
        Set<Long> pids = new HashSet<>();
        Await.until("another worker", Delays.large(), () -> {
            pids.add(pool.submit(Workers::pid).result(Delays.large()));
            return pids.size() > 1;
        });
        return pids;
    }

    // ---- age ----

    @Test
    void maxAge_replacesAWorkerWhileItGoesOnWorking() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        Mark starts = new Mark(directory, "starts");
        Mark goOn = new Mark(directory, "go-on");
        try (Logged logged = new Logged()) {
            try (ProcessPoolExecutor pool = workers(1)
                    .maxAgePerChild(Duration.ofMillis(1))
                    .initializer(() -> {
                        starts.addPid();
                        if (starts.lines().size() > 1) {
                            goOn.pass();
                        }
                    })
                    .exitHook(hooks::addPid)
                    .build()) {
                long first = pool.submit(Workers::pid).result(Delays.large());
                for (int i = 0; i < 20; i++) { // its successor is on its way, or waits in its initializer
                    assertEquals(first, pool.submit(Workers::pid).result(Delays.large()));
                }
                Await.until("a successor", Delays.large(), () -> starts.lines().size() == 2);
                assertEquals(first, pool.submit(Workers::pid).result(Delays.large()));
                goOn.add("go on");
                Await.until("the end of the first", Delays.large(), () -> Workers.isGone(first));
                assertEquals(List.of(Long.toString(first)), hooks.lines(), "it ended in an orderly way, and it alone");
                long second = pool.submit(Workers::pid).result(Delays.large());
                assertEquals(Long.toString(second), starts.lines().get(1));
                assertEquals(0, pool.submit(() -> Worker.current().rank()).result(Delays.large()));
            }
            List<String> said = logged.lines("maxAgePerChild");
            assertTrue(said.get(0).startsWith("INFO "), said::toString);
            assertTrue(said.stream().skip(1).allMatch(line -> line.startsWith("FINE ")), said::toString);
        }
    }

    @Test
    void maxAge_ofWorkersOfOneAge_replacesOneAfterTheOther() throws Exception {
        Mark starts = new Mark(directory, "starts");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = workers(2)
                .maxAgePerChild(Duration.ofMillis(1))
                .initializer(() -> {
                    starts.addPid();
                    if (starts.lines().size() > 2) {
                        goOn.pass();
                    }
                })
                .build()) {
            Mark met = new Mark(directory, "met");
            List<Future<?>> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                both.add(pool.submit(() -> {
                    met.addPid();
                    while (met.lines().size() < 2) {
                        Thread.sleep(2);
                    }
                }));
            }
            for (Future<?> each : both) {
                each.result(Delays.large());
            }
            Await.until("a successor", Delays.large(), () -> starts.lines().size() == 3);
            for (int i = 0; i < 20; i++) {
                pool.submit(() -> 1).result(Delays.large());
            }
            assertEquals(3, Workers.children().size());
            goOn.add("go on");
        }
    }

    @Test
    void maxAge_notReached_changesNothing() throws Exception {
        try (ProcessPoolExecutor pool = workers(1)
                .maxAgePerChild(Duration.ofDays(1))
                .maxMemoryPerChild(64L << 30)
                .build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            for (int i = 0; i < 20; i++) {
                assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
            }
        }
    }

    @Test
    void successor_thatDiesWhileItStarts_isFollowedByAnother() throws Exception {
        Mark starts = new Mark(directory, "starts");
        try (ProcessPoolExecutor pool = workers(1)
                .maxAgePerChild(Duration.ofMillis(1))
                .initializer(() -> {
                    starts.addPid();
                    if (starts.lines().size() == 2) {
                        Runtime.getRuntime().halt(7);
                    }
                })
                .build()) {
            Set<Long> pids = untilReplaced(pool);
            assertFalse(pids.contains(Long.valueOf(starts.lines().get(1))));
        }
    }

    // ---- memory ----

    @Test
    void maxMemory_replacesAWorkerThatGrew() throws Exception {
        try (Logged logged = new Logged();
                ProcessPoolExecutor pool = workers(1)
                        .jvmOptions("-Xmx64m", "-XX:MaxDirectMemorySize=1g")
                        .maxMemoryPerChild(300L << 20)
                        .build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            assertEquals(
                    pid,
                    pool.submit(() -> {
                                ByteBuffer large = ByteBuffer.allocateDirect(60 << 20);
                                while (large.hasRemaining()) {
                                    large.put((byte) 1);
                                }
                                KEPT.add(large);
                                return Workers.pid();
                            })
                            .result(Delays.large()));
            assertEquals(List.of(), logged.lines("maxMemoryPerChild"));
            pool.submit(() -> {
                        for (int i = 0; i < 5; i++) {
                            ByteBuffer large = ByteBuffer.allocateDirect(60 << 20);
                            while (large.hasRemaining()) {
                                large.put((byte) 1);
                            }
                            KEPT.add(large);
                        }
                    })
                    .result(Delays.large());
            assertEquals(2, untilReplaced(pool).size());
            String said = logged.await("maxMemoryPerChild");
            assertTrue(said.startsWith("INFO "), said);
            assertTrue(said.contains("300 MiB"), said);
        }
    }

    @Test
    void maxMemory_belowWhatAWorkerStartsWith_keepsWorkersAndSaysSo() throws Exception {
        try (Logged logged = new Logged();
                ProcessPoolExecutor pool =
                        workers(1).maxMemoryPerChild(16L << 20).build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            String said = logged.await("before its first task");
            assertTrue(said.startsWith("WARNING "), said);
            assertTrue(said.contains("16 MiB"), said);
            for (int i = 0; i < 20; i++) {
                assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
            }
            assertEquals(1, logged.lines("maxMemoryPerChild").size());
        }
    }

    @Test
    void memory_thatTheWorkerReports_countsWhereTheSystemDoesNotTell() throws Exception {
        PoolLoop loop;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            loop = ((LoopRunner) pool.loop()).loop();
        }
        List<String> said = new ArrayList<>();
        Recycling recycling = new Recycling(
                Long.MAX_VALUE, 100L << 20, (level, message) -> said.add(level + " " + message), Recycling::memoryOf);
        WorkerProcess worker = new WorkerProcess(loop, 1, 0, 0); // without a process that the system could tell of
        recycling.isReady(worker);
        assertFalse(recycling.isDue(worker));
        Recycling.reported(worker, new Frame(FrameDescriptor.MEMORY, 0, new byte[0]));
        assertFalse(recycling.isDue(worker));
        Recycling.reported(
                worker,
                new Frame(
                        FrameDescriptor.MEMORY,
                        0,
                        ByteBuffer.allocate(8).putLong(100L << 20).array()));
        assertTrue(recycling.isDue(worker));
        assertTrue(recycling.isDue(worker));
        assertEquals(2, said.size());
        assertTrue(said.get(0).startsWith(Level.INFO.toString()), said::toString);
        assertTrue(said.get(1).startsWith(Level.DEBUG.toString()), said::toString);
    }

    @Test
    void workers_areToldToReportTheirMemory_whereItIsLimitedAndNotShown() {
        assertEquals(List.of(), Recycling.jvmOptions(Long.MAX_VALUE));
        ProcessMemory shown = ProcessMemory.of(Workers.pid());
        assertEquals(Recycling.jvmOptions(shown), Recycling.jvmOptions(1 << 30));
        assertEquals(List.of("-Dprocession.memory.report=true"), Recycling.jvmOptions((ProcessMemory) null));
        assertEquals(List.of(), Recycling.jvmOptions(new ProcessMemory(1, 1)));
    }

    @Test
    void limitBelowTheStart_isNotLookedAtAgain() throws Exception {
        PoolLoop loop;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            loop = ((LoopRunner) pool.loop()).loop();
        }
        List<String> said = new ArrayList<>();
        AtomicLong bytes = new AtomicLong(200);
        Recycling recycling = new Recycling(
                TimeUnit.HOURS.toNanos(1), 100, (level, message) -> said.add(level + message), any -> bytes.get());
        WorkerProcess worker = new WorkerProcess(loop, 1, 0, 0);
        recycling.isReady(worker);
        assertEquals(1, said.size());
        assertFalse(recycling.isDue(worker));
        recycling.isReady(worker);
        assertEquals(1, said.size());
        worker.readySinceNanos -= TimeUnit.HOURS.toNanos(2);
        assertTrue(recycling.isDue(worker), "the other limit is still looked at");
    }

    @Test
    void workers_thatReportTheirMemory_workAsOthers() throws Exception {
        try (ProcessPoolExecutor pool =
                workers(1).jvmOptions("-Dprocession.memory.report=true").build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            for (int i = 0; i < 20; i++) {
                assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
            }
        }
    }

    // ---- with other options ----

    @Test
    void successor_thatWaitsForItsPlace_isNotTakenForIdle() throws Exception {
        Mark starts = new Mark(directory, "starts");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = workers(1)
                .maxTasksPerChild(1)
                .idleTimeout(Duration.ofMillis(1))
                .initializer(starts::addPid)
                .build()) {
            Future<?> blocking = pool.submit(() -> goOn.pass());
            Future<Integer> next = pool.submit(() -> 1);
            Future<Integer> last = pool.submit(() -> 2);
            Await.until("the successor", Delays.large(), () -> starts.lines().size() == 2);
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long id = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName()
                            .equals(((LoopRunner) pool.loop()).loop().name()))
                    .findFirst()
                    .orElseThrow()
                    .getId();
            long before = threads.getThreadCpuTime(id);
            Duration time = Delays.small().multipliedBy(4);
            Await.sleep(time);
            long used = threads.getThreadCpuTime(id) - before;
            assertTrue(used < time.toNanos() / 5, () -> used / 1_000_000 + " ms of " + time);
            goOn.add("go on");
            blocking.result(Delays.large());
            assertEquals(1, next.result(Delays.large()));
            assertEquals(2, last.result(Delays.large()));
        }
    }

    @Test
    void allLimitsTogether_loseNoTask() throws Exception {
        List<Future<Integer>> futures = new ArrayList<>();
        try (ProcessPoolExecutor pool = workers(2)
                .maxTasksPerChild(7)
                .maxAgePerChild(Duration.ofMillis(1))
                .maxMemoryPerChild(64L << 30)
                .build()) {
            for (int i = 0; i < 40; i++) {
                int number = i;
                futures.add(pool.submit(() -> number));
            }
        }
        for (int i = 0; i < 40; i++) {
            assertEquals(i, futures.get(i).result());
        }
    }

    @Test
    void builder_outOfRange_refuses() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> ProcessPoolExecutor.builder().maxAgePerChild(wrong))
                    .getMessage());
            assertTrue(message.contains("maxAgePerChild") && message.contains(wrong.toString()), message);
            assertThrows(IllegalArgumentException.class, () -> Pool.builder().maxAgePerChild(wrong));
        }
        for (long wrong : new long[] {512, 0, -1, Long.MIN_VALUE}) {
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> ProcessPoolExecutor.builder().maxMemoryPerChild(wrong))
                    .getMessage());
            assertTrue(message.contains("maxMemoryPerChild") && message.contains(Long.toString(wrong)), message);
            assertTrue(message.contains("512L << 20"), message);
            assertThrows(IllegalArgumentException.class, () -> Pool.builder().maxMemoryPerChild(wrong));
        }
    }

    @Test
    void pool_hasTheOptionsToo() throws Exception {
        Set<Long> pids = new HashSet<>();
        try (Pool pool = Pool.builder()
                .processes(1)
                .maxAgePerChild(Duration.ofMillis(1))
                .maxMemoryPerChild(64L << 30)
                .build()) {
            Await.until("another worker", Delays.large(), () -> {
                pids.add(pool.apply(Workers::pid));
                return pids.size() > 1;
            });
        }
    }
}
