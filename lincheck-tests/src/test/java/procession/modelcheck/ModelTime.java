// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The time of a model: what {@code System.nanoTime()} is under Lincheck's model checker. It stands still until an operation
 * says that it {@link #pass passes}; from then on, each look at it finds every wait over.
 *
 * <p>Static, because {@code nanoTime()} has no other way here. Each run of a scenario begins with {@link #reset}.
 */
public final class ModelTime {
    private static final long MORE_THAN_ANY_WAIT = 1L << 40;
    private static final int THREADS = 4;

    private static final @Nullable Thread[] WAITING = new @Nullable Thread[THREADS];
    private static int waiting;
    private static long now;
    private static boolean passing;

    private ModelTime() {}

    /** Goes back to the beginning. */
    public static synchronized void reset() {
        now = 0;
        passing = false;
        waiting = 0;
    }

    /**
     * Returns the time.
     *
     * @return in nanoseconds
     */
    public static long now() {
        if (passing) {
            now += MORE_THAN_ANY_WAIT;
        }
        return now;
    }

    /** Says that the calling thread is about to wait for a limited time. */
    public static synchronized void beforeWait() {
        WAITING[waiting++] = Thread.currentThread();
    }

    /** Lets the time pass, and wakes those who said that they wait for it. */
    public static synchronized void pass() {
        passing = true;
        for (int i = 0; i < waiting; i++) {
            LockSupport.unpark(WAITING[i]);
        }
    }
}
