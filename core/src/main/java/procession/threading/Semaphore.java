// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import procession.internal.Deadline;

/**
 * A number of permits: an acquisition takes one and waits while there is none, a release gives back one or more.
 *
 * <p>Permits belong to nobody. Any thread may release, also without having acquired: then the number grows beyond where
 * it started, which makes a semaphore a counter of things that are there, such as the items of a buffer.
 * {@link BoundedSemaphore} refuses that.
 *
 * <pre>{@code
 * var connections = new Semaphore(3);
 * connections.run(() -> fetch(page)); // three at a time
 * }</pre>
 *
 * <p>Fairness: waiters are queued in the order of their arrival, but a thread that comes when a permit is just free takes
 * it before them. So there is no order to rely on. No wake-up is lost: {@code release(n)} lets up to {@code n} waiters go.
 * A thread that waits uses no processor time, and a virtual thread that waits does not hold on to its carrier.
 *
 * <p>Memory consistency effects: actions in a thread before a {@link #release()} or {@link #release(int)}
 * <i>happen-before</i> actions in any thread after the acquisition of a permit that it gave.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Semaphore}.
 */
public sealed class Semaphore implements Acquirable permits BoundedSemaphore {
    private final Sync sync;

    /**
     * Makes a semaphore.
     *
     * <p><i>Python:</i> {@code Semaphore(value=1)}; here the number has to be said.
     *
     * @param permits how many permits there are at first, from 0
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public Semaphore(int permits) {
        this(permits, Integer.MAX_VALUE);
    }

    /** Makes a semaphore that never has more than {@code bound} permits. */
    Semaphore(int permits, int bound) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "permits = " + permits + ": a semaphore starts with 0 permits or more; it can't owe any");
        }
        sync = new Sync(permits, bound);
    }

    /**
     * Waits until there is a permit, for as long as that takes, and takes it.
     *
     * <p><i>Python:</i> {@code acquire()}; there, no other thread can interrupt the wait.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public void acquire() throws InterruptedException {
        sync.acquireSharedInterruptibly(1);
    }

    /**
     * Waits until there is a permit, for {@code timeout} at most, and takes it. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code acquire(timeout=…)}.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it took a permit, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        return sync.tryAcquireSharedNanos(1, Deadline.toNanosSaturated(timeout));
    }

    /**
     * Takes a permit if there is one, and never waits.
     *
     * <p><i>Python:</i> {@code acquire(blocking=False)}.
     *
     * @return {@code true} if it took a permit
     */
    @Override
    public boolean tryAcquire() {
        return sync.tryTake();
    }

    /**
     * Gives one permit and lets a waiter have it.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalStateException if there would be more permits than {@link Integer#MAX_VALUE}, or than the bound of
     *     a {@link BoundedSemaphore}; nothing is given then
     */
    @Override
    public void release() {
        sync.releaseShared(1);
    }

    /**
     * Gives {@code n} permits, all at once, and lets up to {@code n} waiters have them.
     *
     * <p><i>Python:</i> {@code release(n)}.
     *
     * @param n how many permits, from 1
     * @throws IllegalArgumentException if {@code n} is less than 1
     * @throws IllegalStateException if there would be more permits than {@link Integer#MAX_VALUE}, or than the bound of
     *     a {@link BoundedSemaphore}; nothing is given then
     */
    public void release(int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "n = " + n + ": at least 1 permit is released; to take permits away, acquire them");
        }
        sync.releaseShared(n);
    }

    /**
     * Returns how many permits there are at this moment. The answer may be outdated when it arrives: use it to watch, and
     * {@link #tryAcquire()} to decide.
     *
     * <p><i>Python:</i> {@code _value}, which is not public; {@code get_value()} in {@code multiprocessing}.
     *
     * @return the number of permits, from 0
     */
    public int value() {
        return sync.permits();
    }

    /**
     * Returns a text that tells how many permits there are.
     *
     * @return for example {@code Semaphore@1f32e575[value 3]}
     */
    @Override
    public String toString() {
        return "Semaphore@" + Integer.toHexString(hashCode()) + "[value " + value() + "]";
    }

    /** The permits and the queue of waiters. */
    @SuppressWarnings("serial") // the Semaphore around it is not serializable
    private static final class Sync extends AbstractQueuedSynchronizer {
        /*
         * Overview. One int, the permits that are free, and AbstractQueuedSynchronizer's queue, in its shared mode, of those
         * who wait for one.
         *
         *     p ──tryTake: compare-and-set──► p - 1          while p > 0
         *     p ──tryReleaseShared: compare-and-set──► p + n  while p + n <= bound, else nothing
         *
         * state is volatile, and both directions are one compare-and-set, so n permits come all at once or not at all.
         *
         * Who wakes whom: a release wakes the first waiter only, whatever its n; each waiter that gets a permit wakes the
         * next one, which takes a permit or parks again. So the wake-ups go on until the permits or the waiters are used
         * up, and a permit given while the first waiter is on its way is found by the one behind it. A waiter that gives up
         * (interrupt, timeout) wakes the next one too.
         *
         * Barging: tryTake does not look at the queue; a free permit goes to whoever is running.
         */

        private final int bound;

        Sync(int permits, int bound) {
            this.bound = bound;
            setState(permits);
        }

        boolean tryTake() {
            return tryAcquireShared(1) >= 0;
        }

        /** Takes a permit; the answer is the number left, or negative if there was none. */
        @Override
        protected int tryAcquireShared(int one) {
            for (; ; ) {
                int left = getState() - one;
                if (left < 0 || compareAndSetState(left + one, left)) {
                    return left;
                }
            }
        }

        @Override
        protected boolean tryReleaseShared(int n) {
            for (; ; ) {
                int permits = getState();
                if (n > bound - permits) {
                    throw new IllegalStateException("release of " + n + " with " + permits + " of at most " + bound
                            + " permits free: nothing released; each release needs an acquisition of its own");
                }
                if (compareAndSetState(permits, permits + n)) {
                    return true;
                }
            }
        }

        int permits() {
            return getState();
        }
    }
}
