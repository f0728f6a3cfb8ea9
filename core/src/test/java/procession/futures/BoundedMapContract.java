// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What {@code map} does on an {@link Executor} that has no more workers than it was told, so that items wait. */
@SuppressWarnings("NullAway") // knows which exceptions have causes
public abstract class BoundedMapContract extends MapContract {
    @Test
    void toList_failure_cancelsTheRest() {
        FileGate gate = gate();
        FileGate never = gate();
        Executor executor = executor(1);
        Fn<Integer, Integer> function = i -> {
            switch (i) {
                case 0 -> throw new IllegalStateException("first");
                case 1 -> gate.pass();
                case 19 -> never.reach();
                default -> {}
            }
            return i;
        };
        Results<Integer> results =
                executor.map(function, IntStream.range(0, 20).boxed().toList());
        assertThrows(IllegalStateException.class, results::toList);
        assertFalse(results.hasNext());
        gate.open();
        executor.close();
        assertFalse(never.reached());
    }

    @Test
    void outcomes_cancelledByShutdown_failures() {
        Executor executor = executor(1);
        FileGate gate = gate();
        Results<Integer> results = executor.map(
                squareWaitingAt(0, gate), IntStream.range(0, 20).boxed().toList());
        gate.awaitReached();
        executor.shutdown(false, true);
        gate.open();
        Results<Outcome<Integer>> outcomes = results.outcomes();
        assertEquals(Outcome.success(0), outcomes.next());
        Outcome<Integer> last = Outcome.success(0);
        while (outcomes.hasNext()) {
            last = outcomes.next();
        }
        assertInstanceOf(CancellationException.class, last.failure());
    }

    @Test
    void close_cancelsWhatHasNotStarted() {
        FileGate gate = gate();
        FileGate never = gate();
        Executor executor = executor(1);
        Fn<Integer, Integer> function = i -> {
            if (i == 0) {
                gate.pass();
            } else if (i == 19) {
                never.reach();
            }
            return i;
        };
        Results<Integer> results =
                executor.map(function, IntStream.range(0, 20).boxed().toList());
        gate.awaitReached();
        results.close();
        results.close();
        assertFalse(results.hasNext());
        assertThrows(NoSuchElementException.class, results::next);
        gate.open();
        executor.close();
        assertFalse(never.reached());
    }

    @Test
    void timeout_elapses_endsTheIteration() {
        FileGate gate = gate();
        FileGate never = gate();
        Executor executor = executor(1);
        Fn<Integer, Integer> function = i -> {
            if (i == 1) {
                gate.pass();
            } else if (i == 19) {
                never.reach();
            }
            return i;
        };
        Results<Integer> results =
                executor.map(function, IntStream.range(0, 20).boxed().toList(), MapOptions.timeout(Delays.small()));
        Await.until("the first is done", () -> {
            gate.awaitReached();
            return true;
        });
        CompletionException thrown = assertThrows(CompletionException.class, () -> {
            while (true) {
                results.next();
            }
        });
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertFalse(results.hasNext());
        gate.open();
        executor.close();
        assertFalse(never.reached());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void close_byAnotherThreadWithAHeadThatHasNotStarted_endsTheIteration(boolean asOutcomes) {
        FileGate gate = gate();
        Executor executor = executor(1);
        Results<Integer> before = executor.map(
                squareWaitingAt(0, gate), IntStream.range(0, 20).boxed().toList());
        gate.awaitReached();
        Results<?> results = executor.map(square(), TEN);
        Results<?> view = asOutcomes ? results.outcomes() : results;
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start("taker", () -> {
                assertThrows(NoSuchElementException.class, view::next);
                assertFalse(view.hasNext());
            });
            Await.blocked(taker);
            results.close();
        }
        gate.open();
        assertEquals(0, before.next());
    }

    /** The third item is submitted when the first is taken, and so waits for the worker with all items of another map. */
    @ParameterizedTest
    @ValueSource(strings = {"toList", "outcomes", "stream"})
    void close_byAnotherThreadWhileAllAreTaken_thoseBeforeAreAll(String how) {
        FileGate gate = gate();
        Executor executor = executor(1);
        Results<Integer> results = executor.map(square(), TEN, MapOptions.buffersize(2));
        Results<Integer> others = executor.map(
                squareWaitingAt(0, gate), IntStream.range(0, 20).boxed().toList());
        gate.awaitReached();
        List<Object> taken = new ArrayList<>();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start(
                    "taker",
                    () -> taken.addAll(
                            switch (how) {
                                case "toList" -> results.toList();
                                case "outcomes" ->
                                    results.outcomes().stream()
                                            .map(Outcome::value)
                                            .toList();
                                default -> results.stream().toList();
                            }));
            Await.blocked(taker);
            results.close();
        }
        assertEquals(TEN_SQUARES.subList(0, 2), taken);
        gate.open();
        assertEquals(0, others.next());
    }

    @Test
    void close_byAnotherThreadDuringNextWithTimeout_endsTheIteration() {
        FileGate gate = gate();
        Executor executor = executor(1);
        Results<Integer> before = executor.map(
                squareWaitingAt(0, gate), IntStream.range(0, 20).boxed().toList());
        gate.awaitReached();
        Results<Integer> results = executor.map(square(), TEN);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start(
                    "taker", () -> assertThrows(NoSuchElementException.class, () -> results.next(Duration.ofDays(1))));
            Await.blocked(taker);
            results.close();
        }
        gate.open();
        assertEquals(0, before.next());
    }
}
