// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.Exhaustion;
import procession.testing.ThreadHarness;

/** Whatever of the user's runs out of stack or memory, each type of this package is usable afterwards, by all threads. */
@SuppressWarnings("WaitNotInLoop") // awaitFor has the loop
class ErrorsInCallbacksTest {
    /** Counts up from 1, and strikes first where it is told. */
    private static final class Source implements Iterator<Integer> {
        private final Exhaustion exhaustion;
        private boolean strikesInHasNext = true;
        private boolean strikesInNext = true;
        private int last;

        Source(Exhaustion exhaustion) {
            this.exhaustion = exhaustion;
        }

        @Override
        public boolean hasNext() {
            if (strikesInHasNext) {
                strikesInHasNext = false;
                return exhaustion.strike() > 0;
            }
            return last < 6;
        }

        @Override
        public Integer next() {
            if (strikesInNext) {
                strikesInNext = false;
                return exhaustion.strike();
            }
            return ++last;
        }
    }

    private static void assertFreeForAnother(Acquirable subject) {
        try (var threads = new ThreadHarness()) {
            threads.start("another", () -> {
                assertTrue(subject.acquire(Delays.medium()), subject::toString);
                subject.release();
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void blockOfALock(Exhaustion exhaustion) throws InterruptedException {
        for (Acquirable subject : List.of(
                new Lock(),
                new RLock(),
                new Semaphore(1),
                new BoundedSemaphore(1),
                new Condition(),
                new Condition(new Lock()))) {
            assertThrows(exhaustion.error(), () -> subject.run(exhaustion::strike));
            assertFreeForAnother(subject);
            assertThrows(exhaustion.error(), () -> subject.call(exhaustion::strike));
            assertFreeForAnother(subject);
            subject.run(() -> {
                if (subject instanceof RLock || subject.toString().contains("RLock")) {
                    assertThrows(exhaustion.error(), () -> subject.run(exhaustion::strike));
                }
                try (var threads = new ThreadHarness()) {
                    threads.start("another", () -> assertFalse(subject.tryAcquire(), "still held by the outer one"));
                }
            });
            assertFreeForAnother(subject);
        }
    }

    @ParameterizedTest
    @EnumSource
    void predicateOfACondition_atOnce(Exhaustion exhaustion) throws InterruptedException {
        RLock lock = new RLock();
        Condition condition = new Condition(lock);
        lock.acquire();
        lock.acquire();
        assertThrows(exhaustion.error(), () -> condition.awaitFor(() -> exhaustion.strike() > 0));
        assertThrows(exhaustion.error(), () -> condition.awaitFor(() -> exhaustion.strike() > 0, Delays.medium()));
        lock.release();
        assertTrue(lock.heldByCurrentThread(), "two levels were held");
        lock.release();
        assertFreeForAnother(condition);
    }

    @ParameterizedTest
    @EnumSource
    void predicateOfACondition_afterASignal(Exhaustion exhaustion) throws InterruptedException {
        RLock lock = new RLock();
        Condition condition = new Condition(lock);
        AtomicBoolean strikes = new AtomicBoolean();
        AtomicBoolean open = new AtomicBoolean();
        try (var threads = new ThreadHarness()) {
            for (String name : List.of("waits for ever", "waits for long")) {
                Thread waiter = threads.start(name, () -> {
                    lock.acquire();
                    lock.acquire();
                    assertThrows(exhaustion.error(), () -> {
                        if (name.endsWith("ever")) {
                            condition.awaitFor(() -> strikes.get() && exhaustion.strike() > 0);
                        } else {
                            condition.awaitFor(() -> strikes.get() && exhaustion.strike() > 0, Delays.large());
                        }
                    });
                    lock.release();
                    assertTrue(lock.heldByCurrentThread(), "two levels were held");
                    lock.release();
                });
                Await.blocked(waiter);
            }
            strikes.set(true);
            condition.run(condition::signalAll);
            threads.join();
            Thread waiter = threads.start("still served", () -> condition.run(() -> condition.awaitFor(open::get)));
            Await.blocked(waiter);
            open.set(true);
            condition.run(condition::signal);
        }
        assertFreeForAnother(condition);
    }

    @ParameterizedTest
    @EnumSource
    void actionOfABarrier(Exhaustion exhaustion) throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Barrier barrier = new Barrier(2, () -> {
            if (runs.getAndIncrement() == 0) {
                exhaustion.strike();
            }
        });
        try (var threads = new ThreadHarness()) {
            threads.start("first", () -> {
                var broken = assertThrows(BrokenBarrierException.class, barrier::await);
                assertInstanceOf(exhaustion.error(), broken.getCause());
            });
            Await.until("the first has come", () -> barrier.waiting() == 1);
            assertThrows(exhaustion.error(), barrier::await);
            threads.join();
            assertTrue(barrier.broken());
            assertThrows(BrokenBarrierException.class, barrier::await);
            barrier.reset();
            for (int round = 0; round < 2; round++) {
                threads.start("meets", () -> assertEquals(0, barrier.await(Delays.medium())));
                Await.until("the first has come", () -> barrier.waiting() == 1);
                assertEquals(1, barrier.await(Delays.medium()));
                threads.join();
            }
        }
        assertEquals(3, runs.get());
    }

    @ParameterizedTest
    @EnumSource
    void actionOfATimer_andTheHandlerOfWhatItThrows(Exhaustion exhaustion) throws InterruptedException {
        Thread.@Nullable UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        var reported = new LinkedBlockingQueue<Throwable>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            reported.add(thrown);
            exhaustion.strike();
        });
        try {
            Timer once = new Timer(Duration.ZERO, exhaustion::strike).start();
            assertTrue(once.join(Delays.medium()));
            assertInstanceOf(exhaustion.error(), reported.poll());

            AtomicInteger runs = new AtomicInteger();
            Timer often = Timer.every(Duration.ofMillis(1), () -> {
                runs.incrementAndGet();
                exhaustion.strike();
            });
            often.start();
            Await.until("three runs", () -> runs.get() >= 3);
            often.cancel();
            assertTrue(often.join(Delays.medium()));
            for (int run = runs.get(); run > 0; run--) {
                assertInstanceOf(
                        exhaustion.error(), reported.poll(Delays.medium().toNanos(), TimeUnit.NANOSECONDS));
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sourceOfASerializedIterator_losesNoItem(Exhaustion exhaustion) {
        SerializedIterator<Integer> iterator = Iterators.serialized(new Source(exhaustion));
        assertThrows(exhaustion.error(), iterator::hasNext);
        assertThrows(exhaustion.error(), iterator::next);
        List<Integer> taken = new ArrayList<>();
        try (var threads = new ThreadHarness()) {
            threads.start("another", () -> {
                taken.add(iterator.next());
                assertTrue(iterator.tryAdvance(taken::add));
            });
        }
        // What it was called for is taken, as a forEach would have it.
        assertThrows(exhaustion.error(), () -> iterator.tryAdvance(item -> exhaustion.strike()));
        iterator.forEachRemaining(taken::add);
        assertEquals(List.of(1, 2, 4, 5, 6), taken);
        assertFalse(iterator.hasNext());
    }

    @ParameterizedTest
    @EnumSource
    void sourceOfATee_losesNoItemInAnyBranch(Exhaustion exhaustion) {
        List<Iterator<Integer>> branches = Iterators.tee(new Source(exhaustion), 2);
        assertThrows(exhaustion.error(), branches.get(0)::hasNext);
        assertThrows(exhaustion.error(), branches.get(1)::next);
        for (Iterator<Integer> branch : branches) {
            List<Integer> taken = new ArrayList<>();
            try (var threads = new ThreadHarness()) {
                threads.start("another", () -> taken.add(branch.next()));
            }
            assertThrows(
                    exhaustion.error(), () -> branch.forEachRemaining(item -> taken.add(item + exhaustion.strike())));
            branch.forEachRemaining(taken::add);
            assertEquals(List.of(1, 3, 4, 5, 6), taken);
        }
    }
}
