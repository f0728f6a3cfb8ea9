// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import org.jspecify.annotations.Nullable;

/**
 * Stands for an exception that a task threw in a worker and that can't be rebuilt here, because it does not serialize
 * or its class is not on this side. Its stack trace is the one of the original in the worker, and so are its cause and
 * what it suppressed.
 *
 * <p><i>Python:</i> {@code multiprocessing.pool.RemoteTraceback} says the same in text.
 */
public class RemoteTaskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The class of the original. */
    private final String remoteClassName;

    /**
     * Makes a stand-in.
     *
     * @param remoteClassName the class of the original
     * @param message the message of the original, or {@code null}
     * @param cause what stands for the cause of the original, or {@code null}
     */
    public RemoteTaskException(String remoteClassName, @Nullable String message, @Nullable Throwable cause) {
        super(message == null ? remoteClassName : remoteClassName + ": " + message, cause);
        this.remoteClassName = remoteClassName;
    }

    /**
     * Returns the name of the class of the original exception.
     *
     * @return the binary name
     */
    public String remoteClassName() {
        return remoteClassName;
    }
}
