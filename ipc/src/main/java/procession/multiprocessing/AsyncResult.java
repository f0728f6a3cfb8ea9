// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.common.util.concurrent.Futures;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.futures.Future;
import procession.futures.Outcome;
import procession.internal.Deadline;
import procession.internal.progress.ProgressMeter;

/**
 * What the asynchronous methods of a {@link Pool} return: a result that will be there.
 *
 * <p>It is ready when all of its tasks have returned, failed or been cancelled <em>and</em> its callback has returned,
 * so whoever has got the result finds what the callback did. Only callbacks themselves see it ready before that, so that
 * one may ask for this result and wait for others. It becomes ready in any case: the death of a worker, a broken pool
 * and {@link Pool#terminate()} are failures of the tasks that they hit.
 *
 * <p>Callbacks run one after the other on a thread of the pool. One that throws is logged (to {@link System.Logger}
 * {@code procession.multiprocessing}) and has no other effect. Each should be quick, since it keeps the others waiting.
 *
 * <p>All methods may be called by any thread.
 *
 * <p>Memory consistency effects: actions of the tasks, as far as their results carry them, and of the callback
 * <i>happen-before</i> actions after any method here that saw the result ready.
 *
 * <p><i>Python:</i> {@code multiprocessing.pool.AsyncResult}.
 *
 * @param <T> the type of the result
 */
public final class AsyncResult<T extends @Nullable Object> {
    /*
     * Overview. Counts its tasks down; what they became is gathered by whoever asks first.
     *
     *   each task done ──► unfinished ── 0 ──► finished ──► callback thread: gather, call back ──► announced
     *                                              └── no callbacks ──────────────────────────────► announced
     *
     * The count is all that happens on the pool's thread. Others wait for announced; callbacks wait for finished, since
     * what announces runs behind them on their own thread.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");

    /** Says what came of tasks that are all done. */
    private interface Gatherer<T extends @Nullable Object> {
        Outcome<T> gather();
    }

    /** Whom to call when the result is there. */
    record Callbacks<T extends @Nullable Object>(
            Consumer<? super T> callback, Consumer<? super Throwable> errorCallback) {
        static <T extends @Nullable Object> Callbacks<T> of(
                Consumer<? super T> callback, Consumer<? super Throwable> errorCallback) {
            return new Callbacks<>(
                    Objects.requireNonNull(callback, "callback"),
                    Objects.requireNonNull(errorCallback, "errorCallback"));
        }

        static <T extends @Nullable Object> Callbacks<T> of(Consumer<? super T> callback) {
            return of(callback, failure -> {});
        }

        static Callbacks<@Nullable Void> ofNothing(Consumer<?> callback) {
            return ofNothing(callback, failure -> {});
        }

        /** Of an action, which has no result that a callback could want to be of some type. */
        @SuppressWarnings("NullAway") // null is of every type
        static Callbacks<@Nullable Void> ofNothing(Consumer<?> callback, Consumer<? super Throwable> errorCallback) {
            Objects.requireNonNull(callback, "callback");
            return of(nothing -> callback.accept(null), errorCallback);
        }
    }

    private final TaskRunner runner;
    private final List<? extends ProcessTask<?>> tasks;
    private final AtomicInteger unfinished;
    private final @Nullable Callbacks<T> callbacks;
    private final @Nullable ProgressMeter meter;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch announced;
    private final ReentrantLock lock = new ReentrantLock();

    /** The task, if there is only one; written before this is handed out. */
    private @Nullable ProcessTask<?> onlyTask;

    /** Until the outcome is known. */
    @GuardedBy("lock")
    private @Nullable Gatherer<T> gatherer;

    @GuardedBy("lock")
    private @Nullable Outcome<T> outcome;

    private AsyncResult(
            TaskRunner runner,
            List<? extends ProcessTask<?>> tasks,
            int count,
            Gatherer<T> gatherer,
            @Nullable Callbacks<T> callbacks,
            @Nullable ProgressMeter meter) {
        this.meter = meter;
        this.runner = runner;
        this.tasks = tasks;
        this.unfinished = new AtomicInteger(count);
        this.gatherer = gatherer;
        this.callbacks = callbacks;
        this.announced = callbacks == null ? finished : new CountDownLatch(1);
    }

