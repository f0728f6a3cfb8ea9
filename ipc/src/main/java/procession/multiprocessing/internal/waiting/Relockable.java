// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

/** A lock that a thread frees to wait for a signal, and acquires again as it was. */
public interface Relockable {
    /**
     * Frees it, however often the calling thread has acquired it.
     *
     * @return how often that was
     * @throws IllegalMonitorStateException if the thread does not have it
     */
    int releaseWhole();

    /**
     * Acquires it as often as it was acquired, and waits on whatever happens.
     *
     * @param depth what {@link #releaseWhole} has returned
     * @throws procession.multiprocessing.sync.OwnerDiedException if its holder has died
     */
    void acquireWhole(int depth);

    /**
     * Returns whether the calling thread may wait for signals, and give them.
     *
     * @return whether the thread has it; if it has no owner, whether anybody has
     */
    boolean isHeldForSignals();

    /**
     * Returns whether to acquire it would throw, because it was destroyed, or its holder has died.
     *
     * @return whether it would
     */
    boolean isLost();
}
