// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.testing.LeakCheck;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A mutex whose waiters make no native call, as where there are none. */
@ExtendWith(LeakCheck.class)
class PortableMutexTest extends AcquirableContract {
    private static final int KIND = 1000;

    private final List<Portable> made = new ArrayList<>();

    @Override
    protected Acquirable create() {
        var mutex = new Portable();
        made.add(mutex);
        return mutex;
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @AfterEach
    void destroy() {
        made.forEach(portable -> portable.mutex.destroy());
    }

    private static final class Portable implements Acquirable {
        final Mutex mutex = new Mutex(this, SharedDirectory.current().cells().take(KIND, 0, 1), false);

        @Override
        public void acquire() throws InterruptedException {
            mutex.acquire();
        }

        @Override
        public boolean acquire(Duration timeout) throws InterruptedException {
            return mutex.acquire(timeout);
        }

        @Override
        public boolean tryAcquire() {
            return mutex.tryAcquire();
        }

        @Override
        public void release() {
            mutex.release();
        }

        @Override
        public String toString() {
            return "Portable@" + Integer.toHexString(hashCode()) + "[" + mutex.state() + "]";
        }
    }
}
