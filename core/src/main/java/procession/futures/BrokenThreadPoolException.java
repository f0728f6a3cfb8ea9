// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import org.jspecify.annotations.Nullable;

/**
 * Says that a {@link ThreadPoolExecutor} can run nothing any more, because the initializer of one of its threads failed.
 * The cause is what the initializer threw.
 *
 * <p><i>Python:</i> {@code concurrent.futures.thread.BrokenThreadPool}.
 */
public class BrokenThreadPoolException extends BrokenExecutorException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a message and a cause.
     *
     * @param message what broke
     * @param cause what the initializer threw, or {@code null}
     */
    public BrokenThreadPoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
