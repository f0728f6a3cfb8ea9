// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

/** What a thread waits for: that a word of shared memory, the lower half of a long, lets it go on. */
interface Awaited {
    /** What {@link #announce} returns when there is no reason to sleep; no word of 32 bits is this. */
    long LOOK_AGAIN = -1;

    /**
     * Goes on, if the word lets this thread.
     *
     * @param queued whether the thread waits in a room, and may have others behind it
     * @return whether the wait is over
     */
    boolean attempt(boolean queued);

    /**
     * Writes into the word that somebody sleeps, so that who changes it wakes one of them.
     *
     * @return what the word has to be for the sleep to begin, as an unsigned int, or {@link #LOOK_AGAIN}
     */
    long announce();

    /**
     * Returns whether a thread that sleeps should look at the word, because it would not sleep now, or because nobody
     * may be going to wake it. Asked by another thread, time and again.
     */
    boolean isWorthALook();
}
