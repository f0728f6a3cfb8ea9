// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.futures.Task;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** The death of a worker that runs a task costs that task and nothing else. */
@ExtendWith(LeakCheck.class)
class WorkerDeathTest {
    private static final int TASKS = 12;
    private static final int CULPRIT = 5;

    /** What a task fills its worker's memory with. */
    private static final List<Object> KEPT = new ArrayList<>();

    @TempDir
    Path directory;

    private static ProcessPoolExecutor.Builder two() {
        return ProcessPoolExecutor.builder().maxWorkers(2);
    }

    /** What happens to the worker of the one task, from outside. */
    @FunctionalInterface
    private interface Blow {
        void strike(long pid) throws Exception;
    }

    private WorkerDiedException oneOfTwelveDies(ProcessPoolExecutor.Builder options, Task<?> culprit) throws Exception {
        return oneOfTwelveDies(options, culprit, pid -> {});
    }

    /** Runs twelve tasks, of which one ends its worker, and checks all that is the same for every way to die. */
    private WorkerDiedException oneOfTwelveDies(ProcessPoolExecutor.Builder options, Task<?> culprit, Blow blow)
            throws Exception {
        Mark mark = new Mark(directory, "culprit");
        long pid;
        WorkerDiedException died;
        try (ProcessPoolExecutor pool = options.build()) {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                int number = i;
                futures.add(
                        i == CULPRIT
                                ? pool.submit(() -> {
                                    mark.addPid();
                                    return culprit.call();
                                })
                                : pool.submit(() -> number * number));
            }
            pid = mark.awaitPid();
            blow.strike(pid);
            died = assertInstanceOf(
                    WorkerDiedException.class, futures.get(CULPRIT).exception(Delays.large()));
            for (int i = 0; i < TASKS; i++) {
                if (i != CULPRIT) {
                    assertEquals(i * i, futures.get(i).result(Delays.large()));
                }
            }
            assertEquals("usable", pool.submit(() -> "usable").result(Delays.large()));
        }
        assertEquals(List.of(Long.toString(pid)), mark.lines(), "it ran once");
        assertEquals(pid, died.pid());
        assertTrue(died.running().contains("a lambda of " + WorkerDeathTest.class.getName()), died.running());
        String message = String.valueOf(died.getMessage());
        assertTrue(message.contains("the worker process " + pid + " "), message);
        assertTrue(message.contains(died.running()), message);
        return died;
    }

    private static void assertExited(int code, WorkerDiedException died) {
        assertEquals(OptionalInt.of(code), died.exitCode(), died::toString);
        assertEquals(OptionalInt.empty(), died.signal(), died::toString);
        assertTrue(String.valueOf(died.getMessage()).contains("exited with code " + code), died::toString);
    }

    private static void assertKilled(int signal, WorkerDiedException died) {
        assertEquals(OptionalInt.of(signal), died.signal(), died::toString);
        assertEquals(OptionalInt.empty(), died.exitCode(), died::toString);
        assertTrue(String.valueOf(died.getMessage()).contains("killed by signal " + signal), died::toString);
    }

    private static Object never() throws InterruptedException {
        Workers.never();
        return "never";
    }

    @ParameterizedTest
    @CsvSource({"KILL, 9", "TERM, 15"}) // INT and HUP are ignored in all that a shell runs in the background
    void task_whoseWorkerIsKilled_failsAlone(String signal, int number) throws Exception {
        assertKilled(number, oneOfTwelveDies(two(), WorkerDeathTest::never, pid -> Workers.kill(pid, signal)));
    }

    @Test
    void task_whoseWorkerIsStoppedAndKilled_failsAlone() throws Exception {
        assertKilled(9, oneOfTwelveDies(two(), WorkerDeathTest::never, pid -> {
            Workers.kill(pid, "STOP");
            Workers.kill(pid, "KILL");
        }));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 137})
    void task_thatExits_failsAlone(int code) throws Exception {
        assertExited(code, oneOfTwelveDies(two(), () -> {
            System.exit(code);
            return "never";
        }));
    }

    @Test
    void task_thatHalts_failsAlone() throws Exception {
        assertExited(7, oneOfTwelveDies(two(), () -> {
            Runtime.getRuntime().halt(7);
            return "never";
        }));
    }

    @Test
    void task_thatHaltsAsIfKilled_isTakenForKilled() throws Exception {
        assertKilled(9, oneOfTwelveDies(two(), () -> {
            Runtime.getRuntime().halt(137);
            return "never";
        }));
    }

    @Test
    void stderrTail_holdsTheLastWords() throws Exception {
        WorkerDiedException died;
        try (Captured printed = new Captured()) {
            died = oneOfTwelveDies(two(), () -> {
                for (int i = 0; i < 1_000; i++) {
                    System.err.println("word " + i);
                }
                System.err.println("the last word");
                Runtime.getRuntime().halt(7);
                return "never";
            });
            printed.awaitErr("the last word");
        }
        assertExited(7, died);
        List<String> lines = died.stderrTail().lines().toList();
        assertEquals(50, lines.size());
        assertEquals("word 999", lines.get(48));
        assertEquals("the last word", lines.get(49));
        assertTrue(String.valueOf(died.getMessage()).contains("the last word"), died::toString);
    }

    private static Object fillHeap() {
        while (true) {
            KEPT.add(new byte[1 << 20]);
        }
    }

    @Test
    void task_thatRunsOutOfHeap_failsAlone() throws Exception {
        WorkerDiedException died = oneOfTwelveDies(two().jvmOptions("-Xmx32m"), WorkerDeathTest::fillHeap);
        assertExited(3, died);
        assertTrue(died.stderrTail().contains("java.lang.OutOfMemoryError: Java heap space"), died::toString);
        assertTrue(String.valueOf(died.getMessage()).contains("ran out of memory"), died::toString);
    }

    private static Object fillMetaspace() {
        while (true) {
            ClassLoader loader = new ClassLoader(Runnable.class.getClassLoader()) {};
            KEPT.add(Proxy.newProxyInstance(
                    loader, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> proxy));
        }
    }

    @Test
    void task_thatRunsOutOfMetaspace_failsAlone() throws Exception {
        WorkerDiedException died =
                oneOfTwelveDies(two().jvmOptions("-XX:MaxMetaspaceSize=24m"), WorkerDeathTest::fillMetaspace);
        assertExited(3, died);
        assertTrue(died.stderrTail().contains("java.lang.OutOfMemoryError: Metaspace"), died::toString);
        assertTrue(String.valueOf(died.getMessage()).contains("ran out of memory"), died::toString);
    }

    private WorkerDiedException oneOfTwelveCrashes(String signal) throws Exception {
        Path report = directory.resolve("hs_err_pid%p.log");
        return oneOfTwelveDies(
                two().jvmOptions("-XX:ErrorFile=" + report, "-XX:-CreateCoredumpOnCrash"),
                WorkerDeathTest::never,
                pid -> {
                    forbidCoreFile(pid);
                    Workers.kill(pid, signal);
                });
    }

    @Test
    void task_whoseWorkerAborts_failsAlone() throws Exception {
        assertKilled(6, oneOfTwelveCrashes("ABRT"));
    }

    @Test
    void task_whoseWorkerCrashes_failsAlone() throws Exception {
        try (Captured printed = new Captured()) {
            WorkerDiedException died = oneOfTwelveCrashes("SEGV");
            // The JVM writes a report and ends itself: by exit, because it was told to leave no core file.
            assertExited(1, died);
            printed.awaitOut("A fatal error has been detected");
            assertTrue(printed.out().contains("SIGSEGV"), printed::out);
            assertTrue(Files.exists(directory.resolve("hs_err_pid" + died.pid() + ".log")));
        }
    }

    static void forbidCoreFile(long pid) throws IOException, InterruptedException {
        new ProcessBuilder("prlimit", "--core=0", "--pid", Long.toString(pid))
                .start()
                .waitFor();
    }

    private static int dive(int depth) {
        return depth < 0 ? 0 : 1 + dive(depth + 1);
    }

    @Test
    void task_thatOverflowsItsStack_failsAndItsWorkerLives() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long before = pool.submit(Workers::pid).result(Delays.large());
            Future<Integer> deep = pool.submit(() -> dive(0));
            Throwable thrown = assertInstanceOf(StackOverflowError.class, deep.exception(Delays.large()));
            assertEquals("dive", thrown.getStackTrace()[0].getMethodName());
            assertEquals(before, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    @Test
    void otherThread_thatFailsInAWorker_endsNothing() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long before = pool.submit(Workers::pid).result(Delays.large());
            assertEquals(
                    "done",
                    pool.submit(() -> {
                                Thread failing = new Thread(() -> {
                                    throw new IllegalStateException("on purpose: in another thread of a worker");
                                });
                                failing.start();
                                failing.join();
                                return "done";
                            })
                            .result(Delays.large()));
            assertEquals(before, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    @Test
    void idleWorker_killed_costsNoTask() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long last = -1;
            for (int round = 0; round < 15; round++) {
                long pid = pool.submit(Workers::pid).result(Delays.large());
                assertNotEquals(last, pid, "a dead worker answered");
                last = pid;
                Workers.kill(pid);
                if (round % 3 == 0) {
                    Await.until("it is gone", () -> Workers.isGone(pid));
                }
            }
        }
    }

    @Test
    void idleWorkers_bothKilled_costNoTask() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            for (int round = 0; round < 5; round++) {
                Mark met = new Mark(directory, "met-" + round);
                List<Future<Long>> futures = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    futures.add(pool.submit(() -> {
                        met.addPid();
                        while (met.lines().size() < 2) {
                            Thread.onSpinWait();
                        }
                        return Workers.pid();
                    }));
                }
                for (Future<Long> future : futures) {
                    Workers.kill(future.result(Delays.large()));
                }
            }
        }
    }

    @Test
    void worker_killedWhileItStarts_costsNoTask() throws Exception {
        var before = Workers.children();
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Long> future = pool.submit(Workers::pid);
            Await.until("a worker process", () -> !before.containsAll(Workers.children()));
            var started = Workers.children();
            started.removeAll(before);
            started.forEach(Workers::kill);
            assertFalse(started.contains(future.result(Delays.large())));
        }
    }

    @Test
    void worker_killedInItsInitializer_costsNoTask() throws Exception {
        Mark initializing = new Mark(directory, "initializing");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    boolean first = initializing.lines().isEmpty();
                    initializing.addPid();
                    if (first) {
                        Workers.never();
                    }
                })
                .build()) {
            Future<Long> future = pool.submit(Workers::pid);
            long pid = initializing.awaitPid();
            Workers.kill(pid);
            assertNotEquals(pid, future.result(Delays.large()));
            assertEquals(2, initializing.lines().size());
        }
    }

    @Test
    void worker_killedWhileItReadsALargeArgument_costsNoTask() throws Exception {
        Mark runs = new Mark(directory, "runs");
        byte[] large = new byte[64 << 20];
        large[large.length - 1] = 7;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            Workers.kill(pid, "STOP"); // it reads nothing now, so the argument is stuck half-way
            Future<Integer> future = pool.submit(() -> {
                runs.addPid();
                return (int) large[large.length - 1];
            });
            Await.until("it was handed over", future::running);
            Workers.kill(pid);
            assertEquals(7, future.result(Delays.large()));
            assertEquals(1, runs.lines().size());
            assertNotEquals(pid, runs.awaitPid());
        }
    }

    /** Ends this JVM as soon as the main thread is inside the sending of an answer. */
    private static void haltInTheMiddleOfTheAnswer(Thread answering) {
        Thread watch = new Thread(() -> {
            while (true) {
                for (StackTraceElement frame : answering.getStackTrace()) {
                    if (frame.getMethodName().equals("writeTo")) {
                        Runtime.getRuntime().halt(137);
                    }
                }
            }
        });
        watch.setDaemon(true);
        watch.start();
    }

    @Test
    void worker_killedWhileItWritesALargeResult_costsThatTask() throws Exception {
        assertKilled(9, oneOfTwelveDies(two().jvmOptions("-Xmx512m"), () -> {
            haltInTheMiddleOfTheAnswer(Thread.currentThread());
            return new byte[64 << 20];
        }));
    }

    @Test
    void cancelTrue_ofARunningTask_killsItsWorkerOnly() throws Exception {
        Mark one = new Mark(directory, "one");
        Mark other = new Mark(directory, "other");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            Future<?> cancelled = pool.submit(() -> {
                one.addPid();
                Workers.never();
            });
            Future<Long> untouched = pool.submit(() -> {
                other.addPid();
                goOn.pass();
                return Workers.pid();
            });
            long killed = one.awaitPid();
            long spared = other.awaitPid();
            assertFalse(cancelled.cancel(), "it runs");
            assertTrue(cancelled.cancel(true));
            assertThrows(CancellationException.class, cancelled::result);
            Await.until("its worker is gone", Delays.large(), () -> Workers.isGone(killed));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
            goOn.add("go on");
            assertEquals(spared, untouched.result(Delays.large()));
        }
    }

    @Test
    void cancel_ofAPendingTask_keepsItFromEverRunning() throws Exception {
        Mark ran = new Mark(directory, "ran");
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        Future<?> pending;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> first = pool.submit(() -> {
                started.addPid();
                goOn.pass();
                return 1;
            });
            started.awaitPid();
            pending = pool.submit(ran::addPid);
            Future<Integer> last = pool.submit(() -> 3);
            assertTrue(pending.cancel());
            goOn.add("go on");
            assertEquals(1, first.result(Delays.large()));
            assertEquals(3, last.result(Delays.large()));
        }
        assertTrue(pending.cancelled());
        assertEquals(List.of(), ran.lines());
    }

    @Test
    void cancelTrue_ofAPendingTask_killsNobody() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Long> first = pool.submit(() -> {
                started.addPid();
                goOn.pass();
                return Workers.pid();
            });
            long pid = started.awaitPid();
            assertTrue(pool.submit(() -> 2).cancel(true));
            goOn.add("go on");
            assertEquals(pid, first.result(Delays.large()));
            assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    @Test
    void argument_thatKillsEveryReader_failsItsTaskInTheEnd() throws Exception {
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .jvmOptions("-Xmx32m")
                .build()) {
            byte[] large = new byte[64 << 20];
            Future<Integer> hopeless = pool.submit(() -> large.length);
            Throwable thrown = Objects.requireNonNull(hopeless.exception(Delays.large()));
            assertTrue(
                    thrown instanceof WorkerDiedException
                            || thrown instanceof OutOfMemoryError
                            || thrown instanceof NotTransferableException,
                    thrown::toString);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }
}
