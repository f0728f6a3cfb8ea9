// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.futures.Action;
import procession.futures.BiFn;
import procession.futures.Fn;
import procession.futures.Progress;
import procession.futures.Results;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.futures.TaskOutput;
import procession.internal.Deadline;
import procession.multiprocessing.AsyncResult.Callbacks;

/**
 * Python's {@code Pool}: calls functions in worker JVMs, once or for each item of an input.
 * <pre>{@code
 * try (var pool = new Pool(4)) {
 *     System.out.println(pool.map(n -> n * n, List.of(1, 2, 3)));
 * }
 * }</pre>
 *
 * <p>Its workers are those of a {@link ProcessPoolExecutor}: what is said there about what travels, about output, and
 * about the ends of workers and of this JVM holds here.
 *
 * <table>
 *   <caption>Which method</caption>
 *   <tr><th></th><th>waits for the result</th><th>returns at once</th></tr>
 *   <tr><td>one call</td><td>{@code apply}</td><td>{@code applyAsync} → {@link AsyncResult}</td></tr>
 *   <tr><td>one for each item</td><td>{@code map} → list</td>
 *       <td>{@code mapAsync} → {@link AsyncResult} of a list; {@code imap} → {@link Results} in the order of the items,
 *       {@code imapUnordered} → {@link Results} as they come</td></tr>
 *   <tr><td>one for each pair</td><td>{@code starmap} → list</td><td>{@code starmapAsync}</td></tr>
 * </table>
 *
 * <p><b>Failures.</b> What a call throws is thrown where its result is asked for: an unchecked exception as itself, a
 * checked one inside a {@link CompletionException}. A worker that dies fails the one call that it was running with a
 * {@link WorkerDiedException}, and all others go on. {@link #terminate()} cancels: {@link CancellationException}. If
 * workers can't be started, or their initializer fails three times in a row, the pool is broken, and everything in it and
 * after fails with {@link BrokenProcessPoolException}. A function, task or item that can't travel is refused by the call
 * that takes it, with {@link NotTransferableException}. After {@link #close()} or {@code terminate()} every method that
 * takes calls throws {@link IllegalStateException}.
 *
 * <p><b>Chunks.</b> Items travel in groups of {@code chunksize}, which makes small calls cheaper. A group is a unit of
 * travel and of nothing else: each item succeeds or fails by itself, also when its worker dies in the middle of a group.
 * Without a given size, a list is cut into four groups for each process, and {@code imap} sends items one by one.
 *
 * <p><b>Lists</b> wait for all of their items, also when some fail, and then throw the failure of the first of those in
 * the order of the input: which exception it is does not depend on who was faster. All of the input is read before the
 * first call; if it throws, or has a {@code null}, nothing has been submitted.
 *
 * <p><b>Laziness.</b> {@code imap} and {@code imapUnordered} read as much of their input as fits into their buffer when
 * they are called, and the rest in the thread that takes the results, so that never more than the buffer size is read
 * and not taken: 16 × processes × chunksize, if no other size is given. So endless inputs and slow consumers work. An
 * input may wait for what its earlier items do. At one that takes more than a millisecond for a group the call stops,
 * with that group submitted, so that it does not block for as long as the buffer takes to fill; and taking reads no
 * more of it as long as a result is there. An item that fails, or that can't travel, makes {@link Results#next()}
 * throw, and the iteration goes on. An input that throws does so behind the results of what was read before it, and
 * that is the end. So does, with {@code IllegalStateException}, an input that was not read to its end before the pool
 * was closed. Closing the results cancels what has not started.
 *
 * <p><b>Callbacks</b> run before {@link AsyncResult#get()} returns, as is said there. That of an empty input runs in the
 * calling thread, in the call.
 *
 * <p>Memory consistency effects: actions before a call is submitted <i>happen-before</i> its arguments are serialized, and
 * the deserialization of its result <i>happens-before</i> its callback and actions after it was got. All methods may be
 * called by any thread.
 *
 * <p><i>Python:</i> {@code multiprocessing.Pool}. There, a worker's death loses its task, and {@code get()} and
 * {@code join()} never return; a failing initializer is tried again for ever; a failing callback stops all results; and
 * the end of a {@code with} block terminates the pool, while here it is {@link #close()}, which waits.
 */
public final class Pool implements AutoCloseable {
    private final ProcessPoolExecutor executor;
    private final PoolCalls calls;

