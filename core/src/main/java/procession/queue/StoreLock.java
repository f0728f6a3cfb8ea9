// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The fields of a {@link StoreLock}, which superclasses and subclasses keep together. */
abstract class StoreLockFields extends PaddingBefore {
    /*
     * FREE ──lock──► HELD ──unlock──► FREE
     *                 ▲ └─unlock, and there is an heir──► LEFT
     *                 └──────────────lock by the heir──────┘
     */
    volatile int state;

    /** Who has waited for so long that it gets the lock next. Set by itself if there is none, and cleared by itself. */
    volatile @Nullable Thread heir;
}

/**
 * The lock of a {@link LockedQueue}. It is held for some nanoseconds as a rule, but for as long as a comparator of the user's
 * likes, which may even wait.
 *
 * <p>Whoever finds it taken looks again after longer and longer pauses, because each look takes a cache line from the holder,
 * which is to get much done with it; and then sleeps for a short time again and again, a millisecond at most. It does not
 * yield: on a machine with too much to do, each time would cost a time slice. So letting go of the lock is one store. Who has slept for about as long as the longest of these times makes itself the
 * heir, if nobody is: then whoever lets go of the lock leaves it to the heir, and wakes that. So nobody waits for ever because
 * others come back to the lock faster. If the heir does not come, because it is a virtual thread and others occupy the
 * processors which want the lock too, one of those takes it.
 *
 * <p>Interrupts wait until the lock is there. It is not reentrant.
 *
 * <p>Memory: acquiring the lock sees all that happened before it was let go ({@code setRelease} of {@code state} pairs with
 * the compare-and-set).
 */
final class StoreLock extends StoreLockFields {
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int LEFT = 2;

    /** How often to look before sleeping, each time after a pause that is twice as long; some microseconds. */
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 8 : 0;

    private static final long FIRST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** After so many of the longest naps in sequence, each because the lock was left to another, it is taken. */
    private static final int PATIENCE = 2;

    private static final VarHandle STATE;
    private static final VarHandle HEIR;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(StoreLockFields.class, "state", int.class);
            HEIR = lookup.findVarHandle(StoreLockFields.class, "heir", Thread.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    @SuppressWarnings("unused")
    private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15;

    boolean tryLock() {
        return STATE.compareAndSet(this, FREE, HELD);
    }

    void unlock() {
        Thread next = heir;
        if (next == null) {
            STATE.setRelease(this, FREE); // pairs with the compare-and-set of whoever takes it next
        } else {
            STATE.setRelease(this, LEFT); // pairs with the same
            LockSupport.unpark(next);
        }
    }

    /** Takes the lock, after {@link #tryLock} did not. */
    void lockLater() {
        Thread thread = Thread.currentThread();
        boolean interrupted = false;
        boolean locked = false;
        try {
            long nap = 0;
            int naps = 0;
            for (int tries = 0; !locked; tries++) {
                if (tryLock(thread, naps >= PATIENCE)) {
                    locked = true;
                } else if (tries < LOOKS) {
                    pause(1 << tries);
                } else {
                    interrupted |= Thread.interrupted(); // or parking would not wait
                    if (nap == LONGEST_NAP_NANOS) {
                        HEIR.compareAndSet(this, null, thread);
                    }
                    naps = state == LEFT && nap == LONGEST_NAP_NANOS ? naps + 1 : 0;
                    nap = Math.min(Math.max(2 * nap, FIRST_NAP_NANOS), LONGEST_NAP_NANOS);
                    nap(nap);
                }
            }
        } finally {
            if (heir == thread) {
                heir = null;
                if (!locked) { // out of stack
                    STATE.compareAndSet(this, LEFT, FREE);
                }
            }
            if (interrupted) {
                thread.interrupt();
            }
        }
    }

    private boolean tryLock(Thread thread, boolean evenIfLeftToAnother) {
        // The opaque read only saves attempts; it is the compare-and-set that pairs with unlock().
        int seen = (int) STATE.getOpaque(this);
        if (seen == LEFT) {
            Thread next = heir;
            return (next == thread || next == null || evenIfLeftToAnother) && STATE.compareAndSet(this, LEFT, HELD);
        }
        return seen == FREE && tryLock();
    }

    private static void pause(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    /** A method of its own because the model checker, whose time stands still, has to leave it out. */
    private void nap(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }
}
