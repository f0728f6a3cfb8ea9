// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Task;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What is asked of processes in general, in the main one, its children, and theirs. */
@ExtendWith(LeakCheck.class)
class MultiprocessingTest {
    @TempDir
    Path directory;

    private Mark mark() {
        return new Mark(directory, "mark");
    }

    @Test
    void processors_areCounted() {
        assertEquals(Runtime.getRuntime().availableProcessors(), Multiprocessing.cpuCount());
        assertTrue(Multiprocessing.physicalCpuCount() >= 1);
    }

    @Test
    void mainProcess_isNoChild() {
        Process self = Multiprocessing.currentProcess();
        assertEquals("MainProcess", self.name());
        assertEquals(Workers.pid(), self.pid());
        assertTrue(self.isAlive());
        assertFalse(self.daemon());
        assertEquals(OptionalInt.empty(), self.exitcode());
        assertEquals(Optional.empty(), Multiprocessing.parentProcess());
        assertEquals("Process[MainProcess]", self.toString());
        assertThrows(IllegalStateException.class, self::start);
        assertThrows(IllegalStateException.class, self::join);
        assertThrows(IllegalStateException.class, self::close);
        assertThrows(IllegalStateException.class, self::kill);
        assertThrows(IllegalStateException.class, self::terminate);
        assertThrows(IllegalStateException.class, self::onExit);
    }

    private static void tell(Mark mark) throws Exception {
        Process self = Multiprocessing.currentProcess();
        Process parent = Multiprocessing.parentProcess().orElseThrow();
        mark.add(self.name() + " " + (self.pid() == Workers.pid()) + " " + self.isAlive() + " " + self.daemon()
                + " < " + parent.name() + " " + parent.pid() + " " + parent.isAlive() + " "
                + Thread.currentThread().getName() + " " + Multiprocessing.activeChildren());
    }

    @Test
    void childAndGrandchild_knowThemselvesAndTheirParent() throws Exception {
        Mark mark = mark();
        Process child = new Process("child", () -> {
            tell(mark);
            Process grandchild = Process.builder(() -> tell(mark))
                    .name("grandchild")
                    .daemon(true)
                    .build();
            grandchild.start();
            grandchild.join();
            System.exit(grandchild.exitcode().getAsInt() + 5);
        });
        assertEquals(5, Children.run(child));
        assertEquals(
                List.of(
                        "child true true false < MainProcess " + Workers.pid() + " true child []",
                        "grandchild true true true < child " + child.pid() + " true grandchild []"),
                mark.lines());
    }

    @Test
    void workersOfPools_knowThemselvesAndTheirParent_andMayHaveProcesses() throws Exception {
        Mark mark = mark();
        Task<String> who = () -> {
            Process self = Multiprocessing.currentProcess();
            Process parent = Multiprocessing.parentProcess().orElseThrow();
            return (self.pid() == Workers.pid()) + " " + self.isAlive() + " " + self.daemon() + " " + self.exitcode()
                    + " < "
                    + parent.name() + " " + parent.pid() + " " + parent.isAlive() + " " + parent.exitcode() + " "
                    + parent.join(Duration.ZERO) + " " + parent.sentinel().isDone() + " "
                    + parent.onExit().isDone();
        };
        String expected = "true true false OptionalInt.empty < MainProcess " + Workers.pid()
                + " true OptionalInt.empty false false false";
        Task<String> nest = () -> {
            Process child = new Process(
                    () -> mark.add(Multiprocessing.parentProcess().orElseThrow().name()));
            child.start();
            child.join();
            try (Pool nested = new Pool(1)) {
                return child.name() + " " + child.exitcode() + " "
                        + nested.apply(() ->
                                Multiprocessing.parentProcess().orElseThrow().name());
            }
        };
        try (ProcessPoolExecutor executor = new ProcessPoolExecutor(1);
                Pool pool = new Pool(1)) {
            assertEquals(expected, executor.submit(who).get());
            assertEquals(expected, pool.apply(who));
            String name = executor.submit(() -> Multiprocessing.currentProcess().name())
                    .get();
            assertTrue(name.matches("procession-pool-\\d+-worker-1"), name);
            assertTrue(
                    executor.submit(nest).get().matches("Process-\\d+:1 OptionalInt\\[0\\] " + name),
                    () -> mark.toString());
            assertEquals(List.of(name), mark.lines());
        }
    }