    /** Whether close() or terminate() was called: join() must not wait for what nobody has told to end. */
    private volatile boolean ending;

    /** Makes a pool with as many workers as there are processors. */
    public Pool() {
        this(builder());
    }

    /**
     * Makes a pool.
     *
     * @param processes how many worker JVMs there may be at once, at least 1
     * @throws IllegalArgumentException if {@code processes} is less than 1
     */
    public Pool(int processes) {
        this(builder().processes(processes));
    }

    private Pool(Builder builder) {
        executor = new ProcessPoolExecutor(builder);
        calls = new PoolCalls(executor, builder.workers, builder.limits(), builder.progress);
    }

    /**
     * Returns a builder with the default of every option.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Calls a task in a worker and waits for its result. If interrupted, the task is cancelled unless it has started.
     *
     * <p><i>Python:</i> {@code apply(func, args)}, with a lambda that has its arguments in it.
     *
     * @param task what to call
     * @param <T> the type of the result
     * @return the result
     * @throws NotTransferableException if the task can't travel
     * @throws WorkerDiedException if its worker died
     * @throws CompletionException around a checked exception that the task threw
     * @throws CancellationException if the pool was terminated meanwhile
     * @throws BrokenProcessPoolException if the pool is broken
     * @throws IllegalStateException if the pool was closed or terminated before
     * @throws InterruptedException if interrupted while waiting
     */
    public <T extends @Nullable Object> T apply(Task<T> task) throws InterruptedException {
        return PoolCalls.waitFor(applyAsync(task));
    }

    /**
     * As {@link #apply(Task)}, for an action without a result.
     *
     * @param action what to call
     * @throws CompletionException around a checked exception that the action threw
     * @throws InterruptedException if interrupted while waiting
     */
    public void apply(Action action) throws InterruptedException {
        PoolCalls.waitFor(applyAsync(action));
    }

    /**
     * As {@link #apply(Task)}, for a function and its argument.
     *
     * @param function what to call
     * @param argument its argument
     * @param <T> the type of the argument
     * @param <R> the type of the result
     * @return the result
     * @throws NotTransferableException if the function or the argument can't travel
     * @throws InterruptedException if interrupted while waiting
     */
    public <T, R extends @Nullable Object> R apply(Fn<? super T, ? extends R> function, T argument)
            throws InterruptedException {
        return PoolCalls.waitFor(this.<T, R>applyAsync(function, argument));
    }

    /**
     * Calls a task in a worker, and returns at once.
     *
     * <p><i>Python:</i> {@code apply_async(func, args)}.
     *
     * @param task what to call
     * @param <T> the type of the result
     * @return the result, later
     * @throws NotTransferableException if the task can't travel
     * @throws BrokenProcessPoolException if the pool is broken
     * @throws IllegalStateException if the pool was closed or terminated
     */
    public <T extends @Nullable Object> AsyncResult<T> applyAsync(Task<T> task) {
        return calls.call(task, null);
    }

    /**
     * As {@link #applyAsync(Task)}, for an action without a result.
     *
     * @param action what to call
     * @return the result, later, which is {@code null}
     */
    public AsyncResult<@Nullable Void> applyAsync(Action action) {
        return calls.call(action, null);
    }

    /**
     * As {@link #applyAsync(Task)}, for a function and its argument.
     *
     * @param function what to call
     * @param argument its argument
     * @param <T> the type of the argument
     * @param <R> the type of the result
     * @return the result, later
     * @throws NotTransferableException if the function or the argument can't travel
     */
    public <T, R extends @Nullable Object> AsyncResult<R> applyAsync(Fn<? super T, ? extends R> function, T argument) {
        return calls.<T, R>call(function, argument);
    }

    /**
     * As {@link #applyAsync(Task)}, and calls back with the result, unless it fails.
     *
     * @param task what to call
     * @param callback called with the result
     * @param <T> the type of the result
     * @return the result, later
     */
    public <T extends @Nullable Object> AsyncResult<T> applyAsync(Task<T> task, Consumer<? super T> callback) {
        return calls.call(task, Callbacks.of(callback));
    }

    /**
     * As {@link #applyAsync(Task)}, and calls back with what became of it.
     *
     * <p><i>Python:</i> {@code apply_async(func, args, callback=…, error_callback=…)}.
     *
     * @param task what to call
     * @param callback called with the result
     * @param errorCallback called instead with what the task threw, or with why it has no result
     * @param <T> the type of the result
     * @return the result, later
     */
    public <T extends @Nullable Object> AsyncResult<T> applyAsync(
            Task<T> task, Consumer<? super T> callback, Consumer<? super Throwable> errorCallback) {
        return calls.call(task, Callbacks.of(callback, errorCallback));
    }

