// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.ThreadHarness;

/** What {@code map} does on every {@link Executor}. */
@SuppressWarnings("NullAway") // returns nulls on purpose, and knows which exceptions have causes
public abstract class MapContract extends ExecutorFixture {

    static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();
    static final List<Integer> TEN_SQUARES = TEN.stream().map(i -> i * i).toList();

    static Fn<Integer, Integer> square() {
        return i -> i * i;
    }

    /** Squares, but waits at the gate for one item. */
    static Fn<Integer, Integer> squareWaitingAt(int item, FileGate gate) {
        return i -> {
            if (i == item) {
                gate.pass();
            }
            return i * i;
        };
    }

    /** Squares, but fails for one item. */
    private static Fn<Integer, Integer> squareFailingAt(int item) {
        return i -> {
            if (i == item) {
                throw new IllegalStateException("item " + i);
            }
            return i * i;
        };
    }

    /** 0, 1, 2 and so on, without an end, counting how many were read. */
    private static Iterable<Integer> naturals(AtomicInteger read) {
        return () -> Stream.generate(read::getAndIncrement).iterator();
    }

    @Test
    void map_inOrder() throws Exception {
        assertEquals(TEN_SQUARES, executor(3).map(square(), TEN).toList());
        assertEquals(List.of(), executor(1).map(square(), List.of()).toList());
    }

    @Test
    void map_forLoop() {
        List<Integer> results = new ArrayList<>();
        for (int result : executor(2).map(square(), TEN)) {
            results.add(result);
        }
        assertEquals(TEN_SQUARES, results);
    }

    @Test
    void map_nullResults_areResults() throws Exception {
        Results<Integer> results = executor(1).map(i -> i == 1 ? null : i, List.of(0, 1, 2));
        assertEquals(Arrays.asList(0, null, 2), results.toList());
    }

