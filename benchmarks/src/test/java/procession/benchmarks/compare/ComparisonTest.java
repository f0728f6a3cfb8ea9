// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final StringWriter said = new StringWriter();

    @Test
    void run_takesTheMedianOfTheRatios_notTheRatioOfTheMedians() {
        // The first value of each is the warm-up. Ratios of the rounds: 10, 1, 2.
        Bench bench = new Bench("b", Unit.MICROS, values(99, 1, 4, 3), List.of(new Peer("p", values(99, 10, 4, 6))));
        Comparison comparison = comparison(3, bench);
        comparison.run();
        assertEquals(List.of(new Row("b", "p", 3, 6, Unit.MICROS, 2, 1, 10, 3)), comparison.rows());
        assertFalse(comparison.hasFailures());
    }

    @Test
    void run_measuresInTurn_andAnotherOneBeginsEachRound() {
        List<String> order = new ArrayList<>();
        Bench first = new Bench("1", Unit.NANOS, noting("o1", order), List.of(new Peer("p", noting("p1", order))));
        Bench second = new Bench("2", Unit.NANOS, noting("o2", order), List.of(new Peer("p", noting("p2", order))));
        Comparison comparison = comparison(2, first, second);
        comparison.run();
        assertEquals(
                List.of("o1", "p1", "o2", "p2", "o1", "p1", "o2", "p2", "p1", "o1", "p2", "o2"),
                order,
                "warm-up, and two rounds");
    }

    @Test
    void run_withoutTime_measuresOneRound() {
        Bench bench = new Bench("b", Unit.NANOS, values(1, 1, 1), List.of(Peer.absolute(2)));
        Budget none = new Budget(9, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1));
        Comparison comparison = new Comparison(List.of(bench), none, System.nanoTime(), new PrintWriter(said, true));
        comparison.run();
        assertEquals(1, comparison.rows().get(0).rounds());
        assertTrue(said.toString().contains("after 1 of 9 rounds"), said.toString());
    }

    @Test
    void run_leavesOutWhatFails_andGoesOn() {
        Contender broken = atLeast -> {
            throw new IllegalStateException("planted");
        };
        Contender zero = atLeast -> 0;
        Bench one = new Bench(
                "b", Unit.NANOS, atLeast -> 1, List.of(new Peer("x", broken), new Peer("y", zero), Peer.absolute(3)));
        Bench two = new Bench("c", Unit.NANOS, broken, List.of(Peer.absolute(3)));
        Comparison comparison = comparison(2, one, two);
        comparison.run();
        assertEquals(List.of(new Row("b", "absolute", 1, 3, Unit.NANOS, 3, 3, 3, 2)), comparison.rows());
        assertTrue(comparison.hasFailures());
        assertTrue(said.toString().contains("b, x: failed"), said.toString());
        assertTrue(said.toString().contains("planted"), said.toString());
        assertTrue(said.toString().contains("b, y: failed"), said.toString());
    }

    @Test
    void run_withoutPeers_doesNotMeasureOurs() {
        Contender unused = atLeast -> {
            throw new AssertionError("measured");
        };
        Comparison comparison = comparison(1, new Bench("b", Unit.NANOS, unused, List.of()));
        comparison.run();
        assertEquals(List.of(), comparison.rows());
        assertFalse(comparison.hasFailures());
    }

    private Comparison comparison(int rounds, Bench... benches) {
        Budget budget = new Budget(rounds, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(2));
        return new Comparison(List.of(benches), budget, System.nanoTime(), new PrintWriter(said, true));
    }

    private static Contender values(double... values) {
        Iterator<Double> next = Arrays.stream(values).iterator();
        return atLeast -> next.next();
    }

    private static Contender noting(String name, List<String> order) {
        return atLeast -> {
            order.add(name);
            return 1;
        };
    }
}
