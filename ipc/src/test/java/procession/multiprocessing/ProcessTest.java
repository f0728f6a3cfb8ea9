// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What a process runs and with what options, and its life up to its start. */
@ExtendWith(LeakCheck.class)
class ProcessTest {
    private static final int SEVEN = 7;

    @TempDir
    Path directory;

    private static void exitWithSeven() {
        System.exit(SEVEN);
    }

    private Mark mark() {
        return new Mark(directory, "mark");
    }

    // ---- what it runs ----

    @Test
    void lambda_runsElsewhere_withWhatItCaptured() throws Exception {
        Mark mark = mark();
        List<Integer> numbers = List.of(1, 2, 3);
        String text = "text";
        Process process = new Process(() -> mark.add(Workers.pid() + " " + numbers + " " + text));
        assertEquals(0, Children.run(process));
        assertEquals(List.of(process.pid() + " [1, 2, 3] text"), mark.lines());
        assertNotEquals(Workers.pid(), process.pid());
    }

    @Test
    void methodReference_ofAClassOrAnObject_runs() throws Exception {
        Mark mark = mark();
        Process bound = new Process(mark::addPid);
        assertEquals(0, Children.run(bound));
        assertEquals(bound.pid(), mark.awaitPid());
        assertEquals(SEVEN, Children.run(new Process(ProcessTest::exitWithSeven)));
    }

    /** A process with fields, which changes them where it runs. */
    static class Adder extends Process {
        private static final long serialVersionUID = 1L;
        private final Mark mark;
        private final int first;
        private int sum;

        Adder(Mark mark, int first) {
            this.mark = mark;
            this.first = first;
        }

        Adder(String name, Mark mark, int first) {
            super(name);
            this.mark = mark;
            this.first = first;
        }

        @Override
        protected void execute() throws Exception {
            sum += first + 1;
            mark.add(name() + " " + sum);
        }
    }

    @Test
    void subclass_travelsWithItsFields_andIsNotChangedHere() throws Exception {
        Mark mark = mark();
        Adder adder = new Adder("adder", mark, 2);
        assertEquals(0, Children.run(adder));
        assertEquals(List.of("adder 3"), mark.lines());
        assertEquals(0, adder.sum);
    }

    @Test
    void subclass_withoutExecute_doesNothing() throws Exception {
        assertEquals(0, Children.run(new Idle()));
    }

    /** Forgets to do anything, as Python's Process without a target. */
    static class Idle extends Process {
        private static final long serialVersionUID = 1L;
    }

    /** A process that looks at itself. */
    static class Mirror extends Process {
        private static final long serialVersionUID = 1L;
        private final Mark mark;

        Mirror(Mark mark) {
            super("mirror");
            this.mark = mark;
        }

        @Override
        protected void execute() throws Exception {
            mark.add((pid() == Workers.pid()) + " " + isAlive() + " " + exitcode() + " " + this);
            mark.add(Multiprocessing.currentProcess() == this);
            mark.add(Children.refusal(this::start));
        }
    }

    @Test
    void subclass_knowsItself_whereItRuns() throws Exception {
        Mark mark = mark();
        assertEquals(0, Children.run(new Mirror(mark)));
        assertEquals(
                List.of(
                        "true true OptionalInt.empty Mirror[mirror]",
                        "true",
                        "mirror was not started from here: only the parent of a process can do this"),
                mark.lines());
    }

    @Test
    void processCaptured_isOnlyAName_elsewhere() throws Exception {
        Mark mark = mark();
        Process other = new Process("other", () -> {});
        assertEquals(0, Children.run(new Process(() -> {
            mark.add(other.name());
            mark.add(Children.refusal(other::start));
            mark.add(Children.refusal(other::join));
        })));
        String message = "other was not started from here: only the parent of a process can do this";
        assertEquals(List.of("other", message, message), mark.lines());
    }

    // ---- name and daemon ----

    private static int numberOf(Process process) {
        assertTrue(process.name().matches("Process-\\d+"), process.name());
        return Integer.parseInt(process.name().substring("Process-".length()));
    }

