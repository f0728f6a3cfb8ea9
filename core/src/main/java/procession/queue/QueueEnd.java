// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Keeps what the other end writes out of this end's cache lines. */
@SuppressWarnings("unused")
abstract class BeforeQueueEnd {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
}

/** The fields of a {@link QueueEnd}, which superclasses and subclasses keep together. */
abstract class QueueEndFields extends BeforeQueueEnd {
    /** 0: free, 1: held. */
    volatile int held;

    /** The next position here. Written by the holder of the lock; by others read with acquire. */
    long position;

    /** Up to which position there is nothing to ask the other end; of the holder of the lock. */
    long limit;

    /** Who waits longest for this end to move on; of the holder of the lock, as is the next. */
    @Nullable
    QueueWaiter first;

    @Nullable
    QueueWaiter last;

    /** How many have begun to wait. */
    long arrivals;
}

/**
 * One end of a {@link Queue}: where it is, a lock for who moves it, and the threads that wait for that.
 *
 * <p>The lock is held for some nanoseconds by who puts or gets, longer by who copies or moves many elements, and never
 * while code of the user runs. So whoever finds it taken spins; only if that is not enough, because its holder copies or has
 * lost its processor, does the other one yield, and then sleep for a short time, a millisecond at most. Nobody has to be
 * woken, and letting go of the lock is one store. It is not reentrant.
 *
 * <p>Memory: acquiring the lock sees all that happened before it was let go ({@code setRelease} of {@code held} pairs with
 * the compare-and-set). {@link #moveTo} publishes what was written before it to whoever reads {@link #positionNow}.
 */
final class QueueEnd extends QueueEndFields {
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 128 : 0;
    private static final int YIELDS = 8;
    private static final long FIRST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final VarHandle HELD;
    private static final VarHandle POSITION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HELD = lookup.findVarHandle(QueueEndFields.class, "held", int.class);
            POSITION = lookup.findVarHandle(QueueEndFields.class, "position", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    @SuppressWarnings("unused")
    private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15;

    void lock() {
        if (!HELD.compareAndSet(this, 0, 1)) {
            lockLater();
        }
    }

    void unlock() {
        HELD.setRelease(this, 0); // pairs with the compare-and-set of whoever takes it next
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    private void lockLater() {
        int tries = 0;
        long nap = FIRST_NAP_NANOS;
        while (true) {
            // The opaque read only saves attempts; it is the compare-and-set that pairs with unlock().
            if ((int) HELD.getOpaque(this) == 0 && HELD.compareAndSet(this, 0, 1)) {
                return;
            }
            tries++;
            if (tries <= SPINS) {
                Thread.onSpinWait();
            } else if (tries <= SPINS + YIELDS) {
                Thread.yield();
            } else {
                nap(nap);
                nap = Math.min(2 * nap, LONGEST_NAP_NANOS);
            }
        }
    }

    /**
     * Takes this lock while the other end's is held. This only spins: a virtual thread that gave its carrier away with a
     * lock in its hands might not get it back from others that want the lock and are pinned.
     */
    void lockAsSecond() {
        // As in lockLater(): the compare-and-set pairs with unlock().
        while (!((int) HELD.getOpaque(this) == 0 && HELD.compareAndSet(this, 0, 1))) {
            Thread.onSpinWait();
        }
    }

    /** A method of its own because the model checker, whose time stands still, has to leave it out. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    private void nap(long nanos) {
        Thread.yield(); // because an interrupted thread does not sleep
        LockSupport.parkNanos(this, nanos);
    }

    /** Returns where this end is or was just before, with all that was written until then; for others than the holder. */
    long positionNow() {
        return (long) POSITION.getAcquire(this); // pairs with moveTo()
    }

    /** Moves this end, for everybody to see. */
    void moveTo(long newPosition) {
        POSITION.setRelease(this, newPosition); // pairs with positionNow()
    }

    // Who waits

    /** Adds a waiter in the order in which they came first. */
    void add(QueueWaiter waiter) {
        if (waiter.arrival == QueueWaiter.NEW) {
            waiter.arrival = arrivals++;
        }
        QueueWaiter before = last;
        if (before != null && before.arrival > waiter.arrival) { // it was woken before, in vain: its place is in front
            QueueWaiter behind = first;
            while (behind != null && behind.arrival < waiter.arrival) {
                behind = behind.next;
            }
            before = behind == null ? last : behind.previous;
        }
        QueueWaiter behind = before == null ? first : before.next;
        waiter.previous = before;
        waiter.next = behind;
        if (before == null) {
            first = waiter;
        } else {
            before.next = waiter;
        }
        if (behind == null) {
            last = waiter;
        } else {
            behind.previous = waiter;
        }
        waiter.linked = true;
    }

    /** Removes who waits longest, if anybody does, and has to be woken when the lock is free. */
    @Nullable
    QueueWaiter removeFirst() {
        QueueWaiter waiter = first;
        if (waiter != null) {
            unlink(waiter);
        }
        return waiter;
    }

    /** Removes at most so many of those who wait longest; returns them linked by {@code next}. */
    @Nullable
    QueueWaiter removeFirst(long most) {
        QueueWaiter chain = first;
        QueueWaiter end = null;
        for (long i = 0; i < most && first != null; i++) {
            end = first;
            QueueWaiter next = end.next;
            unlink(end);
            end.next = next;
        }
        if (end == null) {
            return null;
        }
        end.next = null;
        return chain;
    }

    private void unlink(QueueWaiter waiter) {
        QueueWaiter before = waiter.previous;
        QueueWaiter behind = waiter.next;
        if (before == null) {
            first = behind;
        } else {
            before.next = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            behind.previous = before;
        }
        waiter.linked = false;
        waiter.previous = null;
        waiter.next = null;
    }

    /** Removes somebody who does not want to wait longer; returns {@code false} if that one is being woken. */
    boolean withdraw(QueueWaiter waiter) {
        if (!waiter.linked) {
            return false;
        }
        unlink(waiter);
        return true;
    }
}
