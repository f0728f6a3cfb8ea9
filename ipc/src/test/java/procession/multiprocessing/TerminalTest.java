// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** Ctrl-C and its like: the program decides what comes of it, and its workers and processes go with it or go on. */
@ExtendWith(LeakCheck.class)
class TerminalTest {
    private static final int PIDS = 8;

    @TempDir
    Path directory;

    private static void awaitEnd(String pid) {
        Await.until("the end of " + pid, () -> Workers.isGone(Long.parseLong(pid)));
    }

    private static void assertNothingIsLeftIn(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            // The JVM leaves this one in every temporary directory that it is given.
            assertEquals(
                    List.of(),
                    files.map(Path::toString)
                            .filter(file -> !file.contains("hsperfdata"))
                            .toList());
        }
    }

    /**
     * A program with a busy and an idle worker, a process, a daemon process, and a process with a pool whose worker has
     * started a program. Its shutdown hook uses the pool.
     */
    static final class Busy {
        public static void main(String[] arguments) throws Exception {
            Mark pids = new Mark(arguments[0]);
            ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
            Future<?> busy = pool.submit(() -> never(pids));
            new Process(() -> never(pids)).start();
            Process.builder(() -> never(pids)).daemon(true).build().start();
            new Process(() -> nest(pids)).start();
            long idle = pool.submit(() -> {
                        pids.addPid();
                        return Workers.pid();
                    })
                    .result();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    boolean same = pool.submit(Workers::pid).result(Delays.large()) == idle;
                    System.out.println("hook " + same + " " + busy.done());
                } catch (Exception failure) {
                    System.out.println("hook " + failure);
                }
            }));
            pids.addPid();
            while (pids.lines().size() < PIDS) {
                Thread.onSpinWait();
            }
            System.out.println("ready");
            Workers.never();
        }

        private static void never(Mark pids) throws Exception {
            pids.addPid();
            Workers.never();
        }

        private static void nest(Mark pids) throws Exception {
            ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
            Future<?> nested = pool.submit(() -> {
                pids.add(new ProcessBuilder("sleep", "1000").start().pid());
                never(pids);
            });
            pids.addPid();
            nested.result();
        }
    }

    /** To the group as a terminal does, or to the program alone. */
    @ParameterizedTest
    @CsvSource({"INT, true, 130", "HUP, true, 129", "TERM, false, 143", "KILL, false, 137"})
    void program_thatEndsOfASignal_leavesNothing_andItsHooksCanStillUseItsPool(String signal, boolean group, int code)
            throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        Mark pids = new Mark(directory, "pids");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent =
                    Foreground.java(processes, Busy.class, List.of("-Djava.io.tmpdir=" + temporary), pids.path());
            parent.awaitOutput("ready");
            if (group) {
                Foreground.kill(parent, signal);
            } else {
                parent.kill(signal);
            }
            assertEquals(code, parent.exitCode(), parent::errors);
            assertEquals(
                    signal.equals("KILL") ? List.of("ready") : List.of("ready", "hook true false"),
                    parent.output().lines().toList());
            assertEquals("", parent.errors());
            assertEquals(PIDS, pids.lines().size());
            pids.lines().forEach(TerminalTest::awaitEnd);
        }
        assertNothingIsLeftIn(temporary);
    }

    /** A program that does not end of Ctrl-C. */
    static final class Stubborn {
        public static void main(String[] arguments) throws Exception {
            Mark events = new Mark(arguments[0]);
            Mark goOn = new Mark(arguments[1]);
            catchInterrupts(events);
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                long before = pool.submit(Workers::pid).result();
                Future<Long> during = pool.submit(() -> {
                    events.add("running");
                    goOn.pass();
                    return Workers.pid();
                });
                Process process = new Process(() -> {
                    events.add("running");
                    goOn.pass();
                });
                process.start();
                boolean same = during.result() == before;
                boolean stillSame = pool.submit(Workers::pid).result() == before;
                process.join();
                System.out.println(same + " " + stillSame + " " + process.exitcode());
            }
        }

        /** By reflection, because the compiler warns of that package. */
        static void catchInterrupts(Mark events) throws Exception {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            for (String name : List.of("INT", "HUP")) {
                Object caught = Proxy.newProxyInstance(
                        Stubborn.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, values) -> {
                            events.add("caught " + name);
                            return null;
                        });
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), caught);
            }
        }
    }

    @Test
    void program_thatGoesOnAfterCtrlC_findsItsWorkersAndProcessesAsTheyWere() throws Exception {
        Mark events = new Mark(directory, "events");
        Mark goOn = new Mark(directory, "go on");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent =
                    Foreground.java(processes, Stubborn.class, List.of(), events.path(), goOn.path());
            Await.until("both", Delays.large(), () -> events.lines().size() == 2);
            Foreground.kill(parent, "INT");
            Await.until("the first", Delays.large(), () -> events.lines().contains("caught INT"));
            Foreground.kill(parent, "HUP");
            Await.until("the second", Delays.large(), () -> events.lines().contains("caught HUP"));
            goOn.add("now");
            assertEquals(0, parent.exitCode(), parent::errors);
            assertEquals("true true OptionalInt[0]", parent.output().strip());
            assertEquals("", parent.errors());
        }
    }

    /** A program whose workers and processes are met by Ctrl-C when they have just been started. */
    static final class Hasty {
        public static void main(String[] arguments) throws Exception {
            Mark events = new Mark(arguments[0]);
            Path gate = Path.of(arguments[1]);
            if (arguments[2].equals("goes on")) {
                Stubborn.catchInterrupts(events);
            }
            String waits = "-Xlog:gc:file=" + gate; // for a reader, as long as that is a pipe
            try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(1)
                    .jvmOptions(waits)
                    .build()) {
                Future<Long> task = pool.submit(Workers::pid);
                Process process = Process.builder(() -> events.add("runs"))
                        .jvmOptions(waits)
                        .build();
                process.start();
                long first = process.pid();
                System.out.println("started");
                long worker = task.result();
                process.join();
                System.out.println(process.exitcode() + " " + (process.pid() != first) + " " + (worker > 0));
            }
        }
    }

    /** Starts a program, and returns when its two children hang before they can do anything about signals. */
    private ProcessHarness.Child hasty(ProcessHarness processes, Path gate, String kind, Path temporary)
            throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", gate.toString()).start().waitFor());
        ProcessHarness.Child parent = Foreground.java(
                processes,
                Hasty.class,
                List.of("-Djava.io.tmpdir=" + temporary),
                new Mark(directory, "events").path(),
                gate.toString(),
                kind);
        parent.awaitOutput("started");
        Await.until("both children", Delays.large(), () -> {
            List<ProcessHandle> children = parent.process().children().toList();
            return children.size() == 2
                    && children.stream()
                            .allMatch(
                                    child -> Stream.of(child.info().arguments().orElse(new String[0]))
                                            .anyMatch(argument -> argument.startsWith("-Xlog")));
        });
        return parent;
    }

    @Test
    void program_thatGoesOnAfterCtrlC_startsThoseAgainThatWereMetInTheirStart() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        Path gate = directory.resolve("gate");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = hasty(processes, gate, "goes on", temporary);
            Files.delete(gate);
            Foreground.kill(parent, "INT");
            assertEquals(0, parent.exitCode(), parent::errors);
            assertEquals(
                    List.of("started", "OptionalInt[0] true true"),
                    parent.output().lines().toList());
            assertEquals("", parent.errors());
        }
        assertNothingIsLeftIn(temporary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void program_thatEndsWhileItsWorkersStart_leavesNothing(String signal) throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = hasty(processes, directory.resolve("gate"), "ends", temporary);
            List<ProcessHandle> children =
                    new ArrayList<>(parent.process().children().toList());
            if (signal.equals("INT")) {
                Foreground.kill(parent, signal);
            } else {
                parent.kill(signal);
            }
            assertTrue(parent.exitCode() > 128, parent::errors);
            assertEquals("started", parent.output().strip());
            assertEquals("", parent.errors());
            children.forEach(child -> awaitEnd(Long.toString(child.pid())));
        }
        assertNothingIsLeftIn(temporary);
    }

    /** Nobody is left then who could end them, and they run nothing of ours yet. */
    @Test
    void program_thatIsKilledWhileItsWorkersHangInTheirStart_leavesThemNoLongerThanThat() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        Path gate = directory.resolve("gate");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = hasty(processes, gate, "ends", temporary);
            List<ProcessHandle> children =
                    new ArrayList<>(parent.process().children().toList());
            parent.kill("KILL");
            assertEquals(128 + 9, parent.exitCode(), parent::errors);
            try (FileChannel reader = FileChannel.open(gate, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                assertTrue(reader.isOpen()); // for writing, too, because that does not wait for a writer
                children.forEach(child -> awaitEnd(Long.toString(child.pid())));
            }
        }
        assertNothingIsLeftIn(temporary);
    }
}
