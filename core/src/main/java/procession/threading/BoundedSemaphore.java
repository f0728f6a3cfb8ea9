// SPDX-License-Identifier: Apache-2.0
package procession.threading;

/**
 * A semaphore that never has more permits than it started with: one release too many is an error, and does nothing.
 *
 * <p>It guards a resource of fixed size, where a surplus release is a mistake that a {@link Semaphore} would hide.
 * All else is said there: fairness, interrupts, timeouts.
 *
 * <p>Memory consistency effects: actions in a thread before a {@link #release()} or {@link #release(int)} that is not
 * refused <i>happen-before</i> actions in any thread after the acquisition of a permit that it gave.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.BoundedSemaphore}; its {@code ValueError} is {@link IllegalStateException}.
 */
public final class BoundedSemaphore extends Semaphore {
    private final int bound;

    /**
     * Makes a semaphore that has {@code permits} permits, and never more.
     *
     * <p><i>Python:</i> {@code BoundedSemaphore(value=1)}; here the number has to be said.
     *
     * @param permits how many permits there are at first and at most, from 0
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public BoundedSemaphore(int permits) {
        super(permits, permits);
        bound = permits;
    }

    /**
     * Returns a text that tells how many permits there are, and how many there may be.
     *
     * @return for example {@code BoundedSemaphore@1f32e575[value 2 of 3]}
     */
    @Override
    public String toString() {
        return "BoundedSemaphore@" + Integer.toHexString(hashCode()) + "[value " + value() + " of " + bound + "]";
    }
}