    @Test
    void name_thatIsNotGiven_countsOn() {
        int first = numberOf(new Process(() -> {}));
        int second = numberOf(new Process(() -> {}));
        assertEquals(first + 1, second);
        assertEquals("given", new Process("given", () -> {}).name());
        assertEquals("built", Process.builder(() -> {}).name("built").build().name());
    }

    @Test
    void name_ofASubclass_isThatOfTheClass() {
        assertTrue(new Idle().name().matches("Idle-\\d+"), new Idle().name());
        assertTrue(new Process(() -> {}) {}.name().matches("Process-\\d+"));
    }

    @Test
    void name_ofAProcessOfAProcess_hasTheNumbersOfBoth() throws Exception {
        Mark mark = mark();
        Process parent = new Process(() -> {
            mark.add(new Process(() -> {}).name());
            mark.add(new Process(() -> {}).name());
        });
        assertEquals(0, Children.run(parent));
        assertEquals(List.of(parent.name() + ":1", parent.name() + ":2"), mark.lines());
    }

    @Test
    void name_ofAProcessOfAProcessWithAGivenName_isNoOneElses() throws Exception {
        Mark mark = mark();
        assertEquals(0, Children.run(new Process("given", () -> mark.add(new Process(() -> {}).name()))));
        assertTrue(mark.await().matches("Process-\\d+:1"), mark.await());
    }

    @Test
    void daemon_isInherited_andMayHaveNoProcesses() throws Exception {
        Mark mark = mark();
        Action look = () -> {
            Process child = new Process(() -> {});
            mark.add(child.daemon());
            mark.add(Process.builder(() -> {}).daemon(false).build().daemon());
            mark.add(Children.refusal(child::start));
        };
        Process daemon = Process.builder(look).name("the daemon").daemon(true).build();
        assertTrue(daemon.daemon());
        assertEquals(0, Children.run(daemon));
        assertEquals(List.of("true", "false"), mark.lines().subList(0, 2));
        assertTrue(mark.lines().get(2).contains("(the daemon)"), () -> mark.toString());
        assertFalse(new Process(() -> {}).daemon());
    }

    // ---- before and at the start ----

    @Test
    void processThatIsNotStarted_saysSo_andLeavesNothing() {
        Process process = new Process("idle", () -> {});
        assertFalse(process.isAlive());
        assertEquals(OptionalInt.empty(), process.exitcode());
        List<Executable> calls = List.of(
                process::join,
                () -> process.join(Duration.ZERO),
                process::pid,
                process::terminate,
                process::kill,
                process::onExit,
                process::sentinel);
        for (Executable call : calls) {
            String message = String.valueOf(
                    assertThrows(IllegalStateException.class, call).getMessage());
            assertTrue(message.contains("idle was not started"), message);
        }
        assertEquals("Process[idle, not started]", process.toString());
        process.close();
        assertEquals(List.of(), Multiprocessing.activeChildren());
    }

    @Test
    void secondStart_isRefused_whetherItRunsOrHasEnded() throws Exception {
        Mark mark = mark();
        Process process = new Process(() -> {
            mark.addPid();
            new Mark(mark.path() + "2").pass();
        });
        process.start();
        assertThrows(IllegalStateException.class, process::start);
        assertTrue(process.isAlive());
        new Mark(mark.path() + "2").add("go on");
        assertEquals(0, Children.end(process));
        assertThrows(IllegalStateException.class, process::start);
        assertEquals(1, mark.lines().size());
    }

    @Test
    void targetThatCannotTravel_failsInStart_whichLeavesNothing() {
        Object captured = new Object();
        Process process = new Process("stuck", () -> System.out.println(captured));
        for (int i = 0; i < 2; i++) {
            String message = String.valueOf(
                    assertThrows(NotTransferableException.class, process::start).getMessage());
            assertTrue(message.contains("java.lang.Object"), message);
        }
        assertFalse(process.isAlive());
        assertThrows(IllegalStateException.class, process::pid);
        assertEquals(List.of(), Multiprocessing.activeChildren());
    }

