// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that returns a value, may throw, and can travel to another process.
 *
 * <p>A lambda that is passed where a {@code Task} is expected is serializable as long as everything it captures is:
 * capture values, not {@code this}.
 *
 * <p><i>Python:</i> the callable with its arguments that {@code Executor.submit} takes.
 *
 * @param <T> the type of the value, which may be {@code null}
 */
@FunctionalInterface
public interface Task<T extends @Nullable Object> extends Callable<T>, Serializable {}
