// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // single steps and single waits are what is tested
class LockTest extends AcquirableContract {
    @Override
    protected Acquirable create() {
        return new Lock();
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @Test
    void acquire_twiceByOneThread_isNotReentrant() throws InterruptedException {
        var lock = new Lock();
        lock.acquire();
        assertFalse(lock.tryAcquire());
        assertFalse(lock.tryLock());
        assertFalse(lock.acquire(Delays.brief()));
        lock.release();
        assertTrue(lock.tryAcquire());
    }

    @Test
    void acquire_twiceByOneThread_isFreedByAnother() {
        var lock = new Lock();
        try (var threads = new ThreadHarness()) {
            Thread twice = threads.start("twice", () -> {
                lock.acquire();
                lock.acquire();
            });
            Await.blocked(twice);
            lock.release();
        }
        assertTrue(lock.locked());
    }

    @Test
    void release_whenUnlocked_namesTheLockAndTheRemedy() {
        var lock = new Lock();
        String message = String.valueOf(
                assertThrows(IllegalMonitorStateException.class, lock::release).getMessage());
        assertTrue(message.contains(lock + "; each release needs"), message);
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        assertFalse(lock.locked());
    }

    @Test
    void release_byTwoThreadsAtOnce_succeedsOnce() {
        var lock = new Lock();
        var both = new Rendezvous();
        var released = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(2, "releaser", () -> {
                for (int i = 0; i < rounds(); i++) {
                    if (both.meet()) {
                        lock.acquire();
                    }
                    both.meet();
                    try {
                        lock.release();
                        released.incrementAndGet();
                    } catch (IllegalMonitorStateException theOtherWasFaster) {
                        assertFalse(lock.locked());
                    }
                }
            });
        }
        assertEquals(rounds(), released.get());
    }

    @Test
    void locked_seenByAnyThread() {
        var lock = new Lock();
        assertFalse(lock.locked());
        lock.lock();
        try (var threads = new ThreadHarness()) {
            threads.start("watcher", () -> assertTrue(lock.locked()));
        }
        lock.unlock();
        assertFalse(lock.locked());
    }

    @Test
    void toString_namesTheState() {
        var lock = new Lock();
        assertTrue(lock.toString().matches("Lock@[0-9a-f]+\\[unlocked]"), lock::toString);
        lock.lock();
        assertTrue(lock.toString().matches("Lock@[0-9a-f]+\\[locked]"), lock::toString);
    }

    // ---- java.util.concurrent.locks.Lock

    @Test
    void jdkLock_keepsItsContract() throws InterruptedException {
        JdkLocks.keepsTheContract(Lock::new);
    }

    @Test
    void condition_whenUnlocked_isRefused() {
        var lock = new Lock();
        Condition condition = lock.newCondition();
        assertThrows(IllegalMonitorStateException.class, condition::await);
        assertThrows(IllegalMonitorStateException.class, condition::awaitUninterruptibly);
        assertThrows(IllegalMonitorStateException.class, () -> condition.awaitNanos(1));
        assertThrows(IllegalMonitorStateException.class, condition::signal);
        assertThrows(IllegalMonitorStateException.class, condition::signalAll);
        assertFalse(lock.locked());
    }

    @Test
    void condition_afterRefusals_losesNoSignal() throws InterruptedException {
        var lock = new Lock();
        Condition condition = lock.newCondition();
        assertThrows(IllegalMonitorStateException.class, condition::await);
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.acquire();
                condition.await();
                lock.release();
            });
            Await.blocked(waiter);
            lock.acquire();
            condition.signal();
            lock.release();
        }
        assertFalse(lock.locked());
    }

    @Test
    void condition_ofALockThatWasHandedOver_works() throws InterruptedException {
        var lock = new Lock();
        Condition condition = lock.newCondition();
        lock.acquire();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                condition.await(); // with the acquisition of the main thread
                lock.release();
            });
            Await.blocked(waiter);
            assertFalse(lock.locked());
            lock.acquire();
            condition.signal();
            lock.release();
        }
        assertFalse(lock.locked());
    }

    @Test
    void condition_awaitRacesWithARelease_leavesTheQueueIntact() {
        var lock = new Lock();
        Condition condition = lock.newCondition();
        var both = new Rendezvous();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("waiter", () -> {
                for (int i = 0; i < rounds(); i++) {
                    both.meet();
                    try {
                        condition.await();
                        lock.release();
                    } catch (IllegalMonitorStateException releasedFirst) {
                        assertTrue(releasedFirst.getStackTrace().length > 0);
                    }
                    both.meet();
                }
            });
            threads.start("releaser", () -> {
                for (int i = 0; i < rounds(); i++) {
                    lock.acquire();
                    both.meet();
                    boolean mine = releases(lock);
                    if (!mine) { // the waiter has given it back, and waits
                        lock.acquire();
                        condition.signal();
                        lock.release();
                    }
                    both.meet();
                }
            });
        }
        assertFalse(lock.locked());
    }

    private static boolean releases(Lock lock) {
        try {
            lock.release();
            return true;
        } catch (IllegalMonitorStateException alreadyReleased) {
            return false;
        }
    }
}
