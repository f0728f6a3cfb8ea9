// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.common.util.concurrent.Futures;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** How the exception of a task reaches a caller that can't throw it as it is. */
final class TaskFailure {
    private TaskFailure() {}

    /** Returns the result of a future that is done. */
    @SuppressWarnings("NullAway") // a result is a T, and T says itself whether that may be null
    static <T extends @Nullable Object> T resultOf(Future<T> done) throws ExecutionException {
        return Futures.getDone(done);
    }

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
