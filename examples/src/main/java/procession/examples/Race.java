// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import procession.futures.Executor;

/**
 * Measures several ways to compute one number, and prints a table of them.
 *
 * <p>The first way is what the others are compared with. The first call of each is measured by itself, since workers
 * are started and code is compiled in it; then all take turns, so that whatever else happens on the machine hits all of
 * them alike.
 */
final class Race implements AutoCloseable {
    /** How numbers are written, wherever the program runs. */
    static final Locale LOCALE = Locale.ROOT;

    private final double exact;
    private final int workers;
    private final int repetitions;
    private final List<Entrant> entrants = new ArrayList<>();
    private final List<Executor> executors = new ArrayList<>();

    /**
     * Makes a race.
     *
     * @param exact the number that all are to come close to
     * @param workers how many workers those have that have any
     * @param repetitions how often each is measured after its first call
     */
    Race(double exact, int workers, int repetitions) {
        this.exact = exact;
        this.workers = workers;
        this.repetitions = repetitions;
    }

    /** Computes the number by itself. */
    interface Serial {
        double compute() throws InterruptedException;
    }

    /** Computes the number on an executor. */
    interface Parallel {
        double compute(Executor executor) throws InterruptedException;
    }

    private static final class Entrant {
        final String name;
        final Serial way;
        final double result;
        final long firstNanos;
        final long[] nanos;

        Entrant(String name, Serial way, double result, long firstNanos, int repetitions) {
            this.name = name;
            this.way = way;
            this.result = result;
            this.firstNanos = firstNanos;
            nanos = new long[repetitions];
        }

        double medianNanos() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
        }
    }

    /** Calls {@code way} for the first time, and lets it take part. */
    void enter(String name, Serial way) throws InterruptedException {
        long start = System.nanoTime();
        double result = way.compute();
        entrants.add(new Entrant(name, way, result, System.nanoTime() - start, repetitions));
    }

    /** Makes the executor, which counts as part of the first call, and then does as the other method. */
    void enter(String name, Supplier<Executor> constructor, Parallel way) throws InterruptedException {
        long start = System.nanoTime();
        Executor executor = constructor.get();
        executors.add(executor);
        double result = way.compute(executor);
        entrants.add(new Entrant(name, () -> way.compute(executor), result, System.nanoTime() - start, repetitions));
    }

    /** Measures all, in turns. */
    void run(Progress progress) throws InterruptedException {
        for (int repetition = 0; repetition < repetitions; repetition++) {
            for (Entrant entrant : entrants) {
                progress.next(entrant.name);
                long start = System.nanoTime();
                double result = entrant.way.compute();
                entrant.nanos[repetition] = System.nanoTime() - start;
                if (Math.abs(result - entrant.result) > Math.ulp(entrant.result) * 1_000) {
                    throw new IllegalStateException(
                            entrant.name + " computed " + entrant.result + " first, and now " + result);
                }
            }
        }
    }

    void printTable(PrintWriter out) {
        out.printf(
                LOCALE,
                "%-20s %11s %11s %9s %11s %10s%n",
                "variant",
                "first call",
                "time",
                "speed-up",
                "efficiency",
                "error");
        double reference = entrants.get(0).medianNanos();
        for (Entrant entrant : entrants) {
            double speedUp = reference / entrant.medianNanos();
            out.printf(
                    LOCALE,
                    "%-20s %8.1f ms %8.1f ms %9.2f %11s %10.1e%n",
                    entrant.name,
                    entrant.firstNanos / 1e6,
                    entrant.medianNanos() / 1e6,
                    speedUp,
                    entrant == entrants.get(0) ? "-" : String.format(LOCALE, "%.0f %%", 100 * speedUp / workers),
                    entrant.result - exact);
        }
        out.printf(LOCALE, "%nfirst call: with the start of the workers and the compilation of the code%n");
        out.printf(LOCALE, "time:       the median of %d more calls, in turns with the other variants%n", repetitions);
        out.printf(
                LOCALE,
                "efficiency: speed-up / n_jobs; this machine has %d processors%n",
                Runtime.getRuntime().availableProcessors());
        out.flush();
    }

    /** Closes the executors. */
    @Override
    public void close() {
        executors.forEach(Executor::close);
    }
}
