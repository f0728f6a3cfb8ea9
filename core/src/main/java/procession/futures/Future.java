// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.common.util.concurrent.ListenableFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * The result of a task that runs elsewhere, to wait for, to look at, or to be called back about.
 *
 * <p>A future is first pending, then running, then done; a pending one can be cancelled, which also makes it done:
 * <pre>
 *   pending ──► running ──► done (returned, or failed)
 *      └──────────┴───────► done (cancelled; from running only by {@link #cancel(boolean)})
 * </pre>
 * It is a {@link ListenableFuture} and so works with Guava's {@code Futures} and with all of
 * {@code java.util.concurrent}. Its methods may be called by any thread.
 *
 * <p>Memory consistency effects: actions of the task <i>happen-before</i> actions after any method here that saw it
 * done: {@code result}, {@code exception}, {@code get}, {@code done()} that returned {@code true}, and callbacks.
 *
 * <p><i>Python:</i> {@code concurrent.futures.Future}. The JDK's {@link #cancel(boolean)} is there beside Python's
 * {@link #cancel()}.
 *
 * @param <T> the type of the result
 */
public interface Future<T extends @Nullable Object> extends ListenableFuture<T> {
    /**
     * Waits until the task is done and returns its result, or throws what it threw.
     *
     * <p>An unchecked exception or error is thrown as itself, the same object each time; a checked one is wrapped.
     *
     * @return the result of the task
     * @throws CompletionException around a checked exception that the task threw
     * @throws CancellationException if the task was cancelled
     * @throws InterruptedException if interrupted while waiting
     */
    default T result() throws InterruptedException {
        try {
            return get();
        } catch (ExecutionException failure) {
            throw TaskFailure.unchecked(failure);
        }
    }

    /**
     * Waits until the task is done, for {@code timeout} at most, and returns its result, or throws what it threw.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the result of the task
     * @throws TimeoutException if the time elapsed first; the task goes on
     * @throws CompletionException around a checked exception that the task threw
     * @throws CancellationException if the task was cancelled
     * @throws InterruptedException if interrupted while waiting
     */
    default T result(Duration timeout) throws InterruptedException, TimeoutException {
        try {
            return get(Deadline.toNanosSaturated(timeout), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            throw TaskFailure.unchecked(failure);
        }
    }

    /**
     * Waits until the task is done and returns what it threw.
     *
     * @return the exception of the task, or {@code null} if it returned normally
     * @throws CancellationException if the task was cancelled
     * @throws InterruptedException if interrupted while waiting
     */
    default @Nullable Throwable exception() throws InterruptedException {
        try {
            get();
            return null;
        } catch (ExecutionException failure) {
            return TaskFailure.causeOf(failure);
        }
    }

    /**
     * Waits until the task is done, for {@code timeout} at most, and returns what it threw.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the exception of the task, or {@code null} if it returned normally
     * @throws TimeoutException if the time elapsed first; the task goes on
     * @throws CancellationException if the task was cancelled
     * @throws InterruptedException if interrupted while waiting
     */
    default @Nullable Throwable exception(Duration timeout) throws InterruptedException, TimeoutException {
        try {
            get(Deadline.toNanosSaturated(timeout), TimeUnit.NANOSECONDS);
            return null;
        } catch (ExecutionException failure) {
            return TaskFailure.causeOf(failure);
        }
    }

    /**
     * Cancels the task if it has not started, and never interrupts it.
     *
     * <p>Callbacks of a future that this call cancelled run in the calling thread, before it returns.
     *
     * <p><i>Python:</i> {@code cancel()}.
     *
     * @return {@code true} if the task is cancelled, by this call or an earlier one; {@code false} if it is running
     *     or done
     */
    boolean cancel();

    /**
     * Cancels the future unless it is done; a task that has started is stopped if {@code mayInterruptIfRunning}: on
     * threads it is interrupted, in a process pool its worker process is killed.
     *
     * @param mayInterruptIfRunning whether a running task is to be stopped; if not, it runs to its end and its result
     *     is dropped
     * @return {@code true} if this call cancelled the future
     */
    @Override
    boolean cancel(boolean mayInterruptIfRunning);

    /**
     * Returns whether the future was cancelled: Python's name for {@link #isCancelled()}.
     *
     * @return {@code true} if it was
     */
    default boolean cancelled() {
        return isCancelled();
    }

    /**
     * Returns whether the task is being executed at this moment: started, and not done.
     *
     * @return {@code true} if it is
     */
    boolean running();

    /**
     * Returns whether the task returned, failed or was cancelled: Python's name for {@link #isDone()}.
     *
     * @return {@code true} if it is done
     */
    default boolean done() {
        return isDone();
    }

    /**
     * Calls {@code callback} with this future once it is done; at once, in this thread, if it is already.
     *
     * <p>Callbacks run in the order in which they were added, each exactly once, in the thread that completes or
     * cancels the future, after threads that wait for the result were woken. One that throws is logged (to
     * {@link System.Logger} {@code procession.futures}) and does not keep the others from running. Callbacks should be
     * quick and must not wait for other tasks of the same executor.
     *
     * <p><i>Python:</i> {@code add_done_callback(fn)}.
     *
     * @param callback what to call
     */
    void addDoneCallback(Consumer<? super Future<T>> callback);

    /**
     * Returns what the task printed, if its executor was told to capture that ({@link TaskOptions#captureOutput()}); also
     * that of a task that failed.
     *
     * <p><i>Python:</i> not in the standard library; ipyparallel's {@code AsyncResult.stdout} is like it.
     *
     * @return the output of its last run, or empty if the task is not done or nothing was captured
     */
    default Optional<TaskOutput> output() {
        return Optional.empty();
    }

    /**
     * Returns a {@link CompletableFuture} that completes as this future does.
     *
     * <p>It fails with the task's own exception, not with a wrapped one, and is cancelled when this future is. Cancelling it
     * cancels this future as {@link #cancel()} does, that is, unless the task has started: then that goes on, and its
     * result is to be had from this future. Completing it by hand leaves this future alone.
     *
     * <p><i>Python:</i> {@code asyncio.wrap_future(f)}.
     *
     * @return a new future
     */
    CompletableFuture<T> toCompletableFuture();
}
