// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.util.concurrent.locks.LockSupport;
import procession.multiprocessing.internal.os.StartMark;

/** Lets tasks start, until the parent wants none to start any more because it is about to kill this process. */
final class StartGate {
    private final StartMark mark;

    /** Guarded by this. */
    private boolean frozen;

    StartGate(StartMark mark) {
        this.mark = mark;
    }

    /** Marks a task as started; never returns once the gate is frozen. */
    void start(long taskId) {
        synchronized (this) {
            if (!frozen) {
                mark.started(taskId);
                return;
            }
        }
        while (true) {
            LockSupport.park(this); // until the parent kills this process, or dies
        }
    }

    /** Lets nothing start from now on; returns what was started last. */
    synchronized long freeze() {
        frozen = true;
        return mark.lastStarted();
    }
}
