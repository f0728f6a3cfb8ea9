// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelTime;

/** What the scenarios call; a subclass says of what. */
abstract class AcquirableOperations {
    private static final Duration SOME_TIME = Duration.ofSeconds(1);

    private final Acquirable acquirable;
    private final Interruptible interruptible = new Interruptible();

    AcquirableOperations(Acquirable acquirable) {
        ModelTime.reset();
        this.acquirable = acquirable;
    }

    public void acquire() throws InterruptedException {
        acquirable.acquire();
    }

    public boolean tryAcquire() {
        return acquirable.tryAcquire();
    }

    public boolean acquireWithoutTime() throws InterruptedException {
        return acquirable.acquire(Duration.ZERO);
    }

    public boolean acquireInTime() throws InterruptedException {
        ModelTime.beforeWait();
        return acquirable.acquire(SOME_TIME);
    }

    public void release() {
        acquirable.release();
    }

    /** Changes nothing in the end, whether it gets a permit or not. */
    public void acquireInTimeAndRelease() throws InterruptedException {
        if (acquireInTime()) {
            acquirable.release();
        }
    }

    /** As {@link #acquireInTimeAndRelease}. */
    public void acquireOrBeInterruptedAndRelease() {
        Boolean isAcquired = interruptible.call(() -> {
            acquirable.acquire();
            return true;
        });
        if (isAcquired != null) {
            acquirable.release();
        }
    }

    public void interrupt() {
        interruptible.interrupt();
    }

    public void timePasses() {
        ModelTime.pass();
    }
}
