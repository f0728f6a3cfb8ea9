// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/compare}. Ends with 0, with 1 if anything failed, or with 2 for bad arguments. */
@Command(
        name = "benchmarks/compare",
        description = "Runs ours and each peer in turn, round by round, and prints how many times better ours is.",
        customSynopsis = {
            "benchmarks/compare [--quick] [--rounds=N] [--only=PREFIX] AREA...",
            "       benchmarks/compare --list | --help"
        },
        footer = {
            "",
            "A ratio above 1 always means that ours is better. It is the median of the",
            "rounds' ratios; the spread is their lowest and highest. The same goes to",
            "benchmarks/target/compare.json, one object a line. docs/benchmarking.md says",
            "what the numbers are good for."
        },
        sortOptions = false)
final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "AREA", arity = "0..*", description = "What to compare; --list names all areas.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--quick", description = "Short measurements; each area ends within 50 s.")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How many rounds, if there is time: 11, or 5 with --quick, if not given.")
    private Optional<Integer> rounds = Optional.empty();

    @Option(
            names = "--only",
            paramLabel = "PREFIX",
            description = "Only the benches whose names begin like this, for longer.")
    private String only = "";

    @Option(names = "--list", description = "Print the names of the areas, and what each is about.")
    private boolean list;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    private boolean help;

    @Option(names = "--directory", hidden = true, description = "Where the module benchmarks is.")
    private Path directory = Path.of("benchmarks");

    Main() {}

    /**
     * Runs the command.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Areas.ALL.forEach(area -> out().println(area.name() + "  " + area.question()));
            return 0;
        }
        List<Area> areas = areas();
        Budget budget = budget();
        out().println(machine());
        List<Row> rows = new ArrayList<>();
        boolean failed = false;
        for (Area area : areas) {
            failed |= !run(area, budget, rows);
        }
        return failed ? 1 : 0;
    }

    private List<Area> areas() {
        if (names.isEmpty()) {
            throw wrong("name at least one area of " + known());
        }
        List<Area> areas = new ArrayList<>();
        for (String name : new LinkedHashSet<>(names)) {
            areas.add(Areas.named(name).orElseThrow(() -> wrong("no area is called " + name + ", only " + known())));
        }
        return areas;
    }

    private static String known() {
        return String.join(", ", Areas.ALL.stream().map(Area::name).toList());
    }

    private Budget budget() {
        if (rounds.isPresent() && rounds.get() < 1) {
            throw wrong("--rounds must be at least 1, but is " + rounds.get());
        }
        Budget budget = quick ? Budget.QUICK : Budget.FULL;
        return rounds.isPresent() ? budget.withRounds(rounds.get()) : budget;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Runs one area, adds to the rows, and says whether all went well. */
    private boolean run(Area area, Budget budget, List<Row> rows) throws Exception {
        long startNanos = System.nanoTime();
        List<Row> before = List.copyOf(rows);
        // Exactly one of this thread and the watchdog reports.
        AtomicBoolean reported = new AtomicBoolean();
        AtomicBoolean failed = new AtomicBoolean();
        AtomicReference<Comparison> running = new AtomicReference<>();
        Setup setup = new Setup(directory, out(), err());
        try (Watchdog watchdog = new Watchdog(budget.hard(), () -> {
                    if (reported.compareAndSet(false, true)) {
                        err().println("time is up, and " + area.name() + " is killed");
                        failed.set(true);
                        Comparison comparison = running.get();
                        report(before, comparison == null ? List.of() : comparison.rows());
                    }
                    return failed.get() ? 1 : 0;
                });
                setup) {
            List<Bench> benches = area.open(setup).stream()
                    .filter(bench -> bench.name().startsWith(only))
                    .toList();
            if (benches.isEmpty()) {
                throw wrong("no bench of " + area.name() + " begins with " + only);
            }
            Comparison comparison = new Comparison(benches, budget, startNanos, err());
            running.set(comparison);
            comparison.run();
            failed.set(comparison.hasFailures());
            if (reported.compareAndSet(false, true)) {
                rows.addAll(comparison.rows());
                report(before, comparison.rows());
            }
        }
        return !failed.get();
    }

    private void report(List<Row> before, List<Row> now) {
        out().print(Report.table(now));
        out().flush();
        List<Row> all = new ArrayList<>(before);
        all.addAll(now);
        Path file = directory.resolve("target/compare.json");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, Report.jsonLines(all));
        } catch (IOException failure) {
            err().println("could not write " + file + ": " + failure);
        }
    }

    /** What the numbers depend on, in one line. */
    static String machine() {
        int processors = Runtime.getRuntime().availableProcessors();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(); // negative: unknown
        return String.format(
                Locale.ROOT,
                "JDK %s, %s %s, %d processors, load %.1f%s",
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                processors,
                load,
                load > processors / 2.0 ? ": others use the machine, so trust none of these numbers" : "");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