    @Test
    void startThatFails_canBeRepeated() throws Exception {
        Mark mark = mark();
        Path later = directory.resolve("later");
        Process process = Process.builder(() -> mark.add(Path.of("").toAbsolutePath()))
                .directory(later)
                .build();
        String message = String.valueOf(
                assertThrows(UncheckedIOException.class, process::start).getMessage());
        assertTrue(message.contains(later.toString()), message);
        assertFalse(process.isAlive());
        assertThrows(IllegalStateException.class, process::join);
        assertEquals(List.of(), Multiprocessing.activeChildren());
        Files.createDirectory(later);
        assertEquals(0, Children.run(process));
        assertEquals(List.of(later.toString()), mark.lines());
    }

    @Test
    void jvmThatDoesNotStart_endsWithItsOwnWords_whichAreLoggedToo() throws Exception {
        try (Captured printed = new Captured();
                Logged logged = new Logged()) {
            Process process =
                    Process.builder(() -> {}).jvmOptions("-XX:+NoSuchFlag").build();
            assertEquals(1, Children.run(process));
            printed.awaitErr("Unrecognized VM option 'NoSuchFlag'");
            logged.await(process.name() + ": the process " + process.pid()
                    + " exited with code 1 before it could run anything; the end of its stderr:\n");
            assertTrue(
                    logged.lines().get(0).contains("Unrecognized VM option"),
                    () -> logged.lines().toString());
        }
    }

    /** Makes a pipe; a JVM that is to log to it hangs in its start until somebody reads it, or it is gone. */
    private Path gate() throws Exception {
        Path gate = directory.resolve("gate");
        assertEquals(0, new ProcessBuilder("mkfifo", gate.toString()).start().waitFor());
        return gate;
    }

    @Test
    void jvmThatHangsInItsStart_isKilledAfterItsTime_andThatIsSaid() throws Exception {
        try (Logged logged = new Logged()) {
            Process process = Process.builder(() -> {})
                    .name("stuck")
                    .jvmOptions("-Xlog:gc:file=" + gate())
                    .startTimeout(Delays.small())
                    .build();
            long start = System.nanoTime();
            assertEquals(-9, Children.run(process));
            assertTrue(System.nanoTime() - start >= Delays.small().toNanos());
            logged.await("SEVERE stuck: the process " + process.pid() + " was killed: it had not connected within "
                    + Delays.small());
        }
    }

    @Test
    void jvmThatHangsInItsStart_canBeKilled_andThenNothingIsSaid() throws Exception {
        try (Logged logged = new Logged()) {
            Process process = Process.builder(() -> {})
                    .jvmOptions("-Xlog:gc:file=" + gate())
                    .build();
            process.start();
            assertFalse(process.join(Delays.brief()));
            process.kill();
            assertEquals(-9, Children.end(process));
            process.onExit().get(); // behind which nothing is logged any more
            assertEquals(List.of(), logged.lines());
        }
    }

    // ---- options ----

    @Test
    void options_areHonoured() throws Exception {
        Mark mark = mark();
        Process process = Process.builder(() -> {
                    mark.add(System.getenv("PROCESSION_TEST"));
                    mark.add(Path.of("").toAbsolutePath());
                    mark.add(System.getProperty("procession.test.option"));
                    mark.add(Runtime.getRuntime().maxMemory() >> 20);
                    mark.add(System.in.read());
                    mark.add(System.getenv("PATH") != null);
                })
                .environment("PROCESSION_TEST", "value")
                .directory(directory)
                .jvmOptions("-Dprocession.test.option=a \"b\" c", "-Xmx64m", "-XX:+UseSerialGC")
                .build();
        assertEquals(0, Children.run(process));
        List<String> lines = mark.lines();
        assertEquals(List.of("value", directory.toString(), "a \"b\" c"), lines.subList(0, 3));
        assertTrue(Integer.parseInt(lines.get(3)) <= 64, () -> lines.toString());
        assertEquals(List.of("-1", "true"), lines.subList(4, 6));
    }

