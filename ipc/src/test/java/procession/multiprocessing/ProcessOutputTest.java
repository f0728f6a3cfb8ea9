// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** Where what a process prints goes, and that it never holds anything up. */
@ExtendWith(LeakCheck.class)
class ProcessOutputTest {
    private static final int MEGABYTE = 1 << 20;
    private static final int MEGABYTES = 100;

    /** A line's, so that output seems to be over between two; for three of them join() waits, however slow the machine. */
    private static final Duration WORK = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private Mark mark() {
        return new Mark(directory, "mark");
    }

    private static void printBoth() {
        System.out.println("to out");
        System.err.println("to err");
    }

    @Test
    void forwarded_itIsHereWhenJoinReturns() throws Exception {
        try (Captured printed = new Captured()) {
            assertEquals(0, Children.run(new Process(ProcessOutputTest::printBoth)));
            assertEquals("to out" + System.lineSeparator(), printed.out());
            assertEquals("to err" + System.lineSeparator(), printed.err());
        }
    }

    @Test
    void forwarded_itGoesToWhatSystemOutIsAtTheTime() throws Exception {
        Mark goOn = mark();
        Process process;
        try (Captured first = new Captured()) {
            process = new Process(() -> {
                System.out.println("before");
                System.err.println("before too");
                goOn.pass();
                System.out.println("after");
            });
            process.start();
            first.awaitOut("before");
            first.awaitErr("before too");
        }
        try (Captured second = new Captured()) {
            goOn.add("now");
            assertEquals(0, Children.end(process));
            assertEquals("after" + System.lineSeparator(), second.out());
        }
    }

    /** A program whose process prints past its System.out. */
    static final class InheritingParent {
        public static void main(String[] arguments) throws Exception {
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
            System.exit(Children.run(
                    Process.builder(ProcessOutputTest::printBoth).inheritIO().build()));
        }
    }

