// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task threw in another process, in words: all that is needed when the exception itself can't be rebuilt here.
 *
 * @param className the class of the exception
 * @param message its message
 * @param stack its stack trace in the other process
 * @param cause its cause, or {@code null}
 * @param suppressed what it suppressed
 */
public record RemoteFailure(
        String className,
        @Nullable String message,
        List<StackTraceElement> stack,
        @Nullable RemoteFailure cause,
        List<RemoteFailure> suppressed) {}
