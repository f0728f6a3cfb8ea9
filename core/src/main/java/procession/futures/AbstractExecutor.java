// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link Executor} does the same way, over the two operations in which they differ; for those who write
 * executors.
 */
public abstract class AbstractExecutor implements Executor {
    /** For subclasses. */
    protected AbstractExecutor() {}

    /**
     * Takes one task and returns its future; what {@code submit} does after its arguments were checked.
     *
     * @param task the task
     * @param <T> the type of its value
     * @return its future
     */
    protected abstract <T extends @Nullable Object> Future<T> dispatch(Callable<T> task);

    /**
     * Takes a group of calls that travel and are queued together but succeed or fail one by one, and returns their
     * futures; what {@code map} does with each chunk.
     *
     * @param function what to call
     * @param items its arguments, in order, at least one; not changed afterwards
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the futures, in the order of the items
     */
    protected abstract <T, R extends @Nullable Object> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items);
}
