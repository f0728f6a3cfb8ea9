// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.GcFinalization;
import com.google.common.testing.NullPointerTester;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class IteratorsTest {
    private static final int ITEMS = 5_000;

    /** An iterator that is not thread-safe at all: with two threads in it, numbers come twice or not at all. */
    private static final class Numbers implements Iterator<Integer> {
        private final int end;
        private int next; // plain, on purpose
        int asked; // how often next() was called

        Numbers(int end) {
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public Integer next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            asked++;
            return next++;
        }
    }

    /** A source that waits for permission before its first item. */
    private static final class Slow implements Iterator<Integer> {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch mayGoOn = new CountDownLatch(1);
        private final Numbers numbers = new Numbers(100);

        @Override
        public boolean hasNext() {
            return numbers.hasNext();
        }

        @Override
        public Integer next() {
            entered.countDown();
            if (mayGoOn.getCount() > 0) {
                waitForPermission();
            }
            return numbers.next();
        }

        private void waitForPermission() {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- serialized

    @Test
    void serialized_inPlainLoops_eachItemGoesToOne() {
        var shared = Iterators.serialized(new Numbers(ITEMS));
        var arrivals = new AtomicIntegerArray(ITEMS);
        try (var threads = new ThreadHarness()) {
            threads.startTogether(4, "consumer", () -> {
                for (int number : shared) {
                    arrivals.incrementAndGet(number);
                }
                assertFalse(shared.hasNext());
                assertThrows(NoSuchElementException.class, shared::next);
            });
        }
        assertEachOnce(arrivals);
    }

    @Test
    void serialized_inEveryWay_eachItemGoesToOne() {
        var shared = Iterators.serialized(new Numbers(ITEMS));
        var arrivals = new AtomicIntegerArray(ITEMS);
        try (var threads = new ThreadHarness()) {
            threads.startTogether(1, "looper", () -> {
                while (shared.hasNext()) {
                    assertTrue(shared.hasNext());
                    arrivals.incrementAndGet(shared.next());
                }
            });
            threads.startTogether(1, "advancer", () -> {
                while (shared.tryAdvance(arrivals::incrementAndGet)) {
                    assertTrue(arrivals.length() > 0);
                }
            });
            threads.startTogether(1, "taker", () -> {
                try {
                    while (true) {
                        arrivals.incrementAndGet(shared.next());
                    }
                } catch (NoSuchElementException end) {
                    assertFalse(shared.hasNext());
                }
            });
            threads.startTogether(1, "for-each", () -> shared.forEachRemaining(arrivals::incrementAndGet));
        }
        assertEachOnce(arrivals);
    }

    private static void assertEachOnce(AtomicIntegerArray arrivals) {
        for (int i = 0; i < arrivals.length(); i++) {
            assertEquals(1, arrivals.get(i), "arrivals of " + i);
        }
    }

    @Test
    void serialized_hasNext_claimsForItsThread() {
        var shared = Iterators.serialized(new Numbers(3));
        assertTrue(shared.hasNext());
        assertTrue(shared.hasNext());
        try (var threads = new ThreadHarness()) {
            threads.start("other", () -> {
                assertEquals(1, shared.next());
                assertTrue(shared.hasNext());
                assertTrue(shared.tryAdvance(number -> assertEquals(2, number)));
                assertFalse(shared.tryAdvance(number -> assertNull(number)));
                assertFalse(shared.hasNext());
            });
        }
        assertTrue(shared.hasNext(), "still there");
        assertEquals(0, shared.next());
        assertFalse(shared.hasNext());
        assertThrows(NoSuchElementException.class, shared::next);
        assertSame(shared, shared.iterator());
    }

    @Test
    void serialized_asksNoSourceThatHasEnded() {
        var lives = new AtomicInteger();
        var shared = Iterators.serialized(new Iterator<String>() {
            @Override
            public boolean hasNext() {
                return lives.getAndIncrement() > 0; // again, after it has said no
            }

            @Override
            public String next() {
                return "more";
            }
        });
        assertFalse(shared.hasNext());
        assertFalse(shared.hasNext());
        assertFalse(shared.tryAdvance(item -> {}));
        assertThrows(NoSuchElementException.class, shared::next);
        assertEquals(1, lives.get());
    }

    @Test
    void serialized_sourceThrows_theNextAsksAgain() {
        for (Throwable failure : List.of(new IllegalStateException(), new StackOverflowError())) {
            var fails = new AtomicInteger(1);
            var numbers = new Numbers(2);
            var failing = Iterators.serialized(new Iterator<Integer>() {
                @Override
                public boolean hasNext() {
                    return numbers.hasNext();
                }

                @Override
                public Integer next() {
                    if (fails.getAndDecrement() > 0) {
                        if (failure instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }
                    return numbers.next();
                }
            });
            assertSame(failure, assertThrows(failure.getClass(), failing::hasNext));
            assertTrue(failing.hasNext());
            assertEquals(0, failing.next());
            assertEquals(1, failing.next());
        }
    }

    @Test
    void serialized_consumerThrows_itsItemIsTaken() {
        var shared = Iterators.serialized(new Numbers(2));
        var failure = new OutOfMemoryError("pretended");
        assertSame(
                failure,
                assertThrows(
                        OutOfMemoryError.class,
                        () -> shared.tryAdvance(number -> {
                            throw failure;
                        })));
        assertEquals(1, shared.next());
    }

    @Test
    void serialized_passesNullsOn() {
        var shared = Iterators.serialized(Arrays.asList("a", null, "b").iterator());
        List<@Nullable String> items = new ArrayList<>();
        while (shared.hasNext()) {
            items.add(shared.next());
        }
        assertEquals(Arrays.asList("a", null, "b"), items);
    }

    @Test
    void serialized_interruptedWhileAnotherIsInTheSource_losesNothing() throws InterruptedException {
        var source = new Slow();
        var shared = Iterators.serialized(source);
        List<ThrowingRunnable<RuntimeException>> calls =
                List.of(() -> assertTrue(shared.hasNext()), shared::next, () -> shared.tryAdvance(number -> {}));
        try (var threads = new ThreadHarness()) {
            threads.start("in the source", () -> assertEquals(0, shared.next()));
            source.entered.await();
            for (var call : calls) {
                Thread waiter = threads.start("waiter", () -> {
                    var thrown = assertThrows(CompletionException.class, call::run);
                    assertInstanceOf(InterruptedException.class, thrown.getCause());
                    assertTrue(Thread.interrupted(), "restored");
                });
                Await.blocked(waiter);
                waiter.interrupt();
                Await.until("it gives up", () -> !waiter.isAlive());
            }
            source.mayGoOn.countDown();
        }
        Thread.currentThread().interrupt();
        assertEquals(1, shared.next(), "whoever need not wait is not disturbed");
        assertTrue(Thread.interrupted());
    }

    @Test
    void sharedIterators_usedByTheirOwnSource_sayIt() {
        var own = new AtomicReference<@Nullable Iterator<Integer>>();
        Iterator<Integer> source = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                Iterator<Integer> shared = own.get();
                return shared == null ? 7 : shared.next();
            }
        };
        for (Iterator<Integer> shared :
                List.of(Iterators.serialized(source), Iterators.tee(source, 1).get(0))) {
            own.set(shared);
            var thrown = assertThrows(IllegalStateException.class, shared::next);
            assertTrue(String.valueOf(thrown.getMessage()).contains("own source"), thrown::toString);
            own.set(null);
            assertEquals(7, shared.next());
        }
    }

    // ---- tee

    @Test
    void tee_ofNone_isEmpty_andLessIsRefused() {
        assertEquals(List.of(), Iterators.tee(new Numbers(3), 0));
        var thrown = assertThrows(IllegalArgumentException.class, () -> Iterators.tee(new Numbers(3), -1));
        assertTrue(String.valueOf(thrown.getMessage()).contains("n = -1"), thrown::toString);
        var branches = Iterators.tee(new Numbers(3), 2);
        assertThrows(UnsupportedOperationException.class, () -> branches.remove(0));
        assertThrows(UnsupportedOperationException.class, () -> branches.get(0).remove());
    }

    @Test
    void tee_eachBranchShowsAll_andTheSourceIsAskedOnce() {
        var source = new Numbers(3);
        var branches = Iterators.tee(source, 3);
        assertEquals(0, branches.get(0).next());
        assertEquals(1, branches.get(0).next());
        assertEquals(2, source.asked);
        assertTrue(branches.get(1).hasNext());
        assertEquals(0, branches.get(1).next());
        assertEquals(2, source.asked);
        assertEquals(2, branches.get(0).next());
        assertFalse(branches.get(0).hasNext());
        assertThrows(NoSuchElementException.class, branches.get(0)::next);
        for (int number = 0; number < 3; number++) {
            assertTrue(branches.get(2).hasNext());
            assertEquals(number, branches.get(2).next());
        }
        assertFalse(branches.get(2).hasNext());
        assertEquals(1, branches.get(1).next());
        assertEquals(3, source.asked);
    }

    @Test
    void tee_eachBranchInItsThread_showsAllInOrder() {
        var source = new Numbers(ITEMS);
        var branches = Iterators.tee(source, 4);
        var number = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(4, "branch", () -> {
                var branch = branches.get(number.getAndIncrement());
                for (int i = 0; i < ITEMS; i++) {
                    assertEquals(i, branch.next());
                }
                assertFalse(branch.hasNext());
            });
        }
        assertEquals(ITEMS, source.asked);
    }

    @Test
    void tee_interruptedWhileAnotherIsInTheSource_losesNothing() throws InterruptedException {
        var source = new Slow();
        var branches = Iterators.tee(source, 2);
        try (var threads = new ThreadHarness()) {
            threads.start("in the source", () -> assertEquals(0, branches.get(0).next()));
            source.entered.await();
            Thread waiter = threads.start("waiter", () -> {
                var thrown = assertThrows(CompletionException.class, branches.get(1)::next);
                assertInstanceOf(InterruptedException.class, thrown.getCause());
                assertTrue(Thread.interrupted(), "restored");
            });
            Await.blocked(waiter);
            waiter.interrupt();
            Await.until("it gives up", () -> !waiter.isAlive());
            source.mayGoOn.countDown();
        }
        assertEquals(0, branches.get(1).next());
        assertEquals(1, branches.get(1).next());
    }

    @Test
    void tee_sourceThrows_theNextAsksAgain() {
        var fails = new AtomicInteger(1);
        var numbers = new Numbers(2);
        var branches = Iterators.tee(
                new Iterator<Integer>() {
                    @Override
                    public boolean hasNext() {
                        return numbers.hasNext();
                    }

                    @Override
                    public Integer next() {
                        if (fails.getAndDecrement() > 0) {
                            throw new StackOverflowError("pretended");
                        }
                        return numbers.next();
                    }
                },
                2);
        assertThrows(StackOverflowError.class, branches.get(0)::next);
        assertEquals(0, branches.get(1).next());
        assertEquals(0, branches.get(0).next());
    }

    /** An item that is seen from outside when it is not kept any more. */
    private static Iterator<Object> itemsIn(List<WeakReference<Object>> references, int count) {
        return IntStream.range(0, count)
                .<Object>mapToObj(number -> {
                    var item = new Object();
                    references.add(new WeakReference<>(item));
                    return item;
                })
                .iterator();
    }

    @Test
    void tee_keepsNothingThatAllHaveSeen() {
        List<WeakReference<Object>> references = new ArrayList<>();
        var branches = Iterators.tee(itemsIn(references, 10), 2);
        for (int i = 0; i < 5; i++) {
            branches.get(0).next();
        }
        for (int i = 0; i < 3; i++) {
            branches.get(1).next();
        }
        GcFinalization.awaitClear(references.get(0));
        GcFinalization.awaitClear(references.get(1));
        for (int i = 3; i < 5; i++) {
            assertSame(references.get(i).get(), branches.get(1).next());
        }
    }

    @Test
    void tee_aForgottenBranchKeepsNothing() {
        List<WeakReference<Object>> references = new ArrayList<>();
        Iterator<Object> kept = Iterators.tee(itemsIn(references, 10), 2).get(0);
        for (int i = 0; i < 5; i++) {
            kept.next();
        }
        for (int i = 0; i < 4; i++) {
            GcFinalization.awaitClear(references.get(i));
        }
        assertTrue(kept.hasNext());
    }

    // ---- all the rest

    @Test
    void nullArguments_areRefused() {
        new NullPointerTester().setDefault(Iterator.class, new Numbers(1)).testAllPublicStaticMethods(Iterators.class);
        new NullPointerTester().testAllPublicInstanceMethods(Iterators.serialized(new Numbers(9)));
    }

    @Test
    void hasNext_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        var source = new Slow();
        var shared = Iterators.serialized(source);
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("in the source", () -> assertEquals(0, shared.next()));
            source.entered.await();
            Carriers.areLeftToOthers(Math.min(99, Carriers.many()), shared::next, source.mayGoOn::countDown);
        }
    }
}
