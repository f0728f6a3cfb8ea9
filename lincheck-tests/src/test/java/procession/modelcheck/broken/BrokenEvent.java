// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck.broken;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import procession.modelcheck.ModelTime;

/**
 * Loses the wake-up that comes between looking and saying who waits; and says that the time is over, without a last look,
 * when it is over.
 */
public final class BrokenEvent {
    private static final long SOME_TIME_NANOS = 1_000_000_000;

    private volatile boolean isSet;
    private volatile @Nullable Thread waiting;

    public BrokenEvent() {
        ModelTime.reset();
    }

    public void set() {
        isSet = true;
        LockSupport.unpark(waiting);
    }

    public boolean isSet() {
        return isSet;
    }

    public void await() {
        while (!isSet) {
            waiting = Thread.currentThread();
            LockSupport.park(this);
        }
    }

    public boolean awaitInTime() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < SOME_TIME_NANOS) {
            if (isSet) {
                return true;
            }
            LockSupport.parkNanos(this, SOME_TIME_NANOS);
        }
        return false;
    }

    public void timePasses() {
        ModelTime.pass();
    }
}
