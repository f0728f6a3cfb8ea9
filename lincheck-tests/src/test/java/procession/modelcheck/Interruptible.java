// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A call that another thread interrupts, at any time: then it does so at its beginning. */
public final class Interruptible {
    private @Nullable Thread caller;
    private boolean isInterrupted;

    /** Prepares a call. */
    public Interruptible() {}

    /**
     * Calls something that waits.
     *
     * @param <T> the type of the result
     * @param waiting what to call
     * @return its result, or {@code null} if it was interrupted
     */
    public <T> @Nullable T call(Callable<T> waiting) {
        begin();
        try {
            return waiting.call();
        } catch (InterruptedException end) {
            return null;
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        } finally {
            end();
        }
    }

    private synchronized void begin() {
        caller = Thread.currentThread();
        if (isInterrupted) {
            caller.interrupt();
        }
    }

    @SuppressWarnings("ResultOfMethodCallIgnored") // the flag is for the call only
    private synchronized void end() {
        caller = null;
        Thread.interrupted();
    }

    /** Interrupts the call. */
    public synchronized void interrupt() {
        isInterrupted = true;
        if (caller != null) {
            caller.interrupt();
        }
    }
}
