// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** What becomes of processes when the program that has started them ends, in whatever way. */
@ExtendWith(LeakCheck.class)
class ProcessTreeTest {
    private static final int LEVELS = 3;

    @TempDir
    Path directory;

    private Path temporary() throws IOException {
        return Files.createDirectory(directory.resolve("t"));
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

    private static void awaitEnd(String pid) {
        Await.until("the end of " + pid, () -> Workers.isGone(Long.parseLong(pid)));
    }

    /** A program that comes to its end with a daemon process and another one. */
    static final class LeavingParent {
        public static void main(String[] arguments) throws Exception {
            Mark daemon = new Mark(arguments[0]);
            Mark goOn = new Mark(arguments[1]);
            Process.builder(Children.never(daemon)).daemon(true).build().start();
            new Process(() -> {
                        goOn.pass();
                        System.out.println("done");
                    })
                    .start();
            daemon.await();
            System.out.println("main ends");
        }
    }

    @Test
    void orderlyEnd_waitsForProcessesThatAreNoDaemons_andEndsTheOthers() throws Exception {
        Path temporary = temporary();
        Mark daemon = new Mark(directory, "daemon");
        Mark goOn = new Mark(directory, "go on");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = processes.java(
                    LeavingParent.class, List.of("-Djava.io.tmpdir=" + temporary), daemon.path(), goOn.path());
            parent.awaitOutput("main ends");
            Await.sleep(Delays.small());
            assertTrue(parent.process().isAlive());
            goOn.add("now");
            assertEquals(0, parent.exitCode(), parent::errors);
            assertTrue(parent.output().contains("done"), parent::output);
            assertEquals("", parent.errors());
            awaitEnd(daemon.await());
        }
        assertNothingIsLeftIn(temporary);
    }

    /** A program that exits while its processes run. */
    static final class ExitingParent {
        public static void main(String[] arguments) throws Exception {
            Mark pids = new Mark(arguments[0]);
            new Process(Children.never(pids)).start();
            Process.builder(Children.never(pids)).daemon(true).build().start();
            while (pids.lines().size() < 2) {
                Thread.onSpinWait();
            }
            System.exit(5);
        }
    }

    @Test
    void exit_endsThemAll() throws Exception {
        Path temporary = temporary();
        Mark pids = new Mark(directory, "pids");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent =
                    processes.java(ExitingParent.class, List.of("-Djava.io.tmpdir=" + temporary), pids.path());
            assertEquals(5, parent.exitCode(), parent::errors);
            pids.lines().forEach(ProcessTreeTest::awaitEnd);
        }
        assertNothingIsLeftIn(temporary);
    }

    /** A program with a process that has a process, and so on, all of them busy. */
    static final class Root {
        public static void main(String[] arguments) throws Exception {
            descend(new Mark(arguments[0]), LEVELS);
        }

        private static void descend(Mark pids, int levels) throws Exception {
            if (levels > 0) {
                new Process(() -> {
                            pids.addPid();
                            descend(pids, levels - 1);
                        })
                        .start();
            }
            OrphanTest.Parent.warmUp();
            OrphanTest.Parent.countForEver();
        }
    }

    @Test
    void killOfTheRoot_killsTheWholeTree_busyAsItIs() throws Exception {
        Path temporary = temporary();
        Mark pids = new Mark(directory, "pids");
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child root =
                    processes.java(Root.class, List.of("-Djava.io.tmpdir=" + temporary), pids.path());
            Await.until("all levels", Delays.large(), () -> {
                assertTrue(root.process().isAlive(), root::errors);
                return pids.lines().size() == LEVELS;
            });
            root.kill();
            pids.lines().forEach(ProcessTreeTest::awaitEnd);
        }
        assertNothingIsLeftIn(temporary);
    }

    @Test
    void killOfAProcess_killsItsOwnOnes() throws Exception {
        Mark child = new Mark(directory, "child");
        Mark grandchild = new Mark(directory, "grandchild");
        Process process = Children.endless(child, Process.builder(() -> {
            new Process(Children.never(grandchild)).start();
            grandchild.await();
            child.addPid();
            Workers.never();
        }));
        Workers.kill(process.pid()); // from outside, so that nobody but the grandchild itself can end it
        assertEquals(-9, Children.end(process));
        awaitEnd(grandchild.await());
    }

    @Test
    void processWhoseActionReturns_waitsForItsOwnOnes() throws Exception {
        Mark grandchild = new Mark(directory, "grandchild");
        Mark goOn = new Mark(directory, "go on");
        Mark daemon = new Mark(directory, "daemon");
        Process process = new Process(() -> {
            new Process(() -> {
                        grandchild.addPid();
                        goOn.pass();
                        grandchild.add("done");
                    })
                    .start();
            Process.builder(Children.never(daemon)).daemon(true).build().start();
            daemon.await();
        });
        process.start();
        grandchild.await();
        daemon.await();
        assertTrue(!process.join(Delays.small()));
        goOn.add("now");
        assertEquals(0, Children.end(process));
        assertEquals("done", grandchild.lines().get(1));
        awaitEnd(daemon.await());
    }
}
