// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import procession.testing.Await;
import procession.testing.MavenModule;

/**
 * One of Python's process pools, on which {@code kill_matrix.py} runs the cells of the {@link KillMatrix} that apply, each in
 * a Python of its own.
 */
final class PythonPool {
    /** After what time something counts as hanging. */
    static final Duration HANGS = Duration.ofSeconds(5);

    private static final Duration STARTS = Duration.ofSeconds(60);
    private static final Duration LEFT = Duration.ofSeconds(2);
    private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

    private final String title;
    private final String kind;
    private final String interpreter;
    private final String version;

    private PythonPool(String title, String kind, String interpreter, String version) {
        this.title = title;
        this.kind = kind;
        this.interpreter = interpreter;
        this.version = version;
    }

    /** Returns the pools that are installed. */
    static List<PythonPool> installed(Path directory) throws Exception {
        List<PythonPool> found = new ArrayList<>();
        find("multiprocessing.Pool", "pool", directory).ifPresent(found::add);
        find("ProcessPoolExecutor", "executor", directory).ifPresent(found::add);
        find("joblib (loky)", "joblib", directory).ifPresent(found::add);
        return found;
    }

    private static Optional<PythonPool> find(String title, String kind, Path directory) throws Exception {
        for (String interpreter : INTERPRETERS) {
            PythonPool candidate = new PythonPool(title, kind, interpreter, "");
            String answer;
            try {
                answer = candidate.ask("version", "none", directory).answer();
            } catch (IOException notThere) {
                continue;
            }
            Optional<String> version = text(answer, "version");
            if (version.isPresent()) {
                return Optional.of(new PythonPool(title, kind, interpreter, version.get()));
            }
        }
        return Optional.empty();
    }

    String title() {
        return title;
    }

    String version() {
        return version;
    }

    /** Returns why a cell that applies to a pool of ours does not apply to Python's. */
    static Optional<String> whyNot(KillCell cell) {
        if (cell.point() == KillPoint.EXIT_HOOK) {
            return Optional.of("there is none");
        }
        if (cell.point() == KillPoint.IDLE && cell.event() == KillEvent.GRANDCHILD) {
            return Optional.of("no limit would kill the worker");
        }
        return switch (cell.event()) {
            case METASPACE, DIRECT -> Optional.of("only a JVM has it");
            default -> Optional.empty();
        };
    }

    private record Answer(String answer, boolean closed, int left) {}

    /** Runs a cell and returns its verdict: a mark, and what went wrong. */
    String run(KillCell cell, Path parent) throws Exception {
        Answer answered = ask(cell.point().name(), cell.event().name(), parent);
        String answer = answered.answer();
        if (text(answer, "refused").isPresent()) {
            return "✓ refused";
        }
        List<String> faults = new ArrayList<>();
        String culprit = text(answer, "culprit").orElse("");
        String words = "";
        if (answer.isEmpty()) {
            faults.add("hangs");
        } else if (culprit.equals("hangs")) {
            faults.add("the task hangs");
        } else if (culprit.equals("refused")) {
            words = "refused";
        } else if (!culprit.isEmpty() && !culprit.equals("ok")) {
            words = number(answer, "ms") > 0 ? millis(number(answer, "ms")) : "fails";
        }
        int hanging = (int) number(answer, "hanging");
        int lost = (int) number(answer, "lost");
        if (hanging > 0) {
            faults.add(hanging + " others hang");
        }
        if (lost > 0) {
            faults.add("loses " + lost + " others");
        }
        String usable = text(answer, "usable").orElse("ok");
        if (usable.equals("hangs")) {
            faults.add("the pool hangs");
        } else if (!usable.equals("ok") && !usable.isEmpty()) {
            faults.add("pool broken");
        }
        text(answer, "error").ifPresent(error -> faults.add("error: " + error));
        if (!answer.isEmpty() && !answered.closed() && hanging == 0 && !culprit.equals("hangs")) {
            faults.add("close hangs");
        }
        if (answered.left() > 0 && answered.closed()) {
            faults.add("leaves " + answered.left() + (answered.left() == 1 ? " process" : " processes"));
        }
        return faults.isEmpty()
                ? ("✓ " + words).strip()
                : "✗ " + String.join(", ", faults) + (words.isEmpty() ? "" : " (" + words + ")");
    }

    static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    private Answer ask(String point, String event, Path parent) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(parent, "python");
        Path answer = directory.resolve("answer");
        Path program = MavenModule.current().base().resolve("src/test/python/kill_matrix.py");
        java.lang.Process python = new ProcessBuilder(
                        interpreter,
                        program.toString(),
                        kind,
                        point,
                        event,
                        directory.toString(),
                        Long.toString(HANGS.toSeconds()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(directory.resolve("stderr").toFile())
                .start();
        try {
            Duration limit = STARTS.plus(HANGS.multipliedBy(5));
            Await.becomesTrue(limit, () -> Files.exists(answer) || !python.isAlive());
            boolean ended = python.waitFor(HANGS.toMillis(), TimeUnit.MILLISECONDS);
            if (ended) {
                Await.becomesTrue(LEFT, () -> session(python.pid()).isEmpty());
            }
            int left = session(python.pid()).size();
            return new Answer(Files.exists(answer) ? Files.readString(answer).strip() : "", ended, left);
        } finally {
            session(python.pid()).forEach(Workers::kill);
            python.destroyForcibly().waitFor();
        }
    }

    /** Returns the processes of a session that have not ended, wherever their parents have gone. */
    private static List<Long> session(long leader) throws IOException {
        List<Long> members = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (sessionOf(process) == leader && !Workers.isGone(pid)) {
                    members.add(pid);
                }
            }
        }
        return members;
    }

    private static long sessionOf(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5)[3]);
        } catch (IOException | RuntimeException ended) {
            return -1;
        }
    }

    private static Optional<String> text(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": \"([^\"]*)\"").matcher(json);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static double number(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": ([-+.0-9eE]+)").matcher(json);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }
}
