// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.ThreadHarness;

class StoreLockTest {
    private final StoreLock lock = new StoreLock();

    /** Written by whoever has the lock. */
    private int count;

    private void lock() {
        if (!lock.tryLock()) {
            lock.lockLater();
        }
    }

    @Test
    void lock_excludesAndShowsWrites() {
        try (var threads = new ThreadHarness()) {
            threads.startTogether(4, "adder", () -> {
                for (int i = 0; i < 50_000; i++) {
                    lock();
                    count++;
                    lock.unlock();
                }
            });
        }
        lock();
        assertEquals(200_000, count);
        assertNull(lock.heir);
    }

    @Test
    void lock_heldForLong_isLeftToWhoWaitsForLong() {
        var had = new AtomicBoolean();
        lock();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                lock.lockLater();
                had.set(true);
                lock.unlock();
            });
            Await.until("the waiter is the heir", () -> lock.heir == waiter);
            lock.unlock();
            // Whoever comes back at once would find it free, if it were not left to the waiter.
            lock();
            assertTrue(had.get());
            assertNull(lock.heir);
            lock.unlock();
        }
    }

    @Test
    void lock_leftToAnHeirWhoDoesNotCome_isTaken() {
        var idle = new Thread(() -> {});
        lock();
        lock.heir = idle;
        lock.unlock();

        assertFalse(lock.tryLock());
        lock.lockLater();
        lock.heir = null;
        lock.unlock();

        assertTrue(lock.tryLock());
    }

    @Test
    void lock_ofAnInterruptedThread_waitsAndKeepsTheInterrupt() {
        lock();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                Thread.currentThread().interrupt();
                lock.lockLater();
                assertEquals(1, count);
                lock.unlock();
                assertTrue(Thread.interrupted());
            });
            Await.until("the waiter has slept for a while", () -> lock.heir == waiter);
            // It sleeps, and does not only try to.
            assertFalse(waiter.isInterrupted());
            count = 1;
            lock.unlock();
        }
    }
}
