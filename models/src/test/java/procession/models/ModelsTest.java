// SPDX-License-Identifier: Apache-2.0
package procession.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.models.Tlc.Outcome;
import procession.models.Tlc.Verdict;
import procession.testing.MavenModule;

/**
 * The models of protocols in shared memory. What each run looks at, and what comes out, is written as a table to
 * {@code target/models.md}, which docs/models.md shows.
 */
class ModelsTest {
    private static final List<String> TABLE = new ArrayList<>();

    /** One run of TLC, and what has to come out. */
    private record Run(
            String model,
            String what,
            List<String> constants,
            List<String> checks,
            boolean symmetric,
            Verdict expected) {
        @Override
        public String toString() {
            return model + ": " + what;
        }
    }

    private static final List<String> MUTEX_SAFETY =
            List.of("INVARIANTS Typed MutualExclusion OwnerIsInside NobodySeesTornData");
    private static final List<String> MUTEX = List.of(MUTEX_SAFETY.get(0), "PROPERTIES Progress NoLostWakeUp");
    private static final String UNDO_SAFETY = "INVARIANTS NoPermitIsLostOrMade NeverBelowZero HeldIsRecorded";

    private static Run mutex(
            String what,
            int processes,
            int rounds,
            int crashes,
            int stops,
            String recoveringWatchingGivingUp,
            String flaw,
            Verdict expected) {
        return mutex(what, processes, rounds, crashes, stops, recoveringWatchingGivingUp, flaw, expected, false);
    }

    private static Run mutex(
            String what,
            int processes,
            int rounds,
            int crashes,
            int stops,
            String recoveringWatchingGivingUp,
            String flaw,
            Verdict expected,
            boolean onlySafety) {
        List<String> constants = new ArrayList<>(processes(processes, onlySafety));
        constants.addAll(List.of(
                "Rounds = " + rounds,
                "Crashes = " + crashes,
                "Stops = " + stops,
                "Recovering = " + yes(recoveringWatchingGivingUp, "recovering"),
                "Watching = " + yes(recoveringWatchingGivingUp, "watching"),
                "GivingUp = " + yes(recoveringWatchingGivingUp, "giving up"),
                "Flaw = \"" + flaw + "\""));
        return new Run("Mutex", what, constants, onlySafety ? MUTEX_SAFETY : MUTEX, onlySafety, expected);
    }

    private static Run undo(
            String what, int processes, int rounds, int crashes, boolean plain, String flaw, Verdict expected) {
        List<String> constants = new ArrayList<>(processes(processes, false));
        constants.addAll(List.of(
                "Permits = 1",
                "Rounds = " + rounds,
                "Crashes = " + crashes,
                "Plain = " + upper(plain),
                "Numbers = 2",
                "Flaw = \"" + flaw + "\""));
        return new Run(
                "SemaphoreUndo",
                what,
                constants,
                plain ? List.of(UNDO_SAFETY) : List.of(UNDO_SAFETY, "PROPERTIES Progress"),
                false,
                expected);
    }

    private static Run waiting(
            String what,
            int processes,
            int gives,
            int crashes,
            String watchingGivingUp,
            String flaw,
            Verdict expected) {
        List<String> constants = new ArrayList<>(processes(processes, false));
        constants.addAll(List.of(
                "Gives = " + gives,
                "Crashes = " + crashes,
                "Watching = " + yes(watchingGivingUp, "watching"),
                "GivingUp = " + yes(watchingGivingUp, "giving up"),
                "Flaw = \"" + flaw + "\""));
        return new Run("SemaphoreWaiting", what, constants, List.of("PROPERTIES NoLostWakeUp"), false, expected);
    }

    private static String yes(String words, String word) {
        return upper(words.contains(word));
    }

    private static String upper(boolean value) {
        return Boolean.toString(value).toUpperCase(Locale.ROOT);
    }

