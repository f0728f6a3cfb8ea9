// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.common.util.concurrent.ListeningExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks elsewhere: on threads of this process, or in other processes.
 *
 * <p>A program written against this type moves between them by changing one constructor:
 * <pre>{@code
 * try (var executor = new ThreadPoolExecutor(4)) {
 *     var future = executor.submit(() -> fibonacci(30));
 *     System.out.println(future.result());
 * }
 * }</pre>
 * It is a complete {@link java.util.concurrent.ExecutorService} and a {@link ListeningExecutorService}, and may be
 * used by any number of threads. The overloads of {@code submit} for {@link Task} and {@link Action} win for lambdas,
 * which makes these serializable and free to throw.
 *
 * <p>Memory consistency effects: actions before a task is submitted <i>happen-before</i> its execution, and the
 * actions of the task <i>happen-before</i> actions after its result was got.
 *
 * <p><i>Python:</i> {@code concurrent.futures.Executor}.
 */
public interface Executor extends ListeningExecutorService, AutoCloseable {
    /**
     * Takes a task that returns a value, and returns its future; does not wait for it to run.
     *
     * @param task the task
     * @param <T> the type of the value
     * @return the future of its value
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the task can't travel to where it would run
     */
    <T extends @Nullable Object> Future<T> submit(Task<T> task);

    /**
     * Takes a task without a value, and returns its future; does not wait for it to run.
     *
     * @param action the task
     * @return the future, whose result is {@code null}
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the task can't travel to where it would run
     */
    Future<@Nullable Void> submit(Action action);

    /** {@inheritDoc} */
    @Override
    <T extends @Nullable Object> Future<T> submit(Callable<T> task);

    /** {@inheritDoc} */
    @Override
    Future<?> submit(Runnable task);

    /** {@inheritDoc} */
    @Override
    @SuppressWarnings("NullAway") // T says itself whether the result may be null
    <T extends @Nullable Object> Future<T> submit(Runnable task, T result);

    /**
     * Calls {@code function} for each item, and returns the results in the order of the items. All items are read and
     * submitted before this returns.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, each there as soon as its task is done
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the function or an item can't travel to where it would run
     */
    default <T, R extends @Nullable Object> Results<R> map(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items) {
        return map(function, items, MapOptions.defaults());
    }

    /**
     * Calls {@code function} for each item, in groups, lazily or with a timeout as {@code options} say, and returns the
     * results in the order of the items.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; endless if the options have a buffer size
     * @param options how to go about it
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, each there as soon as its task is done
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the function or an item can't travel to where it would run
     */
    <T, R extends @Nullable Object> Results<R> map(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, MapOptions options);

    /**
     * Calls {@code function} for each pair of the first items, the second items and so on, until the shorter input
     * ends, and returns the results in that order.
     *
     * @param function what to call
     * @param first its first arguments, none {@code null}
     * @param second its second arguments, none {@code null}
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, each there as soon as its task is done
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the function or an item can't travel to where it would run
     */
    default <A, B, R extends @Nullable Object> Results<R> map(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends A> first,
            Iterable<? extends B> second) {
        return map(function, first, second, MapOptions.defaults());
    }

    /**
     * Calls {@code function} for each pair of items, in groups, lazily or with a timeout as {@code options} say.
     *
     * @param function what to call
     * @param first its first arguments, none {@code null}
     * @param second its second arguments, none {@code null}; the shorter input decides
     * @param options how to go about it
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, each there as soon as its task is done
     * @throws BrokenExecutorException if the executor is broken
     * @throws RejectedExecutionException if it was shut down
     * @throws IllegalArgumentException if the function or an item can't travel to where it would run
     */
    <A, B, R extends @Nullable Object> Results<R> map(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends A> first,
            Iterable<? extends B> second,
            MapOptions options);

    /**
     * Returns a view of this executor that puts limits on every task that is submitted through it, be it by
     * {@code submit}, {@code map} or {@code invokeAll}. The view has the same workers and the same life as this executor:
     * closing one closes the other. An executor of threads that is shut down starts no retries any more.
     *
     * @param options the limits, which replace those that this executor may have from an earlier {@code with}
     * @return the view
     */
    Executor with(TaskOptions options);

    /**
     * Takes no more tasks, and waits or cancels as told. What runs is never interrupted; may be called again.
     *
     * <p>What {@code execute} took has no future to cancel: an executor of threads runs it all the same, unless it has
     * limits ({@link #with}); a {@code CompletableFuture.supplyAsync} on it completes. Where it is cancelled, with limits
     * or in an executor of processes, that is logged.
     *
     * <p>If interrupted while waiting, this stops waiting with the interrupt flag set; the executor stays shut down,
     * and what was submitted still runs.
     *
     * <p><i>Python:</i> {@code shutdown(wait=True, cancel_futures=False)}.
     *
     * @param wait whether to wait until every task is done and every worker has ended
     * @param cancelFutures whether to cancel the tasks that have not started
     */
    void shutdown(boolean wait, boolean cancelFutures);

    /**
     * Takes no more tasks and waits until those submitted are done and every worker has ended, as
     * {@code ExecutorService.close} does from JDK 19 on: an interrupt stops the tasks ({@link #shutdownNow()}), the
     * wait goes on, and the flag is set again at the end.
     */
    @Override
    void close();
}
