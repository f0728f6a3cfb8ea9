// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static procession.threading.AcquirableContract.assertInterrupted;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What holds for every barrier, in one process or between several. A subclass says how to make one. */
public abstract class BarrierContract {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** A barrier. */
    public interface Subject {
        /** Waits, as a barrier does. */
        int await() throws InterruptedException, BrokenBarrierException;

        /** Waits, as a barrier does. */
        int await(Duration timeout) throws InterruptedException, BrokenBarrierException;

        /** Breaks it. */
        void abort();

        /** Mends it. */
        void reset();

        /** Returns how many wait for each other. */
        int parties();

        /** Returns how many have come. */
        int waiting();

        /** Returns whether it is broken. */
        boolean broken();
    }

    /**
     * Makes a barrier.
     *
     * @param parties for how many
     * @return the barrier
     */
    protected final Subject create(int parties) {
        return create(parties, null, null);
    }

    private Subject create(int parties, Runnable action) {
        return create(parties, action, null);
    }

    private Subject create(int parties, Duration defaultTimeout) {
        return create(parties, null, defaultTimeout);
    }

    /**
     * Makes a barrier.
     *
     * @param parties for how many
     * @param action what the last one runs
     * @param defaultTimeout how long they wait
     * @return the barrier
     */
    protected abstract Subject create(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout);

    /**
     * Says what becomes of the place of one who is interrupted.
     *
     * @return whether those behind move up; otherwise the next one who comes gets it
     */
    protected boolean movesUp() {
        return true;
    }

    /**
     * Says whether all parties are told what the action threw.
     *
     * @return {@code true} unless overridden
     */
    protected boolean seesCauses() {
        return true;
    }

    /**
     * Says whether the threads do in this process what they do, so that it takes microseconds, and an interrupt has come
     * when {@link Thread#interrupt} returns.
     *
     * @return {@code true} unless overridden
     */
    protected boolean inThisProcess() {
        return true;
    }

    /**
     * Says how often the tests repeat what has to meet a rare moment.
     *
     * @return 1000 unless overridden
     */
    protected int rounds() {
        return 1000;
    }

    /** Starts a thread that has to come through with this index. */
    private Thread startArrival(ThreadHarness threads, Subject barrier, int index) {
        Thread thread = threads.start("arrival-" + index, () -> assertEquals(index, barrier.await(FOR_EVER)));
        Await.blocked(thread);
        return thread;
    }

    private Thread startBroken(ThreadHarness threads, Subject barrier) {
        Thread thread = threads.start("broken", () -> assertThrows(BrokenBarrierException.class, barrier::await));
        Await.blocked(thread);
        return thread;
    }

    // ---- rounds

    @Test
    public void await_ofOne_neverWaits() throws Exception {
        var runs = new AtomicInteger();
        var barrier = create(1, runs::incrementAndGet);
        assertEquals(0, barrier.await());
        assertEquals(0, barrier.await(Duration.ZERO));
        assertEquals(0, barrier.await(Duration.ofDays(-1)));
        assertEquals(3, runs.get());
        assertFalse(barrier.broken());
    }

    @Test
    public void await_returnsThePlaceInTheOrderOfArrival() throws Exception {
        var barrier = create(4);
        assertEquals(4, barrier.parties());
        for (int round = 0; round < 3; round++) {
            try (var threads = new ThreadHarness()) {
                for (int i = 0; i < 3; i++) {
                    assertEquals(i, barrier.waiting());
                    startArrival(threads, barrier, i);
                }
                assertEquals(3, barrier.waiting());
                assertEquals(3, barrier.await(Duration.ZERO), "the last does not wait");
                assertEquals(0, barrier.waiting());
            }
        }
    }

