// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import procession.multiprocessing.KillMatrix.Form;
import procession.testing.LeakCheck;

/**
 * The cells of the {@link KillMatrix}: a few of each row and column, or all of them with {@code -Dkill.matrix=all}. Those
 * that need no pool of their own share one, so each is also the proof that the one before it left it usable.
 */
class KillMatrixTest {
    private static final boolean ALL = System.getProperty("kill.matrix", "few").equals("all");
    private static final long PRINTED_BYTES = ALL ? 1L << 30 : 16L << 20;

    @TempDir
    static Path directory;

    private static @Nullable ProcessPoolExecutor shared;
    private static Set<String> before;

    @BeforeAll
    static void open() {
        before = LeakCheck.snapshot();
    }

    @AfterAll
    static void close() {
        if (shared != null) {
            shared.close();
        }
        LeakCheck.assertNothingNew(before);
    }

    @TestFactory
    Stream<DynamicTest> cells() {
        // Those with a pool of their own first: what the shared one starts meanwhile would look like left over by them.
        return KillCell.applying().stream()
                .filter(cell -> ALL || isOfTheFew(cell))
                .sorted(Comparator.comparing(cell -> !cell.needsOwnPool()))
                .flatMap(cell -> forms(cell)
                        .map(form -> DynamicTest.dynamicTest(
                                cell + (form == Form.CHUNK ? ", in a chunk" : ""), () -> run(cell, form))));
    }

    private static Stream<Form> forms(KillCell cell) {
        if (!cell.point().isInTask()) {
            return Stream.of(Form.SUBMIT);
        }
        // Of the few, each is run in one form; together they are of both.
        return ALL ? Stream.of(Form.values()) : Stream.of(cell.event().isDeadly() ? Form.CHUNK : Form.SUBMIT);
    }

    private static void run(KillCell cell, Form form) throws Exception {
        if (cell.needsOwnPool()) {
            KillMatrix.run(cell, form, directory, PRINTED_BYTES);
        } else {
            if (shared == null) {
                shared = KillMatrix.options().build();
            }
            KillMatrix.run(cell, form, shared, directory, PRINTED_BYTES);
        }
    }

    /** Whatever can happen to a task that runs, and the worst at every other point; what takes seconds is left out. */
    private static boolean isOfTheFew(KillCell cell) {
        boolean slow = cell.event().needsTimeout() && cell.needsOwnPool();
        return switch (cell.point()) {
            case RUNNING -> true;
            case ARGUMENTS ->
                cell.event() == KillEvent.STACK
                        || cell.event() == KillEvent.ARGUMENT_UNREBUILDABLE
                        || cell.event() == KillEvent.CRASH;
            case RESULT ->
                cell.event().isAboutTravel() || cell.event() == KillEvent.HALT || cell.event() == KillEvent.SIGKILL;
            case IDLE -> cell.event() == KillEvent.SIGSTOP || cell.event() == KillEvent.EXIT;
            case INITIALIZER -> cell.event() == KillEvent.HEAP || cell.event() == KillEvent.ARGUMENT_UNREBUILDABLE;
            case EXIT_HOOK -> cell.event() == KillEvent.SIGKILL;
            case STARTING, BEFORE_START -> !slow;
        };
    }
}
