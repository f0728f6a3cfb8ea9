// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** The ways in which a process ends, and how that is told. */
@ExtendWith(LeakCheck.class)
class ProcessEndTest {
    @TempDir
    Path directory;

    private Mark mark() {
        return new Mark(directory, "mark");
    }

    private Process endless() throws Exception {
        return Children.endless(mark(), Process.builder(Children.never(mark())));
    }

    // ---- by itself ----

    @Test
    void exception_isPrintedUnderTheName_andIsOne() throws Exception {
        try (Captured printed = new Captured()) {
            Process process = new Process("the one", () -> {
                throw new FileNotFoundException("what was lost");
            });
            assertEquals(1, Children.run(process));
            printed.awaitErr("at ");
            List<String> lines = printed.err().lines().toList();
            assertEquals("Process the one:", lines.get(0));
            assertEquals("java.io.FileNotFoundException: what was lost", lines.get(1));
            assertTrue(lines.get(2).contains(ProcessEndTest.class.getName()), printed::err);
        }
    }

    private static int deep(int depth) {
        return depth < 0 ? 0 : 1 + deep(depth + 1);
    }

    @Test
    void error_isOneToo() throws Exception {
        try (Captured printed = new Captured()) {
            assertEquals(1, Children.run(new Process(() -> deep(0))));
            printed.awaitErr("java.lang.StackOverflowError");
        }
    }

