// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Says that an executor can run nothing any more: what was submitted to it fails with this, and so does every later
 * {@code submit}. The cause says why.
 *
 * <p><i>Python:</i> {@code concurrent.futures.BrokenExecutor}, and its kinds {@code BrokenThreadPool} and
 * {@code BrokenProcessPool}.
 */
public class BrokenExecutorException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a message and a cause.
     *
     * @param message what broke, and what to do about it
     * @param cause why, or {@code null}
     */
    public BrokenExecutorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
