// SPDX-License-Identifier: Apache-2.0
package procession.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import procession.testing.MavenModule;

/** Runs TLC, and the translator of PlusCal before it, each in a JVM of its own, as both end theirs. */
final class Tlc {
    /** What TLC found. */
    enum Verdict {
        /** All states were looked at, and nothing was wrong with them. */
        HOLDS("holds"),
        /** A state is there that an invariant forbids. */
        UNSAFE("refuted: a forbidden state"),
        /** What should happen some day need never happen. */
        STUCK("refuted: something never happens");

        final String words;

        Verdict(String words) {
            this.words = words;
        }
    }

    /**
     * What came out.
     *
     * @param verdict the verdict
     * @param states how many different states there are; of a refuted model, how many were seen until then
     * @param output what TLC said
     */
    record Outcome(Verdict verdict, long states, String output) {}

    private static final Path SOURCES =
            MavenModule.current().base().resolve("src").resolve("main").resolve("tla");
    private static final Pattern DISTINCT = Pattern.compile("(\\d+) distinct states found");

    private Tlc() {}

    /**
     * Checks a model.
     *
     * @param module the module's name
     * @param constants the assignments of its constants
     * @param checks the rest of the configuration: what has to hold
     * @param symmetric whether all processes are the same for what is checked
     * @return what came out
     */
    static Outcome check(String module, List<String> constants, List<String> checks, boolean symmetric)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(
                Files.createDirectories(MavenModule.current().base().resolve("target")), module);
        Files.copy(
                SOURCES.resolve(module + ".tla"),
                directory.resolve(module + ".tla"),
                StandardCopyOption.REPLACE_EXISTING);
        String translated =
                run(directory, 0, "pcal.trans", "-nocfg", module + ".tla").output();
        if (!translated.contains("Translation completed")) {
            throw new IOException(translated);
        }
        Files.write(
                directory.resolve("Checked.tla"),
                List.of(
                        "---- MODULE Checked ----",
                        "EXTENDS " + module + ", TLC",
                        "Symmetry == Permutations(Procs)",
                        "===="));
        List<String> configuration =
                new ArrayList<>(List.of("SPECIFICATION FairSystem", "CHECK_DEADLOCK FALSE", "CONSTANTS"));
        configuration.addAll(constants);
        configuration.addAll(checks);
        if (symmetric) {
            configuration.add("SYMMETRY Symmetry");
        }
        Files.write(directory.resolve("Checked.cfg"), configuration);
        Run run = run(directory, 2, "tlc2.TLC", "-workers", "2", "-lncheck", "final", "Checked.tla");
        return switch (run.code()) {
            case 0 -> new Outcome(Verdict.HOLDS, states(run.output()), run.output());
            case 12 -> new Outcome(Verdict.UNSAFE, states(run.output()), run.output());
            case 13 -> new Outcome(Verdict.STUCK, states(run.output()), run.output());
            default -> throw new IOException("TLC ended with " + run.code() + ":\n" + run.output());
        };
    }

    private static long states(String output) {
        long states = 0;
        for (Matcher matcher = DISTINCT.matcher(output.replace(",", "")); matcher.find(); ) {
            states = Long.parseLong(matcher.group(1));
        }
        return states;
    }

    private record Run(int code, String output) {}

    private static Run run(Path directory, int gigabytes, String main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseParallelGC");
        if (gigabytes > 0) {
            command.add("-Xmx" + gigabytes + "g");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Run(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }
}