    /** The JVM has said goodbye, so that those above 128 are no signals. */
    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "128, 128", "137, 137", "139, 139", "255, 255", "256, 0", "-1, 255"})
    void exit_isItsCode(int status, int expected) throws Exception {
        assertEquals(expected, Children.run(new Process(() -> System.exit(status))));
    }

    @Test
    void exit_byAnotherThread_isItsCode() throws Exception {
        assertEquals(7, Children.run(new Process(() -> {
            new Thread(() -> System.exit(7)).start();
            Workers.never();
        })));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "3, 3", "137, -9"})
    void halt_isItsCode_orLooksLikeASignal(int status, int expected) throws Exception {
        assertEquals(
                expected, Children.run(new Process(() -> Runtime.getRuntime().halt(status))));
    }

    @Test
    void threadsThatAreNoDaemons_areWaitedFor_andOthersAreNot() throws Exception {
        Mark mark = mark();
        Mark goOn = new Mark(directory, "go on");
        Process process = new Process(() -> {
            Thread daemon = new Thread(() -> {
                try {
                    Workers.never();
                } catch (InterruptedException end) {
                    throw new AssertionError(end);
                }
            });
            daemon.setDaemon(true);
            daemon.start();
            new Thread(() -> {
                        try {
                            mark.add("started");
                            goOn.pass();
                            Thread next = new Thread(() -> {
                                try {
                                    mark.add("done");
                                } catch (Exception failure) {
                                    System.exit(9);
                                }
                            });
                            next.start();
                        } catch (Exception failure) {
                            System.exit(8);
                        }
                    })
                    .start();
        });
        process.start();
        mark.await();
        assertFalse(process.join(Delays.small()));
        goOn.add("now");
        assertEquals(0, Children.end(process));
        assertEquals(List.of("started", "done"), mark.lines());
    }

    @Test
    void exceptionInAnotherThread_isPrinted_andZero() throws Exception {
        try (Captured printed = new Captured()) {
            Process process = new Process(() -> new Thread(() -> {
                        throw new IllegalStateException("in another thread");
                    })
                    .start());
            assertEquals(0, Children.run(process));
            printed.awaitErr("in another thread");
        }
    }

    @Test
    void whatIsBuffered_isFlushedAtTheEnd() throws Exception {
        try (Captured printed = new Captured()) {
            Process process = new Process(() -> {
                System.setOut(new PrintStream(new BufferedOutputStream(System.out)));
                System.out.print("not flushed");
            });
            assertEquals(0, Children.run(process));
            printed.awaitOut("not flushed");
        }
    }

    // ---- by a signal ----

    @ParameterizedTest
    @CsvSource({"KILL, -9", "TERM, -15", "USR1, -10"
    }) // INT and HUP are ignored in all that a shell runs in the background
    void signal_isItsNumber(String signal, int expected) throws Exception {
        Process process = endless();
        Workers.kill(process.pid(), signal);
        assertEquals(expected, Children.end(process));
    }

    /** The JVM's own handler reports the crash, and then aborts. */
    @Test
    void crash_isTheSignalThatTheJvmEndsItselfWith() throws Exception {
        Path report = directory.resolve("hs_err.log");
        try (Captured printed = new Captured()) {
            Process process = Children.endless(
                    mark(), Process.builder(Children.never(mark())).jvmOptions("-XX:ErrorFile=" + report));
            WorkerDeathTest.forbidCoreFile(process.pid());
            Workers.kill(process.pid(), "SEGV");
            assertEquals(-6, Children.end(process));
            assertTrue(printed.out().contains("SIGSEGV"), printed::out);
            assertTrue(Files.exists(report));
        }
    }

    @Test
    void terminate_runsShutdownHooks_andIsTerm() throws Exception {
        Mark mark = mark();
        Process process = Children.endless(mark, Process.builder(() -> {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    mark.add("hook");
                } catch (Exception failure) {
                    throw new AssertionError(failure);
                }
            }));
            mark.addPid();
            Workers.never();
        }));
        process.terminate();
        process.terminate();
        assertEquals(-15, Children.end(process));
        assertEquals("hook", mark.lines().get(1));
        process.terminate();
        process.kill();
        assertEquals(-15, process.exitcode().getAsInt());
    }

    @Test
    void kill_isKill_howeverOften() throws Exception {
        Process process = endless();
        process.kill();
        process.kill();
        process.terminate();
        assertEquals(-9, Children.end(process));
        process.kill();
        process.terminate();
        assertEquals(-9, process.exitcode().getAsInt());
    }

    @Test
    void kill_rightAfterTheStart_isKill() throws Exception {
        Mark mark = mark();
        Process process = new Process(Children.never(mark));
        process.start();
        process.kill();
        assertEquals(-9, Children.end(process));
    }

    @Test
    void terminate_rightAfterTheStart_isTerm() throws Exception {
        Mark mark = mark();
        Process process = new Process(Children.never(mark));
        process.start();
        process.terminate();
        assertEquals(-15, Children.end(process));
    }

    @Test
    void kill_takesAlongWhatItHasStarted() throws Exception {
        Mark mark = mark();
        Process process = Children.endless(mark, Process.builder(() -> {
            mark.add(new ProcessBuilder("sleep", "1000").start().pid());
            Workers.never();
        }));
        long grandchild = mark.awaitPid();
        process.kill();
        assertEquals(-9, Children.end(process));
        Await.until("the end of " + grandchild, () -> Workers.isGone(grandchild));
    }

    // ---- close ----

    @Test
    void close_ofADaemon_terminatesIt() throws Exception {
        Process process =
                Children.endless(mark(), Process.builder(Children.never(mark())).daemon(true));
        process.close();
        assertFalse(process.isAlive());
        assertEquals(-15, process.exitcode().getAsInt());
        process.close();
        assertEquals(-15, process.exitcode().getAsInt());
    }

    @Test
    void close_ofAnother_waits() throws Exception {
        Mark goOn = new Mark(directory, "go on");
        Process process = new Process(goOn::pass);
        process.start();
        Thread closer = new Thread(process::close);
        closer.start();
        Await.blocked(closer);
        assertTrue(process.isAlive());
        goOn.add("now");
        closer.join(Delays.large().toMillis());
        assertFalse(closer.isAlive());
        assertEquals(0, process.exitcode().getAsInt());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void close_thatIsInterrupted_kills(boolean before) throws Exception {
        Process process = endless();
        boolean[] flag = new boolean[1];
        Thread closer = new Thread(() -> {
            if (before) {
                Thread.currentThread().interrupt();
            }
            process.close();
            flag[0] = Thread.currentThread().isInterrupted();
        });
        closer.start();
        if (!before) {
            Await.blocked(closer);
            closer.interrupt();
        }
        closer.join(Delays.large().toMillis());
        assertFalse(closer.isAlive());
        assertTrue(flag[0]);
        assertEquals(-9, process.exitcode().getAsInt());
    }

    // ---- futures ----

    @Test
    void onExitAndSentinel_areDoneAtTheEnd_andNotBefore() throws Exception {
        Process process = endless();
        CompletableFuture<Process> exit = process.onExit();
        CompletableFuture<Integer> code =
                exit.thenApply(ended -> ended.exitcode().getAsInt());
        Future<?> sentinel = process.sentinel();
        assertFalse(exit.isDone());
        assertFalse(sentinel.isDone());
        assertTrue(process.onExit().cancel(true));
        assertTrue(process.sentinel().cancel(true));
        assertTrue(process.onExit().complete(process));
        assertTrue(process.isAlive());
        assertFalse(exit.isDone());
        process.kill();
        assertSame(process, exit.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertEquals(-9, code.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertNull(sentinel.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertTrue(process.onExit().isDone());
        assertTrue(process.sentinel().isDone());
        assertNotNull(process.exitcode());
    }
}