    @Test
    void parentOfAWorker_canBeWaitedFor_butNotEnded() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertTrue(pool.submit(() -> {
                        Process parent = Multiprocessing.parentProcess().orElseThrow();
                        Thread waiter = new Thread(() -> {
                            try {
                                parent.join();
                            } catch (InterruptedException stop) {
                                // which is what ends this wait while the parent lives
                            }
                        });
                        waiter.start();
                        boolean waits = !parent.join(Delays.brief()) && waiter.isAlive();
                        waiter.interrupt();
                        waiter.join();
                        for (Executable call : List.<Executable>of(parent::kill, parent::terminate, parent::close)) {
                            assertThrows(IllegalStateException.class, call);
                        }
                        return waits;
                    })
                    .get());
        }
    }

    @Test
    void activeChildren_areThoseThatRun() throws Exception {
        Mark first = new Mark(directory, "first");
        Mark second = new Mark(directory, "second");
        assertEquals(List.of(), Multiprocessing.activeChildren());
        Process one = Children.endless(first, Process.builder(Children.never(first)));
        Process two = Children.endless(second, Process.builder(Children.never(second)));
        List<Process> both = Multiprocessing.activeChildren();
        assertEquals(2, both.size());
        assertTrue(both.containsAll(List.of(one, two)));
        assertNotSame(both, Multiprocessing.activeChildren());
        one.kill();
        one.join();
        assertEquals(List.of(two), Multiprocessing.activeChildren());
        assertEquals(2, both.size());
        two.kill();
        two.join();
        assertEquals(List.of(), Multiprocessing.activeChildren());
    }

    /** Is equal to each of its kind, as a value is. */
    private static final class Same extends Process {
        private static final long serialVersionUID = 1L;

        private final Mark mark;

        Same(Mark mark) {
            this.mark = mark;
        }

        @Override
        protected void execute() throws Exception {
            mark.addPid();
            Workers.never();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Same;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void activeChildren_thatAreEqual_areDifferentAllTheSame() throws Exception {
        Same one = new Same(new Mark(directory, "one"));
        Same two = new Same(new Mark(directory, "two"));
        one.start();
        two.start();
        List<Process> both = Multiprocessing.activeChildren();
        one.kill();
        one.join();
        List<Process> left = Multiprocessing.activeChildren();
        two.kill();
        two.join();
        assertEquals(2, both.size());
        assertEquals(1, left.size());
        assertSame(two, left.get(0));
        assertEquals(List.of(), Multiprocessing.activeChildren());
    }

    @Test
    void workersOfAPool_areNotAmongTheActiveChildren() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(1, pool.submit(() -> 1).get());
            assertEquals(List.of(), Multiprocessing.activeChildren());
        }
    }

    @Test
    void logToStderr_printsPythonsFormat_once() {
        Logger logger = Logger.getLogger("procession.multiprocessing");
        java.util.logging.Level before = logger.getLevel();
        try (Captured printed = new Captured()) {
            Multiprocessing.logToStderr(System.Logger.Level.WARNING);
            Multiprocessing.logToStderr(System.Logger.Level.INFO);
            System.Logger ours = System.getLogger("procession.multiprocessing");
            ours.log(System.Logger.Level.INFO, "the message {0}", 5);
            ours.log(System.Logger.Level.DEBUG, "too fine");
            assertEquals("[INFO/MainProcess] the message 5" + System.lineSeparator(), printed.err());
        } finally {
            for (Handler handler : logger.getHandlers()) {
                logger.removeHandler(handler);
            }
            logger.setUseParentHandlers(true);
            logger.setLevel(before);
        }
    }
}