    /**
     * As {@link #applyAsync(Task, Consumer)}, for an action.
     *
     * @param action what to call
     * @param callback called with {@code null}
     * @return the result, later, which is {@code null}
     */
    public AsyncResult<@Nullable Void> applyAsync(Action action, Consumer<?> callback) {
        // a Consumer<?>, since anything else would make a lambda that fits an Action and a Task ambiguous
        return calls.call(action, Callbacks.ofNothing(callback));
    }

    /**
     * As {@link #applyAsync(Task, Consumer, Consumer)}, for an action.
     *
     * @param action what to call
     * @param callback called with {@code null}
     * @param errorCallback called instead with what the action threw, or with why it was not done
     * @return the result, later, which is {@code null}
     */
    public AsyncResult<@Nullable Void> applyAsync(
            Action action, Consumer<?> callback, Consumer<? super Throwable> errorCallback) {
        return calls.call(action, Callbacks.ofNothing(callback, errorCallback));
    }

    /**
     * Calls {@code function} for each item, and waits for all results. If interrupted, what has not
     * started is cancelled.
     *
     * <p><i>Python:</i> {@code map(func, iterable)}; there, the first failure in time decides.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results in the order of the items, in a new list
     * @throws NotTransferableException if the function or an item can't travel; what has not started of this call is cancelled
     * @throws WorkerDiedException if that is what became of the first item that failed
     * @throws CompletionException around a checked exception of the first item that failed
     * @throws CancellationException if the pool was terminated meanwhile
     * @throws BrokenProcessPoolException if the pool is broken
     * @throws IllegalStateException if the pool was closed or terminated before
     * @throws InterruptedException if interrupted while waiting
     */
    public <T, R extends @Nullable Object> List<R> map(Fn<? super T, ? extends R> function, Iterable<? extends T> items)
            throws InterruptedException {
        return new ArrayList<>(PoolCalls.waitFor(this.<T, R>mapAsync(function, items)));
    }

    /**
     * As {@link #map(Fn, Iterable)}, in groups of {@code chunksize}.
     *
     * <p><i>Python:</i> {@code map(func, iterable, chunksize)}, which returns nonsense for a {@code chunksize} of 0.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param chunksize items a group, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results in the order of the items, in a new list
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     * @throws InterruptedException if interrupted while waiting
     */
    public <T, R extends @Nullable Object> List<R> map(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize)
            throws InterruptedException {
        return new ArrayList<>(PoolCalls.waitFor(this.<T, R>mapAsync(function, items, chunksize)));
    }

    /**
     * Calls {@code function} for each item, and returns as soon as all is submitted.
     *
     * <p><i>Python:</i> {@code map_async(func, iterable)}.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, later, in the order of the items, in a list that can't be changed
     * @throws NotTransferableException if the function or an item can't travel; what has not started of this call is cancelled
     * @throws BrokenProcessPoolException if the pool is broken
     * @throws IllegalStateException if the pool was closed or terminated
     */
    public <T, R extends @Nullable Object> AsyncResult<List<R>> mapAsync(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items) {
        return calls.<T, R>callAll(function, items, PoolCalls.DEFAULT_CHUNKSIZE, null);
    }

    /**
     * As {@link #mapAsync(Fn, Iterable)}, in groups of {@code chunksize}.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param chunksize items a group, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, later, in the order of the items, in a list that can't be changed
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <T, R extends @Nullable Object> AsyncResult<List<R>> mapAsync(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize) {
        return calls.<T, R>callAll(function, items, PoolCalls.chunksize(chunksize), null);
    }

    /**
     * As {@link #mapAsync(Fn, Iterable)}, and calls back with the results, unless one fails.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param callback called with the list of all results
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, later, in the order of the items, in a list that can't be changed
     */
    public <T, R extends @Nullable Object> AsyncResult<List<R>> mapAsync(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, Consumer<? super List<R>> callback) {
        return calls.<T, R>callAll(function, items, PoolCalls.DEFAULT_CHUNKSIZE, Callbacks.of(callback));
    }

