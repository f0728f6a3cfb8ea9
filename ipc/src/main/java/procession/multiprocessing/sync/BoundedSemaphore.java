// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Permits;

/**
 * A semaphore between processes that never has more permits than it started with: one release too many is an error, and does
 * nothing.
 *
 * <p>It guards a resource of fixed size. So a permit that a dead process has taken, in whichever way, and that nobody has
 * given back, comes back within 100 ms, as soon as somebody misses it: free and taken permits together are always as many as at the start. A release
 * gives back what its own process has taken, and if that has nothing, what another one has taken.
 *
 * <p>All else is said of {@link Semaphore}: fairness, interrupts, timeouts.
 *
 * <p>Memory consistency effects: actions in a thread before a {@link #release()} or {@link #release(int)} that is not
 * refused <i>happen-before</i> actions in any thread, of whichever process, after the acquisition of a permit that it gave; in
 * other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.BoundedSemaphore}; its {@code ValueError} is {@link IllegalStateException}. There
 * the bound is not kept on macOS; here it is everywhere.
 */
public final class BoundedSemaphore extends Semaphore {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a semaphore that has {@code permits} permits, and never more.
     *
     * <p><i>Python:</i> {@code BoundedSemaphore(value=1)}; here the number has to be said.
     *
     * @param permits how many permits there are at first and at most, from 0
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public BoundedSemaphore(int permits) {
        super(Kind.BOUNDED_SEMAPHORE, checked(permits), permits, Permits.RECORDS_ALL);
    }

    BoundedSemaphore(Cell cell) {
        super(Kind.BOUNDED_SEMAPHORE, cell);
    }
}
