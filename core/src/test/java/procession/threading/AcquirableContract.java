// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/**
 * What holds for every {@link Acquirable} that one thread can have at a time. A subclass says how to make one, and
 * answers the two questions in which they differ.
 */
public abstract class AcquirableContract {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    private int plain; // not volatile and not atomic, on purpose: the subject has to guard it

    /**
     * Makes a free one, of which there is one acquisition at a time.
     *
     * @return the subject of one test
     */
    protected abstract Acquirable create();

    /**
     * Says what a release without an acquisition throws.
     *
     * @return the exception, or {@code null} if it is allowed
     */
    protected abstract @Nullable Class<? extends RuntimeException> surplusRelease();

    /**
     * Says whether only the thread that acquired may release, and may acquire again.
     *
     * @return {@code false} unless overridden
     */
    protected boolean owned() {
        return false;
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
     * @return 2000 unless overridden
     */
    protected int rounds() {
        return 2000;
    }

    // ---- acquire, tryAcquire, release

    @Test
    public void acquire_whenFree_takesIt() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        assertFalse(freeForAnother(subject));
        subject.release();
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void tryAcquire_whenFree_takesIt() {
        Acquirable subject = create();
        assertTrue(subject.tryAcquire());
        assertFalse(freeForAnother(subject));
        subject.release();
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void acquire_whenHeld_waitsForTheRelease() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        var got = new CountDownLatch(1);
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                subject.acquire();
                got.countDown();
                subject.release();
            });
            Await.blocked(waiter);
            assertEquals(1, got.getCount());
            subject.release();
        }
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void acquire_byMany_eachGetsIt() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            var waiters = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                waiters.add(threads.start("waiter-" + i, () -> {
                    subject.acquire();
                    plain++;
                    subject.release();
                }));
            }
            waiters.forEach(Await::blocked);
            subject.release();
        }
        assertEquals(8, plain);
    }

    @Test
    public void acquire_byManyInALoop_excludesAndShowsWhatWasWritten() {
        Acquirable subject = create();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(4, "adder", () -> {
                for (int i = 0; i < rounds(); i++) {
                    subject.acquire();
                    try {
                        plain++;
                    } finally {
                        subject.release();
                    }
                }
            });
        }
        assertEquals(4 * rounds(), plain);
    }

    @Test
    public void tryAcquire_byManyInALoop_excludes() {
        Acquirable subject = create();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(3, "adder", () -> {
                for (int i = 0; i < rounds(); i++) {
                    while (!subject.tryAcquire()) {
                        Thread.onSpinWait();
                    }
                    plain++;
                    subject.release();
                }
            });
        }
        assertEquals(3 * rounds(), plain);
    }

    @Test
    public void release_withoutAcquisition_isRefusedOrAddsOne() {
        Acquirable subject = create();
        Class<? extends RuntimeException> refusal = surplusRelease();
        if (refusal == null) {
            subject.release();
            assertTrue(subject.tryAcquire());
        } else {
            RuntimeException thrown = assertThrows(refusal, subject::release);
            assertTrue(String.valueOf(thrown.getMessage()).contains("release"), thrown::toString);
        }
        assertTrue(subject.tryAcquire(), "still there");
        assertFalse(freeForAnother(subject), "and not twice");
        subject.release();
    }

    @Test
    public void release_byAnotherThread_isRefusedOnlyIfOwned() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            threads.start("stranger", () -> {
                if (owned()) {
                    assertThrows(IllegalMonitorStateException.class, subject::release);
                } else {
                    subject.release();
                }
            });
        }
        assertEquals(!owned(), freeForAnother(subject));
    }

    // ---- timeouts

    @Test
    public void acquireTimeout_whenHeld_endsAfterTheTime() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            threads.start("waiter", () -> {
                long start = System.nanoTime();
                assertFalse(subject.acquire(Delays.brief()));
                assertTrue(System.nanoTime() - start >= Delays.brief().toNanos());
            });
        }
        subject.release();
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void acquireTimeout_whenReleasedInTime_takesIt() throws InterruptedException {
        for (Duration timeout : List.of(Delays.large(), FOR_EVER, Duration.ofNanos(Long.MAX_VALUE))) {
            Acquirable subject = create();
            subject.acquire();
            try (var threads = new ThreadHarness()) {
                Thread waiter = threads.start("waiter", () -> {
                    assertTrue(subject.acquire(timeout));
                    subject.release();
                });
                Await.blocked(waiter);
                subject.release();
            }
            assertTrue(freeForAnother(subject));
        }
    }

    @Test
    public void acquireTimeout_zeroOrNegative_doesNotWait() throws InterruptedException {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(-1), FOR_EVER.negated())) {
            Acquirable subject = create();
            assertTrue(subject.acquire(timeout), "free");
            try (var threads = new ThreadHarness()) {
                threads.start("stranger", () -> assertFalse(subject.acquire(timeout), "held"));
            }
            subject.release();
            assertTrue(freeForAnother(subject));
        }
    }

    @Test
    public void acquireTimeout_atRandomMoments_losesNothing() {
        Acquirable subject = create();
        var acquired = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(4, "hasty", () -> {
                var random = new Random(Thread.currentThread().getName().hashCode());
                for (int i = 0; i < rounds(); i++) {
                    if (subject.acquire(Duration.ofNanos(random.nextInt(20_000)))) {
                        plain++;
                        acquired.incrementAndGet();
                        LockSupport.parkNanos(random.nextInt(2_000)); // so that others come to wait
                        subject.release();
                    }
                }
            });
        }
        assertEquals(acquired.get(), plain);
        assertNotEquals(0, plain);
        assertTrue(freeForAnother(subject));
    }

    // ---- interrupts

    @Test
    public void acquire_interruptedBefore_throwsAndTakesNothing() {
        Acquirable subject = create();
        assertInterrupted(subject::acquire);
        assertInterrupted(() -> subject.acquire(Delays.medium()));
        assertInterrupted(() -> subject.acquire(Duration.ZERO));
        assertInterrupted(subject::hold);
        assertInterrupted(() -> subject.hold(Delays.medium()));
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void tryAcquire_interruptedBefore_takesItAndStaysInterrupted() {
        Acquirable subject = create();
        Thread.currentThread().interrupt();
        assertTrue(subject.tryAcquire());
        assertTrue(Thread.interrupted());
        subject.release();
    }

    @Test
    public void acquire_interruptedWhileWaiting_throwsAndTakesNothing() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        List<ThrowingRunnable<Exception>> calls = List.of(
                subject::acquire,
                () -> subject.acquire(Delays.large()),
                subject::hold,
                () -> subject.run(() -> plain++),
                () -> subject.call(() -> plain++));
        for (ThrowingRunnable<Exception> call : calls) {
            try (var threads = new ThreadHarness()) {
                Thread waiter = threads.start("waiter", () -> {
                    assertThrows(InterruptedException.class, call::run);
                    assertFalse(Thread.currentThread().isInterrupted());
                });
                Await.blocked(waiter);
                waiter.interrupt();
            }
        }
        subject.release();
        assertEquals(0, plain);
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void acquire_interruptedInTheMiddleOfTheQueue_letsTheOthersThrough() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            Thread first = threads.start("first", () -> acquireAndRelease(subject));
            Await.blocked(first);
            Thread second =
                    threads.start("second", () -> assertThrows(InterruptedException.class, () -> subject.acquire()));
            Await.blocked(second);
            Thread third = threads.start("third", () -> acquireAndRelease(subject));
            Await.blocked(third);
            second.interrupt();
            if (!inThisProcess()) {
                Await.until("the second has heard of it", () -> !second.isAlive());
            }
            subject.release();
        }
        assertEquals(2, plain);
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void acquire_interruptedWhenReleased_wakesTheNext() throws InterruptedException {
        Acquirable subject = create();
        for (int i = 0; i < rounds() / 20; i++) {
            subject.acquire();
            try (var threads = new ThreadHarness()) {
                Thread first = threads.start("first", () -> {
                    try {
                        acquireAndRelease(subject);
                    } catch (InterruptedException expected) {
                        assertFalse(Thread.currentThread().isInterrupted());
                    }
                });
                Await.blocked(first);
                Thread second = threads.start("second", () -> acquireAndRelease(subject));
                Await.blocked(second);
                threads.start("interrupter", first::interrupt);
                subject.release();
            }
        }
        assertTrue(plain >= rounds() / 20, () -> "second came through only " + plain + " times");
    }

    @Test
    public void acquire_interruptedAtRandomMoments_losesNothing() {
        Acquirable subject = create();
        var acquired = new AtomicInteger();
        var interrupted = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            var workers = new ArrayList<Thread>();
            for (int k = 0; k < 4; k++) {
                workers.add(threads.start("worker-" + k, () -> {
                    for (int i = 0; i < rounds(); i++) {
                        try {
                            if (i % 2 == 0) {
                                subject.acquire();
                            } else if (!subject.acquire(Duration.ofNanos(50_000))) {
                                continue;
                            }
                            plain++;
                            acquired.incrementAndGet();
                            LockSupport.parkNanos(1_000); // so that others come to wait
                            subject.release();
                        } catch (InterruptedException e) {
                            interrupted.incrementAndGet();
                        }
                    }
                }));
            }
            threads.start("interrupter", () -> {
                var random = new Random(1);
                while (workers.stream().anyMatch(Thread::isAlive)) {
                    workers.get(random.nextInt(workers.size())).interrupt();
                    LockSupport.parkNanos(random.nextInt(inThisProcess() ? 50_000 : 2_000_000));
                }
            });
        }
        assertEquals(acquired.get(), plain);
        assertNotEquals(0, plain);
        assertNotEquals(0, interrupted.get());
        assertTrue(freeForAnother(subject));
    }

    // ---- hold

    @Test
    public void hold_closed_releases() throws Exception {
        Acquirable subject = create();
        try (Held held = subject.hold()) {
            assertTrue(held.toString().contains(subject.toString()));
            assertFalse(freeForAnother(subject));
        }
        assertTrue(freeForAnother(subject));
        try (Held held = subject.hold(Duration.ZERO)) {
            assertTrue(held.toString().contains(subject.toString()));
            assertFalse(freeForAnother(subject));
        }
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void hold_closedTwice_releasesOnce() throws InterruptedException {
        Acquirable subject = create();
        Held held = subject.hold();
        held.close();
        subject.acquire();
        held.close();
        assertFalse(freeForAnother(subject));
        subject.release();
    }

    @Test
    public void holdTimeout_whenHeld_throwsAndNamesTheTime() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            threads.start("waiter", () -> {
                var thrown = assertThrows(TimeoutException.class, () -> subject.hold(Delays.brief()));
                String message = String.valueOf(thrown.getMessage());
                assertTrue(message.contains(Delays.brief().toString()), message);
            });
        }
        subject.release();
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void hold_closedByAnotherThread_releasesUnlessOwned() throws InterruptedException {
        Acquirable subject = create();
        try (Held held = subject.hold()) {
            try (var threads = new ThreadHarness()) {
                threads.start("stranger", () -> {
                    if (owned()) {
                        assertThrows(IllegalMonitorStateException.class, held::close);
                    } else {
                        held.close();
                    }
                });
            }
            assertEquals(!owned(), freeForAnother(subject));
        }
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void hold_closedByTwoThreadsAtOnce_releasesOnce() {
        Acquirable subject = create();
        var holds = new AtomicReference<Held>();
        var both = new Rendezvous();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("holder", () -> {
                for (int i = 0; i < rounds(); i++) {
                    Held held = subject.hold();
                    holds.set(held);
                    both.meet();
                    held.close();
                    both.meet();
                    both.meet();
                    assertFalse(subject.tryAcquire(), "released twice");
                    both.meet();
                    both.meet();
                }
            });
            threads.start("stranger", () -> {
                for (int i = 0; i < rounds(); i++) {
                    both.meet();
                    try {
                        Objects.requireNonNull(holds.get()).close();
                    } catch (IllegalMonitorStateException refused) {
                        assertTrue(owned(), "refused, and nobody owns it");
                    }
                    both.meet();
                    assertTrue(subject.tryAcquire(), "released");
                    both.meet();
                    both.meet();
                    subject.release();
                    both.meet();
                }
            });
        }
    }

    // ---- run and call

    @Test
    public void run_holdsItForTheBlock() throws InterruptedException {
        Acquirable subject = create();
        subject.run(() -> assertFalse(freeForAnother(subject)));
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void call_holdsItForTheBlockAndReturnsItsValue() throws InterruptedException {
        Acquirable subject = create();
        assertEquals("value", subject.call(() -> {
            assertFalse(freeForAnother(subject));
            return "value";
        }));
        assertTrue(freeForAnother(subject));
    }

    @Test
    @SuppressWarnings("NullAway") // which does not see that T may be nullable, except in JSpecify mode
    public void call_mayReturnNull() throws InterruptedException {
        Acquirable subject = create();
        assertNull(subject.<@Nullable String, RuntimeException>call(() -> null));
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void run_blockThrows_releasesAndThrowsTheSame() {
        Acquirable subject = create();
        for (Throwable failure : List.of(
                new IOException("checked"),
                new IllegalStateException("unchecked"),
                new InterruptedException("of the block"),
                new AssertionError("error"))) {
            ThrowingRunnable<Exception> block = () -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            };
            assertSame(failure, assertThrows(Throwable.class, () -> subject.run(block)));
            assertTrue(freeForAnother(subject));
            assertSame(
                    failure,
                    assertThrows(
                            Throwable.class,
                            () -> subject.call(() -> {
                                block.run();
                                return 1;
                            })));
            assertTrue(freeForAnother(subject));
        }
    }

    @Test
    public void run_stackOverflowsInTheBlock_releases() {
        Acquirable subject = create();
        assertThrows(StackOverflowError.class, () -> subject.run(() -> descend(1)));
        assertTrue(freeForAnother(subject));
        assertThrows(StackOverflowError.class, () -> subject.call(() -> descend(1)));
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void run_outOfMemoryInTheBlock_releases() {
        Acquirable subject = create();
        assertThrows(OutOfMemoryError.class, () -> subject.run(() -> assertEquals(0, new long[tooMany()].length)));
        assertTrue(freeForAnother(subject));
        assertThrows(OutOfMemoryError.class, () -> subject.call(() -> new long[tooMany()]));
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void run_blockHasReleased_saysSoAndHidesNoFailureOfTheBlock() throws InterruptedException {
        Acquirable subject = create();
        Class<? extends RuntimeException> refusal = surplusRelease();
        if (refusal == null) {
            subject.run(subject::release);
            assertTrue(subject.tryAcquire(), "its own");
            assertTrue(subject.tryAcquire(), "the block's");
            assertFalse(subject.tryAcquire());
            return;
        }
        assertThrows(refusal, () -> subject.run(subject::release));
        var failure = new IOException("of the block");
        var thrown = assertThrows(
                IOException.class,
                () -> subject.call(() -> {
                    subject.release();
                    throw failure;
                }));
        assertSame(failure, thrown);
        assertEquals(1, thrown.getSuppressed().length);
        assertSame(refusal, thrown.getSuppressed()[0].getClass());
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void run_interruptedBefore_doesNotRunTheBlock() {
        Acquirable subject = create();
        assertInterrupted(() -> subject.run(() -> plain++));
        assertInterrupted(() -> subject.call(() -> plain++));
        assertEquals(0, plain);
        assertTrue(freeForAnother(subject));
    }

    // ---- all the rest

    @Test
    public void nullArguments_areRefusedAtOnce() {
        Acquirable subject = create();
        new NullPointerTester().testAllPublicInstanceMethods(subject);
        assertTrue(freeForAnother(subject));
    }

    @Test
    public void toString_tellsTheState() throws InterruptedException {
        Acquirable subject = create();
        String free = subject.toString();
        subject.acquire();
        String held = subject.toString();
        subject.release();
        assertNotEquals(free, held);
        assertEquals(free, subject.toString());
        assertTrue(free.startsWith(subject.getClass().getSimpleName() + "@"), free);
    }

    @Test
    public void acquire_whileWaiting_usesNoProcessor() throws InterruptedException {
        Acquirable subject = create();
        subject.acquire();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> acquireAndRelease(subject));
            Await.blocked(waiter);
            long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId());
            Await.sleep(Delays.small()); // a time to look at, not an order of events
            long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId()) - before;
            subject.release();
            assertTrue(used < Delays.small().toNanos() / 10, () -> used + " ns of processor time");
        }
    }

    @Test
    public void acquire_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        Acquirable subject = create();
        int many = 4 * Runtime.getRuntime().availableProcessors() + 64;
        var started = new CountDownLatch(many);
        var ended = new CountDownLatch(many);
        var other = new CountDownLatch(1);
        var acquired = new AtomicInteger();
        subject.acquire();
        for (int i = 0; i < many; i++) {
            startVirtual(() -> {
                started.countDown();
                try {
                    subject.acquire();
                    acquired.incrementAndGet();
                    subject.release();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    ended.countDown();
                }
            });
        }
        assertTrue(wait(started), "a waiter keeps its carrier");
        startVirtual(other::countDown);
        assertTrue(wait(other), "the waiters keep all carriers");
        subject.release();
        assertTrue(wait(ended), "not all got it");
        assertEquals(many, acquired.get());
    }

    // ---- tools

    /**
     * Finds out whether another thread could have it now.
     *
     * @param subject what to try
     * @return whether it was free
     */
    protected static boolean freeForAnother(Acquirable subject) {
        var free = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.start("prober", () -> {
                if (subject.tryAcquire()) {
                    free.incrementAndGet();
                    subject.release();
                }
            });
        }
        return free.get() == 1;
    }

    /** Runs {@code call} with a pending interrupt, and asserts that it says so. */
    static void assertInterrupted(ThrowingRunnable<Exception> call) {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, call::run);
        assertFalse(Thread.interrupted(), "the interrupt was delivered, and is over");
    }

    private void acquireAndRelease(Acquirable subject) throws InterruptedException {
        subject.acquire();
        plain++;
        subject.release();
    }

    private static boolean wait(CountDownLatch latch) throws InterruptedException {
        return latch.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("InfiniteRecursion") // is the purpose
    private static int descend(int depth) {
        return descend(depth + 1) + 1;
    }

    /** More elements than any array of this JVM can have, whatever the size of its heap. */
    private static int tooMany() {
        return Integer.MAX_VALUE;
    }

    /** Starts a virtual thread where there are any, else a daemon. */
    private static void startVirtual(Runnable body) throws ReflectiveOperationException {
        try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
        } catch (NoSuchMethodException before21) {
            var thread = new Thread(body, "instead-of-virtual");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