    /**
     * As {@link #mapAsync(Fn, Iterable)}, and calls back with what became of it.
     *
     * <p><i>Python:</i> {@code map_async(func, iterable, callback=…, error_callback=…)}; there, no callback follows an empty input.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param callback called with the list of all results
     * @param errorCallback called instead if some failed, with the first failure in the order of the input
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, later, in the order of the items, in a list that can't be changed
     */
    public <T, R extends @Nullable Object> AsyncResult<List<R>> mapAsync(
            Fn<? super T, ? extends R> function,
            Iterable<? extends T> items,
            Consumer<? super List<R>> callback,
            Consumer<? super Throwable> errorCallback) {
        return calls.<T, R>callAll(function, items, PoolCalls.DEFAULT_CHUNKSIZE, Callbacks.of(callback, errorCallback));
    }

    /**
     * As {@link #mapAsync(Fn, Iterable)}, in groups of {@code chunksize}, and calls back with what became of it.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}
     * @param chunksize items a group, at least 1
     * @param callback called with the list of all results
     * @param errorCallback called instead if some failed, with the first failure in the order of the input
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, later, in the order of the items, in a list that can't be changed
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <T, R extends @Nullable Object> AsyncResult<List<R>> mapAsync(
            Fn<? super T, ? extends R> function,
            Iterable<? extends T> items,
            int chunksize,
            Consumer<? super List<R>> callback,
            Consumer<? super Throwable> errorCallback) {
        return calls.<T, R>callAll(
                function, items, PoolCalls.chunksize(chunksize), Callbacks.of(callback, errorCallback));
    }

    /**
     * As {@link #map(Fn, Iterable)}, with the two halves of each pair.
     *
     * <p>A pair is {@code Map.entry(a, b)}, or comes out of {@code map.entrySet()}. For more than two arguments, map over a
     * record of them.
     *
     * <p><i>Python:</i> {@code starmap(func, iterable)}.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results in the order of the pairs, in a new list
     * @throws InterruptedException if interrupted while waiting
     */
    public <A, B, R extends @Nullable Object> List<R> starmap(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs)
            throws InterruptedException {
        return new ArrayList<>(PoolCalls.waitFor(this.<A, B, R>starmapAsync(function, pairs)));
    }

    /**
     * As {@link #map(Fn, Iterable, int)}, with the two halves of each pair.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param chunksize items a group, at least 1
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results in the order of the pairs, in a new list
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     * @throws InterruptedException if interrupted while waiting
     */
    public <A, B, R extends @Nullable Object> List<R> starmap(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            int chunksize)
            throws InterruptedException {
        return new ArrayList<>(PoolCalls.waitFor(this.<A, B, R>starmapAsync(function, pairs, chunksize)));
    }

    /**
     * As {@link #mapAsync(Fn, Iterable)}, with the two halves of each pair.
     *
     * <p><i>Python:</i> {@code starmap_async(func, iterable)}.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, later, in the order of the pairs, in a list that can't be changed
     */
    public <A, B, R extends @Nullable Object> AsyncResult<List<R>> starmapAsync(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs) {
        return calls.<A, B, R>callAllPairs(function, pairs, PoolCalls.DEFAULT_CHUNKSIZE, null);
    }

    /**
     * As {@link #mapAsync(Fn, Iterable, int)}, with the two halves of each pair.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param chunksize items a group, at least 1
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, later, in the order of the pairs, in a list that can't be changed
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <A, B, R extends @Nullable Object> AsyncResult<List<R>> starmapAsync(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            int chunksize) {
        return calls.<A, B, R>callAllPairs(function, pairs, PoolCalls.chunksize(chunksize), null);
    }

    /**
     * As {@link #mapAsync(Fn, Iterable, Consumer)}, with the two halves of each pair.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param callback called with the list of all results
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, later, in the order of the pairs, in a list that can't be changed
     */
    public <A, B, R extends @Nullable Object> AsyncResult<List<R>> starmapAsync(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            Consumer<? super List<R>> callback) {
        return calls.<A, B, R>callAllPairs(function, pairs, PoolCalls.DEFAULT_CHUNKSIZE, Callbacks.of(callback));
    }

    /**
     * As {@link #mapAsync(Fn, Iterable, Consumer, Consumer)}, with the two halves of each pair.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param callback called with the list of all results
     * @param errorCallback called instead if some failed, with the first failure in the order of the input
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, later, in the order of the pairs, in a list that can't be changed
     */
    public <A, B, R extends @Nullable Object> AsyncResult<List<R>> starmapAsync(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            Consumer<? super List<R>> callback,
            Consumer<? super Throwable> errorCallback) {
        return calls.<A, B, R>callAllPairs(
                function, pairs, PoolCalls.DEFAULT_CHUNKSIZE, Callbacks.of(callback, errorCallback));
    }

