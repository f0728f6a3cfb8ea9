// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import procession.futures.Executor;
import procession.futures.ThreadPoolExecutor;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
class IntegrateTest {
    private static final double HALF_PI = Math.PI / 2;

    private record Run(int exitCode, String out, String err) {}

    private static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Run(main.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void serial_ofAThousandSteps_isTheKnownSum() {
        assertEquals(1.0007851925466296, Integrate.integrate(Math::cos, 0, HALF_PI, 1000));
    }

    @Test
    void twoHalves_ofAThousandSteps_areTheKnownSumOnThreadsAndInProcesses() throws InterruptedException {
        for (Executor executor : List.of(new ThreadPoolExecutor(2), new ProcessPoolExecutor(2))) {
            try (executor) {
                assertEquals(
                        1.0007851925466305, Integrate.integrate(executor, 0, HALF_PI, 1000, 2), executor.toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 3", "1000, 7", "99_999, 4"})
    void anyNumberOfPieces_equalsTheSerialSumUpToRounding(String steps, int jobs) throws InterruptedException {
        long count = Long.parseLong(steps.replace("_", ""));
        double serial = Integrate.integrate(Math::cos, -0.25, 1.25, count);
        try (var executor = new ThreadPoolExecutor(3)) {
            assertEquals(serial, Integrate.integrate(executor, -0.25, 1.25, count, jobs), 1e-11);
        }
    }

    @Test
    void command_printsARowForEachVariant() {
        Run run = run("integrate", "--n-iter=1_000", "--n-jobs=2", "--repetitions", "2");

        assertAll(
                () -> assertEquals(0, run.exitCode, run.err),
                () -> assertEquals("", run.err),
                () -> assertMatches(run.out, "n_iter = 1,000, n_jobs = 2$"),
                () -> assertMatches(run.out, "^variant +first call +time +speed-up +efficiency +error$"),
                () -> assertMatches(run.out, "^serial +[0-9.]+ ms +[0-9.]+ ms +1[.]00 +- +7[.]9e-04$"),
                () -> assertMatches(
                        run.out, "^ThreadPoolExecutor +[0-9.]+ ms +[0-9.]+ ms +[0-9.]+ +[0-9]+ % +7[.]9e-04$"),
                () -> assertMatches(
                        run.out, "^ProcessPoolExecutor +[0-9.]+ ms +[0-9.]+ ms +[0-9.]+ +[0-9]+ % +7[.]9e-04$"),
                () -> assertMatches(run.out, "the median of 2 more calls"));
    }

    @Test
    void command_withOtherBounds_integratesBetweenThem() {
        Run run = run("integrate", "--n-iter=100_000", "--n-jobs=1", "--repetitions=1", "--from=-1", "--to=1e0");

        assertMatches(run.out, "^Integral of cos from -1.0 to 1.0 ");
        // The exact number is 2 sin 1; the error of left rectangles is smaller than their width.
        assertMatches(run.out, "^serial .* -?[0-9][.][0-9]e-(0[5-9]|1[0-9])$");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--n-iter=0         | --n-iter is 0, but must be at least 1: write --n-iter=50_000_000",
                "--n-iter=-5        | --n-iter is -5, but must be at least 1",
                "--n-iter=many      | '--n-iter': 'many' is not a whole number; write digits",
                "--n-iter=1e6       | '--n-iter': '1e6' is not a whole number; write digits",
                "--n-iter=_1        | '--n-iter': '_1' is not a whole number; write digits",
                "--n-iter=9999999999999999999 | '--n-iter': '9999999999999999999' is too large; write",
                "--n-jobs=0         | --n-jobs is 0, but must be at least 1: write --n-jobs=2",
                "--n-jobs=1_000_000 | --n-jobs is 1000000, but must be at most 1000: give a smaller number",
                "--repetitions=0    | --repetitions is 0, but must be at least 1: write --repetitions=3",
                "--from=2           | --to is 1.5707963267948966, but must be greater than --from, which is 2.0",
                "--to=0             | --to is 0.0, but must be greater than --from, which is 0.0: give a greater",
                "--to=NaN           | '--to': 'NaN' is not a finite number; write one such as 1.57",
                "--from=-Infinity   | '--from': '-Infinity' is not a finite number",
                "--to=pi            | '--to': 'pi' is not a finite number",
                "--n-iterations=5   | Unknown option: '--n-iterations=5'",
            })
    void badValue_isExplained(String option, String message) {
        Run run = run("integrate", option);

        assertAll(
                () -> assertEquals(2, run.exitCode),
                () -> assertEquals("", run.out),
                () -> assertTrue(run.err.contains(message), run.err),
                () -> assertTrue(run.err.contains("--help"), run.err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing-like-that", ""})
    void noExample_isExplained(String name) {
        Run run = name.isEmpty() ? run() : run(name);

        assertEquals(2, run.exitCode);
        assertTrue(run.err.contains("integrate") || run.err.contains(name), run.err);
    }

    @Test
    void help_namesEveryOptionAndItsDefault() {
        Run run = run("integrate", "--help");

        assertEquals(0, run.exitCode);
        for (String text : List.of("--n-iter", "50_000_000", "--n-jobs", "--from", "--to", "--repetitions")) {
            assertTrue(run.out.contains(text), run.out);
        }
    }

    private static void assertMatches(String text, String pattern) {
        assertTrue(Pattern.compile(pattern, Pattern.MULTILINE).matcher(text).find(), () -> pattern + " in\n" + text);
    }
}
