// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A re-entrant lock of shared memory, among the threads of one process. */
@ExtendWith(LeakCheck.class)
class RLockTest extends AcquirableContract {
    private final List<RLock> made = new ArrayList<>();

    @Override
    protected Acquirable create() {
        return lock();
    }

    private RLock lock() {
        var lock = new RLock();
        made.add(lock);
        return lock;
    }

    @Override
    protected boolean owned() {
        return true;
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @AfterEach
    void destroy() {
        made.forEach(RLock::destroy);
    }

    @Test
    void acquire_again_isFreedByTheLastRelease() throws InterruptedException {
        RLock lock = lock();
        lock.acquire();
        assertTrue(lock.tryAcquire());
        assertTrue(lock.acquire(Delays.brief()));
        for (int held = 3; held > 0; held--) {
            assertTrue(lock.heldByCurrentThread());
            try (var threads = new ThreadHarness()) {
                threads.start("stranger", () -> {
                    assertFalse(lock.heldByCurrentThread());
                    assertFalse(lock.tryAcquire());
                });
            }
            lock.release();
        }
        assertFalse(lock.heldByCurrentThread());
        assertFalse(lock.locked());
        assertThrows(IllegalMonitorStateException.class, lock::release);
    }

    @Test
    void acquire_throughAnotherMapping_isAgainTheSameThreads() throws Exception {
        RLock lock = lock();
        RLock other = new RLock(Mappings.again(lock.cell()));
        lock.acquire();
        assertTrue(other.heldByCurrentThread());
        assertTrue(other.tryAcquire());
        other.release();
        assertEquals(lock.holder(), other.holder());
        assertTrue(lock.heldByCurrentThread());
        other.release();
        assertFalse(lock.locked());
    }
}