    @Test
    public void rounds_followEachOther_withEachPlaceOnce() {
        int parties = 4;
        int rounds = rounds();
        var barrier = create(parties);
        var places = new AtomicIntegerArray(parties);
        int[] written = new int[parties]; // plain: the barrier has to publish it
        var numbers = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(parties, "party", () -> {
                int me = numbers.getAndIncrement();
                for (int round = 1; round <= rounds; round++) {
                    written[me] = round;
                    places.incrementAndGet(barrier.await());
                    for (int other : written) {
                        assertEquals(round, other);
                    }
                    barrier.await(FOR_EVER); // before the next is written
                }
            });
        }
        for (int i = 0; i < parties; i++) {
            assertEquals(rounds, places.get(i));
        }
    }

    @Test
    public void moreThreadsThanParties_goInPairs() {
        var barrier = create(2);
        var tickets = new AtomicInteger(2 * rounds());
        var places = new AtomicIntegerArray(2);
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(4, "one-of-many", () -> {
                while (tickets.getAndDecrement() > 0) {
                    places.incrementAndGet(barrier.await());
                }
            });
        }
        assertEquals(rounds(), places.get(0));
        assertEquals(rounds(), places.get(1));
        assertEquals(0, barrier.waiting());
    }

    // ---- the action

    @Test
    public void action_isRunByTheLastOnceInEachRound_beforeAllGo() throws Exception {
        var runner = new AtomicReference<@Nullable Thread>();
        var runs = new AtomicInteger();
        var through = new AtomicInteger();
        var barrier = create(3, () -> {
            assertEquals(0, through.get());
            runner.set(Thread.currentThread());
            runs.incrementAndGet();
        });
        for (int round = 1; round <= 3; round++) {
            try (var threads = new ThreadHarness()) {
                for (int i = 0; i < 2; i++) {
                    int place = i;
                    Await.blocked(threads.start("early-" + i, () -> {
                        assertEquals(place, barrier.await());
                        through.incrementAndGet();
                    }));
                }
                assertEquals(2, barrier.await());
                assertSame(Thread.currentThread(), runner.get());
                assertEquals(round, runs.get());
            }
            through.set(0);
        }
    }

    @Test
    public void action_throws_breaksTheBarrier() throws Exception {
        for (Throwable failure : List.of(new IllegalStateException("of the action"), new StackOverflowError())) {
            var fails = new AtomicInteger(1);
            var barrier = create(2, () -> {
                if (fails.getAndDecrement() > 0) {
                    sneak(failure);
                }
            });
            try (var threads = new ThreadHarness()) {
                Await.blocked(threads.start("early", () -> {
                    var broken = assertThrows(BrokenBarrierException.class, barrier::await);
                    assertSame(seesCauses() ? failure : null, broken.getCause());
                    assertTrue(String.valueOf(broken.getMessage()).contains("action"), broken::toString);
                }));
                assertSame(failure, assertThrows(failure.getClass(), barrier::await));
            }
            assertTrue(barrier.broken());
            assertThrows(BrokenBarrierException.class, barrier::await);
            assertThrows(BrokenBarrierException.class, () -> barrier.await(Duration.ZERO));
            barrier.reset();
            assertFalse(barrier.broken());
            try (var threads = new ThreadHarness()) {
                startArrival(threads, barrier, 0);
                assertEquals(1, barrier.await());
            }
        }
    }

    private static void sneak(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    public void action_mayLookAtItsBarrier_butNotUseIt() {
        List<ThrowingBarrierUse> uses =
                List.of(Subject::await, barrier -> barrier.await(Duration.ZERO), Subject::reset, Subject::abort);
        for (ThrowingBarrierUse use : uses) {
            var own = new AtomicReference<@Nullable Subject>();
            var barrier = create(1, () -> {
                Subject mine = own.get();
                if (mine == null || mine.waiting() != 0 || mine.parties() != 1 || mine.broken()) {
                    throw new AssertionError(mine);
                }
                try {
                    use.on(mine);
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new AssertionError(e);
                }
            });
            own.set(barrier);
            var thrown = assertThrows(IllegalStateException.class, barrier::await);
            assertTrue(String.valueOf(thrown.getMessage()).contains("let the action throw"), thrown::toString);
            assertTrue(barrier.broken());
        }
    }

    private interface ThrowingBarrierUse {
        void on(Subject barrier) throws InterruptedException, BrokenBarrierException;
    }

    /** An action whose first run is held up. */
    private static final class SlowAction implements Runnable {
        final CountDownLatch acting = new CountDownLatch(1);
        final CountDownLatch mayEnd = new CountDownLatch(1);
        final AtomicInteger runs = new AtomicInteger();

        @Override
        public void run() {
            if (runs.incrementAndGet() > 1) {
                return;
            }
            acting.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    public void lookingAtABarrier_doesNotWaitForItsAction() throws InterruptedException {
        var action = new SlowAction();
        var barrier = create(2, action);
        try (var threads = new ThreadHarness()) {
            startArrival(threads, barrier, 0);
            threads.start("runner", () -> assertEquals(1, barrier.await()));
            action.acting.await();
            assertEquals(0, barrier.waiting());
            assertEquals(2, barrier.parties());
            assertFalse(barrier.broken());
            assertTrue(barrier.toString().contains("[0 of 2 waiting]"), barrier::toString);
            action.mayEnd.countDown();
        }
    }

    @Test
    public void arrivals_duringTheAction_belongToTheNextRound() throws InterruptedException {
        var action = new SlowAction();
        var barrier = create(2, action);
        try (var threads = new ThreadHarness()) {
            startArrival(threads, barrier, 0);
            threads.start("runner", () -> assertEquals(1, barrier.await()));
            action.acting.await();
            var places = new AtomicIntegerArray(2);
            for (int i = 0; i < 2; i++) {
                Await.blocked(threads.start("next-" + i, () -> places.incrementAndGet(barrier.await())));
            }
            assertEquals(1, action.runs.get());
            action.mayEnd.countDown();
            threads.join();
            assertEquals(2, action.runs.get());
            assertEquals(1, places.get(0));
            assertEquals(1, places.get(1));
        }
    }

    @Test
    public void interrupt_duringTheAction_isKeptByThoseWhoHaveArrived_andThrownByThoseWhoHaveNot() throws Exception {
        var action = new SlowAction();
        var barrier = create(2, action);
        try (var threads = new ThreadHarness()) {
            Thread early = threads.start("early", () -> {
                assertEquals(0, barrier.await());
                assertTrue(Thread.interrupted(), "kept");
            });
            Await.blocked(early);
            threads.start("runner", () -> assertEquals(1, barrier.await()));
            action.acting.await();
            Thread next = threads.start("next", () -> assertThrows(InterruptedException.class, barrier::await));
            Await.blocked(next);
            next.interrupt();
            Await.until("it is gone", () -> !next.isAlive());
            early.interrupt();
            Await.blocked(early);
            action.mayEnd.countDown();
        }
        assertFalse(barrier.broken());
        try (var threads = new ThreadHarness()) {
            startArrival(threads, barrier, 0);
            assertEquals(1, barrier.await());
        }
    }

    @Test
    public void timeout_duringTheAction_sparesThoseWhoHaveArrived_andBreaksTheNextRound() throws Exception {
        for (Duration timeout : List.of(Delays.brief(), Duration.ZERO, Duration.ofDays(-1))) {
            var action = new SlowAction();
            var barrier = create(2, action);
            try (var threads = new ThreadHarness()) {
                Await.blocked(threads.start("early", () -> assertEquals(0, barrier.await(Delays.small()))));
                threads.start("runner", () -> assertEquals(1, barrier.await()));
                action.acting.await();
                assertThrows(BrokenBarrierException.class, () -> barrier.await(timeout));
                Await.blocked(threads.start("next", () -> assertThrows(BrokenBarrierException.class, barrier::await)));
                Await.sleep(Delays.small()); // until the time of the first is over, which does not matter any more
                action.mayEnd.countDown();
            }
            assertTrue(barrier.broken());
            barrier.reset();
            assertFalse(barrier.broken());
        }
    }

    @Test
    public void abortAndReset_duringTheAction_waitForItsEnd() throws InterruptedException {
        for (boolean abort : new boolean[] {true, false}) {
            var action = new SlowAction();
            var barrier = create(2, action);
            try (var threads = new ThreadHarness()) {
                startArrival(threads, barrier, 0);
                threads.start("runner", () -> assertEquals(1, barrier.await()));
                action.acting.await();
                Await.blocked(threads.start("other", abort ? barrier::abort : barrier::reset));
                assertFalse(barrier.broken());
                action.mayEnd.countDown();
            }
            assertEquals(abort, barrier.broken());
        }
    }

    // ---- timeouts

    @Test
    public void timeout_breaksTheBarrierForAll() throws Exception {
        var barrier = create(3);
        try (var threads = new ThreadHarness()) {
            startBroken(threads, barrier);
            long start = System.nanoTime();
            var broken = assertThrows(BrokenBarrierException.class, () -> barrier.await(Delays.brief()));
            assertTrue(System.nanoTime() - start >= Delays.brief().toNanos());
            assertTrue(
                    String.valueOf(broken.getMessage()).contains(Delays.brief() + " for the others"), broken::toString);
        }
        assertTrue(barrier.broken());
        assertEquals(0, barrier.waiting());
        assertThrows(BrokenBarrierException.class, () -> barrier.await(FOR_EVER));
    }

    @Test
    public void timeout_zeroOrNegative_breaksAtOnce() {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(-1), FOR_EVER.negated())) {
            var barrier = create(2);
            try (var threads = new ThreadHarness()) {
                startBroken(threads, barrier);
                var passed = create(2);
                startArrival(threads, passed, 0);
                assertThrows(BrokenBarrierException.class, () -> create(2).await(timeout));
                assertTrue(passesAsTheLast(passed, timeout));
                barrier.abort();
            }
        }
    }

    private static boolean passesAsTheLast(Subject barrier, Duration timeout) {
        try {
            return barrier.await(timeout) == 1;
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    public void defaultTimeout_isThatOfAwait() throws Exception {
        assertThrows(BrokenBarrierException.class, create(2, Delays.brief())::await);
        assertThrows(BrokenBarrierException.class, create(2, () -> {}, Duration.ZERO)::await);
        var barrier = create(2, () -> {}, Duration.ZERO);
        try (var threads = new ThreadHarness()) {
            startArrival(threads, barrier, 0); // has a timeout of its own
            assertEquals(1, barrier.await());
        }
    }

    // ---- abort, reset

    @Test
    public void abort_letsAllGoAndLasts() {
        var barrier = create(3);
        try (var threads = new ThreadHarness()) {
            startBroken(threads, barrier);
            startBroken(threads, barrier);
            barrier.abort();
        }
        assertTrue(barrier.broken());
        assertTrue(barrier.toString().contains("[broken]"), barrier::toString);
        barrier.abort();
        assertThrows(BrokenBarrierException.class, barrier::await);
    }

    @Test
    public void reset_letsAllGoAndBeginsAnew() throws Exception {
        var barrier = create(3);
        for (int round = 0; round < 3; round++) {
            try (var threads = new ThreadHarness()) {
                startBroken(threads, barrier);
                startBroken(threads, barrier);
                barrier.reset();
                assertFalse(barrier.broken());
                assertEquals(0, barrier.waiting());
            }
            try (var threads = new ThreadHarness()) {
                startArrival(threads, barrier, 0);
                startArrival(threads, barrier, 1);
                assertEquals(2, barrier.await());
            }
            barrier.reset(); // of an empty one
        }
    }

    @Test
    public void reset_ofABrokenOne_mendsIt_alsoForThoseWhoHaveNotLeftYet() throws Exception {
        var barrier = create(2);
        for (int round = 0; round < rounds() / 10; round++) {
            try (var threads = new ThreadHarness()) {
                startBroken(threads, barrier);
                barrier.abort();
                barrier.reset();
                startArrival(threads, barrier, 0);
                assertEquals(1, barrier.await());
            }
        }
    }

    // ---- interrupts

    @Test
    public void interrupted_withdraws_andLeavesNoGap() throws Exception {
        var barrier = create(4);
        try (var threads = new ThreadHarness()) {
            Thread first = threads.start("first", () -> assertThrows(InterruptedException.class, barrier::await));
            Await.blocked(first);
            Thread second = threads.start("second", () -> assertEquals(movesUp() ? 0 : 1, barrier.await(FOR_EVER)));
            Await.blocked(second);
            Thread third = threads.start(
                    "third", () -> assertThrows(InterruptedException.class, () -> barrier.await(FOR_EVER)));
            Await.blocked(third);
            assertEquals(3, barrier.waiting());
            first.interrupt();
            Await.until("the first has left", () -> !first.isAlive());
            third.interrupt();
            Await.until("the third has left", () -> !third.isAlive());
            assertEquals(1, barrier.waiting());
            assertFalse(barrier.broken());
            startArrival(threads, barrier, movesUp() ? 1 : 0);
            startArrival(threads, barrier, 2);
            assertEquals(3, barrier.await());
        }
    }

    @Test
    public void interruptedBefore_hasNotArrived() {
        var barrier = create(1);
        assertInterrupted(barrier::await);
        assertInterrupted(() -> barrier.await(Duration.ZERO));
        assertEquals(0, barrier.waiting());
        assertFalse(barrier.broken());
    }

    @Test
    public void interrupts_atRandomMoments_leaveEachPlaceOnceInEachRound() {
        int parties = 3;
        int rounds = rounds();
        var actions = new AtomicInteger();
        var barrier = create(parties, actions::incrementAndGet);
        var places = new AtomicIntegerArray(parties);
        var interrupts = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            List<Thread> workers = new ArrayList<>();
            for (int k = 0; k < parties; k++) {
                workers.add(threads.start("worker-" + k, () -> {
                    for (int round = 0; round < rounds; ) {
                        try {
                            places.incrementAndGet(round % 2 == 0 ? barrier.await() : barrier.await(FOR_EVER));
                            round++;
                        } catch (InterruptedException e) {
                            interrupts.incrementAndGet();
                        }
                    }
                }));
            }
            threads.start("interrupter", () -> {
                var random = new Random(1);
                while (workers.stream().anyMatch(Thread::isAlive)) {
                    workers.get(random.nextInt(parties)).interrupt();
                    LockSupport.parkNanos(random.nextInt(inThisProcess() ? 50_000 : 5_000_000));
                }
            });
        }
        for (int i = 0; i < parties; i++) {
            assertEquals(rounds, places.get(i), "of place " + i);
        }
        assertEquals(rounds, actions.get());
        assertTrue(interrupts.get() > 0);
    }

    // ---- all the rest

    @Test
    public void constructor_withoutParties_namesThem() {
        for (int parties : new int[] {0, -1, Integer.MIN_VALUE}) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> create(parties));
            assertTrue(String.valueOf(thrown.getMessage()).contains("parties = " + parties), thrown::toString);
        }
    }

    @Test
    public void await_usesNoProcessor() {
        var barrier = create(2);
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> assertThrows(BrokenBarrierException.class, barrier::await));
            Await.blocked(waiter);
            long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId());
            Await.sleep(Delays.small()); // a time to look at, not an order of events
            long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId()) - before;
            barrier.abort();
            assertTrue(used < Delays.small().toNanos() / 10, () -> used + " ns of processor time");
        }
    }

    @Test
    public void await_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        int many = Carriers.many();
        var barrier = create(many + 1);
        Carriers.areLeftToOthers(many, barrier::await, barrier::await);
    }
}
