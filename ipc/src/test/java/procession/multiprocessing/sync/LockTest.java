// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A lock of shared memory, among the threads of one process. */
@ExtendWith(LeakCheck.class)
class LockTest extends AcquirableContract {
    private final List<Lock> made = new ArrayList<>();

    @Override
    protected Acquirable create() {
        return lock();
    }

    private Lock lock() {
        var lock = new Lock();
        made.add(lock);
        return lock;
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @AfterEach
    void destroy() {
        made.forEach(Lock::destroy);
    }

    @Test
    void acquire_twiceByOneThread_isNotReentrant() throws InterruptedException {
        Lock lock = lock();
        lock.acquire();
        assertFalse(lock.tryAcquire());
        assertFalse(lock.acquire(Delays.brief()));
        lock.release();
    }

    @Test
    void toString_andHolder_tellWhoHasIt() throws InterruptedException {
        Lock lock = lock();
        assertFalse(lock.locked());
        assertEquals(OptionalLong.empty(), lock.holder());
        assertTrue(lock.toString().endsWith("[unlocked]"), lock::toString);
        lock.acquire();
        assertTrue(lock.locked());
        assertEquals(OptionalLong.of(ProcessHandle.current().pid()), lock.holder());
        assertTrue(lock.toString().endsWith("[locked by this process]"), lock::toString);
        lock.release();
    }

    @Test
    void recover_whenNobodyDied_doesNothing() throws InterruptedException {
        Lock lock = lock();
        assertFalse(lock.recover(() -> {
            throw new AssertionError("must not run");
        }));
        lock.acquire();
        assertFalse(lock.recover(() -> {
            throw new AssertionError("must not run");
        }));
        assertTrue(lock.locked());
        lock.release();
    }

    @Test
    void destroy_endsItForAll() throws InterruptedException {
        Lock lock = lock();
        lock.acquire();
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 3; i++) {
                Await.blocked(threads.start("waiter", () -> assertDestroyed(lock::acquire)));
            }
            lock.destroy();
        }
        assertDestroyed(lock::release);
        assertDestroyed(lock::acquire);
        assertDestroyed(lock::tryAcquire);
        assertDestroyed(() -> lock.acquire(Delays.brief()));
        assertDestroyed(() -> lock.recover(() -> {}));
        assertFalse(lock.locked());
        assertTrue(lock.toString().endsWith("[destroyed]"), lock::toString);
        lock.destroy();
    }

    private static void assertDestroyed(Executable call) {
        String message =
                String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
        assertTrue(message.contains("has been destroyed"), message);
    }
}
