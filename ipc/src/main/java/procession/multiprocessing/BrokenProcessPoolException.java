// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import org.jspecify.annotations.Nullable;
import procession.futures.BrokenExecutorException;

/**
 * Says that a process pool can't start workers, with what the last of them said; each future that was not done fails
 * with one of these, and so does every later {@code submit}.
 *
 * <p>A worker that dies while it runs a task does not break the pool: see {@link WorkerDiedException}.
 *
 * <p><i>Python:</i> {@code concurrent.futures.process.BrokenProcessPool}, which there is also the fate of a pool whose
 * worker died.
 */
public class BrokenProcessPoolException extends BrokenExecutorException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a message and a cause.
     *
     * @param message what broke, and what to do about it
     * @param cause why, or {@code null}
     */
    public BrokenProcessPoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