    /**
     * As {@link #mapAsync(Fn, Iterable, int, Consumer, Consumer)}, with the two halves of each pair.
     *
     * @param function what to call
     * @param pairs its arguments, a key and a value each, none {@code null}
     * @param chunksize items a group, at least 1
     * @param callback called with the list of all results
     * @param errorCallback called instead if some failed, with the first failure in the order of the input
     * @param <A> the type of a first argument
     * @param <B> the type of a second argument
     * @param <R> the type of a result
     * @return the results, later, in the order of the pairs, in a list that can't be changed
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <A, B, R extends @Nullable Object> AsyncResult<List<R>> starmapAsync(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            int chunksize,
            Consumer<? super List<R>> callback,
            Consumer<? super Throwable> errorCallback) {
        return calls.<A, B, R>callAllPairs(
                function, pairs, PoolCalls.chunksize(chunksize), Callbacks.of(callback, errorCallback));
    }

    /**
     * Calls {@code function} for each item, and returns the results in the order of the items. The input is read as the
     * results are taken.
     *
     * <p><i>Python:</i> {@code imap(func, iterable)}, which reads all of its input at once.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of the items
     * @throws NotTransferableException if the function can't travel
     * @throws IllegalStateException if the pool was closed or terminated
     */
    public <T, R extends @Nullable Object> Results<R> imap(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items) {
        return calls.<T, R>start(function, items, 1, calls.bufferFor(1), true);
    }

    /**
     * As {@link #imap(Fn, Iterable)}, in groups of {@code chunksize}.
     *
     * <p><i>Python:</i> {@code imap(func, iterable, chunksize)}, where the first failure is the end.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param chunksize items a group, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of the items
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <T, R extends @Nullable Object> Results<R> imap(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize) {
        return calls.<T, R>start(function, items, PoolCalls.chunksize(chunksize), calls.bufferFor(chunksize), true);
    }

    /**
     * As {@link #imap(Fn, Iterable)}, in groups of {@code chunksize} or half of the buffer size, whichever is
     * less.
     *
     * <p><i>Python:</i> {@code imap(func, iterable, chunksize, buffersize)} of 3.16.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param chunksize items a group, at least 1
     * @param buffersize how many items are read and not taken at most, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of the items
     * @throws IllegalArgumentException if {@code chunksize} or {@code buffersize} is less than 1
     */
    public <T, R extends @Nullable Object> Results<R> imap(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize, int buffersize) {
        return calls.<T, R>start(
                function, items, PoolCalls.chunksize(chunksize), PoolCalls.atLeastOne("buffersize", buffersize), true);
    }

    /**
     * As {@link #imap(Fn, Iterable)}, with the results as they become ready, in whichever order.
     *
     * <p><i>Python:</i> {@code imap_unordered(func, iterable)}.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of completion
     */
    public <T, R extends @Nullable Object> Results<R> imapUnordered(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items) {
        return calls.<T, R>start(function, items, 1, calls.bufferFor(1), false);
    }

    /**
     * As {@link #imap(Fn, Iterable, int)}, with the results as they become ready.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param chunksize items a group, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of completion
     * @throws IllegalArgumentException if {@code chunksize} is less than 1
     */
    public <T, R extends @Nullable Object> Results<R> imapUnordered(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize) {
        return calls.<T, R>start(function, items, PoolCalls.chunksize(chunksize), calls.bufferFor(chunksize), false);
    }

    /**
     * As {@link #imap(Fn, Iterable, int, int)}, with the results as they become ready.
     *
     * @param function what to call
     * @param items its arguments, none {@code null}; may be endless
     * @param chunksize items a group, at least 1
     * @param buffersize how many items are read and not taken at most, at least 1
     * @param <T> the type of an item
     * @param <R> the type of a result
     * @return the results, in the order of completion
     * @throws IllegalArgumentException if {@code chunksize} or {@code buffersize} is less than 1
     */
    public <T, R extends @Nullable Object> Results<R> imapUnordered(
            Fn<? super T, ? extends R> function, Iterable<? extends T> items, int chunksize, int buffersize) {
        return calls.<T, R>start(
                function, items, PoolCalls.chunksize(chunksize), PoolCalls.atLeastOne("buffersize", buffersize), false);
    }