    @Test
    void builder_thatIsUsedAgain_doesNotChangeWhatItHasMade() throws Exception {
        Mark mark = mark();
        Process.Builder builder = Process.builder(() -> mark.add(System.getenv("PROCESSION_TEST")))
                .environment("PROCESSION_TEST", "1");
        Process first = builder.build();
        builder.environment("PROCESSION_TEST", "2").directory(directory.resolve("not there"));
        assertEquals(0, Children.run(first));
        assertEquals(List.of("1"), mark.lines());
    }

    @Test
    @SuppressWarnings("NullAway")
    void wrongArguments_areRefusedAtOnce() {
        Process.Builder builder = Process.builder(() -> {});
        List<Executable> nulls = List.of(
                () -> new Process((Action) null),
                () -> new Process(null, () -> {}),
                () -> new Process("name", null),
                () -> Process.builder(null),
                () -> builder.name(null),
                () -> builder.jvmOptions((String) null),
                () -> builder.environment(null, "value"),
                () -> builder.environment("VARIABLE", null),
                () -> builder.directory(null),
                () -> builder.output(null),
                () -> builder.startTimeout(null),
                () -> ProcessOutput.file(null),
                () -> ProcessOutput.log(null));
        for (Executable call : nulls) {
            assertThrows(NullPointerException.class, call);
        }
        assertThrows(IllegalArgumentException.class, () -> builder.jvmOptions("-Xmx1g", "Xmx2g"));
        assertThrows(IllegalArgumentException.class, () -> builder.environment("A=B", "value"));
        assertThrows(IllegalArgumentException.class, () -> builder.environment("", "value"));
        assertThrows(IllegalArgumentException.class, () -> builder.environment("A", "null\0byte"));
        assertThrows(IllegalArgumentException.class, () -> builder.name("null\0byte"));
        assertThrows(IllegalArgumentException.class, () -> builder.startTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.startTimeout(Duration.ofNanos(-1)));
    }

    // ---- waiting ----

    @Test
    void join_withATimeout_saysWhetherItHasEnded() throws Exception {
        Mark mark = mark();
        Process process = Children.endless(mark, Process.builder(Children.never(mark)));
        assertFalse(process.join(Duration.ZERO));
        assertFalse(process.join(Duration.ofSeconds(-1)));
        assertFalse(process.join(Delays.brief()));
        assertTrue(process.isAlive());
        assertEquals(OptionalInt.empty(), process.exitcode());
        assertTrue(process.toString().contains("pid " + process.pid() + ", alive"), process::toString);
        process.kill();
        assertTrue(process.join(Duration.ofSeconds(Long.MAX_VALUE)));
        assertTrue(process.join(Duration.ZERO));
        assertTrue(process.join(Duration.ofSeconds(-1)));
        process.join();
        assertTrue(process.toString().contains("killed by signal 9 (SIGKILL)"), process::toString);
    }

    @Test
    void manyJoiners_allReturn() throws Exception {
        Mark mark = mark();
        Process process = Children.endless(mark, Process.builder(Children.never(mark)));
        int count = 10;
        AtomicInteger codes = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(count);
        List<Thread> joiners = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread joiner = new Thread(() -> {
                ready.countDown();
                try {
                    process.join();
                    codes.addAndGet(process.exitcode().orElse(0));
                } catch (InterruptedException failure) {
                    codes.set(1_000);
                }
            });
            joiner.start();
            joiners.add(joiner);
        }
        ready.await();
        process.kill();
        for (Thread joiner : joiners) {
            joiner.join(Delays.large().toMillis());
        }
        assertEquals(-9 * count, codes.get());
    }

    @Test
    void join_thatIsInterrupted_leavesTheProcessAlone() throws Exception {
        Mark mark = mark();
        Process process = Children.endless(mark, Process.builder(Children.never(mark)));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, process::join);
        assertTrue(process.isAlive());
        process.kill();
        assertEquals(-9, Children.end(process));
    }
}
