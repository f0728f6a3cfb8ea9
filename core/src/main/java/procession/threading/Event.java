// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import procession.internal.Deadline;

/**
 * A flag that threads wait for: set lets all of them go, and everybody who comes later, until it is cleared.
 *
 * <pre>{@code
 * var ready = new Event();
 * Thread opener = new Thread(ready::set);
 * opener.start();
 * ready.await();
 * opener.join();
 * }</pre>
 *
 * <p>A thread that waits when the event is set goes on, even if the event is cleared again before that thread runs. So
 * {@code set()} and then {@code clear()} lets all go that wait, and no others. For a wait that happens only once, in one
 * direction, {@link java.util.concurrent.CountDownLatch} is the JDK's word.
 *
 * <p>Waiters go in the order of their arrival. A thread that waits uses no processor time, and a virtual thread that waits
 * does not hold on to its carrier.
 *
 * <p>Memory consistency effects: actions in a thread before the {@link #set()} that sets the event <i>happen-before</i>
 * actions in any thread after it saw the event set, by an {@code await} or by {@link #isSet()}.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Event}.
 */
public final class Event {
    private final Sync sync = new Sync();

    /** Makes an event that is not set. */
    public Event() {}

    /**
     * Sets the event and lets every thread go that waits for it; does nothing if it is set.
     *
     * <p><i>Python:</i> {@code set()}.
     */
    public void set() {
        sync.releaseShared(1);
    }

    /**
     * Clears the event, so that threads wait for it from now on; does nothing if it is not set.
     *
     * <p><i>Python:</i> {@code clear()}.
     */
    public void clear() {
        sync.clear();
    }

    /**
     * Returns whether the event is set at this moment.
     *
     * <p><i>Python:</i> {@code is_set()}.
     *
     * @return {@code true} if it is set
     */
    public boolean isSet() {
        return sync.isSet();
    }

    /**
     * Waits until the event is set, for as long as that takes; not at all if it is.
     *
     * <p><i>Python:</i> {@code wait()}; there, no other thread can interrupt it.
     *
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public void await() throws InterruptedException {
        sync.acquireSharedInterruptibly(sync.moment());
    }

    /**
     * Waits until the event is set, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code wait(timeout=…)}.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if the event was set at the beginning or while this waited, {@code false} if the time elapsed
     *     first
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean await(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        int moment = sync.moment();
        // The time may be over for a thread that has been set free and does not run yet: that one was not too late.
        return sync.tryAcquireSharedNanos(moment, Deadline.toNanosSaturated(timeout)) || sync.wasSetSince(moment);
    }

    /**
     * Returns a text that tells whether it is set.
     *
     * @return for example {@code Event@1f32e575[set]}
     */
    @Override
    public String toString() {
        return "Event@" + Integer.toHexString(hashCode()) + (isSet() ? "[set]" : "[unset]");
    }

    /** The flag and the queue of waiters. */
    @SuppressWarnings("serial") // the Event around it is not serializable
    private static final class Sync extends AbstractQueuedSynchronizer {
        /*
         * Overview. One int, and AbstractQueuedSynchronizer's queue, in its shared mode, of those who wait.
         *
         *      31 ───────────────────────── 1   0
         *     [ how often it has been set     | set ]
         *
         *     2k ──set: compare-and-set──► 2k + 3 ──clear: compare-and-set──► 2k + 2
         *
         * A waiter keeps the state from when it came, as the argument of its acquisition. It goes on if the event is set, or
         * has been set since, which the count says even if it was cleared again; so no clear() takes back what a set() gave.
         * benign: the count wraps, and a waiter that sleeps through exactly 2^31 settings waits for one more.
         *
         * Who wakes whom: set wakes the first waiter; each that goes on wakes the next one, which goes on as well or, if it
         * came after a clear(), parks again. Those behind it came later still, but for one that had looked at the state
         * before and was slow to queue up: it goes when its forerunner does.
         *
         * state is volatile.
         */

        int moment() {
            return getState();
        }

        boolean isSet() {
            return (getState() & 1) != 0;
        }

        boolean wasSetSince(int moment) {
            int now = getState();
            return ((now | moment) & 1) != 0 || now != moment; // else: clear, and the same count
        }

        void clear() {
            for (; ; ) {
                int now = getState();
                if ((now & 1) == 0 || compareAndSetState(now, now & ~1)) {
                    return;
                }
            }
        }

        @Override
        protected int tryAcquireShared(int moment) {
            return wasSetSince(moment) ? 1 : -1;
        }

        @Override
        protected boolean tryReleaseShared(int ignored) {
            for (; ; ) {
                int now = getState();
                if ((now & 1) != 0) {
                    return false;
                }
                if (compareAndSetState(now, now + 3)) {
                    return true;
                }
            }
        }
    }
}
