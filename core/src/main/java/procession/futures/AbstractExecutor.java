// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * What every {@link Executor} does the same way, over the two operations in which they differ; for those who write
 * executors.
 *
 * <p>A subclass provides {@link #dispatch}, {@link #dispatchChunk}, {@link #cancelPending} and the rest of
 * {@link java.util.concurrent.ExecutorService}'s life cycle: {@code shutdown()}, {@code shutdownNow()},
 * {@code isShutdown()}, {@code isTerminated()} and {@code awaitTermination}.
 */
public abstract class AbstractExecutor implements Executor {
    private static final System.Logger LOGGER = System.getLogger("procession.futures");

    /** For subclasses. */
    protected AbstractExecutor() {}

    /**
     * Takes one task and returns its future; what {@code submit} does after its arguments were checked, and
     * {@code map} with a chunk of one.
     *
     * <p>A task that the caller passed as a {@link Callable} comes as it is. What was passed in another shape comes
     * wrapped in a class that is serializable if what it wraps is.
     *
     * @param task the task
     * @param limits what the task may do, and what happens if it does more
     * @param <T> the type of its value
     * @return its future
     */
    protected abstract <T extends @Nullable Object> Future<T> dispatch(Callable<T> task, TaskOptions.Chain limits);

    /**
     * Takes a group of calls that travel and are queued together but succeed or fail one by one, and returns their
     * futures; what {@code map} does with each chunk of more than one.
     *
     * @param function what to call
     * @param items its arguments, in order, at least one; not changed afterwards
     * @param limits what each of the calls may do, and what happens if it does more
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the futures, in the order of the items
     */
    protected abstract <T, R extends @Nullable Object> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain limits);

    /** Returns the limits of every task that comes through this object. */
    TaskOptions.Chain limits() {
        return TaskOptions.defaults();
    }

    /** Returns within what the tasks run that this thread submits now; {@code null} for nothing. */
    ContextPropagation.@Nullable Context captureContext() {
        return null;
    }

    private <T extends @Nullable Object> Future<T> dispatch(Callable<T> task) {
        ContextPropagation.Context context = captureContext();
        return dispatch(context == null ? task : new ContextCall<>(context, task), limits());
    }

    /** Submits the items of a map, whose function is within its context already. */
    final <T, R extends @Nullable Object> List<Future<R>> dispatchItems(
            Fn<? super T, ? extends R> function, List<T> items) {
        return items.size() == 1
                ? List.of(dispatch(new Calls.ItemCall<T, R>(function, items.get(0)), limits()))
                : dispatchChunk(function, items, limits());
    }

    @Override
    public Executor with(TaskOptions options) {
        return new LimitedExecutor(this, (TaskOptions.Chain) Objects.requireNonNull(options, "options"));
    }

    /**
     * Cancels every task that was taken and has not started; what {@link #shutdown(boolean, boolean)} does between
     * shutting down and waiting if it is told to. A subclass overrides this, or that.
     */
    protected void cancelPending() {
        throw new UnsupportedOperationException(getClass() + " has to override cancelPending()");
    }

    /**
     * Returns what the user passed, from what a hook was given: for messages that name the task.
     *
     * @param taskOrFunction an argument of {@link #dispatch} or {@link #dispatchChunk}
     * @return the user's own object, or the argument if it is that
     */
    protected static Object passed(Object taskOrFunction) {
        return Calls.passed(taskOrFunction);
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Task<T> task) {
        return dispatch(Objects.requireNonNull(task, "task"));
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
        return dispatch(Objects.requireNonNull(task, "task"));
    }

    @Override
    public Future<@Nullable Void> submit(Action action) {
        return dispatch(Calls.of(Objects.requireNonNull(action, "action")));
    }

    @Override
    public Future<?> submit(Runnable task) {
        return this.<@Nullable Void>dispatch(Calls.of(Objects.requireNonNull(task, "task")));
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
        return dispatch(Calls.of(Objects.requireNonNull(task, "task"), result));
    }

    /**
     * Takes a task that has no future. What it throws goes to the uncaught-exception handler of the thread that
     * learns of it; that a task was cancelled, by {@link #shutdown(boolean, boolean)} for example, is logged.
     *
     * @param command the task
     * @throws BrokenExecutorException if the executor is broken
     * @throws java.util.concurrent.RejectedExecutionException if it was shut down
     */
    @Override
    public void execute(Runnable command) {
        Class<?> named = command.getClass(); // not the command, which would be kept from the collector with its future
        submit(command).addDoneCallback(done -> reportFailure(named, done));
    }

    private static void reportFailure(Class<?> task, Future<?> done) {
        try {
            TaskFailure.resultOf(done);
        } catch (CancellationException withNobodyToTell) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "a task that was given to execute() was cancelled, and nobody has a future to see that: {0}",
                    task.getName());
        } catch (ExecutionException failure) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, TaskFailure.causeOf(failure));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>If the input throws, or an item is {@code null}, or the executor refuses one while this method reads, this
     * method throws that, and what it submitted and has not started is cancelled. With a buffer size, an input that
     * throws later does so in its place: first come the results before it, then the iterator throws the same exception
     * and ends.
     */
    @Override
    public <T, R extends @Nullable Object> Results<R> map(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, MapOptions options) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(items, "items");
        MapOptions.Chain chain = (MapOptions.Chain) Objects.requireNonNull(options, "options");
        ContextPropagation.Context context = captureContext();
        return MapResults.start(
                this, context == null ? function : new ContextCall.OfItems<T, R>(context, function), items, chain);
    }

    /**
     * {@inheritDoc}
     *
     * <p>An input that throws is treated as in {@link #map(Fn, Iterable, MapOptions)}.
     */
    @Override
    public <A, B, R extends @Nullable Object> Results<R> map(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends A> first,
            Iterable<? extends B> second,
            MapOptions options) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
        return map(new Calls.PairFn<A, B, R>(function), Calls.<A, B>zip(first, second), options);
    }

    @Override
    public <T extends @Nullable Object> List<java.util.concurrent.Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return invokeAll(tasks, (Deadline) null);
    }

    @Override
    public <T extends @Nullable Object> List<java.util.concurrent.Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        return invokeAll(tasks, deadline(timeout, unit));
    }

    private <T extends @Nullable Object> List<java.util.concurrent.Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, @Nullable Deadline deadline) throws InterruptedException {
        List<Callable<T>> checked = List.copyOf(tasks);
        List<java.util.concurrent.Future<T>> futures = new ArrayList<>(checked.size());
        boolean allDone = false;
        try {
            for (Callable<T> task : checked) {
                futures.add(dispatch(task));
            }
            allDone = awaitAll(futures, deadline);
            return futures;
        } finally {
            if (!allDone) {
                futures.forEach(future -> future.cancel(true));
            }
        }
    }

    /** Waits until all are done; returns {@code false} if the deadline passed first. */
    static boolean awaitAll(Collection<? extends java.util.concurrent.Future<?>> futures, @Nullable Deadline deadline)
            throws InterruptedException {
        for (java.util.concurrent.Future<?> future : futures) {
            if (!awaitDone(future, deadline)) {
                return false;
            }
        }
        return true;
    }

    /** Waits until the future is done; returns {@code false} if the deadline passed first. */
    static boolean awaitDone(java.util.concurrent.Future<?> future, @Nullable Deadline deadline)
            throws InterruptedException {
        if (future.isDone()) {
            return true;
        }
        try {
            if (deadline == null) {
                future.get();
            } else {
                future.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (ExecutionException | CancellationException done) {
            return true;
        } catch (TimeoutException elapsed) {
            return future.isDone();
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, (Deadline) null);
        } catch (TimeoutException impossible) {
            throw new AssertionError("timed out without a timeout", impossible);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return invokeAny(tasks, deadline(timeout, unit));
    }

    private <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, @Nullable Deadline deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<Callable<T>> checked = List.copyOf(tasks);
        if (checked.isEmpty()) {
            throw new IllegalArgumentException("no tasks");
        }
        BlockingQueue<Future<T>> done = new LinkedBlockingQueue<>();
        List<Future<T>> started = new ArrayList<>(checked.size());
        try {
            // Starts one after the other, and no more once one has succeeded.
            ExecutionException lastFailure = null;
            for (int settled = 0; settled < checked.size(); ) {
                Future<T> next = done.poll();
                if (next == null && started.size() < checked.size()) {
                    Future<T> future = dispatch(checked.get(started.size()));
                    started.add(future);
                    future.addDoneCallback(finished -> done.add(future));
                    continue;
                }
                if (next == null) {
                    next = take(done, deadline);
                }
                settled++;
                try {
                    return TaskFailure.resultOf(next);
                } catch (ExecutionException failure) {
                    lastFailure = failure;
                } catch (CancellationException cancelled) {
                    lastFailure = new ExecutionException(cancelled);
                }
            }
            throw Objects.requireNonNull(lastFailure);
        } finally {
            started.forEach(future -> future.cancel(true));
        }
    }

    private static <E> E take(BlockingQueue<E> queue, @Nullable Deadline deadline)
            throws InterruptedException, TimeoutException {
        if (deadline == null) {
            return queue.take();
        }
        E element = queue.poll(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        if (element == null) {
            throw new TimeoutException("no task succeeded in time");
        }
        return element;
    }

    private static Deadline deadline(long timeout, TimeUnit unit) {
        return Deadline.after(Duration.ofNanos(unit.toNanos(timeout)));
    }

    @Override
    public void shutdown(boolean wait, boolean cancelFutures) {
        shutdown();
        if (cancelFutures) {
            cancelPending();
        }
        if (wait) {
            try {
                while (!awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
                    // a wait this long does not end; if it does, it goes on
                }
            } catch (InterruptedException stopWaiting) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Tasks that an interrupt keeps from starting are cancelled, so that nobody waits for them for ever.
     */
    @Override
    public void close() {
        shutdown();
        boolean interrupted = false;
        while (!isTerminated()) {
            try {
                awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException stopTheTasks) {
                if (!interrupted) {
                    interrupted = true;
                    cancelAll(shutdownNow());
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cancels those that have a future among what {@link #shutdownNow()} returned. */
    static void cancelAll(Collection<? extends Runnable> neverStarted) {
        for (Runnable task : neverStarted) {
            if (task instanceof Future<?> ours) {
                ours.cancel();
            } else if (task instanceof java.util.concurrent.Future<?> future) {
                future.cancel(false);
            }
        }
    }
}