    /**
     * Returns the result of one task, which has to be in the list before it is submitted.
     */
    static <T extends @Nullable Object> AsyncResult<T> ofOne(
            TaskRunner runner, List<ProcessTask<T>> task, @Nullable Callbacks<T> callbacks) {
        return new AsyncResult<>(runner, task, 1, () -> outcomeOf(task.get(0)), callbacks, null);
    }

    /**
     * Returns the list of the results of {@code count} tasks, each of which has to be in the list before it is submitted.
     */
    static <R extends @Nullable Object> AsyncResult<List<R>> ofAll(
            TaskRunner runner,
            List<ProcessTask<R>> tasks,
            int count,
            @Nullable Callbacks<List<R>> callbacks,
            @Nullable ProgressMeter meter) {
        AsyncResult<List<R>> result = new AsyncResult<>(runner, tasks, count, () -> allOf(tasks), callbacks, meter);
        if (count == 0) {
            result.announce();
        }
        return result;
    }

    @SuppressWarnings("NullAway") // a result is an R, and R says itself whether that may be null
    static <R extends @Nullable Object> Outcome<R> outcomeOf(Future<R> done) {
        try {
            return Outcome.success(Futures.getDone(done));
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            return Outcome.failure(cause == null ? failure : cause);
        } catch (CancellationException cancelled) {
            return Outcome.failure(cancelled);
        }
    }

    private static <R extends @Nullable Object> Outcome<List<R>> allOf(List<ProcessTask<R>> done) {
        List<R> values = new ArrayList<>(done.size());
        for (ProcessTask<R> task : done) {
            Outcome<R> outcome = outcomeOf(task);
            Throwable failure = outcome.failure();
            if (failure != null) {
                return Outcome.failure(failure);
            }
            values.add(outcome.value());
        }
        return Outcome.success(Collections.unmodifiableList(values));
    }

    /** Notes that it is the result of one task, for which a thread that waits may run the pool. */
    void isOf(ProcessTask<?> task) {
        onlyTask = task;
    }

    /** One more of the tasks is done. */
    void taskIsDone(ProcessTask<?> task) {
        if (meter != null) {
            meter.done(outcomeOf(task).succeeded());
        }
        if (unfinished.decrementAndGet() == 0) {
            finished.countDown();
            if (callbacks != null) {
                runner.runOutside(this::announce);
            }
        }
    }

    private void announce() {
        finished.countDown();
        if (callbacks != null) {
            try {
                Outcome<T> known = outcome();
                Throwable failure = known.failure();
                if (failure == null) {
                    callbacks.callback().accept(known.value());
                } else {
                    callbacks.errorCallback().accept(failure);
                }
            } catch (Throwable failure) {
                logFailedCallback(failure);
            } finally {
                announced.countDown();
            }
        }
    }

    private static void logFailedCallback(Throwable failure) {
        try {
            LOGGER.log(Level.ERROR, "a callback of a Pool's result failed; the others go on", failure);
        } catch (Throwable cannotEvenLog) {
            // out of stack or memory: the callbacks that are left come first
        }
    }

    /**
     * Cancels what has not started, from the last, so that workers don't start the second instead of the first; for the
     * thread that submits, of a result that nobody else has.
     */
    void cancelPending() {
        for (int i = tasks.size() - 1; i >= 0; i--) {
            tasks.get(i).cancel();
        }
    }

