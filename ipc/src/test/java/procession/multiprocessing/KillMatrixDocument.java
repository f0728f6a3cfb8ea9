// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.MavenModule;

/**
 * Writes {@code docs/kill-matrix.md}. Not a part of any build, for which its name has the wrong end: the command
 * {@code benchmarks/kill-matrix} runs it.
 */
class KillMatrixDocument {
    private static final long PRINTED_BYTES = 1L << 30;
    private static final int ROUNDS = Integer.getInteger("kill.matrix.rounds", 3);

    @TempDir
    static Path directory;

    /** By column, in the words of the document. */
    private static final Map<KillCell, Map<String, String>> VERDICTS = new LinkedHashMap<>();

    private static final Map<String, String> VERSIONS = new LinkedHashMap<>();
    private static final String OURS = "Procession";

    @TestFactory
    Stream<DynamicTest> cells() throws Exception {
        List<PythonPool> peers = PythonPool.installed(directory);
        peers.forEach(peer -> VERSIONS.put(peer.title(), peer.version()));
        return KillCell.applying().stream()
                .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> {
                    Map<String, String> verdicts = new LinkedHashMap<>();
                    VERDICTS.put(cell, verdicts);
                    for (PythonPool peer : peers) {
                        String why = PythonPool.whyNot(cell).orElse(null);
                        verdicts.put(peer.title(), why != null ? "— " + why : peer.run(cell, directory));
                    }
                    verdicts.put(OURS, ours(cell));
                    System.out.println(cell + " " + verdicts);
                    assertEquals("✓", verdicts.get(OURS).substring(0, 1), verdicts.get(OURS));
                }));
    }

    /** Each form at least once where there are two, and more where there is a time. */
    private static int rounds(KillCell cell) {
        boolean isTimed = cell.fate() != KillCell.Fate.UNHARMED
                && cell.fate() != KillCell.Fate.REFUSED
                && cell.fate() != KillCell.Fate.BREAKS;
        return isTimed ? ROUNDS : cell.point().isInTask() ? 2 : 1;
    }

    private static String ours(KillCell cell) throws Exception {
        List<Double> millis = new ArrayList<>();
        try {
            for (int round = 0; round < rounds(cell); round++) {
                KillMatrix.Form form = round % 2 == 0 ? KillMatrix.Form.SUBMIT : KillMatrix.Form.CHUNK;
                millis.add(KillMatrix.run(cell, form, directory, PRINTED_BYTES));
            }
        } catch (AssertionError failure) {
            return "✗ "
                    + String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        }
        double[] sorted =
                millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double median = sorted[sorted.length / 2];
        String words = switch (cell.fate()) {
            case REFUSED -> " refused";
            case BREAKS -> " broken, and says why";
            default -> Double.isNaN(median) ? "" : " " + PythonPool.millis(median);
        };
        return "✓" + words;
    }

    @AfterAll
    static void write() throws Exception {
        Path document = MavenModule.current().base().resolveSibling("docs").resolve("kill-matrix.md");
        Files.writeString(document, text());
    }

    private static String text() {
        StringBuilder text = new StringBuilder();
        text.append(HEAD.formatted(
                PythonPool.HANGS.toSeconds(),
                KillMatrix.TASK_LIMIT.toSeconds(),
                KillMatrix.START_LIMIT.toSeconds(),
                ROUNDS));
        VERSIONS.forEach((title, version) ->
                text.append("- `").append(title).append("`: ").append(version).append('\n'));
        List<String> columns = new ArrayList<>(List.of(OURS));
        columns.addAll(VERSIONS.keySet());
        text.append("\n## In short\n\n");
        row(text, "", columns);
        row(text, "---", columns.stream().map(each -> "---").toList());
        for (Count count : Count.values()) {
            row(text, count.title, columns.stream().map(count::in).toList());
        }
        for (KillPoint point : KillPoint.values()) {
            table(text, point, columns);
        }
        return text.toString();
    }

    private static void table(StringBuilder text, KillPoint point, List<String> columns) {
        text.append("\n## ").append(capitalized(point.title())).append("\n\n");
        row(text, "What happens", columns);
        row(text, "---", columns.stream().map(each -> "---").toList());
        Map<String, List<String>> whyNot = new LinkedHashMap<>();
        for (KillEvent event : KillEvent.values()) {
            KillCell cell = new KillCell(point, event);
            Map<String, String> verdicts = VERDICTS.get(cell);
            if (verdicts != null) {
                row(
                        text,
                        event.title(),
                        columns.stream()
                                .map(column -> verdicts.getOrDefault(column, ""))
                                .toList());
            } else {
                cell.whyNot()
                        .ifPresent(why -> whyNot.computeIfAbsent(why, none -> new ArrayList<>())
                                .add(event.title()));
            }
        }
        if (!whyNot.isEmpty()) {
            text.append("\nDoes not apply:\n\n");
        }
        whyNot.forEach((why, events) -> text.append("- ")
                .append(why)
                .append(": ")
                .append(events.size() > KillEvent.values().length / 2 ? "all others" : String.join(", ", events))
                .append('\n'));
    }

    private static void row(StringBuilder text, String head, List<String> cells) {
        text.append("| ")
                .append(head)
                .append(" | ")
                .append(String.join(" | ", cells))
                .append(" |\n");
    }

    private static String capitalized(String title) {
        return Character.toUpperCase(title.charAt(0)) + title.substring(1);
    }

    /** A line of the summary. */
    private enum Count {
        APPLIES("cells that apply", "✓|✗"),
        GOOD("✓: nothing is lost but the one task", "✓"),
        HANGS("something hangs", "hang"),
        LOSES("other tasks are lost", "loses"),
        BROKEN("the pool can't be used any more", "pool broken|the pool hangs"),
        LEAVES("processes are left over", "leaves");

        private final String title;
        private final String words;

        Count(String title, String words) {
            this.title = title;
            this.words = words;
        }

        private String in(String column) {
            return Long.toString(VERDICTS.values().stream()
                    .map(verdicts -> verdicts.getOrDefault(column, ""))
                    .filter(verdict -> Pattern.compile(words).matcher(verdict).find())
                    .count());
        }
    }

    private static final String HEAD = """
            # The kill matrix

            What becomes of a pool's tasks when something happens to one of them, or to a worker: each line of a table is an
            event, each table a point in the life of a task or worker. Written by `benchmarks/kill-matrix`; the build runs a part
            of the cells in `mvn verify` and all of them with `-Pdeep` (`KillMatrixTest`).

            **✓** means that exactly the one task failed that the event was about, or none if nothing was broken; that the other
            seven had their results; that the task ran once; that the pool of two workers could be used afterwards; and that
            nothing was left over: no process, thread, descriptor or file. The time is from the event to the failed future, the
            median of the runs, measured in the process that waits for the future; for an OutOfMemoryError it begins before the
            memory is filled. No time: no task failed. **✗** says what went wrong. What has not happened %1$d s after the
            event counts as hanging.

            SIGSTOP, and a task that hangs, are noticed by a limit only: %2$d s for a task, %3$d s for a worker that starts, and
            5 s for one that exits; the time includes it. A grandchild is a process that the task starts and that holds its
            output open; it is killed with the task. Where nobody decides to kill the worker, and it does not exit in an orderly
            way either (SIGKILL, `halt`, a crash), its grandchildren have another parent before they can be listed, and stay.
            An idle worker is hit by a thread that a task left behind.

            `Runtime.halt` and `System.exit` take about 300 ms because HotSpot does: it waits that long for threads that are in native
            code, as the one is that listens to the parent. A signal waits for nobody.

            Python's pools spawn their workers. They have no limits, so that what is stopped hangs; on the other hand memory that
            is used up is an exception to them, of an address space limited to 64 MiB more. `ProcessPoolExecutor` and loky can be
            replaced by new ones when they are broken, which their users have to do; a task that hangs keeps `close` from
            returning, which is not counted again. One run each, where those of ours that have a time
            have %4$d, by turns with `submit` and in the middle of a chunk of `map`.

            """;
}
