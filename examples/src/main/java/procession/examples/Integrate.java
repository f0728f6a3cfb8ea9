// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.DoubleUnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import procession.examples.Race.Parallel;
import procession.futures.Executor;
import procession.futures.Future;
import procession.futures.Futures;
import procession.futures.ThreadPoolExecutor;
import procession.multiprocessing.ProcessPoolExecutor;

/**
 * Integrates the cosine numerically: serially, on threads and in processes, and compares the times.
 *
 * <p>The two parallel variants are one method; the executor that it is given makes the difference.
 */
@Command(
        name = "integrate",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Integrates cos serially, on threads and in processes, and compares the times.")
final class Integrate implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--n-iter",
            defaultValue = "50_000_000",
            paramLabel = "<steps>",
            converter = WholeNumber.class,
            description = "steps that the interval is cut into, at least 1")
    private long steps;

    @Option(
            names = "--n-jobs",
            defaultValue = "2",
            paramLabel = "<workers>",
            converter = WholeNumber.class,
            description = "threads and processes to share the steps, at least 1")
    private long jobs;

    @Option(
            names = "--from",
            defaultValue = "0",
            paramLabel = "<x>",
            converter = FiniteNumber.class,
            description = "where the interval begins")
    private double from;

    @Option(
            names = "--to",
            defaultValue = "1.5707963267948966",
            paramLabel = "<x>",
            converter = FiniteNumber.class,
            description = "where the interval ends")
    private double to;

    @Option(
            names = "--repetitions",
            defaultValue = "3",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "times that each variant is measured, at least 1; the median counts")
    private long repetitions;

    /**
     * Integrates {@code function} from {@code low} to {@code high}: the sum of {@code steps} rectangles, each as high as
     * the function at its left edge.
     */
    static double integrate(DoubleUnaryOperator function, double low, double high, long steps) {
        double step = (high - low) / steps;
        double sum = 0;
        for (long i = 0; i < steps; i++) {
            sum += function.applyAsDouble(low + i * step) * step;
        }
        return sum;
    }

    /** Integrates the cosine in {@code jobs} pieces of equal size, on whatever {@code executor} has for workers. */
    static double integrate(Executor executor, double low, double high, long steps, int jobs)
            throws InterruptedException {
        double step = (high - low) / steps;
        List<Future<Double>> pieces = new ArrayList<>();
        for (int job = 0; job < jobs; job++) {
            long first = firstStep(job, jobs, steps);
            long next = firstStep(job + 1, jobs, steps);
            double left = low + first * step;
            double right = next == steps ? high : low + next * step;
            if (first < next) {
                pieces.add(executor.submit(() -> integrate(Math::cos, left, right, next - first)));
            }
        }
        double sum = 0;
        for (Future<Double> piece : Futures.asCompleted(pieces)) {
            sum += piece.result();
        }
        return sum;
    }

    /** Of {@code steps} steps in {@code jobs} pieces, which differ by one step at most, the first of piece {@code job}. */
    private static long firstStep(int job, int jobs, long steps) {
        return steps / jobs * job + Math.min(job, steps % jobs);
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        int workers = Math.toIntExact(jobs);
        int times = Math.toIntExact(repetitions);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Race.LOCALE,
                "Integral of cos from %s to %s by left rectangles: n_iter = %,d, n_jobs = %d%n%n",
                from,
                to,
                steps,
                workers);
        out.flush();
        Parallel onWorkers = executor -> integrate(executor, from, to, steps, workers);
        try (Race race = new Race(Math.sin(to) - Math.sin(from), workers, times)) {
            try (Progress progress = Progress.start("integrate", 3L + 3L * times)) {
                progress.next("serial, first call");
                race.enter("serial", () -> integrate(Math::cos, from, to, steps));
                progress.next("threads, first call");
                race.enter("ThreadPoolExecutor", () -> new ThreadPoolExecutor(workers), onWorkers);
                progress.next("processes, first call");
                race.enter("ProcessPoolExecutor", () -> new ProcessPoolExecutor(workers), onWorkers);
                race.run(progress);
            }
            race.printTable(out);
        }
        return 0;
    }

    private void check() {
        atLeastOne("--n-iter", steps, "50_000_000");
        atLeastOne("--n-jobs", jobs, "2");
        atLeastOne("--repetitions", repetitions, "3");
        atMost("--n-jobs", jobs, 1_000);
        atMost("--repetitions", repetitions, 1_000_000);
        if (to <= from) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to is " + to + ", but must be greater than --from, which is " + from
                            + ": give a greater --to or a smaller --from");
        }
    }

    private void atLeastOne(String option, long value, String example) {
        if (value < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is " + value + ", but must be at least 1: write " + option + "=" + example
                            + ", or leave it out");
        }
    }

    private void atMost(String option, long value, long most) {
        if (value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is " + value + ", but must be at most " + most + ": give a smaller number");
        }
    }
}
