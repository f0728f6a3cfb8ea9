// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.OnFailure;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.multiprocessing.internal.os.ExitStatus;
import procession.multiprocessing.internal.os.OomKills;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What the exception says of a worker that died. */
@ExtendWith(LeakCheck.class)
class ForensicsTest {
    private static final List<Object> KEPT = new ArrayList<>();

    @TempDir
    Path directory;

    private static String message(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    private static void assertSays(Throwable thrown, String... parts) {
        for (String part : parts) {
            assertTrue(message(thrown).contains(part), () -> part + " is missing in: " + message(thrown));
        }
    }

    /** Has a task's worker killed by a signal, and returns what became of the task. */
    private WorkerDiedException crash(ProcessPoolExecutor.Builder options) throws Exception {
        Mark mark = new Mark(directory, "crashing");
        try (ProcessPoolExecutor pool = options.maxWorkers(1).build()) {
            Future<?> future = pool.submit(() -> {
                mark.addPid();
                Workers.never();
            });
            long pid = mark.awaitPid();
            WorkerDeathTest.forbidCoreFile(pid);
            Workers.kill(pid, "SEGV");
            return assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
        }
    }

    private static Set<String> reports() {
        return LeakCheck.snapshot();
    }

    @Test
    void crash_isReportedByItsOwnWords_andTheFileStays() throws Exception {
        WorkerDiedException died;
        try (Captured printed = new Captured()) {
            died = crash(ProcessPoolExecutor.builder());
            Path report = died.crashReport().orElseThrow();
            String whole = Files.readString(report);
            Files.delete(report);
            assertTrue(whole.startsWith("#\n# A fatal error has been detected"), whole);
            assertTrue(whole.endsWith("END.\n"), whole);
            assertTrue(
                    report.getFileName().toString().startsWith("procession-hs_err_pid" + died.pid() + "-"),
                    report::toString);
            printed.awaitErr(report.toString());
            assertFalse(printed.err().contains("Registers:"), "the file is the place for the whole of it");
            assertSays(died, "because its JVM crashed", report.toString());
        }
        assertTrue(died.crashReportHead().contains("SIGSEGV"), died::crashReportHead);
        assertTrue(died.crashReportHead().contains("Problematic frame"), died::crashReportHead);
        assertTrue(died.crashReportHead().contains("Current thread"), died::crashReportHead);
        assertTrue(died.crashReportHead().lines().count() <= 40, died::crashReportHead);
        assertSays(died, died.crashReportHead().lines().findFirst().orElseThrow());
        assertFalse(died.killedByOomKiller());
        assertFalse(died.outOfMemory());
    }

    @Test
    void crash_ofAJvmWithAnErrorFileOfItsOwn_isReadFromThat() throws Exception {
        WorkerDiedException died = crash(ProcessPoolExecutor.builder()
                .jvmOptions("-XX:ErrorFile=" + directory.resolve("own%%_%p.log"), "-XX:-CreateCoredumpOnCrash"));
        Path report = died.crashReport().orElseThrow();
        assertEquals(directory.resolve("own%_" + died.pid() + ".log"), report);
        assertTrue(Files.exists(report));
        assertTrue(died.crashReportHead().contains("SIGSEGV"), died::crashReportHead);
    }

    @Test
    void crash_ofANestedWorker_isNotTheWorkersOwn_andSwallowsNothing() throws Exception {
        Mark mark = new Mark(directory, "crashing");
        Mark caught = new Mark(directory, "caught");
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                try (ProcessPoolExecutor inner = new ProcessPoolExecutor(1)) {
                    WorkerDiedException died = assertInstanceOf(
                            WorkerDiedException.class,
                            inner.submit(() -> {
                                        mark.addPid();
                                        Workers.never();
                                    })
                                    .exception());
                    caught.add(died.crashReport().orElseThrow());
                }
                System.err.println("behind the crash");
                Runtime.getRuntime().halt(7);
            });
            long pid = mark.awaitPid();
            WorkerDeathTest.forbidCoreFile(pid);
            Workers.kill(pid, "SEGV");
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
            Files.delete(Path.of(caught.await()));
            assertEquals(OptionalInt.of(7), died.exitCode());
            assertTrue(died.crashReport().isEmpty(), died::getMessage);
            assertFalse(message(died).contains("because its JVM crashed"), died::getMessage);
            printed.awaitErr("behind the crash");
        }
    }

    @Test
    void crash_thatWasOnlyPrinted_doesNotHideTheLastWords() throws Exception {
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            WorkerDiedException died = assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(() -> {
                                System.out.println("# A fatal error has been detected by somebody, pid=1, tid=2");
                                System.err.println("the last words");
                                Runtime.getRuntime().halt(7);
                            })
                            .exception(Delays.large()));
            assertSays(died, "the end of its stderr:\n    the last words");
            printed.awaitOut("by somebody");
        }
    }

    @Test
    void death_thatIsNoCrash_leavesNoReport() throws Exception {
        Set<String> before = reports();
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            WorkerDiedException died = assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(() -> Runtime.getRuntime().halt(7)).exception(Delays.large()));
            assertTrue(died.crashReport().isEmpty());
            assertEquals("", died.crashReportHead());
            assertFalse(message(died).contains("crash"), died::getMessage);
        }
        LeakCheck.assertNothingNew(before);
    }

    @Test
    void sigkill_bySomebody_isNotTheOomKillers() throws Exception {
        Mark mark = new Mark(directory, "pid");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                mark.addPid();
                Workers.never();
            });
            Workers.kill(mark.awaitPid());
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
            assertEquals(OptionalInt.of(9), died.signal());
            assertFalse(died.killedByOomKiller());
            assertSays(died, "was killed by signal 9 (SIGKILL) while it was running task");
        }
    }

    @Test
    void oomKill_isSaidInWords_withTheRemedy() {
        WorkerDeath death = new WorkerDeath(17, new ExitStatus(137, false), true, 432L << 20, null, "the last line");
        assertTrue(death.inWords().contains("by the kernel's OOM killer"), death::inWords);
        assertTrue(death.inWords().contains("-Xmx"), death::inWords);
        assertTrue(death.memory().contains("at most 432 MiB of memory"), death::memory);
        assertTrue(death.details().contains("\n    the last line"), death::details);
    }

    /** As the kernel counts it, in a file that stands for its own. */
    @Test
    void sigkill_isTheOomKillers_onceForEachThatTheKernelHasCounted() throws Exception {
        Path counter = Files.createDirectories(directory.resolve("proc")).resolve("vmstat");
        Files.writeString(counter, "oom_kill 5\n");
        Vitals vitals = new Vitals(new OomKills(directory));
        vitals.begin(Workers.pid());
        ExitStatus killed = new ExitStatus(137, false);
        assertFalse(WorkerDeath.of(17, killed, false, vitals, null, "").byOomKiller(), "nothing was counted");
        Files.writeString(counter, "oom_kill 6\n");
        assertFalse(WorkerDeath.of(17, killed, true, vitals, null, "").byOomKiller(), "it was us");
        assertFalse(WorkerDeath.of(17, new ExitStatus(139, false), false, vitals, null, "")
                .byOomKiller());
        vitals.sample(); // of one that was killed, and is not gone yet
        assertTrue(WorkerDeath.of(17, killed, false, vitals, null, "").byOomKiller());
        assertFalse(WorkerDeath.of(17, killed, false, vitals, null, "").byOomKiller(), "that was another's");
    }

    /** While somebody has the pool's turn, nothing is sampled: so the kill itself has to do it. */
    @Test
    void peakMemory_isSeen_alsoJustBeforeAKill() throws Exception {
        final int held = 150 << 20;
        Mark mark = new Mark(directory, "pid");
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go on");
        CountDownLatch hasTurn = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Future<?> future = pool.submit(() -> {
            started.addPid();
            goOn.pass();
            byte[] touched = new byte[held];
            Arrays.fill(touched, (byte) 1);
            KEPT.add(touched);
            mark.addPid();
            Workers.never();
        });
        started.awaitPid();
        assertTrue(((LoopRunner) pool.loop()).loop().post(() -> {
            hasTurn.countDown();
            Uninterruptibles.awaitUninterruptibly(release);
        }));
        Thread killer = new Thread(pool::killWorkers);
        try {
            assertTrue(hasTurn.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
            goOn.add("now");
            mark.awaitPid();
            killer.start();
            Await.blocked(killer);
        } finally {
            release.countDown();
        }
        killer.join(Delays.large().toMillis());
        assertFalse(killer.isAlive());
        pool.close();
        WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception());
        if (Files.isDirectory(Path.of("/proc/self"))) {
            assertTrue(died.peakMemoryBytes().orElseThrow() >= held, died::toString);
            assertSays(died, " of memory");
        } else {
            assertEquals(OptionalLong.empty(), died.peakMemoryBytes());
        }
    }

    @Test
    void memory_ofAProcessThatIsThere_isKnown() {
        Vitals vitals = new Vitals();
        vitals.sample(); // of no process yet
        assertEquals(0, vitals.peakBytes());
        vitals.begin(Workers.pid());
        assertEquals(Files.isDirectory(Path.of("/proc/self")), vitals.peakBytes() > 1 << 20);
        assertTrue(vitals.residentBytes() <= vitals.peakBytes());
    }

    @ParameterizedTest
    @CsvSource({
        // last sample, start of the task, now, next sample, in milliseconds
        "0, 10, 10, 50", // so that a death soon after the start is not unseen
        "60, 10, 60, 50",
        "110, 10, 110, 100",
        "410, 10, 410, 400",
        "5000, 10, 5000, 1000",
        "5000, 10, 5900, 100",
        "5000, 5990, 5990, 10", // a stream of short tasks is looked at, too
        "5000, 6990, 6990, -990",
    })
    void samples_areCloserTogetherAtTheBeginningOfATask(long last, long start, long now, long next) {
        final long milli = 1_000_000;
        assertEquals(next * milli, Vitals.nanosUntilSample(last * milli, start * milli, now * milli));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void map_saysWhichItem(int chunksize) throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
                Results<Integer> results = pool.map(
                        item -> {
                            if (item == 106) {
                                Runtime.getRuntime().halt(7);
                            }
                            return item;
                        },
                        IntStream.range(100, 110).boxed().toList(),
                        MapOptions.chunksize(chunksize))) {
            for (int i = 0; i < 6; i++) {
                assertEquals(100 + i, results.next());
            }
            WorkerDiedException died = assertThrows(WorkerDiedException.class, results::next);
            assertEquals(OptionalLong.of(6), died.itemIndex());
            assertTrue(died.running().contains(", item 6)"), died::running);
            assertEquals(1, died.attempts());
        }
    }

    @Test
    void poolMapAndImap_sayWhichItem() throws Exception {
        List<Integer> items = List.of(10, 11, 12, 13, 14);
        try (Pool pool = new Pool(1)) {
            WorkerDiedException died = assertThrows(
                    WorkerDiedException.class,
                    () -> pool.map(
                            item -> {
                                if (item == 13) {
                                    Runtime.getRuntime().halt(7);
                                }
                                return item;
                            },
                            items,
                            2));
            assertEquals(OptionalLong.of(3), died.itemIndex());
            try (Results<Integer> results = pool.imap(
                    item -> {
                        if (item == 11) {
                            Runtime.getRuntime().halt(7);
                        }
                        return item;
                    },
                    items)) {
                assertEquals(10, results.next());
                died = assertThrows(WorkerDiedException.class, results::next);
                assertEquals(OptionalLong.of(1), died.itemIndex());
                assertEquals(12, results.next());
            }
            died = assertThrows(
                    WorkerDiedException.class,
                    () -> pool.apply(() -> Runtime.getRuntime().halt(7)));
            assertEquals(OptionalLong.empty(), died.itemIndex());
        }
    }

    private static Object fillHeap() {
        while (true) {
            KEPT.add(new byte[1 << 20]);
        }
    }

    @Test
    void outOfMemory_saysWhichMemoryAndTheRemedy() throws Exception {
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .jvmOptions("-Xmx24m")
                .build()) {
            WorkerDiedException died = assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(ForensicsTest::fillHeap).exception(Delays.large()));
            assertTrue(died.outOfMemory());
            assertFalse(died.killedByOomKiller());
            assertEquals(OptionalInt.of(3), died.exitCode());
            assertSays(died, "ran out of memory (Java heap space: raise its heap with jvmOptions(\"-Xmx…\")");
        }
    }

    @Test
    void outOfMemory_behindALineWithoutEnd_isSeen() throws Exception {
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                        .maxWorkers(1)
                        .jvmOptions("-Xmx24m")
                        .build()) {
            WorkerDiedException died = assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(() -> {
                                System.err.print("so far: ");
                                return fillHeap();
                            })
                            .exception(Delays.large()));
            printed.awaitErr("so far: Terminating due to");
            assertTrue(died.outOfMemory(), died::getMessage);
        }
    }

    /** As the output of a JVM that a task has started may have it. */
    @ParameterizedTest
    @CsvSource({"7, false", "3, true"})
    void outOfMemory_thatSomebodyElseHasPrinted_isNotTheWorkers(int code, boolean orderly) throws Exception {
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            WorkerDiedException died = assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(() -> {
                                System.err.println("Terminating due to java.lang.OutOfMemoryError: Java heap space");
                                if (orderly) {
                                    System.exit(code);
                                }
                                Runtime.getRuntime().halt(code);
                            })
                            .exception(Delays.large()));
            printed.awaitErr("Terminating due to");
            assertEquals(OptionalInt.of(code), died.exitCode());
            assertFalse(died.outOfMemory(), died::getMessage);
            assertFalse(message(died).contains("ran out of memory"), died::getMessage);
        }
    }

    // ---- retries ----

    @Test
    void retriesUsedUp_sayHowOften_andKeepTheEarlierFailures() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            Future<?> future = pool.with(TaskOptions.retries(2)).submit(() -> {
                runs.addPid();
                Runtime.getRuntime().halt(7);
            });
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
            assertEquals(3, died.attempts());
            assertSays(died, "it was tried 3 times");
            List<String> pids = new ArrayList<>();
            for (Throwable earlier : died.getSuppressed()) {
                WorkerDiedException each = assertInstanceOf(WorkerDiedException.class, earlier);
                assertEquals(pids.size() + 1, each.attempts());
                pids.add(Long.toString(each.pid()));
            }
            pids.add(Long.toString(died.pid()));
            assertEquals(runs.lines(), pids, "oldest first");
            assertEquals(3, pids.stream().distinct().count(), "each in another process");
        }
    }

    @Test
    void retriesOfATimeout_sayHowOften() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future =
                    pool.with(TaskOptions.timeout(Delays.brief()).retries(1)).submit(Workers::never);
            Throwable timedOut = assertInstanceOf(TaskTimeoutException.class, future.exception(Delays.large()));
            assertSays(timedOut, "it was tried 2 times");
            assertEquals(1, timedOut.getSuppressed().length);
            assertInstanceOf(TaskTimeoutException.class, timedOut.getSuppressed()[0]);
        }
    }

    @Test
    void retriesOfACulpritInAChunk_cannotTakeTheOthersAlong() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = pool.with(TaskOptions.retries(2).onFailure(OnFailure.skip(-1)))
                        .map(
                                item -> {
                                    runs.add(item);
                                    if (item == 1) {
                                        Runtime.getRuntime().halt(7);
                                    }
                                    return item;
                                },
                                List.of(0, 1, 2, 3),
                                MapOptions.chunksize(4))) {
            assertEquals(List.of(0, -1, 2, 3), results.toList());
        }
        assertEquals(
                List.of("0", "1", "1", "1", "2", "3"),
                runs.lines().stream().sorted().toList(),
                "the culprit three times, the others once");
    }

    @Test
    void deathsInARow_areLoggedOnce_andCostOneTaskEach() throws Exception {
        try (Logged logged = new Logged()) {
            List<Future<?>> futures = new ArrayList<>();
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
                for (int i = 0; i < 12; i++) {
                    futures.add(pool.submit(() -> Runtime.getRuntime().halt(7)));
                }
                for (Future<?> future : futures) {
                    assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
                }
                assertEquals("usable", pool.submit(() -> "usable").result(Delays.large()));
            }
            List<String> said = logged.lines("the last 10 workers all died");
            assertEquals(1, said.size(), logged::toString);
            assertTrue(said.get(0).startsWith("WARNING "), said::toString);
            assertTrue(said.get(0).contains("exited with code 7"), said::toString);
        }
    }

    @Test
    void cancel_ofATaskInTheQueue_dropsItsArgumentsAtOnce() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        byte[] large = new byte[1 << 20];
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> running = pool.submit(() -> {
                started.addPid();
                goOn.pass();
                return large.length;
            });
            started.awaitPid();
            ProcessTask<?> queued = (ProcessTask<?>) pool.submit(() -> large.length);
            Future<Integer> last = pool.submit(() -> large.length);
            assertTrue(queued.encoded.length > large.length);
            assertTrue(queued.cancel());
            assertEquals(0, queued.encoded.length);
            goOn.add("go on");
            assertEquals(large.length, running.result(Delays.large()));
            assertEquals(large.length, last.result(Delays.large()));
        }
    }

    @Test
    void failuresOfManyRetries_areTheLastTen() throws Exception {
        ProcessTask<Object> task;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            task = new ProcessTask<>(pool.loop(), 1, "nothing", new byte[0], TaskOptions.retries(1_000));
        }
        for (int i = 0; i < 1_000; i++) {
            task.tryAgain(new IllegalStateException("attempt " + i));
        }
        IllegalStateException last = new IllegalStateException("the last");
        task.failLimits(last);
        assertEquals(1_001, task.attempts.count());
        assertEquals(10, last.getSuppressed().length);
        assertEquals("attempt 990", last.getSuppressed()[0].getMessage());
        assertEquals(last, task.exception());
    }

    @Test
    void exception_travels() throws Exception {
        WorkerDiedException died;
        try (Captured printed = new Captured()) {
            died = crash(ProcessPoolExecutor.builder());
            printed.awaitErr(died.crashReport().orElseThrow().toString());
        }
        Files.delete(died.crashReport().orElseThrow());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(died);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            WorkerDiedException copy = (WorkerDiedException) in.readObject();
            assertEquals(died.crashReport(), copy.crashReport());
            assertEquals(died.peakMemoryBytes(), copy.peakMemoryBytes());
            assertEquals(died.getMessage(), copy.getMessage());
        }
    }
}