    @Test
    void map_twoInputs_shorterWins() throws Exception {
        Executor executor = executor(2);
        assertEquals(
                List.of(10, 40, 90),
                executor.map((Integer a, Integer b) -> a * b, List.of(1, 2, 3, 4), List.of(10, 20, 30))
                        .toList());
        assertEquals(
                List.of("1a", "2b"),
                executor.map(
                                (Integer a, String b) -> a + b,
                                List.of(1, 2),
                                () -> Stream.iterate("a", s -> Character.toString(s.charAt(0) + 1))
                                        .iterator(),
                                MapOptions.chunksize(2))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1000, Integer.MAX_VALUE})
    void map_chunksize_sameResults(int chunksize) throws Exception {
        Executor executor = executor(2);
        assertEquals(
                TEN_SQUARES,
                executor.map(square(), TEN, MapOptions.chunksize(chunksize)).toList());
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,2", "1,3", "1,10", "2,1", "2,2", "2,5", "3,4", "4,3", "5,8", "64,8", "1000,1000"})
    void map_buffersize_windowIsNeverPassed(int chunksize, int buffersize) {
        AtomicInteger read = new AtomicInteger();
        MapOptions options = MapOptions.chunksize(chunksize).buffersize(buffersize);
        try (Results<Integer> results = executor(2).map(square(), naturals(read), options)) {
            int inFlight = read.get();
            assertTrue(inFlight <= buffersize && inFlight > buffersize / 2, "read at the call: " + inFlight);
            for (int taken = 0; taken < 40; taken++) {
                assertTrue(results.hasNext());
                assertTrue(read.get() - taken <= buffersize, read + " read, " + taken + " taken");
                assertEquals(taken * taken, results.next());
                assertTrue(read.get() - taken <= buffersize, read + " read, " + (taken + 1) + " taken");
            }
        }
    }

    @Test
    void map_buffersize_refillsBeforeItWaits() {
        AtomicInteger read = new AtomicInteger();
        FileGate gate = gate();
        Results<Integer> results = executor(1).map(squareWaitingAt(1, gate), naturals(read), MapOptions.buffersize(3));
        assertEquals(3, read.get());
        assertEquals(0, results.next());
        assertThrows(TimeoutException.class, () -> results.next(Duration.ZERO));
        assertEquals(4, read.get());
        gate.open();
        assertEquals(1, results.next());
        assertEquals(4, results.next());
        results.close();
        assertFalse(results.hasNext());
    }

    @Test
    void map_buffersizeLargerThanInput_all() throws Exception {
        assertEquals(
                TEN_SQUARES,
                executor(2).map(square(), TEN, MapOptions.buffersize(100)).toList());
    }

    @Test
    void map_optionsOutOfRange_refused() {
        assertThrows(IllegalArgumentException.class, () -> MapOptions.buffersize(0));
        assertThrows(IllegalArgumentException.class, () -> MapOptions.chunksize(0));
        assertThrows(IllegalArgumentException.class, () -> MapOptions.defaults().buffersize(-1));
        assertThrows(IllegalArgumentException.class, () -> MapOptions.defaults().chunksize(-1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void map_failureInTheMiddle_othersAreThere(int chunksize) {
        Results<Integer> results = executor(2).map(squareFailingAt(4), TEN, MapOptions.chunksize(chunksize));
        List<Object> seen = new ArrayList<>();
        while (results.hasNext()) {
            try {
                seen.add(results.next());
            } catch (IllegalStateException failure) {
                seen.add(failure.getMessage());
            }
        }
        assertEquals(List.of(0, 1, 4, 9, "item 4", 25, 36, 49, 64, 81), seen);
        assertThrows(NoSuchElementException.class, results::next);
        assertThrows(NoSuchElementException.class, () -> results.next(Duration.ZERO));
    }

    @Test
    void map_checkedFailure_wrapped() {
        Results<Integer> results = executor(1)
                .map(
                        i -> {
                            throw new IOException("no");
                        },
                        List.of(1));
        CompletionException thrown = assertThrows(CompletionException.class, results::next);
        assertInstanceOf(IOException.class, thrown.getCause());
    }

    @Test
    void map_taskThatThrowsTimeoutException_isAFailureLikeAnother() {
        Fn<Integer, Integer> function = i -> {
            if (i == 0) {
                throw new TimeoutException("of the task");
            }
            return i;
        };
        Results<Integer> results = executor(1).map(function, List.of(0, 1), MapOptions.timeout(Duration.ofDays(1)));
        CompletionException thrown = assertThrows(CompletionException.class, results::next);
        assertEquals("of the task", thrown.getCause().getMessage());
        assertEquals(1, results.next());
    }

    @Test
    void outcomes_valuesAndFailures() throws Exception {
        List<Outcome<Integer>> outcomes =
                executor(2).map(squareFailingAt(1), List.of(0, 1, 2)).outcomes().toList();
        assertEquals(Outcome.success(0), outcomes.get(0));
        assertFalse(outcomes.get(1).succeeded());
        assertInstanceOf(IllegalStateException.class, outcomes.get(1).failure());
        assertThrows(IllegalStateException.class, () -> outcomes.get(1).value());
        assertEquals(4, outcomes.get(2).value());
        assertNull(outcomes.get(2).failure());
    }

    @Test
    void stream_closes() {
        FileGate gate = gate();
        Executor executor = executor(1);
        assertEquals(TEN_SQUARES, executor.map(square(), TEN).stream().toList());
        Results<Integer> results = executor.map(squareWaitingAt(1, gate), TEN);
        try (Stream<Integer> stream = results.stream()) {
            assertEquals(0, stream.findFirst().orElseThrow());
        }
        assertFalse(results.hasNext());
    }

    @Test
    void stream_infinite_limited() {
        Executor executor = executor(2);
        try (Stream<Integer> stream =
                executor.map(square(), naturals(new AtomicInteger()), MapOptions.buffersize(4)).stream()) {
            assertEquals(TEN_SQUARES, stream.limit(10).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void timeout_notPositive_doesNotWait(long millis) {
        FileGate gate = gate();
        Results<Integer> results =
                executor(1).map(squareWaitingAt(0, gate), TEN, MapOptions.timeout(Duration.ofMillis(millis)));
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, results::next).getCause());
    }

    @Test
    void timeout_long_results() throws Exception {
        MapOptions options =
                MapOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE)).chunksize(3);
        assertEquals(TEN_SQUARES, executor(2).map(square(), TEN, options).toList());
    }

    @Test
    void nextWithTimeout_elapses_nothingTaken() throws Exception {
        FileGate gate = gate();
        Results<Integer> results = executor(1).map(squareWaitingAt(0, gate), TEN);
        assertThrows(TimeoutException.class, () -> results.next(Duration.ofMillis(1)));
        assertTrue(results.hasNext());
        gate.open();
        assertEquals(0, results.next(Duration.ofDays(1)));
        assertEquals(TEN_SQUARES.subList(1, 10), results.toList());
    }

    @Test
    void nextWithTimeout_afterTheTimeoutOfMap_endsTheIteration() {
        FileGate gate = gate();
        Results<Integer> results =
                executor(1).map(squareWaitingAt(0, gate), TEN, MapOptions.timeout(Duration.ofMillis(1)));
        CompletionException thrown = assertThrows(CompletionException.class, () -> results.next(Duration.ofDays(1)));
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertFalse(results.hasNext());
    }

    @Test
    void next_interrupted_flagRestoredAndNothingTaken() {
        FileGate gate = gate();
        Results<Integer> results = executor(1).map(squareWaitingAt(0, gate), TEN);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start("taker", () -> {
                CompletionException thrown = assertThrows(CompletionException.class, results::next);
                assertInstanceOf(InterruptedException.class, thrown.getCause());
                assertTrue(Thread.interrupted());
            });
            Await.blocked(taker);
            taker.interrupt();
        }
        gate.open();
        assertEquals(0, results.next());
    }

    @Test
    void nextWithTimeout_interrupted_nothingTaken() {
        FileGate gate = gate();
        Results<Integer> results = executor(1).map(squareWaitingAt(0, gate), TEN);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start(
                    "taker", () -> assertThrows(InterruptedException.class, () -> results.next(Duration.ofDays(1))));
            Await.blocked(taker);
            taker.interrupt();
        }
        gate.open();
        assertEquals(0, results.next());
    }

    @Test
    void toList_interrupted_cancelsTheRest() {
        FileGate gate = gate();
        Results<Integer> results = executor(1).map(squareWaitingAt(0, gate), TEN);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start("taker", () -> assertThrows(InterruptedException.class, results::toList));
            Await.blocked(taker);
            taker.interrupt();
        }
        assertFalse(results.hasNext());
    }

