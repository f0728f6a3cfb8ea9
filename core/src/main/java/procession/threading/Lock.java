// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import procession.internal.Deadline;

/**
 * A mutex that nobody owns: one acquisition at a time, and any thread may release it.
 *
 * <p>It is not re-entrant: a thread that acquires it twice waits for itself, for ever unless another thread releases.
 * Because the releasing thread need not be the acquiring one, a lock may be handed from one thread to another, or serve
 * as a signal between two. Where neither is wanted, {@link RLock} finds more mistakes.
 *
 * <pre>{@code
 * var lock = new Lock();
 * lock.run(() -> counter++);
 * }</pre>
 *
 * <p>It is also a complete {@link java.util.concurrent.locks.Lock}, in whose words {@link #lock()} waits on when it is
 * interrupted, {@link #lockInterruptibly()} is {@link #acquire()}, {@link #unlock()} is {@link #release()}.
 *
 * <p>Fairness: waiters are queued in the order of their arrival, but a thread that comes when the lock is just free
 * takes it before them. So there is no order to rely on, and a thread that releases and acquires in a tight loop may
 * keep others waiting long. A thread that waits uses no processor time, and a virtual thread that waits does not hold
 * on to its carrier.
 *
 * <p>Memory consistency effects: actions in a thread before {@link #release()} (or {@link #unlock()}, or the waiting
 * in a condition) <i>happen-before</i> actions in any thread after the next successful acquisition.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Lock}; its {@code RuntimeError} is {@link IllegalMonitorStateException}.
 */
public final class Lock implements Acquirable, java.util.concurrent.locks.Lock {
    private final Sync sync = new Sync();

    /** Makes a free lock. */
    public Lock() {}

    @Override
    public void acquire() throws InterruptedException {
        sync.acquireInterruptibly(1);
    }

    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        return sync.tryAcquireNanos(1, Deadline.toNanosSaturated(timeout));
    }

    @Override
    public boolean tryAcquire() {
        return sync.tryAcquire(1);
    }

    /**
     * Frees the lock and lets a waiter have it, whichever thread acquired it.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalMonitorStateException if it is not locked; of several threads that release one acquisition,
     *     exactly one succeeds
     */
    @Override
    public void release() {
        if (!sync.release(1)) {
            throw new IllegalMonitorStateException(
                    "release of a lock that is not locked: " + this + "; each release needs an acquisition of its own");
        }
    }

    /**
     * Returns whether it is acquired at this moment, by whichever thread. The answer may be outdated when it arrives:
     * use it to watch, and {@link #tryAcquire()} to decide.
     *
     * <p><i>Python:</i> {@code locked()}.
     *
     * @return {@code true} if it is locked
     */
    public boolean locked() {
        return sync.isHeldExclusively();
    }

    /**
     * Waits until it can acquire, and waits on if it is interrupted; the interrupt is there again when this returns.
     *
     * <p>Memory consistency effects: as {@link #acquire()}.
     */
    @Override
    public void lock() {
        sync.acquire(1);
    }

    /**
     * Waits until it can acquire, as {@link #acquire()} does.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is acquired then
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        acquire();
    }

    /**
     * Acquires if that is possible at once, as {@link #tryAcquire()} does.
     *
     * @return {@code true} if it acquired
     */
    @Override
    public boolean tryLock() {
        return tryAcquire();
    }

    /**
     * Waits until it can acquire, for {@code time} at most, as {@link #acquire(Duration)} does.
     *
     * @param time the longest time to wait; zero or negative does not wait
     * @param unit the unit of {@code time}
     * @return {@code true} if it acquired, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is acquired then
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        return sync.tryAcquireNanos(1, unit.toNanos(time));
    }

    /**
     * Frees the lock, as {@link #release()} does.
     *
     * @throws IllegalMonitorStateException if it is not locked
     */
    @Override
    public void unlock() {
        release();
    }

    /**
     * Makes a new condition of this lock.
     *
     * <p>Its methods want the lock to be locked, and throw {@link IllegalMonitorStateException} if it is free. As nobody
     * owns the lock, they can't tell by whom it was locked: that the caller has it, by its own acquisition or handed
     * over, is for the program to see to. Waiters are signalled in the order of their arrival.
     *
     * @return a condition that waits with this lock free, and returns with it locked
     */
    @Override
    public Condition newCondition() {
        return new Condition(this);
    }

    /** Returns what a condition of this lock works on. */
    MutexSync sync() {
        return sync;
    }

    /**
     * Returns a text that tells whether it is locked.
     *
     * @return for example {@code Lock@1f32e575[locked]}
     */
    @Override
    public String toString() {
        return "Lock@" + Integer.toHexString(hashCode()) + (locked() ? "[locked]" : "[unlocked]");
    }

    /** The state and the queue of waiters. */
    @SuppressWarnings("serial") // the Lock around it is not serializable
    private static final class Sync extends MutexSync {
        /*
         * Overview. One int, 0 free or 1 locked, and AbstractQueuedSynchronizer's queue of those who wait.
         *
         *     0 ──tryAcquire: compare-and-set──► 1
         *     1 ──tryRelease: compare-and-set──► 0
         *
         * Release is a compare-and-set too, and no plain store: nobody owns the lock, so two threads may release at once,
         * and one of them has to learn that there was nothing left to release. It answers false instead of throwing, which
         * leaves the words to the callers, a condition's wait among them.
         *
         * Barging: tryAcquire does not look at the queue. A free lock goes to whoever is running, and a running thread has
         * it for less than a waiter's wake-up costs. The first of the queue was woken by the release all the same; if it
         * finds the lock taken, it spins a little and parks again, and the next release wakes it again.
         *
         * tryAcquire reads before it compares-and-sets, so that those who can't win leave the cache line shared.
         */

        @Override
        protected boolean tryAcquire(int ignored) {
            return getState() == 0 && compareAndSetState(0, 1);
        }

        @Override
        protected boolean tryRelease(int ignored) {
            return compareAndSetState(1, 0);
        }

        /** Asked by conditions; with a lock that nobody owns, "held" is "locked". */
        @Override
        protected boolean isHeldExclusively() {
            return getState() != 0;
        }
    }
}
