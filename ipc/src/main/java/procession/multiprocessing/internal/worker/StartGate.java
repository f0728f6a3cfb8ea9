// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import procession.multiprocessing.internal.os.StartMark;

/** Lets tasks start, except while the parent makes up its mind whether to kill this process. */
final class StartGate {
    private final StartMark mark;

    /** Guarded by this. */
    private boolean frozen;

    StartGate(StartMark mark) {
        this.mark = mark;
    }

    /**
     * Marks a task as started, unless the parent has taken it back; waits while the gate is frozen, until the parent kills
     * this process or lets it go on.
     *
     * @return {@code false} if the task must not start, and nothing else must before {@link #takenBack}
     */
    synchronized boolean start(long taskId) {
        while (frozen) {
            try {
                wait();
            } catch (InterruptedException leftByATask) {
                // the thread that runs tasks is deaf now, so this is none of theirs
            }
        }
        return mark.start(taskId);
    }

    /** Lets tasks start again, because all that the parent has taken back was met. */
    void takenBack() {
        mark.removeFence();
    }

    /** Returns the task that was started last, or 0. */
    long lastStarted() {
        return mark.lastStarted();
    }

    /** Lets nothing start from now on. */
    synchronized void freeze() {
        frozen = true;
    }

    /** Lets tasks start again. */
    synchronized void resume() {
        frozen = false;
        notifyAll();
    }
}