    /**
     * Takes no more calls, and waits until those submitted are done, their callbacks have returned, and every worker has
     * ended. May be called again, and by several threads.
     *
     * <p>If interrupted, it {@linkplain #terminate() terminates} the pool, goes on waiting for that, and sets the flag
     * again at the end. Called by a callback, it does not wait for callbacks.
     *
     * <p><i>Python:</i> {@code close()} and {@code join()} in one; {@code with pool:} is {@code terminate()} there.
     */
    @Override
    public void close() {
        ending = true;
        calls.end();
        executor.close();
    }

    /**
     * Takes no more calls, cancels those that have not started, and kills the workers that run one, whose results are
     * cancelled too. Returns at once, and may be called again.
     *
     * <p><i>Python:</i> {@code terminate()}; there, results that are outstanding stay so for ever.
     */
    public void terminate() {
        ending = true;
        calls.end();
        executor.shutdownNow();
    }

    /**
     * Waits until every call is done and every worker has ended; after {@link #close()} or {@link #terminate()}. Called
     * by a callback, it does not wait for callbacks.
     *
     * <p><i>Python:</i> {@code join()}, which raises {@code ValueError} for a pool that is still running.
     *
     * @throws IllegalStateException if the pool is still running
     * @throws InterruptedException if interrupted while waiting
     */
    public void join() throws InterruptedException {
        checkEnding();
        while (!executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
            // a wait this long does not end; if it does, it goes on
        }
    }

    /**
     * As {@link #join()}, for {@code timeout} at most.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return {@code true} if the pool has ended, {@code false} if the time elapsed first
     * @throws IllegalStateException if the pool is still running
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean join(Duration timeout) throws InterruptedException {
        long nanos = Deadline.toNanosSaturated(timeout);
        checkEnding();
        return executor.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }

    private void checkEnding() {
        if (!ending) {
            throw new IllegalStateException("Pool is still running: call close() or terminate() before join()");
        }
    }

    @Override
    public String toString() {
        return "Pool " + executor.loop();
    }

    /** Options of a pool; each method changes this builder and returns it. */
    public static final class Builder extends PoolBuilder<Builder> {
        private TaskOptions.Chain taskOptions = TaskOptions.defaults();
        private @Nullable Consumer<? super TaskOutput> outputConsumer;
        private @Nullable Progress progress;

        private Builder() {}

        /**
         * Sets how many worker JVMs there may be at once, which are started when there is work for them.
         *
         * @param count at least 1; as many as there are processors if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code count} is less than 1
         */
        public Builder processes(int count) {
            return workers("processes", count);
        }

        /**
         * Sets the limits of every call, for one item too: timeouts, retries, and what becomes of one that fails its limits.
         * A timeout here wins over {@code taskTimeout}, and a consumer given to {@link #captureOutput} over one here.
         *
         * @param options the limits; {@link TaskOptions#defaults()} if it is never set
         * @return this builder
         */
        public Builder taskOptions(TaskOptions options) {
            taskOptions = (TaskOptions.Chain) Objects.requireNonNull(options, "taskOptions");
            return this;
        }

        /**
         * Sets who is given what each call prints, by {@link TaskOptions#captureOutput(Consumer)}.
         *
         * @param consumer called where callbacks are, for each call when it is done, in whichever way
         * @return this builder
         */
        public Builder captureOutput(Consumer<? super TaskOutput> consumer) {
            outputConsumer = Objects.requireNonNull(consumer, "captureOutput");
            return this;
        }

        private TaskOptions.Chain limits() {
            return outputConsumer == null ? taskOptions : taskOptions.captureOutput(outputConsumer);
        }

        /**
         * Sets what shows how far each {@code map}, {@code starmap} and {@code imap} has come, in all their forms.
         *
         * <p><i>Python:</i> not in the standard library; mpire's {@code progress_bar}.
         *
         * @param display what to show it with, such as {@link Progress#text()}; nothing if it is never set
         * @return this builder
         */
        public Builder progress(Progress display) {
            progress = Objects.requireNonNull(display, "progress");
            return this;
        }

        /**
         * Makes the pool.
         *
         * @return the pool
         * @throws NotTransferableException if the initializer or the exit hook can't travel
         */
        public Pool build() {
            return new Pool(this);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
