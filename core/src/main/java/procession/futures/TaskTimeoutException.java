// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Says that a task ran, or was silent, for longer than its {@linkplain TaskOptions limits} allow, and was stopped. Its
 * cause has the stack trace of the task at that moment; that of a task in a process has those of the other threads there,
 * for which the task may have waited, as suppressed exceptions.
 */
public final class TaskTimeoutException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message which task, and which limit
     * @param stuckAt has the stack trace of the task when it was stopped, or {@code null} if that could not be had
     */
    public TaskTimeoutException(String message, @Nullable Throwable stuckAt) {
        super(message);
        if (stuckAt != null) {
            initCause(stuckAt);
        }
    }
}
