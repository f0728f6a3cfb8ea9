// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static procession.threading.AcquirableContract.assertInterrupted;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.function.Supplier;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What the JDK says of its {@code Lock} and {@code Condition}, for those of ours that are one. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // single steps and single waits are what is tested
final class JdkLocks {
    private JdkLocks() {}

    static void keepsTheContract(Supplier<java.util.concurrent.locks.Lock> locks) throws InterruptedException {
        lock_interrupted_waitsOnAndStaysInterrupted(locks.get());
        interruptible_interrupted_throws(locks.get());
        tryLock_waitsForTheTimeAtMost(locks.get());
        await_signalled_returnsInOrder(locks.get());
        await_timedOut_holdsTheLockAgain(locks.get());
        await_interrupted_holdsTheLockAgain(locks.get());
        conditions_areIndependent(locks.get());
        boundedBuffer_losesNothing(locks.get());
    }

    private static void lock_interrupted_waitsOnAndStaysInterrupted(java.util.concurrent.locks.Lock lock) {
        lock.lock();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.lock();
                assertTrue(Thread.interrupted(), "restored");
                lock.unlock();
            });
            Await.blocked(waiter);
            waiter.interrupt();
            lock.unlock();
        }
        Thread.currentThread().interrupt();
        lock.lock();
        assertTrue(Thread.interrupted(), "untouched");
        lock.unlock();
    }

    private static void interruptible_interrupted_throws(java.util.concurrent.locks.Lock lock) {
        assertInterrupted(lock::lockInterruptibly);
        assertInterrupted(() -> lock.tryLock(0, TimeUnit.DAYS));
        lock.lock();
        try (var threads = new ThreadHarness()) {
            Thread waiter =
                    threads.start("waiter", () -> assertThrows(InterruptedException.class, lock::lockInterruptibly));
            Await.blocked(waiter);
            waiter.interrupt();
        }
        lock.unlock();
        assertTrue(lock.tryLock());
    }

    private static void tryLock_waitsForTheTimeAtMost(java.util.concurrent.locks.Lock lock)
            throws InterruptedException {
        assertTrue(lock.tryLock(Long.MIN_VALUE, TimeUnit.DAYS));
        try (var threads = new ThreadHarness()) {
            threads.start("waiter", () -> {
                assertFalse(lock.tryLock());
                assertFalse(lock.tryLock(0, TimeUnit.DAYS));
                long start = System.nanoTime();
                assertFalse(lock.tryLock(Delays.brief().toMillis(), TimeUnit.MILLISECONDS));
                assertTrue(System.nanoTime() - start >= Delays.brief().toNanos());
            });
        }
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                assertTrue(lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS));
                lock.unlock();
            });
            Await.blocked(waiter);
            lock.unlock();
        }
    }

    private static void await_signalled_returnsInOrder(java.util.concurrent.locks.Lock lock) {
        Condition condition = lock.newCondition();
        List<Integer> order = new ArrayList<>(); // guarded by the lock
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                Thread waiter = threads.start("waiter-" + i, () -> {
                    lock.lock();
                    condition.await();
                    order.add(number);
                    lock.unlock();
                });
                Await.blocked(waiter);
            }
            for (int i = 0; i < 2; i++) {
                int seen = i + 1;
                lock.lock();
                condition.signal();
                lock.unlock();
                Await.until("signal " + i + " arrives", () -> sizeUnder(lock, order) == seen);
            }
            lock.lock();
            condition.signalAll();
            lock.unlock();
        }
        assertEquals(List.of(0, 1, 2), order);
    }

    private static void await_timedOut_holdsTheLockAgain(java.util.concurrent.locks.Lock lock)
            throws InterruptedException {
        Condition condition = lock.newCondition();
        lock.lock();
        assertTrue(condition.awaitNanos(Delays.brief().toNanos()) <= 0);
        assertFalse(condition.await(-1, TimeUnit.DAYS));
        try (var threads = new ThreadHarness()) {
            threads.start("stranger", () -> assertFalse(lock.tryLock()));
        }
        lock.unlock();
    }

    private static void await_interrupted_holdsTheLockAgain(java.util.concurrent.locks.Lock lock) {
        Condition condition = lock.newCondition();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.lock();
                assertThrows(InterruptedException.class, condition::await);
                lock.unlock();
            });
            Await.blocked(waiter);
            waiter.interrupt();
        }
        assertTrue(lock.tryLock());
        condition.signal(); // nobody waits
        lock.unlock();
    }

    private static void conditions_areIndependent(java.util.concurrent.locks.Lock lock) {
        Condition one = lock.newCondition();
        Condition two = lock.newCondition();
        var woken = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.lock();
                one.await();
                woken.incrementAndGet();
                lock.unlock();
            });
            Await.blocked(waiter);
            lock.lock();
            two.signalAll();
            lock.unlock();
            Await.blocked(waiter);
            assertEquals(0, woken.get());
            lock.lock();
            one.signal();
            lock.unlock();
        }
        assertEquals(1, woken.get());
    }

    /** The lecture's bounded buffer of two conditions: four threads, one place. */
    private static void boundedBuffer_losesNothing(java.util.concurrent.locks.Lock lock) {
        Condition notFull = lock.newCondition();
        Condition notEmpty = lock.newCondition();
        List<Integer> place = new ArrayList<>(); // guarded by the lock
        var sum = new AtomicInteger();
        int items = 1000;
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(2, "putter", () -> {
                for (int i = 1; i <= items; i++) {
                    lock.lock();
                    while (!place.isEmpty()) {
                        notFull.await();
                    }
                    place.add(i);
                    notEmpty.signal();
                    lock.unlock();
                }
            });
            threads.startTogether(2, "taker", () -> {
                for (int i = 1; i <= items; i++) {
                    lock.lock();
                    while (place.isEmpty()) {
                        notEmpty.await();
                    }
                    sum.addAndGet(place.remove(0));
                    notFull.signal();
                    lock.unlock();
                }
            });
        }
        assertEquals(items * (items + 1), sum.get());
    }

    private static int sizeUnder(java.util.concurrent.locks.Lock lock, List<Integer> list) {
        lock.lock();
        try {
            return list.size();
        } finally {
            lock.unlock();
        }
    }
}
