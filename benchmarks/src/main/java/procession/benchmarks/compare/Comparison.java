// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs the benches of one area, ours and each peer in turn, round by round. */
final class Comparison {
    /*
     * Overview. A round goes through all benches, and in each bench through all contenders, so that what is compared is
     * measured within a second or two of each other, and whatever else the machine does meets both. The contender who
     * begins is another one in each round. Ratios are taken within a round, and only then the median.
     *
     * A contender that fails once is measured no more. rows() may be called by another thread at any time, which is what
     * happens when time is up.
     */
    private final List<Bench> benches;
    private final Budget budget;
    private final long startNanos;
    private final PrintWriter err;
    private final Map<Bench, List<Pairing>> pairings = new LinkedHashMap<>();
    private final Set<Contender> failed = new HashSet<>();

    /**
     * Makes a comparison.
     *
     * @param benches what to run
     * @param budget how much of it
     * @param startNanos the time by {@link System#nanoTime} from which the budget counts
     * @param err for failures, and for what was not done
     */
    Comparison(List<Bench> benches, Budget budget, long startNanos, PrintWriter err) {
        this.benches =
                benches.stream().filter(bench -> !bench.peers().isEmpty()).toList();
        int contenders = this.benches.stream()
                .mapToInt(bench -> 1 + bench.peers().size())
                .sum();
        int warmedUp = this.benches.stream()
                .mapToInt(bench ->
                        1 + (int) bench.peers().stream().filter(Peer::warmsUp).count())
                .sum();
        this.budget = budget.dividedAmong(Math.max(1, contenders), Math.max(1, warmedUp));
        this.startNanos = startNanos;
        this.err = err;
        for (Bench bench : this.benches) {
            List<Pairing> ofBench = new ArrayList<>();
            bench.peers().forEach(peer -> ofBench.add(new Pairing(bench, peer)));
            pairings.put(bench, ofBench);
        }
    }

    /** Warms up, and measures as many rounds as were asked for or as there is time for. */
    void run() {
        for (Bench bench : benches) {
            measureAll(bench, 0, budget.warmUp(), budget.slice());
        }
        Duration longest = Duration.ZERO;
        for (int round = 0; round < budget.rounds(); round++) {
            long roundNanos = System.nanoTime();
            if (round > 0 && !budget.allows(Duration.ofNanos(roundNanos - startNanos), longest)) {
                err.println("stopped after " + round + " of " + budget.rounds()
                        + " rounds, because there was no time left");
                break;
            }
            for (Bench bench : benches) {
                record(bench, measureAll(bench, round, budget.slice(), budget.slice()));
            }
            Duration took = Duration.ofNanos(System.nanoTime() - roundNanos);
            longest = took.compareTo(longest) > 0 ? took : longest;
        }
    }

    /** Returns the values of our contender, and of each peer's in its order; a contender without value has failed. */
    private List<Optional<Double>> measureAll(Bench bench, int round, Duration compiled, Duration interpreted) {
        List<Contender> contenders = new ArrayList<>();
        List<Optional<Double>> values = new ArrayList<>();
        contenders.add(bench.ours());
        bench.peers().forEach(peer -> contenders.add(peer.contender()));
        contenders.forEach(each -> values.add(Optional.empty()));
        for (int turn = 0; turn < contenders.size(); turn++) {
            int index = (round + turn) % contenders.size();
            String name = index == 0 ? "ours" : bench.peers().get(index - 1).name();
            boolean warmsUp = index == 0 || bench.peers().get(index - 1).warmsUp();
            values.set(index, measure(bench, name, contenders.get(index), warmsUp ? compiled : interpreted));
        }
        return values;
    }

    private Optional<Double> measure(Bench bench, String name, Contender contender, Duration atLeast) {
        if (failed.contains(contender)) {
            return Optional.empty();
        }
        try {
            double value = contender.measure(atLeast);
            if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalStateException("measured " + value);
            }
            return Optional.of(value);
        } catch (Exception failure) {
            err.println(bench.name() + ", " + name + ": failed, and is measured no more: " + failure);
            synchronized (this) {
                failed.add(contender);
            }
            return Optional.empty();
        }
    }

    private synchronized void record(Bench bench, List<Optional<Double>> values) {
        List<Pairing> ofBench = pairings.get(bench);
        for (int i = 0; i < ofBench.size(); i++) {
            Optional<Double> ours = values.get(0);
            Optional<Double> theirs = values.get(i + 1);
            if (ours.isPresent() && theirs.isPresent()) {
                ofBench.get(i).add(ours.get(), theirs.get());
            }
        }
    }

    /** Returns what has come out so far. */
    synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        pairings.values().forEach(each -> each.forEach(pairing -> pairing.row().ifPresent(rows::add)));
        return rows;
    }

    /** Says whether a contender failed. */
    synchronized boolean hasFailures() {
        return !failed.isEmpty();
    }
}
