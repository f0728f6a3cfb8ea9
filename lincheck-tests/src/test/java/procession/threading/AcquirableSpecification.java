// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import procession.modelcheck.Blocked;

/** What the calls of {@link AcquirableOperations} have to return if one thread makes them. */
abstract class AcquirableSpecification {
    private final int bound;
    private int permits;
    private boolean late;

    AcquirableSpecification(int permits, int bound) {
        this.permits = permits;
        this.bound = bound;
    }

    /** Returns what a release throws that nobody has acquired. */
    abstract RuntimeException surplusRelease();

    public void acquire() {
        if (!tryAcquire()) {
            throw new Blocked();
        }
    }

    public boolean tryAcquire() {
        if (permits == 0) {
            return false;
        }
        permits--;
        return true;
    }

    public boolean acquireWithoutTime() {
        return tryAcquire();
    }

    public boolean acquireInTime() {
        if (permits == 0 && !late) {
            throw new Blocked();
        }
        return tryAcquire();
    }

    public void release() {
        if (permits == bound) {
            throw surplusRelease();
        }
        permits++;
    }

    final int permits() {
        return permits;
    }

    public void acquireInTimeAndRelease() {}

    public void acquireOrBeInterruptedAndRelease() {}

    public void interrupt() {}

    public void timePasses() {
        late = true;
    }
}
