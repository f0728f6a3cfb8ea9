// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // single steps and single waits are what is tested
class RLockTest extends AcquirableContract {
    @Override
    protected Acquirable create() {
        return new RLock();
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @Override
    protected boolean owned() {
        return true;
    }

    @Test
    void acquire_again_needsAsManyReleases() throws InterruptedException {
        var lock = new RLock();
        lock.acquire();
        assertTrue(lock.tryAcquire());
        assertTrue(lock.acquire(Duration.ZERO));
        lock.lock();
        lock.lockInterruptibly();
        assertTrue(lock.tryLock());
        for (int left = 5; left > 0; left--) {
            lock.release();
            assertFalse(freeForAnother(lock), left + " acquisitions are left");
            assertTrue(lock.heldByCurrentThread());
        }
        lock.release();
        assertTrue(freeForAnother(lock));
        assertFalse(lock.heldByCurrentThread());
        assertThrows(IllegalMonitorStateException.class, lock::release);
    }

    @Test
    void run_nested_holdsUntilTheOuterEnds() throws InterruptedException {
        var lock = new RLock();
        lock.run(() -> {
            lock.run(() -> assertTrue(lock.toString().contains("2 times"), lock::toString));
            assertFalse(freeForAnother(lock));
        });
        assertTrue(freeForAnother(lock));
    }

    @Test
    void acquire_againWithAnInterruptPending_throwsAndKeepsTheCount() {
        var lock = new RLock();
        lock.lock();
        assertInterrupted(lock::acquire);
        assertInterrupted(() -> lock.acquire(Delays.medium()));
        lock.release();
        assertTrue(freeForAnother(lock));
    }

    @Test
    void acquire_tooDeep_isRefused() {
        assertEquals(Integer.MAX_VALUE, RLock.Sync.deeper(Integer.MAX_VALUE - 1, 1));
        var thrown = assertThrows(IllegalStateException.class, () -> RLock.Sync.deeper(Integer.MAX_VALUE, 1));
        assertTrue(String.valueOf(thrown.getMessage()).contains("more than 2147483647 times"), thrown::toString);
    }

    @Test
    void release_byAnother_namesBothThreadsAndChangesNothing() {
        var lock = new RLock();
        lock.lock();
        lock.lock();
        try (var threads = new ThreadHarness()) {
            threads.start("stranger", () -> {
                String message = String.valueOf(assertThrows(IllegalMonitorStateException.class, lock::release)
                        .getMessage());
                assertTrue(message.contains("stranger"), message);
                assertTrue(
                        message.contains("[locked 2 times by " + lock.toString().replaceAll(".* by (.*)]", "$1")),
                        message);
                assertThrows(IllegalMonitorStateException.class, lock::unlock);
                assertTrue(lock.locked());
                assertFalse(lock.heldByCurrentThread());
            });
        }
        lock.release();
        lock.release();
        assertFalse(lock.locked());
    }

    @Test
    void release_whenUnlocked_saysSo() {
        var lock = new RLock();
        String message = String.valueOf(
                assertThrows(IllegalMonitorStateException.class, lock::release).getMessage());
        assertTrue(message.contains("[unlocked]"), message);
    }

    @Test
    void toString_namesTheOwnerAndTheCount() {
        var lock = new RLock();
        assertTrue(lock.toString().matches("RLock@[0-9a-f]+\\[unlocked]"), lock::toString);
        try (var threads = new ThreadHarness()) {
            threads.start("anna", () -> {
                lock.lock();
                assertTrue(lock.toString().matches("RLock@[0-9a-f]+\\[locked 1 time by anna]"), lock::toString);
                lock.lock();
                assertTrue(lock.toString().matches("RLock@[0-9a-f]+\\[locked 2 times by anna]"), lock::toString);
                lock.unlock();
                lock.unlock();
            });
        }
    }

    // ---- java.util.concurrent.locks.Lock

    @Test
    void jdkLock_keepsItsContract() throws InterruptedException {
        JdkLocks.keepsTheContract(RLock::new);
    }

    @Test
    void condition_withoutTheLock_isRefused() {
        var lock = new RLock();
        Condition condition = lock.newCondition();
        assertThrows(IllegalMonitorStateException.class, condition::await);
        lock.lock();
        try (var threads = new ThreadHarness()) {
            threads.start("stranger", () -> {
                assertThrows(IllegalMonitorStateException.class, condition::await);
                assertThrows(IllegalMonitorStateException.class, condition::awaitUninterruptibly);
                assertThrows(IllegalMonitorStateException.class, condition::signal);
                assertThrows(IllegalMonitorStateException.class, condition::signalAll);
            });
        }
        lock.unlock();
    }

    @Test
    void condition_threeDeep_freesTheLockWholeAndRestoresIt() {
        var lock = new RLock();
        Condition condition = lock.newCondition();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.lock();
                lock.lock();
                lock.lock();
                condition.await();
                assertTrue(lock.toString().contains("3 times by waiter"), lock::toString);
                lock.unlock();
                lock.unlock();
                lock.unlock();
                assertFalse(lock.heldByCurrentThread());
            });
            Await.blocked(waiter);
            assertTrue(lock.tryLock(), "whole");
            condition.signal();
            lock.unlock();
        }
        assertFalse(lock.locked());
    }
}
