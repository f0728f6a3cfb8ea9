// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The fields of a {@link QueueEnd}, which superclasses and subclasses keep together. */
abstract class QueueEndFields extends WaitingLine {
    /** 0: free, 1: held. */
    volatile int held;

    /** The next position here. Written by the holder of the lock; by others read with acquire. */
    long position;

    /** Up to which position there is nothing to ask the other end; of the holder of the lock. */
    long limit;
}

/**
 * One end of a {@link Queue}: where it is, a lock for who moves it, and the line of those who wait for that.
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
}
