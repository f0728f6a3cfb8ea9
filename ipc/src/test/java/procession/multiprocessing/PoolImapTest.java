// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Fn;
import procession.futures.Outcome;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** {@code imap} and {@code imapUnordered}: order, laziness, failures in their place, and the ends of iterations. */
@ExtendWith(LeakCheck.class)
@SuppressWarnings("NullAway") // knows which exceptions have messages
class PoolImapTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    /** With these all input is quick, or none of it, on whatever machine. */
    private static final long ALL_IS_QUICK = TimeUnit.HOURS.toNanos(1);

    private static final long NONE_IS_QUICK = 0;

    @TempDir
    Path directory;

    /** Counts from 0 and notes how far it was read; endless, unless it fails. */
    @SuppressWarnings("IterableAndIterator") // as the input that it plays can be read once
    private static final class Counting implements Iterable<Integer>, Iterator<Integer> {
        final AtomicInteger pulled = new AtomicInteger();
        private final int failsAt;

        Counting(int failsAt) {
            this.failsAt = failsAt;
        }

        @Override
        public Iterator<Integer> iterator() {
            return this;
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Integer next() {
            if (pulled.get() == failsAt) {
                throw new IllegalStateException("input");
            }
            return pulled.getAndIncrement();
        }
    }

    private static <R> Results<R> start(Pool pool, boolean ordered, Fn<Integer, R> function, Iterable<Integer> items) {
        return ordered ? pool.imap(function, items) : pool.imapUnordered(function, items);
    }

    private static Results<Integer> start(
            ProcessPoolExecutor pool,
            boolean ordered,
            Fn<Integer, Integer> function,
            Iterator<Integer> input,
            int buffersize,
            long quickNanos) {
        var calls = new FunctionCalls<Integer, Integer>(pool, function, function, TaskOptions.defaults());
        return LazyResults.start(calls, input, false, 1, buffersize, ordered, null, quickNanos);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void imap_returnsResultsInOrder(int chunksize) throws Exception {
        List<Integer> squares = TEN.stream().map(n -> n * n).toList();
        try (Pool pool = new Pool(2)) {
            assertEquals(squares, pool.imap(n -> n * n, TEN, chunksize).toList());
            assertEquals(squares, pool.imap(n -> n * n, TEN, chunksize, 1).toList());
            assertEquals(
                    Set.copyOf(squares),
                    Set.copyOf(pool.imapUnordered(n -> n * n, TEN, chunksize).toList()));
            try (Stream<Integer> stream = pool.imap(n -> n, TEN, chunksize).stream()) {
                assertEquals(45, stream.mapToInt(n -> n).sum());
            }
            List<Integer> looped = new ArrayList<>();
            for (int square : pool.imap(n -> n * n, TEN, chunksize)) {
                looped.add(square);
            }
            assertEquals(squares, looped);
            assertNull(pool.imap(n -> null, TEN).next());
        }
    }

    @ParameterizedTest
    @CsvSource({"true,1,0", "true,3,0", "false,1,0", "false,3,0", "true,1,5", "false,4,6", "true,9,1"})
    void pulledMinusConsumed_neverPassesTheBuffer(boolean ordered, int chunksize, int buffersize) throws Exception {
        Counting input = new Counting(-1);
        int bound = buffersize == 0 ? 16 * 2 * chunksize : buffersize;
        Set<Integer> consumed = new HashSet<>();
        try (Pool pool = new Pool(2);
                Results<Integer> results = buffersize == 0
                        ? ordered ? pool.imap(n -> n, input, chunksize) : pool.imapUnordered(n -> n, input, chunksize)
                        : ordered
                                ? pool.imap(n -> n, input, chunksize, buffersize)
                                : pool.imapUnordered(n -> n, input, chunksize, buffersize)) {
            int most = input.pulled.get();
            assertTrue(most > 0, "starts at once");
            for (int i = 0; i < 50; i++) {
                assertTrue(results.hasNext());
                int pulledBefore = input.pulled.get() - consumed.size();
                consumed.add(results.next());
                most = Math.max(most, Math.max(pulledBefore, input.pulled.get() - (consumed.size() - 1)));
            }
            assertTrue(most <= bound, most + " pulled and not consumed, of " + bound);
            assertTrue(
                    most > bound - Math.min(chunksize, Math.max(1, bound / 2)), most + " uses the buffer of " + bound);
        }
        assertEquals(50, consumed.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slowConsumer_holdsTheInputBack_untilHalfOfTheBufferIsFree(boolean ordered) throws Exception {
        Counting input = new Counting(-1);
        Mark ran = new Mark(directory, "ran");
        Fn<Integer, Integer> function = n -> {
            ran.add(n);
            return n;
        };
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
                Results<Integer> results = start(pool, ordered, function, input, 4, ALL_IS_QUICK)) {
            Await.until(
                    "the buffer is worked off",
                    Delays.large(),
                    () -> results.toString().contains("4 of them done"));
            assertEquals(4, input.pulled.get());
            results.next(Delays.large());
            results.next(Delays.large());
            assertEquals(4, input.pulled.get(), "half is free, and the next result is there");
            results.next(Delays.large());
            assertEquals(6, input.pulled.get(), "refilled");
            Await.until("it is worked off", Delays.large(), () -> ran.lines().size() == 6);
        }
    }

    /** Counts from 0; each number but the first comes only when the one before has run, and a while after that. */
    @SuppressWarnings("IterableAndIterator") // as for Counting
    private static final class Hesitating implements Iterable<Integer>, Iterator<Integer> {
        private static final long WHILE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

        final AtomicInteger pulled = new AtomicInteger();
        private final Mark ran;

        Hesitating(Mark ran) {
            this.ran = ran;
        }

        @Override
        public Iterator<Integer> iterator() {
            return this;
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Integer next() {
            int number = pulled.get();
            Await.until(
                    "what was read is submitted",
                    Delays.large(),
                    () -> ran.lines().size() >= number);
            for (long end = System.nanoTime() + WHILE_NANOS; number > 0 && end - System.nanoTime() > 0; ) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            return pulled.getAndIncrement();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slowInput_isSubmittedAsItIsRead_andKeepsNoResultWaiting(boolean ordered) throws Exception {
        Mark ran = new Mark(directory, "ran");
        Hesitating input = new Hesitating(ran);
        try (Pool pool = new Pool(1);
                Results<Integer> results = start(
                        pool,
                        ordered,
                        n -> {
                            ran.add(n);
                            return n;
                        },
                        input)) {
            assertTrue(input.pulled.get() <= 2, "what is slow is not read to fill the buffer: " + input.pulled);
            for (int i = 0; i < 5; i++) {
                assertEquals(i, results.next(Delays.large()));
                assertTrue(input.pulled.get() <= i + 8, "after " + i + " it has read " + input.pulled);
            }
        }
    }

    @Test
    void slowInput_endsAWaitThatHasATimeout() throws Exception {
        Mark gate = new Mark(directory, "gate");
        Mark ran = new Mark(directory, "ran");
        Hesitating input = new Hesitating(ran);
        Fn<Integer, Integer> function = n -> {
            ran.add(n);
            gate.pass();
            return n;
        };
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
                Results<Integer> results = start(pool, true, function, input, 16, NONE_IS_QUICK)) {
            assertEquals(1, input.pulled.get(), "the call reads no more than the first that is slow");
            assertThrows(TimeoutException.class, () -> results.next(Duration.ofMillis(1)));
            assertEquals(2, input.pulled.get(), "read on when the time was over");
            gate.add("open");
            assertEquals(0, results.next(Delays.large()));
        }
    }

    @Test
    void imapUnordered_deliversWhatIsReadyFirst() throws Exception {
        Mark gate = new Mark(directory, "gate");
        Fn<Integer, Integer> firstIsSlow = n -> {
            if (n == 0) {
                gate.pass();
            }
            return n;
        };
        try (Pool pool = new Pool(2)) {
            Results<Integer> unordered = pool.imapUnordered(firstIsSlow, TEN);
            Set<Integer> nine = new HashSet<>();
            for (int i = 0; i < 9; i++) {
                nine.add(unordered.next(Delays.large()));
            }
            assertEquals(Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9), nine);
            assertThrows(TimeoutException.class, () -> unordered.next(Delays.brief()));
            assertThrows(TimeoutException.class, () -> unordered.next(Duration.ZERO));
            Results<Integer> ordered = pool.imap(firstIsSlow, TEN);
            assertThrows(TimeoutException.class, () -> ordered.next(Delays.brief()));
            gate.add("open");
            assertEquals(0, unordered.next(Delays.large()));
            assertFalse(unordered.hasNext());
            assertThrows(NoSuchElementException.class, unordered::next);
            assertEquals(TEN, ordered.toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,true", "1,false", "3,true", "3,false"})
    void failedItem_throwsAndTheIterationGoesOn(int chunksize, boolean ordered) throws Exception {
        Fn<Integer, Integer> failing = n -> {
            if (n == 2) {
                throw new IllegalArgumentException("item " + n);
            } else if (n == 5) {
                throw new FileNotFoundException("item " + n);
            }
            return n;
        };
        List<Object> seen = new ArrayList<>();
        try (Pool pool = new Pool(2)) {
            Results<Integer> results =
                    ordered ? pool.imap(failing, TEN, chunksize) : pool.imapUnordered(failing, TEN, chunksize);
            while (results.hasNext()) {
                try {
                    seen.add(results.next());
                } catch (CompletionException failure) {
                    seen.add(failure.getCause().getMessage());
                } catch (IllegalArgumentException failure) {
                    seen.add(failure.getMessage());
                }
            }
            List<Object> all = List.of(0, 1, "item 2", 3, 4, "item 5", 6, 7, 8, 9);
            assertEquals(ordered ? all : new HashSet<>(all), ordered ? seen : new HashSet<>(seen));
            List<Outcome<Integer>> outcomes =
                    pool.imap(failing, TEN, chunksize).outcomes().toList();
            assertEquals(8, outcomes.stream().filter(Outcome::succeeded).count());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> pool.imap(failing, TEN, chunksize).toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1,true", "0,1,false", "3,1,true", "3,1,false", "20,1,true", "20,3,true", "20,3,false"})
    void inputThatThrows_doesSoBehindWhatWasBefore(int failsAt, int chunksize, boolean ordered) throws Exception {
        Counting input = new Counting(failsAt);
        try (Pool pool = new Pool(2)) {
            Results<Integer> results =
                    ordered ? pool.imap(n -> n, input, chunksize) : pool.imapUnordered(n -> n, input, chunksize);
            List<Integer> before = new ArrayList<>();
            for (int i = 0; i < failsAt; i++) {
                before.add(results.next());
            }
            assertEquals(failsAt, new HashSet<>(before).size());
            assertTrue(results.hasNext());
            assertEquals(
                    "input",
                    assertThrows(IllegalStateException.class, results::next).getMessage());
            assertFalse(results.hasNext());
            assertThrows(NoSuchElementException.class, results::next);
            assertThrows(
                    NullPointerException.class,
                    () -> pool.imap(n -> n, Arrays.asList(1, null)).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itemThatCannotTravel_failsAlone(boolean ordered) throws Exception {
        List<Object> items = List.of(1, new Object(), 3);
        try (Pool pool = new Pool(1)) {
            List<Outcome<Object>> outcomes = (ordered
                            ? pool.<Object, Object>imap(n -> n, items, 3, 6)
                            : pool.<Object, Object>imapUnordered(n -> n, items, 3, 6))
                    .outcomes()
                    .toList();
            List<Object> values = new ArrayList<>();
            for (Outcome<Object> outcome : outcomes) {
                if (outcome.succeeded()) {
                    values.add(outcome.value());
                } else {
                    assertInstanceOf(NotTransferableException.class, outcome.failure());
                }
            }
            assertEquals(List.of(1, 3), values);
            assertEquals(3, outcomes.size());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,true", "4,true", "1,false", "4,false"})
    void death_failsItsItem_theOthersRunOnce(int chunksize, boolean ordered) throws Exception {
        Mark ran = new Mark(directory, "ran");
        Fn<Integer, Integer> fatal = n -> {
            ran.add(n);
            if (n == 1 || n == 6) {
                Runtime.getRuntime().halt(9);
            }
            return n;
        };
        try (Pool pool = new Pool(2)) {
            List<Outcome<Integer>> outcomes = (ordered
                            ? pool.imap(fatal, TEN, chunksize)
                            : pool.imapUnordered(fatal, TEN, chunksize))
                    .outcomes()
                    .toList();
            Set<Integer> values = new HashSet<>();
            for (Outcome<Integer> outcome : outcomes) {
                if (outcome.succeeded()) {
                    values.add(outcome.value());
                } else {
                    assertInstanceOf(WorkerDiedException.class, outcome.failure());
                }
            }
            assertEquals(10, outcomes.size());
            assertEquals(Set.of(0, 2, 3, 4, 5, 7, 8, 9), values);
        }
        assertEquals(10, ran.lines().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingTheResults_cancelsWhatHasNotStarted_andWakesWhoWaits(boolean ordered) throws Exception {
        Mark started = new Mark(directory, "started");
        Mark gate = new Mark(directory, "gate");
        try (Pool pool = new Pool(1);
                ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Results<Integer> results = start(
                    pool,
                    ordered,
                    n -> {
                        started.add(n);
                        gate.pass();
                        return n;
                    },
                    new Counting(-1));
            started.await();
            Thread taker = threads.start("taker", () -> assertThrows(NoSuchElementException.class, results::next));
            Await.blocked(taker);
            results.close();
            threads.join();
            assertFalse(results.hasNext());
            assertThrows(NoSuchElementException.class, results::next);
            gate.add("open");
            assertEquals(1, pool.apply(() -> 1));
        }
        assertEquals(List.of("0"), started.lines());
    }

    @Test
    void interruptedNext_takesNothing() throws Exception {
        Mark gate = new Mark(directory, "gate");
        try (Pool pool = new Pool(1);
                ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Results<Integer> results = pool.imap(
                    n -> {
                        gate.pass();
                        return n;
                    },
                    TEN);
            Thread taker = threads.start("taker", () -> {
                CompletionException failure = assertThrows(CompletionException.class, results::next);
                assertInstanceOf(InterruptedException.class, failure.getCause());
                assertTrue(Thread.interrupted());
            });
            Await.blocked(taker);
            taker.interrupt();
            threads.join();
            gate.add("open");
            assertEquals(TEN, results.toList());
        }
    }

    @Test
    void inputThatWaitsForItsOwnTasks_isServedItemByItem() throws Exception {
        Mark started = new Mark(directory, "started");
        List<Integer> input = new AbstractList<>() {
            @Override
            public int size() {
                return 3;
            }

            @Override
            public Integer get(int index) {
                Await.until(
                        "the items before",
                        Delays.large(),
                        () -> started.lines().size() == index);
                return index;
            }
        };
        try (Pool pool = new Pool(1)) {
            Results<Integer> results = pool.imap(
                    n -> {
                        started.add(n);
                        return n;
                    },
                    input);
            assertEquals(List.of(0, 1, 2), results.toList());
        }
    }

    /** Its items are submitted several at a time. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void collection_ofMoreThanTheBuffer_losesNothing_whateverFailsInIt(boolean ordered) throws Exception {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            items.add(i % 7 == 3 ? new Object() : i);
        }
        Fn<Object, Object> function = item -> {
            if ((int) item % 11 == 5) {
                throw new IllegalStateException("item " + item);
            }
            return item;
        };
        Set<Object> values = new HashSet<>();
        int failed = 0;
        try (Pool pool = new Pool(2)) {
            Results<Object> results = ordered ? pool.imap(function, items) : pool.imapUnordered(function, items);
            for (Outcome<Object> outcome : results.outcomes()) {
                if (outcome.succeeded()) {
                    values.add(outcome.value());
                } else {
                    failed++;
                }
            }
        }
        long good = items.stream()
                .filter(item -> item instanceof Integer n && n % 11 != 5)
                .count();
        assertEquals(good, values.size());
        assertEquals(items.size() - good, failed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingThePool_keepsWhatWasSubmitted_andEndsTheInputWithAnError(boolean ordered) throws Exception {
        Counting input = new Counting(-1);
        Pool pool = new Pool(1);
        Results<Integer> results = start(pool, ordered, n -> n, input);
        int submitted = input.pulled.get();
        pool.close();
        for (int i = 0; i < submitted; i++) {
            assertEquals(i, results.next());
        }
        assertTrue(results.hasNext());
        assertTrue(assertThrows(IllegalStateException.class, results::next)
                .getMessage()
                .contains("Pool not running"));
        assertFalse(results.hasNext());
        assertThrows(NoSuchElementException.class, results::next);
    }
}
