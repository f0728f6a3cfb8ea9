// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A lock that half of the threads see through one mapping, and the other half through another. */
@ExtendWith(LeakCheck.class)
class LockOfTwoMappingsTest extends AcquirableContract {
    private final List<Lock> made = new ArrayList<>();

    @Override
    protected Acquirable create() {
        var lock = new Lock();
        made.add(lock);
        try {
            return new Both(lock, new Lock(Mappings.again(lock.cell())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @AfterEach
    void destroy() {
        made.forEach(Lock::destroy);
    }

    /** Each thread has its mapping, by its number. */
    private record Both(Lock even, Lock odd) implements Acquirable {
        private Lock mine() {
            return Thread.currentThread().getId() % 2 == 0 ? even : odd;
        }

        @Override
        public void acquire() throws InterruptedException {
            mine().acquire();
        }

        @Override
        public boolean acquire(Duration timeout) throws InterruptedException {
            return mine().acquire(timeout);
        }

        @Override
        public boolean tryAcquire() {
            return mine().tryAcquire();
        }

        @Override
        public void release() {
            mine().release();
        }

        @Override
        public String toString() {
            return even.toString().replace("Lock@", "Both@");
        }
    }
}