    /** Three items, and then an exception. */
    private static Iterable<Integer> failingAfterThree(RuntimeException failure) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next == 3) {
                    throw failure;
                }
                return next++;
            }
        };
    }

    @Test
    void input_throwsAtTheCall_mapThrowsIt() throws Exception {
        RuntimeException failure = new UnsupportedOperationException("input");
        Executor executor = executor(1);
        assertSame(
                failure,
                assertThrows(
                        UnsupportedOperationException.class, () -> executor.map(square(), failingAfterThree(failure))));
        assertThrows(
                UnsupportedOperationException.class,
                () -> executor.map(square(), failingAfterThree(failure), MapOptions.buffersize(4)));
        assertEquals(1, executor.submit(() -> 1).result());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void input_throwsLater_inItsPlace(int chunksize) {
        RuntimeException failure = new UnsupportedOperationException("input");
        Results<Integer> results = executor(1)
                .map(
                        square(),
                        failingAfterThree(failure),
                        MapOptions.buffersize(2 * chunksize - 1).chunksize(chunksize));
        assertEquals(0, results.next());
        assertEquals(1, results.next());
        assertEquals(4, results.next());
        assertTrue(results.hasNext());
        assertSame(failure, assertThrows(UnsupportedOperationException.class, results::next));
        assertFalse(results.hasNext());
        assertThrows(NoSuchElementException.class, results::next);
    }

    @Test
    void input_nullItem_refused() {
        Executor executor = executor(1);
        assertThrows(NullPointerException.class, () -> executor.map(square(), Arrays.asList(1, null)));
        assertThrows(
                NullPointerException.class,
                () -> executor.map((Integer a, Integer b) -> a, Arrays.asList(1, null), List.of(1, 2)));
    }

    @Test
    void refill_afterShutdown_endsWithTheRefusal() {
        Executor executor = executor(1);
        Results<Integer> results = executor.map(square(), TEN, MapOptions.buffersize(2));
        executor.shutdown();
        assertEquals(0, results.next());
        assertEquals(1, results.next());
        assertThrows(RejectedExecutionException.class, results::next);
        assertFalse(results.hasNext());
    }

    @Test
    void close_byAnotherThread_endsTheIteration() {
        FileGate gate = gate();
        Executor executor = executor(1);
        Results<Integer> results = executor.map(squareWaitingAt(0, gate), TEN);
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread taker = threads.start("taker", () -> {
                assertEquals(0, results.next());
                assertFalse(results.hasNext());
            });
            gate.awaitReached();
            Await.blocked(taker);
            results.close();
            gate.open();
        }
    }
}
