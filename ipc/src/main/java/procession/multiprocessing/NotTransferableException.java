// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import org.jspecify.annotations.Nullable;

/**
 * Says that a task, an item or a result can't travel between processes; the message names what in it can't, and the
 * remedy.
 *
 * <p>Thrown by {@code submit} and {@code map} in the caller's own stack for what goes to the worker; what can't come
 * back fails its future.
 *
 * <p><i>Python:</i> {@code pickle.PicklingError}, and {@code multiprocessing.pool.MaybeEncodingError} for results.
 */
public class NotTransferableException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a message and a cause.
     *
     * @param message what can't travel, and what to do about it
     * @param cause what went wrong, or {@code null}
     */
    public NotTransferableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
