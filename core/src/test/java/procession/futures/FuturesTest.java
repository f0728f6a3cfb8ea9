// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import com.google.common.util.concurrent.AbstractFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import procession.internal.Deadline;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

@SuppressWarnings("NullAway") // passes nulls on purpose, and knows which exceptions have causes
class FuturesTest {

    private static final Duration LONG = Duration.ofDays(1);

    private final Promise<Integer> a = new Promise<>();
    private final Promise<Integer> b = new Promise<>();
    private final Promise<Integer> c = new Promise<>();
    private final List<Promise<Integer>> abc = List.of(a, b, c);

    /** A future that is no promise of ours. */
    private static final class Foreign extends AbstractFuture<Integer> implements Future<Integer> {
        void complete() {
            set(1);
        }

        @Override
        public boolean cancel() {
            return cancel(false);
        }

        @Override
        public boolean running() {
            return !isDone();
        }

        @Override
        public void addDoneCallback(Consumer<? super Future<Integer>> callback) {
            addListener(() -> callback.accept(this), MoreExecutors.directExecutor());
        }

        @Override
        public CompletableFuture<Integer> toCompletableFuture() {
            throw new UnsupportedOperationException();
        }
    }

    /** Calls wait in a thread, makes sure that it blocks, and then does something of which only the last step ends it. */
    private <F extends Future<?>> Futures.DoneAndNotDone<F> waitWhile(
            Collection<F> futures, ReturnWhen when, Runnable... steps) {
        CompletableFuture<Futures.DoneAndNotDone<F>> found = new CompletableFuture<>();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> found.complete(Futures.wait(futures, when)));
            for (int i = 0; i < steps.length; i++) {
                Await.blocked(waiter);
                steps[i].run();
                if (i < steps.length - 1) {
                    assertFalse(Await.becomesTrue(Delays.brief(), () -> !waiter.isAlive()), "ended after step " + i);
                }
            }
        }
        return found.join();
    }

    @Test
    void wait_allCompleted_waitsForTheLast() {
        var found = waitWhile(
                abc,
                ReturnWhen.ALL_COMPLETED,
                () -> b.setResult(1),
                () -> a.setException(new IOException()),
                c::cancel);
        assertEquals(Set.of(a, b, c), found.done());
        assertEquals(List.of(a, b, c), List.copyOf(found.done()), "in the order in which they were passed");
        assertEquals(Set.of(), found.notDone());
    }

    @Test
    void wait_firstCompleted_waitsForOne() {
        var found = waitWhile(abc, ReturnWhen.FIRST_COMPLETED, () -> b.setResult(1));
        assertEquals(Set.of(b), found.done());
        assertEquals(List.of(a, c), List.copyOf(found.notDone()));
    }

    @Test
    void wait_firstCompleted_cancelledCounts() {
        assertEquals(
                Set.of(c), waitWhile(abc, ReturnWhen.FIRST_COMPLETED, c::cancel).done());
    }

    @Test
    void wait_firstException_waitsForAFailure() {
        var found = waitWhile(
                abc, ReturnWhen.FIRST_EXCEPTION, () -> a.setResult(1), () -> c.setException(new IOException()));
        assertEquals(Set.of(a, c), found.done());
        assertEquals(Set.of(b), found.notDone());
    }

    @Test
    void wait_firstException_cancelledDoesNotCount() {
        var found = waitWhile(abc, ReturnWhen.FIRST_EXCEPTION, a::cancel, () -> b.setResult(1), () -> c.cancel(true));
        assertEquals(Set.of(a, b, c), found.done());
    }

    @ParameterizedTest
    @EnumSource
    void wait_enoughDoneAlready_returnsAtOnce(ReturnWhen when) throws Exception {
        a.setException(new IOException());
        b.setResult(1);
        c.setResult(1);
        assertEquals(Set.of(a, b, c), Futures.wait(abc, when).done());
        assertEquals(Set.of(a, b, c), Futures.wait(abc, LONG, when).done());
    }

    @ParameterizedTest
    @EnumSource(names = {"FIRST_COMPLETED", "FIRST_EXCEPTION"})
    void wait_oneFailedAlready_returnsAtOnce(ReturnWhen when) throws Exception {
        b.setException(new IOException());
        var found = Futures.wait(abc, when);
        assertEquals(Set.of(b), found.done());
        assertEquals(Set.of(a, c), found.notDone());
    }

    @ParameterizedTest
    @EnumSource
    void wait_empty_returnsAtOnce(ReturnWhen when) throws Exception {
        var found = Futures.wait(List.<Future<Integer>>of(), when);
        assertEquals(Set.of(), found.done());
        assertEquals(Set.of(), found.notDone());
    }

    @ParameterizedTest
    @EnumSource
    void wait_timeout_returnsWhatThereIs(ReturnWhen when) throws Exception {
        for (Duration timeout : List.of(Duration.ofMillis(1), Duration.ZERO, Duration.ofDays(-1))) {
            var found = Futures.wait(abc, timeout, when);
            assertEquals(Set.of(), found.done());
            assertEquals(List.of(a, b, c), List.copyOf(found.notDone()));
        }
        a.setResult(1);
        assertEquals(
                Set.of(a),
                Futures.wait(abc, Duration.ofMillis(1), ReturnWhen.ALL_COMPLETED)
                        .done());
    }

    @Test
    void wait_duplicates_collapse() throws Exception {
        a.setResult(1);
        assertEquals(1, Futures.wait(List.of(a, a, a)).done().size());
        var found = waitWhile(List.of(b, b, c, c), ReturnWhen.FIRST_EXCEPTION, () -> b.setResult(1), c::cancel);
        assertEquals(List.of(b, c), List.copyOf(found.done()));
    }

    @ParameterizedTest
    @EnumSource
    void wait_interrupted_throws(ReturnWhen when) {
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start(
                    "waiter", () -> assertThrows(InterruptedException.class, () -> Futures.wait(abc, LONG, when)));
            Await.blocked(waiter);
            waiter.interrupt();
        }
        assertFalse(a.done());
    }

    @ParameterizedTest
    @EnumSource
    void wait_foreignFutures_asOurs(ReturnWhen when) {
        Foreign foreign = new Foreign();
        assertEquals(
                Set.of(foreign),
                waitWhile(List.of(foreign), when, foreign::complete).done());
    }

    @Test
    void wait_result_cannotBeChanged() throws Exception {
        var found = Futures.wait(abc, Duration.ZERO);
        assertThrows(UnsupportedOperationException.class, () -> found.notDone().clear());
    }

    @Test
    void wait_againAndAgainOnALongLivedFuture_leavesNothingBehind() throws Exception {
        for (int i = 0; i < 1000; i++) {
            assertFalse(Futures.wait(List.of(a), Duration.ZERO, ReturnWhen.FIRST_COMPLETED)
                    .done()
                    .contains(a));
        }
        assertEquals(0, a.tapCount());
    }

    @Test
    void asCompleted_doneFirstThenInOrderOfCompletion() {
        c.setResult(3);
        Iterator<Promise<Integer>> completed = Futures.asCompleted(abc).iterator();
        assertSame(c, completed.next());
        b.cancel();
        a.setException(new IOException());
        assertSame(b, completed.next());
        assertTrue(completed.hasNext());
        assertSame(a, completed.next());
        assertFalse(completed.hasNext());
        assertThrows(NoSuchElementException.class, completed::next);
    }

    @Test
    void asCompleted_duplicates_once() {
        a.setResult(1);
        List<Future<Integer>> seen = new ArrayList<>();
        for (Promise<Integer> future : Futures.asCompleted(List.of(a, a))) {
            seen.add(future);
        }
        assertEquals(List.of(a), seen);
        assertFalse(Futures.asCompleted(List.<Future<Integer>>of()).iterator().hasNext());
    }

    @Test
    void asCompleted_blocksUntilOneIsDone() {
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                List<Promise<Integer>> order = new ArrayList<>();
                Futures.asCompleted(abc).forEach(order::add);
                assertEquals(List.of(b, c, a), order);
            });
            for (Promise<Integer> next : List.of(b, c, a)) {
                Await.blocked(waiter);
                next.setResult(1);
            }
        }
    }

    @Test
    void asCompleted_timeout_fromTheCall() {
        a.setResult(1);
        Iterator<Promise<Integer>> completed =
                Futures.asCompleted(abc, Duration.ZERO).iterator();
        assertSame(a, completed.next(), "what is done is returned first");
        CompletionException thrown = assertThrows(CompletionException.class, completed::next);
        assertInstanceOf(TimeoutException.class, thrown.getCause());
        assertEquals("2 (of 3) futures unfinished", thrown.getCause().getMessage());
        assertFalse(completed.hasNext());
        assertFalse(b.done(), "the futures are left alone");
        Iterator<Promise<Integer>> late =
                Futures.asCompleted(List.of(b), Duration.ofSeconds(-1)).iterator();
        assertThrows(CompletionException.class, late::next);
    }

    @Test
    void asCompleted_longTimeout_waits() {
        a.setResult(1);
        b.setResult(1);
        c.setResult(1);
        List<Promise<Integer>> order = new ArrayList<>();
        Futures.asCompleted(abc, Duration.ofSeconds(Long.MAX_VALUE)).forEach(order::add);
        assertEquals(abc, order);
    }

    @Test
    void asCompleted_interrupted_flagRestoredAndNothingTaken() {
        Iterator<Promise<Integer>> completed = Futures.asCompleted(abc).iterator();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                CompletionException thrown = assertThrows(CompletionException.class, completed::next);
                assertInstanceOf(InterruptedException.class, thrown.getCause());
                assertTrue(Thread.interrupted());
            });
            Await.blocked(waiter);
            waiter.interrupt();
        }
        a.setResult(1);
        assertSame(a, completed.next());
    }

    @Test
    void asCompleted_leftEarly_keepsNothingAlive() {
        for (int i = 0; i < 10_000; i++) {
            Iterator<Promise<Integer>> completed =
                    Futures.asCompleted(List.of(a)).iterator();
            assertTrue(completed.hasNext());
            if (i % 1000 == 0) {
                System.gc();
            }
        }
        assertTrue(a.tapCount() < 5_000, () -> a.tapCount() + " taps");
    }

    @Test
    void asCompleted_manyFromThePool_eachOnce() throws Exception {
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            List<Future<Integer>> futures = IntStream.range(0, 2000)
                    .mapToObj(i -> executor.submit(() -> i))
                    .toList();
            long sum = 0;
            for (Future<Integer> future : Futures.asCompleted(futures)) {
                sum += future.result();
            }
            assertEquals(2000L * 1999 / 2, sum);
        }
    }

    @Test
    void waiters_severalOnTheSameFutures_allTold() {
        try (ThreadHarness threads = new ThreadHarness()) {
            List<Thread> waiters = Stream.of(ReturnWhen.values())
                    .flatMap(when -> Stream.of(
                            threads.start("wait-" + when, () -> Futures.wait(abc, when)),
                            threads.start(
                                    "completed-" + when,
                                    () -> Futures.asCompleted(abc).forEach(done -> {}))))
                    .toList();
            waiters.forEach(Await::blocked);
            abc.forEach(promise -> promise.setException(new IOException()));
        }
    }

    @Test
    void nulls_refused() {
        new NullPointerTester().testAllPublicStaticMethods(Futures.class);
        List<Future<Integer>> withNull = new ArrayList<>();
        withNull.add(null);
        assertThrows(NullPointerException.class, () -> Futures.wait(withNull));
        assertThrows(NullPointerException.class, () -> Futures.asCompleted(withNull));
    }

    @Test
    void timeouts_asNegativeAsCanBe_areOverAtOnce() throws Exception {
        for (Duration timeout : List.of(Duration.ofSeconds(Long.MIN_VALUE), Duration.ofNanos(Long.MIN_VALUE))) {
            assertTrue(Deadline.after(timeout).passed());
            Await.sleep(Duration.ofMillis(1)); // what is so far away must not come round again
            assertTrue(Futures.wait(List.of(a), timeout, ReturnWhen.FIRST_COMPLETED)
                    .done()
                    .isEmpty());
        }
        assertFalse(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE)).passed());
    }
}
