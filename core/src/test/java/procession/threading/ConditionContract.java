// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What holds for every condition, in one process or between several. A subclass says how to make one. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop", "JavaUtilDate"
}) // single steps and single waits are what is tested
public abstract class ConditionContract extends AcquirableContract {
    /** A condition. */
    public interface Subject extends Acquirable, java.util.concurrent.locks.Condition {
        /** Waits for a signal. */
        boolean await(Duration timeout) throws InterruptedException;

        /** Waits until a predicate holds. */
        void awaitFor(BooleanSupplier predicate) throws InterruptedException;

        /** Waits until a predicate holds. */
        boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException;

        /** Wakes some. */
        void signal(int n);

        /** Returns whether somebody has the lock. */
        boolean locked();
    }

    /**
     * Makes two conditions of one new lock.
     *
     * @return two
     */
    protected abstract List<Subject> createTwo();

    @Override
    protected final Acquirable create() {
        return condition();
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @Override
    protected boolean owned() {
        return true;
    }

    @Override
    protected int rounds() {
        return 500;
    }

    /**
     * Says whether those that wait longest are woken first, whatever thread they are.
     *
     * @return as {@link #owned()} unless overridden
     */
    protected boolean inOrder() {
        return owned();
    }

    final Subject condition() {
        return createTwo().get(0);
    }

    /** Threads that wait in a condition, and say in which order they were woken. */
    private final class Waiters {
        final List<Integer> woken = Collections.synchronizedList(new ArrayList<>());
        private final Subject condition;
        private final ThreadHarness threads;

        Waiters(Subject condition, ThreadHarness threads) {
            this.condition = condition;
            this.threads = threads;
        }

        void start(int from, int to) {
            for (int i = from; i < to; i++) {
                int number = i;
                Await.blocked(threads.start("waiter-" + i, () -> {
                    condition.acquire();
                    condition.await();
                    woken.add(number);
                    condition.release();
                }));
            }
        }

        void areWoken(Integer... numbers) {
            Await.until(numbers.length + " are woken", () -> woken.size() >= numbers.length);
            if (inOrder()) {
                assertEquals(List.of(numbers), woken);
            } else { // those woken at once compete for the lock
                assertEquals(Set.of(numbers), Set.copyOf(woken));
                assertEquals(numbers.length, woken.size());
            }
        }
    }

    // ---- signals

    @Test
    public void signal_wakesTheOneThatWaitsLongest() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            var waiters = new Waiters(condition, threads);
            waiters.start(0, 3);
            condition.run(condition::signal);
            waiters.areWoken(0);
            condition.run(condition::signal);
            waiters.areWoken(0, 1);
            condition.run(condition::signalAll);
            waiters.areWoken(0, 1, 2);
            condition.run(condition::signal); // nobody waits
            waiters.start(3, 4);
            assertEquals(3, waiters.woken.size(), "a signal is not kept");
            condition.run(condition::signal);
        }
    }

    @Test
    public void signalN_wakesNOfThoseThatWaitNow() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            var waiters = new Waiters(condition, threads);
            waiters.start(0, 5);
            condition.run(() -> {
                condition.signal(0);
                condition.signal(-1);
                condition.signal(Integer.MIN_VALUE);
                condition.signal(2);
            });
            waiters.areWoken(0, 1);
            condition.run(() -> condition.signal(Integer.MAX_VALUE));
            waiters.areWoken(0, 1, 2, 3, 4);
            waiters.start(5, 7);
            assertEquals(5, waiters.woken.size(), "no signal was left over");
            condition.run(() -> condition.signal(3));
        }
    }

    @Test
    public void signal_theWokenGoesOnWhenTheLockIsFree() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            var waiters = new Waiters(condition, threads);
            waiters.start(0, 1);
            condition.acquire();
            condition.signal();
            assertFalse(Await.becomesTrue(Delays.brief(), () -> !waiters.woken.isEmpty()));
            condition.release();
            waiters.areWoken(0);
        }
    }

    @Test
    public void conditions_ofOneLock_areIndependent() throws InterruptedException {
        List<Subject> both = createTwo();
        Subject one = both.get(0);
        Subject two = both.get(1);
        try (var threads = new ThreadHarness()) {
            var waiters = new Waiters(one, threads);
            waiters.start(0, 1);
            one.run(two::signalAll);
            assertFalse(Await.becomesTrue(Delays.brief(), () -> !waiters.woken.isEmpty()));
            two.run(one::signalAll);
        }
    }

    // ---- waiting

    @Test
    public void await_threeDeep_freesTheLockWholeAndRestoresIt() {
        var condition = condition();
        int deep = owned() ? 3 : 1;
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                for (int i = 0; i < deep; i++) {
                    assertTrue(condition.tryAcquire());
                }
                condition.await();
                assertFalse(condition.await(Delays.brief()));
                for (int i = 0; i < deep; i++) {
                    assertFalse(freeForAnother(condition));
                    condition.release();
                }
                assertThrows(IllegalMonitorStateException.class, condition::release);
            });
            Await.blocked(waiter);
            assertTrue(condition.tryAcquire(), "whole");
            condition.signal();
            condition.release();
        }
        assertFalse(condition.locked());
    }

    @Test
    public void await_signalledInTimeButLockedTooLong_isTrue() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                condition.acquire();
                long start = System.nanoTime();
                assertTrue(condition.await(Delays.small()));
                assertTrue(System.nanoTime() - start > Delays.small().toNanos(), "late");
                condition.release();
            });
            Await.blocked(waiter);
            condition.acquire();
            condition.signal();
            Await.sleep(Delays.small().multipliedBy(2)); // the time that is too long
            condition.release();
        }
    }

    @Test
    public void await_timedOut_isFalse() throws Exception {
        var condition = condition();
        condition.acquire();
        for (ThrowingSupplier<Boolean, Exception> wait : List.<ThrowingSupplier<Boolean, Exception>>of(
                () -> condition.await(Delays.brief()),
                () -> condition.await(Delays.brief().toNanos(), TimeUnit.NANOSECONDS),
                () -> condition.awaitNanos(Delays.brief().toNanos()) > 0,
                () -> condition.awaitFor(() -> false, Delays.brief()))) {
            long start = System.nanoTime();
            assertFalse(wait.get());
            assertTrue(System.nanoTime() - start >= Delays.brief().toNanos());
            assertTrue(condition.locked());
        }
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertFalse(condition.await(timeout));
        }
        assertFalse(condition.await(Long.MIN_VALUE, TimeUnit.DAYS));
        assertFalse(condition.awaitUntil(new Date(0)));
        condition.release();
    }

    @Test
    public void await_forAsLongAsYouLike() throws InterruptedException {
        var condition = condition();
        for (Duration timeout : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(Long.MAX_VALUE))) {
            try (var threads = new ThreadHarness()) {
                Thread waiter =
                        threads.start("waiter", () -> condition.run(() -> assertTrue(condition.await(timeout))));
                Await.blocked(waiter);
                condition.run(condition::signal);
            }
        }
    }

    @Test
    public void awaitUntil_signalled_isTrue() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            var tomorrow = new Date(System.currentTimeMillis() + TimeUnit.DAYS.toMillis(1));
            Thread waiter =
                    threads.start("waiter", () -> condition.run(() -> assertTrue(condition.awaitUntil(tomorrow))));
            Await.blocked(waiter);
            condition.run(condition::signal);
        }
    }

    @Test
    public void await_atRandomMoments_returnsTrueForASignalOnly() {
        var condition = condition();
        var ended = new AtomicInteger();
        int[] counts = new int[2]; // signals and wake-ups; guarded by the condition
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(3, "waiter", () -> {
                var random = new Random(Thread.currentThread().getName().hashCode());
                for (int i = 0; i < 2 * rounds(); i++) {
                    condition.acquire();
                    if (condition.await(Duration.ofNanos(random.nextInt(inThisProcess() ? 50_000 : 5_000_000)))) {
                        counts[1]++;
                    }
                    condition.release();
                }
                ended.incrementAndGet();
            });
            threads.start("signaller", () -> {
                var random = new Random(1);
                while (ended.get() < 3) {
                    int n = random.nextInt(3);
                    condition.run(() -> {
                        condition.signal(n);
                        counts[0] += n;
                    });
                    LockSupport.parkNanos(random.nextInt(30_000));
                }
            });
        }
        assertTrue(counts[1] <= counts[0], () -> counts[1] + " wake-ups by " + counts[0] + " signals");
        assertNotEquals(0, counts[1]);
    }

    // ---- predicates

    @Test
    public void awaitFor_whatHoldsAlready_doesNotWaitOrMindAnInterrupt() throws InterruptedException {
        var condition = condition();
        condition.acquire();
        Thread.currentThread().interrupt();
        condition.awaitFor(() -> true);
        assertTrue(condition.awaitFor(() -> true, Duration.ofDays(-1)));
        assertTrue(Thread.interrupted());
        condition.release();
    }

    @Test
    public void awaitFor_looksAfterEachSignal_withTheLock() throws InterruptedException {
        var condition = condition();
        var looks = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            var waiters = List.of(
                    threads.start(
                            "waiter",
                            () -> condition.run(() -> condition.awaitFor(() -> {
                                assertTrue(condition.locked());
                                return looks.incrementAndGet() >= 6;
                            }))),
                    threads.start(
                            "timed waiter",
                            () -> condition.run(() -> assertTrue(condition.awaitFor(
                                    () -> {
                                        assertTrue(condition.locked());
                                        return looks.incrementAndGet() >= 6;
                                    },
                                    Duration.ofDays(1))))));
            waiters.forEach(Await::blocked);
            Await.until("both have looked", () -> looks.get() == 2);
            condition.run(condition::signalAll);
            Await.until("both have looked again", () -> looks.get() == 4);
            condition.run(condition::signalAll);
            Await.until("one sees it", () -> looks.get() == 6);
            condition.run(condition::signalAll);
        }
    }

    @Test
    public void awaitFor_zeroOrNegative_looksTwice() throws InterruptedException {
        var condition = condition();
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofDays(-1))) {
            var looks = new AtomicInteger();
            condition.run(() -> assertFalse(condition.awaitFor(() -> looks.incrementAndGet() > 2, timeout)));
            assertEquals(2, looks.get());
            condition.run(() -> assertTrue(condition.awaitFor(() -> looks.incrementAndGet() == 4, timeout)));
        }
    }

    @Test
    public void awaitFor_signalledAgainAndAgain_endsAtItsOneDeadline() {
        var condition = condition();
        var ended = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.start("waiter", () -> {
                condition.run(() -> assertFalse(condition.awaitFor(() -> false, Delays.small())));
                ended.incrementAndGet();
            });
            threads.start("signaller", () -> {
                while (ended.get() == 0) {
                    condition.run(condition::signalAll);
                    LockSupport.parkNanos(1_000_000);
                }
            });
        }
    }

    @Test
    public void awaitFor_predicateThrows_keepsTheLock() throws InterruptedException {
        var condition = condition();
        condition.acquire();
        var failure = new StackOverflowError();
        assertSame(
                failure,
                assertThrows(
                        StackOverflowError.class,
                        () -> condition.awaitFor(
                                () -> {
                                    throw failure;
                                },
                                Delays.large())));
        assertFalse(freeForAnother(condition));
        condition.release();
        assertFalse(condition.locked());
    }

    // ---- interrupts

    @Test
    public void await_interrupted_holdsTheLockAgain() throws InterruptedException {
        var condition = condition();
        int deep = owned() ? 2 : 1;
        List<ThrowingRunnable<Exception>> waits = List.of(
                condition::await,
                () -> condition.await(Delays.large()),
                () -> condition.await(1, TimeUnit.DAYS),
                () -> condition.awaitNanos(Long.MAX_VALUE),
                () -> condition.awaitUntil(new Date(Long.MAX_VALUE)),
                () -> condition.awaitFor(() -> false),
                () -> condition.awaitFor(() -> false, Delays.large()));
        for (ThrowingRunnable<Exception> wait : waits) {
            try (var threads = new ThreadHarness()) {
                Thread waiter = threads.start("waiter", () -> {
                    for (int i = 0; i < deep; i++) {
                        assertTrue(condition.tryAcquire());
                    }
                    assertThrows(InterruptedException.class, wait::run);
                    for (int i = 0; i < deep; i++) {
                        assertFalse(freeForAnother(condition));
                        condition.release();
                    }
                });
                Await.blocked(waiter);
                waiter.interrupt();
            }
            condition.acquire();
            assertInterrupted(wait);
            assertFalse(freeForAnother(condition));
            condition.signalAll(); // nobody waits any more
            condition.release();
        }
    }

    @Test
    public void awaitUninterruptibly_interrupted_waitsOnAndStaysInterrupted() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                condition.acquire();
                condition.awaitUninterruptibly();
                assertTrue(Thread.interrupted());
                condition.release();
            });
            Await.blocked(waiter);
            waiter.interrupt();
            assertTrue(waiter.isAlive());
            Await.blocked(waiter);
            condition.run(condition::signal);
        }
    }

    @Test
    public void signal_thatMeetsAnInterrupt_isNotLost() throws InterruptedException {
        for (int round = 0; round < rounds() / 5; round++) {
            var condition = condition();
            var woken = new AtomicInteger();
            try (var threads = new ThreadHarness()) {
                Thread first = threads.start("first", () -> {
                    condition.acquire();
                    try {
                        condition.await();
                        woken.incrementAndGet();
                    } catch (InterruptedException withoutSignal) {
                        assertFalse(Thread.currentThread().isInterrupted());
                    }
                    condition.release();
                });
                Await.blocked(first);
                Thread second = threads.start(
                        "second",
                        () -> condition.run(() -> {
                            condition.await();
                            woken.incrementAndGet();
                        }));
                Await.blocked(second);
                threads.start("interrupter", first::interrupt);
                condition.run(condition::signal);
                Await.until("one has the signal", () -> woken.get() >= 1);
                assertEquals(1, woken.get());
                condition.run(condition::signalAll);
                threads.join();
            }
        }
    }

    @Test
    public void buffer_betweenThreadsThatAreInterrupted_losesNothing() {
        var notEmpty = condition();
        var items = new ArrayDeque<Integer>(); // guarded by the condition
        var got = new AtomicInteger();
        int count = 4 * rounds();
        try (var threads = new ThreadHarness(Delays.large())) {
            List<Thread> takers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                takers.add(threads.start("taker-" + i, () -> {
                    while (got.get() < count) {
                        try {
                            notEmpty.run(() -> {
                                notEmpty.awaitFor(() -> !items.isEmpty() || got.get() >= count);
                                if (items.poll() != null) {
                                    got.incrementAndGet();
                                }
                            });
                        } catch (InterruptedException again) {
                            // which is what this is about; the next interrupt may be here already
                        }
                    }
                    while (!notEmpty.tryAcquire()) {
                        Thread.onSpinWait();
                    }
                    notEmpty.signalAll();
                    notEmpty.release();
                }));
            }
            threads.start("putter", () -> {
                for (int i = 0; i < count; i++) {
                    int item = i;
                    notEmpty.run(() -> {
                        items.add(item);
                        notEmpty.signal();
                    });
                }
            });
            threads.start("interrupter", () -> {
                for (int i = 0; takers.stream().anyMatch(Thread::isAlive); i++) {
                    takers.get(i % 2).interrupt();
                    LockSupport.parkNanos(inThisProcess() ? 50_000 : 5_000_000);
                }
            });
        }
        assertEquals(count, got.get());
    }

    // ---- all the rest

    @Test
    public void withoutTheLock_everyMethodIsRefused() {
        var condition = condition();
        List<ThrowingRunnable<Exception>> calls = List.of(
                condition::await,
                () -> condition.await(Delays.large()),
                () -> condition.await(1, TimeUnit.DAYS),
                () -> condition.awaitNanos(1),
                () -> condition.awaitUntil(new Date()),
                condition::awaitUninterruptibly,
                () -> condition.awaitFor(() -> true),
                () -> condition.awaitFor(() -> true, Duration.ZERO),
                condition::signal,
                () -> condition.signal(0),
                condition::signalAll);
        for (ThrowingRunnable<Exception> call : calls) {
            var thrown = assertThrows(IllegalMonitorStateException.class, call::run);
            assertTrue(String.valueOf(thrown.getMessage()).contains("acquire it first"), thrown::toString);
            if (!owned()) {
                continue; // whose it is while it is locked, nobody can tell
            }
            assertTrue(condition.tryAcquire());
            try (var threads = new ThreadHarness()) {
                threads.start("stranger", () -> {
                    var refused = assertThrows(IllegalMonitorStateException.class, call::run);
                    assertTrue(String.valueOf(refused.getMessage()).contains("by stranger"), refused::toString);
                });
            }
            condition.release();
        }
        assertFalse(condition.locked());
    }

    @Test
    public void locked_isThatOfTheLock() throws InterruptedException {
        var condition = condition();
        assertFalse(condition.locked());
        condition.acquire();
        try (var threads = new ThreadHarness()) {
            threads.start("watcher", () -> assertTrue(condition.locked()));
        }
        condition.release();
        assertFalse(condition.locked());
    }

    @Test
    public void await_usesNoProcessor() throws InterruptedException {
        var condition = condition();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> condition.run(condition::await));
            Await.blocked(waiter);
            long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId());
            Await.sleep(Delays.small()); // a time to look at, not an order of events
            long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId()) - before;
            condition.run(condition::signal);
            assertTrue(used < Delays.small().toNanos() / 10, () -> used + " ns of processor time");
        }
    }

    @Test
    public void await_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        var condition = condition();
        boolean[] open = {false};
        Carriers.areLeftToOthers(
                Carriers.many(),
                () -> condition.run(() -> condition.awaitFor(() -> open[0])),
                () -> condition.run(() -> {
                    open[0] = true;
                    condition.signalAll();
                }));
    }
}
