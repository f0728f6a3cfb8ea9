// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * A re-entrant mutex: the thread that has it may acquire it again, only that thread may release it, and it is free when
 * it has been released as often as it was acquired.
 *
 * <pre>{@code
 * var lock = new RLock();
 * lock.run(() -> lock.run(() -> counter++));
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
 * <p>Memory consistency effects: actions in a thread before the {@link #release()} (or {@link #unlock()}, or the
 * waiting in a condition) that frees the lock <i>happen-before</i> actions in any thread after the next successful
 * acquisition.
 *
 * <p>All methods may be called by any thread at any time. A {@link Held} of this lock is closed by the thread that
 * acquired it.
 *
 * <p><i>Python:</i> {@code threading.RLock}; its {@code RuntimeError} is {@link IllegalMonitorStateException}.
 */
public final class RLock implements Acquirable, java.util.concurrent.locks.Lock {
    private final Sync sync = new Sync();

    /** Makes a free lock. */
    public RLock() {}

    /**
     * Waits until it can acquire, for as long as that takes; at once if this thread has it already.
     *
     * <p><i>Python:</i> {@code acquire()}; there, no other thread can interrupt the wait.
     *
     * @throws InterruptedException if interrupted on entry or while waiting
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public void acquire() throws InterruptedException {
        sync.acquireInterruptibly(1);
    }

    /**
     * Waits until it can acquire, for {@code timeout} at most; at once if this thread has it already. A zero or negative
     * timeout does not wait.
     *
     * <p><i>Python:</i> {@code acquire(timeout=…)}, which refuses negative timeouts.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it acquired, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        return sync.tryAcquireNanos(1, Deadline.toNanosSaturated(timeout));
    }

    /**
     * Acquires if the lock is free or this thread has it, and never waits.
     *
     * <p><i>Python:</i> {@code acquire(blocking=False)}.
     *
     * @return {@code true} if it acquired
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public boolean tryAcquire() {
        return sync.tryAcquire(1);
    }

    /**
     * Gives back one acquisition of this thread; the last one frees the lock and lets a waiter have it.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalMonitorStateException if this thread does not have it
     */
    @Override
    public void release() {
        sync.release(1);
    }

    /**
     * Returns whether any thread has it at this moment. The answer may be outdated when it arrives: use it to watch, and
     * {@link #tryAcquire()} to decide.
     *
     * <p><i>Python:</i> {@code locked()}, since 3.14.
     *
     * @return {@code true} if it is locked
     */
    public boolean locked() {
        return sync.holds() != 0;
    }

    /**
     * Returns whether the calling thread has it. Nothing but that thread itself can change the answer.
     *
     * <p><i>Python:</i> {@code _is_owned()}, which is not public.
     *
     * @return {@code true} if this thread has it
     */
    public boolean heldByCurrentThread() {
        return sync.isHeldExclusively();
    }

    /**
     * Waits until it can acquire, and waits on if it is interrupted; the interrupt is there again when this returns.
     *
     * <p>Memory consistency effects: as {@link #acquire()}.
     *
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public void lock() {
        sync.acquire(1);
    }

    /**
     * Waits until it can acquire, as {@link #acquire()} does.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is acquired then
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        acquire();
    }

    /**
     * Acquires if the lock is free or this thread has it, as {@link #tryAcquire()} does.
     *
     * @return {@code true} if it acquired
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
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
     * @throws IllegalStateException if this thread has acquired it {@link Integer#MAX_VALUE} times
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        return sync.tryAcquireNanos(1, unit.toNanos(time));
    }

    /**
     * Gives back one acquisition, as {@link #release()} does.
     *
     * @throws IllegalMonitorStateException if this thread does not have it
     */
    @Override
    public void unlock() {
        release();
    }

    /**
     * Makes a new condition of this lock.
     *
     * <p>Its methods throw {@link IllegalMonitorStateException} if the calling thread does not have the lock. To wait
     * frees the lock however often it was acquired, and acquires it as often again before returning. Waiters are
     * signalled in the order of their arrival.
     *
     * @return a condition that waits with this lock free, and returns with it held as before
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
     * Returns a text that tells who has it, and how often.
     *
     * @return for example {@code RLock@1f32e575[locked 2 times by main]}
     */
    @Override
    public String toString() {
        return "RLock@" + Integer.toHexString(hashCode()) + sync.describe();
    }

    /** The state, the owner and the queue of waiters. */
    @SuppressWarnings("serial") // the RLock around it is not serializable
    static final class Sync extends MutexSync {
        /*
         * Overview. One int, the number of acquisitions of the owner, 0 when free; the owner, in the superclass's field;
         * and AbstractQueuedSynchronizer's queue of those who wait.
         *
         *     0 ──anybody: compare-and-set──► n ──the owner: store──► n ± k ──the owner: store──► 0
         *
         * state  volatile; leaves 0 by a compare-and-set, and is written by the owner alone until it is 0 again
         * owner  plain; written by the owner, after it has won state and before it frees it. benign: others may read an
         *        old owner, but never themselves, because a thread writes itself there and takes itself out again before
         *        anything else that it does
         *
         * The argument of tryAcquire and tryRelease is the number of acquisitions: 1, or what a condition's wait gave
         * back and wants again.
         *
         * Barging: as in Lock.
         */

        @Override
        protected boolean tryAcquire(int times) {
            int holds = getState();
            Thread current = Thread.currentThread();
            if (holds == 0) {
                if (!compareAndSetState(0, times)) {
                    return false;
                }
                setExclusiveOwnerThread(current);
                return true;
            }
            if (getExclusiveOwnerThread() != current) {
                return false;
            }
            setState(deeper(holds, times));
            return true;
        }

        @Override
        protected boolean tryRelease(int times) {
            if (getExclusiveOwnerThread() != Thread.currentThread()) {
                throw new IllegalMonitorStateException("release of an RLock by "
                        + Thread.currentThread().getName() + ", which does not have it: RLock" + describe()
                        + "; only the thread that acquired it may release it, as often as it acquired it");
            }
            int left = getState() - times;
            if (left == 0) {
                setExclusiveOwnerThread(null);
            }
            setState(left);
            return left == 0;
        }

        @Override
        protected boolean isHeldExclusively() {
            return getExclusiveOwnerThread() == Thread.currentThread();
        }

        int holds() {
            return getState();
        }

        /** Adds acquisitions, as far as an {@code int} counts them. */
        static int deeper(int holds, int times) {
            if (holds > Integer.MAX_VALUE - times) {
                throw new IllegalStateException("an RLock can't be acquired more than " + holds
                        + " times by one thread; is a release missing in a loop?");
            }
            return holds + times;
        }

        String describe() {
            int holds = getState();
            Thread owner = owner();
            if (holds == 0 || owner == null) { // benign: somebody is just about to have it, or has just had it
                return "[unlocked]";
            }
            return "[locked " + holds + (holds == 1 ? " time by " : " times by ") + owner.getName() + "]";
        }

        private @Nullable Thread owner() {
            return getExclusiveOwnerThread();
        }
    }
}
