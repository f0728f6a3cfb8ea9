// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Releases its source at the first close that the source accepts, and never again. */
final class HeldOnce implements Held {
    /*
     * Overview. Whoever wins the step to CLOSING releases, and everybody else's close does nothing:
     *
     *     OPEN ──compare-and-set──► CLOSING ──released──► CLOSED
     *       ▲────the source refused────┘
     *
     * The way back is for a source that only its owner may release: another thread's close fails, and must not take away
     * the owner's. An owner that comes while the other is still CLOSING waits for the verdict; that spin is bounded by the
     * other's release(), which never waits. phase is volatile.
     */
    private static final int OPEN = 0;
    private static final int CLOSING = 1;
    private static final int CLOSED = 2;

    private final Acquirable source;
    private volatile int phase;

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(HeldOnce.class, "phase", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    HeldOnce(Acquirable source) {
        this.source = source;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // correct without the yield, which only lets the other finish sooner
    public void close() {
        while (phase != CLOSED) {
            if (PHASE.compareAndSet(this, OPEN, CLOSING)) {
                releaseSource();
                return;
            }
            Thread.yield();
        }
    }

    private void releaseSource() {
        int next = OPEN;
        try {
            source.release();
            next = CLOSED;
        } finally {
            phase = next;
        }
    }

    @Override
    public String toString() {
        return (phase == CLOSED ? "closed: " : "held: ") + source;
    }
}
