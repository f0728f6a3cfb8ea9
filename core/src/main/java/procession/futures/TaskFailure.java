// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** How the exception of a task reaches a caller that can't throw it as it is. */
final class TaskFailure {
    private TaskFailure() {}

    /** Returns what the task threw. */
    static Throwable causeOf(ExecutionException failure) {
        return Objects.requireNonNullElse(failure.getCause(), failure);
    }

    /** Throws an error, returns an unchecked exception as itself, and a checked one wrapped. */
    static RuntimeException unchecked(ExecutionException failure) {
        return unchecked(causeOf(failure));
    }

    /** Throws an error, returns an unchecked exception as itself, and a checked one wrapped. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException unchecked ? unchecked : new CompletionException(thrown);
    }
}
