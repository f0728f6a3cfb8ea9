// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;
import procession.testing.LeakCheck;

/** The small examples: what they print, and what they say to a wrong command line. */
@ExtendWith(LeakCheck.class)
class LectureExamplesTest {
    private record Run(int exitCode, String out, String err) {}

    private static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Run(main.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void countdown_countsOnBothThreads() {
        Run run = run("countdown", "--n=3", "--pause-millis=0");
        assertEquals(0, run.exitCode(), run::err);
        assertEquals(
                List.of("runnable:", "2", "1", "0", "countdown:", "2", "1", "0"),
                run.out().lines().toList());
    }

    @Test
    void countdown_ofLessThanNothing_isRefused() {
        for (String option : List.of("--n", "--pause-millis")) {
            Run run = run("countdown", option + "=-1");
            assertEquals(2, run.exitCode());
            assertTrue(run.err().contains(option + " is -1, but must be at least 0"), run::err);
        }
    }

    @Test
    void process_greets_andEndsWell() {
        PrintStream before = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        Run run;
        try {
            run = run("process", "--name=the child", "--greet=you");
        } finally {
            System.setOut(before);
        }
        assertEquals(0, run.exitCode(), run::err);
        assertEquals(
                List.of("hello you, from the child, a child of MainProcess"),
                printed.toString(StandardCharsets.UTF_8).lines().toList());
        assertEquals(List.of("the child has ended with 0"), run.out().lines().toList());
    }

    @Test
    void sharedCounter_losesNothing_inThreadsAndInProcesses() {
        for (String who : List.of("threads", "processes")) {
            Run run = run("shared-counter", who);
            assertEquals(0, run.exitCode(), run::err);
            assertEquals("200000" + System.lineSeparator(), run.out());
        }
    }

    @Test
    void sharedCounter_withoutTheLock_hasAtMostAll() {
        Run run = run("shared-counter", "threads", "--unsafe", "--n=20000");
        assertEquals(0, run.exitCode(), run::err);
        int counted = Integer.parseInt(run.out().strip());
        assertTrue(counted > 0 && counted <= 40_000, run::out);
    }

    @Test
    void sharedCounter_ofTooMuch_isRefused() {
        for (String n : List.of("-1", "1073741824")) {
            Run run = run("shared-counter", "--n=" + n);
            assertEquals(2, run.exitCode());
            assertTrue(run.err().contains("--n is " + n + ", but must be at least 0"), run::err);
        }
    }

    @Test
    void prefixSums_areThoseOfTheWholeArray_howeverManyProcesses() {
        for (String jobs : List.of("1", "3")) {
            Run run = run("prefix-sums", "--n=100001", "--n-jobs=" + jobs);
            assertEquals(0, run.exitCode(), run::err);
            assertEquals(100_001L * 100_002 / 2 + System.lineSeparator(), run.out());
        }
        Run few = run("prefix-sums", "--n=2", "--n-jobs=3");
        assertEquals("3" + System.lineSeparator(), few.out(), few::err);
        assertEquals(2, run("prefix-sums", "--n=0").exitCode());
    }

    @Test
    void ponger_answersEachPing() {
        Run run = run("ponger", "--n=3");
        assertEquals(0, run.exitCode(), run::err);
        assertEquals(List.of("pong", "pong", "pong"), run.out().lines().toList());
        Run refused = run("ponger", "--n=0");
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("--n is 0, but must be at least 1"), refused::err);
    }
}
