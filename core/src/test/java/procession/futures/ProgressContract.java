// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;

/** What {@code map} shows of its progress on every {@link Executor}. */
public abstract class ProgressContract extends ExecutorFixture {

    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    /** Keeps what it is told. */
    static final class Told implements Progress {
        final List<State> states = new CopyOnWriteArrayList<>();

        @Override
        public void update(State state) {
            states.add(state);
        }

        State last() {
            return states.get(states.size() - 1);
        }

        boolean isClosed() {
            return !states.isEmpty() && last().closed();
        }

        void assertEnd(long total, long done, long failed) {
            Await.until("the end is shown", this::isClosed);
            assertEquals(OptionalLong.of(total), last().total());
            assertEquals(done, last().done());
            assertEquals(failed, last().failed());
            assertEquals(1, states.stream().filter(State::closed).count());
            long before = 0;
            for (State state : states) {
                assertTrue(state.done() >= before && state.failed() <= state.done(), () -> "not growing: " + states);
                before = state.done();
            }
        }
    }

    private static int failAt3(int item) {
        if (item == 3) {
            throw new IllegalStateException("item " + item);
        }
        return item;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void progress_ofAMap_endsWithAllBeforeToListReturns(int chunksize) throws Exception {
        Told told = new Told();
        executor(2)
                .map(i -> i, TEN, MapOptions.progress(told).chunksize(chunksize))
                .toList();
        assertTrue(told.isClosed(), "closed before toList returned");
        assertEquals(OptionalLong.of(10), told.states.get(0).total());
        told.assertEnd(10, 10, 0);
    }

    @Test
    void progress_countsFailures() {
        Told told = new Told();
        Results<Outcome<Integer>> outcomes =
                executor(2).map(i -> failAt3(i), TEN, MapOptions.progress(told)).outcomes();
        outcomes.forEachRemaining(outcome -> {});
        told.assertEnd(10, 10, 1);
    }

    @Test
    void progress_ofTasksThatNobodyTakes_ends() {
        Told told = new Told();
        try (Results<Integer> results = executor(2).map(i -> i, TEN, MapOptions.progress(told))) {
            told.assertEnd(10, 10, 0);
            assertTrue(results.hasNext());
        }
    }

    @Test
    void progress_countsWhatIsDone_beforeItIsTaken() {
        Told told = new Told();
        FileGate gate = gate();
        try (Results<Integer> results = executor(2)
                .map(
                        i -> {
                            if (i == 0) {
                                gate.pass();
                            }
                            return i;
                        },
                        TEN,
                        MapOptions.progress(told))) {
            Await.until(
                    "all but the first are done",
                    () -> !told.states.isEmpty() && told.last().done() == 9);
            assertFalse(told.last().closed());
            gate.open();
            told.assertEnd(10, 10, 0);
            assertEquals(0, results.next());
        }
    }

    @Test
    void progress_ofAnEndlessInput_hasNoTotal_andEndsWithClose() throws Exception {
        Told told = new Told();
        AtomicInteger read = new AtomicInteger();
        Iterable<Integer> naturals =
                () -> Stream.generate(read::getAndIncrement).iterator();
        try (Results<Integer> results =
                executor(2).map(i -> i, naturals, MapOptions.progress(told).buffersize(4))) {
            for (int i = 0; i < 20; i++) {
                assertEquals(i, results.next());
            }
        }
        assertTrue(told.isClosed(), "closed when close() has returned");
        assertEquals(OptionalLong.empty(), told.last().total());
        assertTrue(told.last().done() >= 20 && told.last().done() <= 24, () -> "done: " + told.states);
        assertEquals(0, told.last().failed());
    }

    @Test
    void progress_ofAnInputWithoutASize_hasATotalInTheEnd() throws Exception {
        Told told = new Told();
        Iterable<Integer> five = () -> IntStream.range(0, 5)
                .peek(i -> {
                    if (i == 4) { // whose end is not known yet
                        Await.until("something is shown", () -> !told.states.isEmpty());
                    }
                })
                .iterator();
        executor(2).map(i -> i, five, MapOptions.progress(told).buffersize(2)).toList();
        told.assertEnd(5, 5, 0);
        assertEquals(OptionalLong.empty(), told.states.get(0).total());
    }

    @Test
    void progress_ofAnInputThatThrows_ends() {
        Told told = new Told();
        Iterable<Integer> failing = () -> Stream.of(1, 2, 0).map(i -> 1 / i).iterator();
        Executor executor = executor(1);
        assertThrows(ArithmeticException.class, () -> executor.map(i -> i, failing, MapOptions.progress(told)));
        Await.until("the end is shown", told::isClosed);
    }

    @Test
    void progress_ofNothing_endsAtOnce() throws Exception {
        Told told = new Told();
        assertEquals(
                List.of(),
                executor(1)
                        .<Integer, Integer>map(i -> i, List.of(), MapOptions.progress(told))
                        .toList());
        told.assertEnd(0, 0, 0);
    }

    @Test
    void progress_thatThrows_isNotCalledAgain_andHurtsNobody() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Progress rude = state -> {
            calls.incrementAndGet();
            throw new IllegalStateException("display");
        };
        assertEquals(
                TEN, executor(2).map(i -> i, TEN, MapOptions.progress(rude)).toList());
        assertEquals(1, calls.get());
    }

    @Test
    void progress_thatHangs_holdsNobodyUp() throws Exception {
        FileGate gate = gate();
        Progress slow = state -> {
            try {
                gate.pass();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        };
        assertEquals(
                TEN, executor(2).map(i -> i, TEN, MapOptions.progress(slow)).toList());
    }

    @Test
    void progress_thatCannotBegin_failsTheCall() {
        Progress unable = new Progress() {
            @Override
            public Progress begin() {
                throw new UnsupportedOperationException("no screen");
            }

            @Override
            public void update(State state) {}
        };
        Executor executor = executor(1);
        assertThrows(UnsupportedOperationException.class, () -> executor.map(i -> i, TEN, MapOptions.progress(unable)));
        assertThrows(NullPointerException.class, () -> nullProgress());
    }

    @SuppressWarnings("NullAway") // that is the test
    private static void nullProgress() {
        MapOptions.progress(null);
    }
}
