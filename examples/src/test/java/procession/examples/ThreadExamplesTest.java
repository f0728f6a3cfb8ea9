// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import procession.testing.LeakCheck;

/** The examples of patterns with threads: the facts that they print, and what they say to a wrong command line. */
@ExtendWith(LeakCheck.class)
class ThreadExamplesTest {
    private record Run(int exitCode, String out, String err) {
        List<String> lines() {
            assertEquals(0, exitCode, err);
            assertEquals("", err);
            return out.lines().toList();
        }

        /** Returns the numbers of a line. */
        Matcher line(int index, String pattern) {
            Matcher matcher = Pattern.compile(pattern).matcher(lines().get(index));
            assertTrue(matcher.matches(), () -> pattern + " is not line " + index + " of\n" + out);
            return matcher;
        }
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group).replace(",", ""));
    }

    private static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Run(main.execute(arguments), out.toString(), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 3, 2", "3, 2, 3", "100, 4, 1"})
    void boundedBuffer_losesNothing_andIsNeverOverfull(int capacity, int producers, int consumers) {
        Run run = run(
                "bounded-buffer",
                "--capacity=" + capacity,
                "--items=500",
                "--producers=" + producers,
                "--consumers=" + consumers);
        long items = 500L * producers;
        Matcher counts = run.line(0, "(\\d+) producers put ([\\d,]+) items, (\\d+) consumers took them all");
        assertEquals(
                List.of((long) producers, items, (long) consumers),
                List.of(number(counts, 1), number(counts, 2), number(counts, 3)));
        Matcher sums = run.line(1, "sum of what was put: (\\d+), of what was taken: (\\d+)");
        assertEquals(items * (items - 1) / 2, number(sums, 1));
        assertEquals(number(sums, 1), number(sums, 2));
        Matcher room = run.line(2, "room for (\\d+); at the most there were (\\d+), and now there are 0");
        assertEquals(capacity, number(room, 1));
        assertTrue(number(room, 2) >= 1 && number(room, 2) <= capacity, run::out);
    }

    @Test
    void boundedBuffer_ofNothing_ends() {
        assertEquals(
                "room for 3; at the most there were 0, and now there are 0",
                run("bounded-buffer", "--items=0").lines().get(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void readersWriter_readersShare_andSeeNoHalfWrite(int readers) {
        Run run = run("readers-writer", "--readers=" + readers, "--writes=300");
        assertEquals(readers + " readers were in at once", run.lines().get(0));
        Matcher counts = run.line(1, "300 writes, ([\\d,]+) reads, of which 0 saw half a write");
        assertTrue(number(counts, 1) >= readers, run::out);
    }

    @Test
    void starvation_isEndedByTheRule() {
        Run run = run("starvation", "--patience-millis=30");
        run.line(0, "readers first: the writer waited 30 ms in vain, and readers came in [\\d,]+ times");
        run.line(1, "writers first: the writer came in, and readers came in [\\d,]+ times");
        assertEquals(2, run.lines().size());
    }

    @Test
    void deadlock_isFound_andAvoidedByTheOrder() {
        Run run = run("deadlock", "--timeout-millis=30", "--rounds=500");
        run.line(0, "in opposite orders: deadlock, found by [12] of 2 threads after 30 ms");
        assertEquals(
                "in one order: both locks were held 1,000 times", run.lines().get(1));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 1", "1, 1, 1, 3", "10, 385, 3, 2", "1000, 333833500, 1, 4", "1000, 333833500, 5000, 2"})
    void pipeline_bothEnds_addUpAll(int n, long sum, int capacity, int workers) {
        Run run = run("pipeline", "--n=" + n, "--capacity=" + capacity, "--workers=" + workers);
        assertEquals(
                List.of(
                        "sentinels: the squares from 1 to " + n + " add up to " + sum,
                        "shutdown: the squares from 1 to " + n + " add up to " + sum),
                run.lines());
    }

    @Test
    void background_savesWhileTheForegroundGoesOn() {
        Run run = run("background", "--saves=3", "--period-millis=5");
        assertTrue(number(run.line(0, "saved (\\d+) times in the background"), 1) >= 3, run::out);
        Matcher edits = run.line(1, "made (\\d+) edits meanwhile, and saved (\\d+) of them");
        assertTrue(number(edits, 1) > 0 && number(edits, 2) <= number(edits, 1), run::out);
        assertEquals("the timer has ended", run.lines().get(2));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 3", "500, 3"})
    void queueWorker_joinReturnsWhenAllIsDone(int tasks, int workers) {
        Run run = run("queue-worker", "--tasks=" + tasks, "--workers=" + workers);
        assertEquals(
                List.of(
                        "all tasks are done: " + tasks + " of " + tasks + ", unfinished: 0",
                        "their numbers add up to " + tasks * (tasks - 1) / 2,
                        "the workers have ended: " + workers),
                run.lines());
    }

    @Test
    void requestServer_servesAll_withABoundedQueue() {
        Run run = run("request-server", "--threads=20", "--requests=5_000", "--capacity=7");
        assertEquals(
                "20 threads served 5000 of 5000 requests, and refused 0",
                run.lines().get(0));
        Matcher most = run.line(1, "at most (\\d+) waited, of 7 that may");
        assertTrue(number(most, 1) <= 7, run::out);
    }

    @Test
    void requestServer_thatRefuses_servesTheRest() {
        Run run = run("request-server", "--threads=1", "--requests=5_000", "--capacity=1", "--refuse");
        Matcher counts = run.line(0, "1 threads served (\\d+) of 5000 requests, and refused (\\d+)");
        assertEquals(5000, number(counts, 1) + number(counts, 2));
        assertTrue(number(counts, 1) >= 1, run::out);
    }

    @Test
    void futures_printWhatComesOfThem() {
        assertEquals(
                List.of(
                        "map: [1, 4, 9, 16]",
                        "started: running true, done false",
                        "result: 1024",
                        "ended: running false, done true, called back [first, second]",
                        "cancel: true, cancelled true",
                        "the other one: done, cancel false",
                        "exception: java.lang.NumberFormatException: For input string: \"ten\"",
                        "as completed: 4 results, which add up to 20",
                        "after the block: shut down true, all ended true",
                        "submit: refused"),
                run("futures", "--n=4").lines());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bounded-buffer --capacity=0       | --capacity is 0, but must be at least 1: give a greater number",
                "bounded-buffer --items=-1         | --items is -1, but must be at least 0",
                "bounded-buffer --producers=0      | --producers is 0, but must be at least 1",
                "bounded-buffer --consumers=1_001  | --consumers is 1001, but must be at most 1000: give a smaller",
                "readers-writer --readers=0        | --readers is 0, but must be at least 1",
                "readers-writer --writes=-1        | --writes is -1, but must be at least 0",
                "starvation --readers=1            | --readers is 1, but must be at least 2",
                "starvation --patience-millis=0    | --patience-millis is 0, but must be at least 1",
                "deadlock --timeout-millis=0       | --timeout-millis is 0, but must be at least 1",
                "deadlock --rounds=-1              | --rounds is -1, but must be at least 0",
                "pipeline --n=1_000_001            | --n is 1000001, but must be at most 1000000",
                "pipeline --capacity=0             | --capacity is 0, but must be at least 1",
                "pipeline --workers=none           | '--workers': 'none' is not a whole number",
                "background --saves=0              | --saves is 0, but must be at least 1",
                "background --period-millis=0      | --period-millis is 0, but must be at least 1",
                "queue-worker --tasks=-1           | --tasks is -1, but must be at least 0",
                "queue-worker --workers=0          | --workers is 0, but must be at least 1",
                "request-server --requests=-1      | --requests is -1, but must be at least 0",
                "request-server --threads=0        | --threads is 0, but must be at least 1",
                "request-server --capacity=0       | --capacity is 0, but must be at least 1",
                "request-server --refuse=perhaps   | 'perhaps' is not a boolean",
                "futures --n=0                     | --n is 0, but must be at least 1",
                "futures --m=1                     | Unknown option: '--m=1'",
            })
    void badValue_isExplained(String line, String message) {
        Run run = run(line.split(" "));
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().contains(message), run::err);
        assertTrue(run.err().contains("--help"), run::err);
    }
}