    @Test
    void inherited_itGoesPastSystemOut() {
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = processes.java(InheritingParent.class, List.of());
            assertEquals(0, parent.exitCode(), parent::errors);
            assertEquals("to out" + System.lineSeparator(), parent.output());
            assertEquals("to err" + System.lineSeparator(), parent.errors());
        }
    }

    @Test
    void toAFile_itIsAppended() throws Exception {
        Path file = directory.resolve("output.txt");
        Files.writeString(file, "what was there\n");
        try (Captured printed = new Captured()) {
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        0,
                        Children.run(Process.builder(ProcessOutputTest::printBoth)
                                .output(ProcessOutput.file(file))
                                .build()));
            }
            assertEquals("", printed.out() + printed.err());
        }
        assertEquals(List.of("what was there", "to out", "to err", "to out", "to err"), Files.readAllLines(file));
    }

    /** Keeps what is logged. */
    private static final class Kept implements System.Logger {
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Duration work;

        Kept() {
            this(Duration.ZERO);
        }

        /** Makes one that takes its time for each line. */
        Kept(Duration work) {
            this.work = work;
        }

        @Override
        public String getName() {
            return "kept";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            lines.add(level + " " + message);
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... parameters) {
            Await.sleep(work);
            lines.add(level + " " + format);
            if (String.valueOf(format).contains("refused")) {
                throw new IllegalStateException("a logger that fails");
            }
        }
    }

    @Test
    void toALogger_eachLineHasTheName() throws Exception {
        Kept kept = new Kept();
        Process process = Process.builder(() -> {
                    System.out.print("one\n{0} two\r\n\n");
                    System.out.print("without an end");
                    System.err.println("wrong");
                })
                .name("tagged")
                .output(ProcessOutput.log(kept))
                .build();
        assertEquals(0, Children.run(process));
        assertEquals(
                List.of("INFO [tagged] one", "INFO [tagged] {0} two", "INFO [tagged] ", "INFO [tagged] without an end"),
                kept.lines.stream().filter(line -> line.startsWith("INFO")).toList());
        assertEquals(
                List.of("WARNING [tagged] wrong"),
                kept.lines.stream().filter(line -> line.startsWith("WARNING")).toList());
    }

    @Test
    void toALoggerThatIsSlow_itIsAllThereWhenJoinReturns() throws Exception {
        Kept kept = new Kept(WORK);
        Process process = Process.builder(() -> System.out.print("one\ntwo\nthree"))
                .name("p")
                .output(ProcessOutput.log(kept))
                .build();
        assertEquals(0, Children.run(process));
        assertEquals(List.of("INFO [p] one", "INFO [p] two", "INFO [p] three"), kept.lines);
    }

    @Test
    void toALogger_aLineWithoutEndIsCutIntoPieces() throws Exception {
        Kept kept = new Kept();
        Process process = Process.builder(() -> {
                    byte[] piece = "x".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
                    System.out.write(piece, 0, piece.length);
                    System.out.flush();
                })
                .name("long")
                .output(ProcessOutput.log(kept))
                .build();
        assertEquals(0, Children.run(process));
        String prefix = "INFO [long] ";
        assertTrue(kept.lines.size() >= 16, () -> kept.lines.size() + " lines");
        assertEquals(
                MEGABYTE,
                kept.lines.stream()
                        .mapToInt(line -> line.length() - prefix.length())
                        .sum());
    }

    @Test
    void toALoggerThatFails_theRestIsLoggedAllTheSame() throws Exception {
        Kept kept = new Kept();
        Process process = Process.builder(() -> {
                    System.out.println("refused");
                    System.out.println("taken");
                })
                .name("p")
                .output(ProcessOutput.log(kept))
                .build();
        assertEquals(0, Children.run(process));
        assertEquals(List.of("INFO [p] refused", "INFO [p] taken"), kept.lines);
    }

    private static void printALot() {
        byte[] piece = "0123456789abcde\n".repeat(MEGABYTE / 16).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < MEGABYTES; i++) {
            System.out.write(piece, 0, piece.length);
        }
        System.out.flush();
    }

    @Test
    void aLotOfIt_comesWhole() throws Exception {
        AtomicLong bytes = new AtomicLong();
        PrintStream out = System.out;
        System.setOut(new PrintStream(new OutputStream() {
            @Override
            public void write(int one) {
                bytes.incrementAndGet();
            }

            @Override
            public void write(byte[] piece, int from, int length) {
                bytes.addAndGet(length);
            }
        }));
        try {
            assertEquals(0, Children.run(new Process(ProcessOutputTest::printALot)));
            assertEquals((long) MEGABYTES * MEGABYTE, bytes.get());
        } finally {
            System.setOut(out);
        }
    }

    @Test
    void toASlowReader_theEndOfItIsWaitedFor() throws Exception {
        int kilobytes = 60; // which fit into a pipe, so that the process ends long before they are read
        Process process = new Process(() -> System.out.print("x".repeat(kilobytes * 1024)));
        AtomicLong bytes = new AtomicLong();
        PrintStream out = System.out;
        System.setOut(new PrintStream(new OutputStream() {
            @Override
            public void write(int one) {
                bytes.incrementAndGet();
            }

            @Override
            public void write(byte[] piece, int from, int length) {
                Await.until("the end of the process", () -> Workers.isGone(process.pid()));
                Await.sleep(Delays.brief().dividedBy(2));
                bytes.addAndGet(length);
            }
        }));
        try {
            assertEquals(0, Children.run(process));
            assertEquals(kilobytes * 1024L, bytes.get());
        } finally {
            System.setOut(out);
        }
    }

    @Test
    void stdoutThatIsClosed_isNoEnd() throws Exception {
        Mark mark = mark();
        try (Captured printed = new Captured()) {
            Process process = new Process(() -> {
                System.out.println("last");
                System.out.close();
                System.out.println("lost");
                System.err.println("still here");
                mark.addPid();
            });
            assertEquals(0, Children.run(process));
            assertEquals(process.pid(), mark.awaitPid());
            printed.awaitErr("still here");
            assertEquals("last" + System.lineSeparator(), printed.out());
        }
    }

    @Test
    void grandchildThatHoldsThePipes_doesNotHoldUpJoin() throws Exception {
        Mark mark = mark();
        Process process = new Process(() -> {
            java.lang.Process sleep =
                    new ProcessBuilder("sleep", "1000").inheritIO().start();
            mark.add(sleep.pid());
            mark.addPid();
        });
        process.start();
        Await.until(
                "the end of the child",
                Delays.large(),
                () -> mark.lines().size() == 2 && Workers.isGone(process.pid()));
        try {
            assertTrue(process.join(Duration.ofSeconds(1).plus(Delays.small())));
            assertEquals(0, process.exitcode().getAsInt());
        } finally {
            long grandchild = mark.awaitPid();
            Workers.kill(grandchild);
            Await.until("the end of " + grandchild, () -> Workers.isGone(grandchild));
        }
    }

    @Test
    void ways_sayWhatTheyAre() {
        assertEquals("ProcessOutput[FORWARD]", ProcessOutput.forward().toString());
        assertEquals("ProcessOutput[INHERIT]", ProcessOutput.inherit().toString());
        assertEquals(
                "ProcessOutput[FILE a.txt]",
                ProcessOutput.file(Path.of("a.txt")).toString());
        assertEquals("ProcessOutput[LOG]", ProcessOutput.log(new Kept()).toString());
    }
}