    private Outcome<T> outcome() {
        lock.lock();
        try {
            if (outcome == null && gatherer != null) {
                outcome = gatherer.gather();
                gatherer = null;
                tasks.clear(); // whose results are all in the outcome
            }
            if (outcome == null) {
                throw new AssertionError("neither an outcome nor tasks");
            }
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the display show the end before the caller goes on, who may print to the same terminal. */
    private void finishDisplay() {
        if (meter != null && !runner.isCallbackThread()) {
            meter.finish();
        }
    }

    private CountDownLatch latch() {
        return runner.isCallbackThread() ? finished : announced;
    }

    /**
     * Waits until the result is ready and returns it, or throws what its task threw.
     *
     * <p>An unchecked exception or error is thrown as itself, the same object each time; a checked one is wrapped. Of
     * several items that failed, the first in the order of the input decides. If interrupted, this stops waiting and the
     * tasks go on.
     *
     * <p><i>Python:</i> {@code get()}; there, of several items the first to fail in time decides.
     *
     * @return the result; for {@code mapAsync} an unmodifiable list, the same each time
     * @throws WorkerDiedException if the worker that ran the task died
     * @throws CompletionException around a checked exception that the task threw
     * @throws CancellationException if the pool was terminated first
     * @throws InterruptedException if interrupted while waiting
     */
    public T get() throws InterruptedException {
        await();
        return outcome().value();
    }

    /**
     * Waits until the result is ready, for {@code timeout} at most, and returns it, or throws what its task threw.
     *
     * <p><i>Python:</i> {@code get(timeout)}.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the result
     * @throws TimeoutException if the time elapsed first; the tasks go on, and a later call can have the result
     * @throws WorkerDiedException if the worker that ran the task died
     * @throws CompletionException around a checked exception that the task threw
     * @throws CancellationException if the pool was terminated first
     * @throws InterruptedException if interrupted while waiting
     */
    public T get(Duration timeout) throws InterruptedException, TimeoutException {
        if (!await(timeout)) {
            throw new TimeoutException("the result is not ready, and was waited for " + timeout);
        }
        return outcome().value();
    }

    /**
     * Waits until the result is ready, whether as a value or as a failure.
     *
     * <p><i>Python:</i> {@code wait()}.
     *
     * @throws InterruptedException if interrupted while waiting
     */
    public void await() throws InterruptedException {
        boolean ready = false;
        while (!ready) {
            ready = await(Long.MAX_VALUE);
        }
        finishDisplay();
    }

    /**
     * Waits until the result is ready, for {@code timeout} at most, and says whether it is.
     *
     * <p><i>Python:</i> {@code wait(timeout)}, which returns nothing.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return {@code true} if the result is ready, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean await(Duration timeout) throws InterruptedException {
        boolean ready = await(Deadline.toNanosSaturated(timeout));
        if (ready) {
            finishDisplay();
        }
        return ready;
    }

    private boolean await(long nanos) throws InterruptedException {
        CountDownLatch latch = latch();
        ProcessTask<?> task = onlyTask;
        if (task == null || nanos <= 0 || latch.getCount() == 0) {
            return latch.await(nanos, TimeUnit.NANOSECONDS);
        }
        long start = System.nanoTime();
        boolean follows = runner.leadOrFollow(task, task::isDone, nanos);
        try {
            return latch.await(Math.max(0, nanos - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
        } finally {
            if (follows) {
                runner.followerIsGone();
            }
        }
    }

    /**
     * Returns whether the result is there, as a value or as a failure; does not wait.
     *
     * <p><i>Python:</i> {@code ready()}.
     *
     * @return {@code true} if {@link #get()} would not wait
     */
    public boolean ready() {
        return latch().getCount() == 0;
    }

    /**
     * Returns whether the result is a value; does not wait.
     *
     * <p><i>Python:</i> {@code successful()}, which raises {@code ValueError} before the result is ready.
     *
     * @return {@code true} if {@link #get()} would return, {@code false} if it would throw what a task threw
     * @throws IllegalStateException if the result is not ready
     */
    public boolean successful() {
        if (!ready()) {
            throw new IllegalStateException("not ready: whether it is successful is known after await()");
        }
        return outcome().succeeded();
    }

    @Override
    public String toString() {
        return "AsyncResult["
                + (!ready() ? unfinished + " tasks not done" : outcome().succeeded() ? "returned" : "failed") + "]";
    }
}
