// SPDX-License-Identifier: Apache-2.0
package procession.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Starts jcstress and makes sure that what was asked for has really run.
 *
 * <p>jcstress leaves out, without an error, every test that has more actors than the machine has processors. So the
 * tests are run in two rounds, one with up to two actors, and one with more, {@code -Dstress.wide=true}, in which
 * jcstress believes in a machine of a kind that it does not know and leaves the scheduling to the operating system.
 * After the round each selected test must have left a result.
 *
 * <p>With {@code -Dstress.broken=true} it runs the tests of {@code procession.stress.broken} instead, and fails unless
 * each of them fails because of a forbidden outcome.
 *
 * <p>It takes jcstress's own arguments; {@code -t} selects by a regular expression, {@code -r} is mandatory.
 */
public final class Launcher {

    private static final String BROKEN = "procession.stress.broken.";
    private static final int NOT_RUN = 2;
    private static final int NOT_CAUGHT = 3;
    private static final int MOST_ACTORS = 2;

    private final boolean wide = Boolean.getBoolean("stress.wide");
    private final Path results;
    private final Pattern only;
    private final List<String> passedOn;

    private Launcher(String[] arguments) {
        passedOn = new ArrayList<>(Arrays.asList(arguments));
        only = Pattern.compile(take("-t", ".*"));
        results = Path.of(take("-r", "target/jcstress"));
    }

    /**
     * Runs.
     *
     * @param arguments those of jcstress
     * @throws Exception if a test fails, or jcstress itself
     */
    public static void main(String[] arguments) throws Exception {
        var launcher = new Launcher(arguments);
        int code = Boolean.getBoolean("stress.broken") ? launcher.runBroken() : launcher.runGood();
        System.exit(code);
    }

    private int runGood() throws Exception {
        TreeSet<String> selected = selected(false);
        if (selected.isEmpty()) {
            throw new IllegalStateException("No test matches " + only + (wide ? " and has more than " : " with up to ")
                    + MOST_ACTORS + " actors");
        }
        pretendUnknownMachineIfWide();
        deleteOldResults(selected);
        jcstress(selected, results); // throws on a forbidden outcome
        selected.removeIf(test -> Files.exists(report(results, test)));
        if (!selected.isEmpty()) {
            System.err.println("NOT RUN: " + selected);
            return NOT_RUN;
        }
        return 0;
    }

    private int runBroken() throws Exception {
        var unnoticed = new ArrayList<String>();
        TreeSet<String> selected = selected(true);
        deleteOldResults(selected);
        for (String test : selected) {
            // One at a time: the verdict over several would not say which.
            if (!fails(test) || !Files.readString(report(results, test)).contains("Forbidden")) {
                unnoticed.add(test);
            }
        }
        if (selected.isEmpty() || !unnoticed.isEmpty()) {
            System.err.println("BROKEN, AND NOT NOTICED: " + unnoticed);
            return NOT_CAUGHT;
        }
        System.out.println("All " + selected.size() + " broken tests failed, as they must: " + selected);
        return 0;
    }

    private boolean fails(String test) throws Exception {
        try {
            jcstress(List.of(test), results);
            return false;
        } catch (AssertionError failed) {
            return Files.exists(report(results, test));
        }
    }

    private TreeSet<String> selected(boolean broken) {
        return TestList.tests().stream()
                .filter(test -> test.startsWith(BROKEN) == broken)
                .filter(test -> only.matcher(test).find())
                .filter(test -> (TestList.getInfo(test).threads() > MOST_ACTORS) == wide)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void jcstress(Collection<String> tests, Path directory) throws Exception {
        var arguments = new ArrayList<>(passedOn);
        arguments.add("-r");
        arguments.add(directory.toString());
        arguments.add("-t");
        arguments.add(tests.stream().map(Pattern::quote).collect(Collectors.joining("|", "^(", ")$")));
        org.openjdk.jcstress.Main.main(arguments.toArray(new String[0]));
    }

    private void pretendUnknownMachineIfWide() throws IOException, InterruptedException {
        if (wide) {
            // JDK 17's process class reads os.name when it is first used, and has to see the true one.
            new ProcessBuilder("true").start().waitFor();
            System.setProperty("os.name", "Generic");
        }
    }

    /** Yesterday's report would hide that a test has not run today. */
    private void deleteOldResults(Collection<String> tests) throws IOException {
        for (String test : tests) {
            Files.deleteIfExists(report(results, test));
        }
    }

    private static Path report(Path directory, String test) {
        return directory.resolve(test + ".html");
    }

    private String take(String option, String otherwise) {
        int index = passedOn.indexOf(option);
        if (index < 0) {
            return otherwise;
        }
        passedOn.remove(index);
        return passedOn.remove(index);
    }
}