    /** TLC may take processes for each other only if they are no numbers. */
    private static List<String> processes(int count, boolean alike) {
        List<String> names = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            names.add((alike ? "p" : "") + i);
            if (alike) {
                lines.add("p" + i + " = p" + i);
            }
        }
        lines.add("Procs = {" + String.join(", ", names) + "}");
        return lines;
    }

    static Stream<Run> runs() {
        return Stream.of(
                mutex("2 processes, 1 dies", 2, 2, 1, 0, "watching, giving up", "none", Verdict.HOLDS),
                mutex(
                        "2 processes, 1 dies; recovering",
                        2,
                        2,
                        1,
                        0,
                        "recovering, watching, giving up",
                        "none",
                        Verdict.HOLDS),
                mutex("2 processes, 1 is stopped for good", 2, 2, 0, 1, "watching, giving up", "none", Verdict.HOLDS),
                mutex("3 processes, 1 dies", 3, 1, 1, 0, "watching", "none", Verdict.HOLDS),
                mutex("3 processes, 1 dies; recovering", 3, 1, 1, 0, "recovering, watching", "none", Verdict.HOLDS),
                mutex(
                        "3 processes, 2 die, 1 is stopped; safety",
                        3,
                        1,
                        2,
                        1,
                        "watching, giving up",
                        "none",
                        Verdict.HOLDS,
                        true),
                mutex(
                        "3 processes, 2 die; recovering; safety",
                        3,
                        1,
                        2,
                        0,
                        "recovering, watching, giving up",
                        "none",
                        Verdict.HOLDS,
                        true),
                mutex("3 processes, nobody dies, no Watch", 3, 1, 0, 0, "giving up", "none", Verdict.HOLDS),
                mutex("1 dies, and there is no Watch", 2, 1, 1, 0, "", "none", Verdict.STUCK),
                mutex(
                        "who comes from the queue does not mark",
                        3,
                        1,
                        0,
                        0,
                        "giving up",
                        "acquires-unmarked",
                        Verdict.STUCK),
                mutex("who gives up hands no wake-up on", 3, 1, 0, 0, "giving up", "leaves-silently", Verdict.STUCK),
                mutex("the sleep does not ask for the word", 2, 1, 0, 0, "", "sleeps-unasked", Verdict.STUCK),
                mutex("who frees it wakes nobody", 2, 1, 0, 0, "", "wakes-nobody", Verdict.STUCK),
                mutex(
                        "it is abandoned without comparison",
                        3,
                        1,
                        2,
                        0,
                        "watching",
                        "abandons-blindly",
                        Verdict.UNSAFE,
                        true),
                mutex(
                        "it is taken over without comparison",
                        3,
                        1,
                        1,
                        0,
                        "recovering, watching",
                        "takes-over-blindly",
                        Verdict.UNSAFE,
                        true),
                undo("2 processes, 1 dies", 2, 2, 1, false, "none", Verdict.HOLDS),
                undo("2 processes, 1 dies; plain operations, too", 2, 2, 1, true, "none", Verdict.HOLDS),
                undo("3 processes, 2 die", 3, 1, 2, false, "none", Verdict.HOLDS),
                undo("the record is written first", 2, 1, 1, false, "record-first", Verdict.UNSAFE),
                undo("there is no journal", 2, 1, 1, false, "no-journal", Verdict.UNSAFE),
                undo("the journal is written in two steps", 2, 2, 1, false, "torn-journal", Verdict.UNSAFE),
                undo("the journal is always redone", 2, 2, 1, false, "redoes-always", Verdict.UNSAFE),
                undo("the journal is never redone", 2, 2, 1, false, "takes-over-without-redoing", Verdict.UNSAFE),
                waiting("3 processes, nobody dies, no Watch", 3, 2, 0, "", "none", Verdict.HOLDS),
                waiting("2 processes, 1 dies", 2, 2, 1, "watching, giving up", "none", Verdict.HOLDS),
                waiting("1 dies, and there is no Watch", 2, 1, 1, "giving up", "none", Verdict.STUCK),
                waiting(
                        "who takes one does not hand on what is left",
                        2,
                        2,
                        0,
                        "",
                        "takes-without-handing-on",
                        Verdict.STUCK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void model_isAsExpected(Run run) throws Exception {
        long start = System.nanoTime();
        Outcome outcome = Tlc.check(run.model(), run.constants(), run.checks(), run.symmetric());
        assertEquals(run.expected(), outcome.verdict(), outcome::output);
        TABLE.add(String.format(
                Locale.ROOT,
                "| `%s` | %s | %s | %,d |",
                run.model(),
                run.what(),
                outcome.verdict().words,
                outcome.states()));
        System.out.printf(
                Locale.ROOT,
                "%s: %s, %,d states, %d s%n",
                run,
                outcome.verdict().words,
                outcome.states(),
                (System.nanoTime() - start) / 1_000_000_000);
    }

    @AfterAll
    static void writeTable() throws IOException {
        List<String> lines = new ArrayList<>(List.of("| Model | Run | TLC | States |", "|---|---|---|---|"));
        lines.addAll(TABLE);
        Files.write(MavenModule.current().base().resolve("target").resolve("models.md"), lines);
    }
}
