// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.Iterables;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import procession.futures.Action;
import procession.futures.BiFn;
import procession.futures.Fn;
import procession.futures.Progress;
import procession.futures.Results;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.internal.progress.ProgressMeter;

/** Turns what a {@link Pool} is asked to call into tasks of its executor. */
final class PoolCalls {
    static final String NOT_RUNNING = "Pool not running: close() or terminate() was called";

    /** Stands for the size that makes as many chunks as CHUNKS_A_PROCESS says. */
    static final int DEFAULT_CHUNKSIZE = 0;

    /** Into so many a list is cut, so that the others don't wait long for an uneven one. */
    private static final int CHUNKS_A_PROCESS = 4;

    /** Enough that workers can be given quick ones ahead while the results of others are taken. */
    private static final int BUFFERED_CHUNKS_A_PROCESS = 16;

    /** The classes of collections, with those inside of them, that compute nothing when they are read. */
    private static final Set<String> HOLDERS = Set.of(
            "java.util.ArrayDeque",
            "java.util.ArrayList",
            "java.util.Arrays",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.ImmutableCollections",
            "java.util.LinkedHashMap",
            "java.util.LinkedHashSet",
            "java.util.LinkedList",
            "java.util.TreeMap",
            "java.util.TreeSet");

    /** Where calls run in their callers, who wants to see each one when its result is taken. */
    private static final int BUFFERED_CHUNKS_INLINE = 2;

    private final ProcessPoolExecutor executor;
    private final int processes;

    /** Those of every call. */
    private final TaskOptions.Chain limits;

    /** What shows how far a map has come, or nothing. */
    private final @Nullable Progress progress;

    /** Whether the pool was closed or terminated; the executor has the last word. */
    private volatile boolean ended;

    /** {@code processes} is 0 if calls run in their callers. */
    PoolCalls(ProcessPoolExecutor executor, int processes, TaskOptions.Chain limits, @Nullable Progress progress) {
        this.executor = executor;
        this.limits = limits;
        this.processes = Math.max(1, processes);
        this.progress = progress;
    }

    void end() {
        ended = true;
    }

    private void checkRunning() {
        if (ended) {
            throw new IllegalStateException(NOT_RUNNING);
        }
    }

    <T extends @Nullable Object> AsyncResult<T> call(Task<T> task, AsyncResult.@Nullable Callbacks<T> callbacks) {
        return call(Objects.requireNonNull(task, "task"), task, callbacks);
    }

    AsyncResult<@Nullable Void> call(Action action, AsyncResult.@Nullable Callbacks<@Nullable Void> callbacks) {
        return this.<@Nullable Void>call(new ActionCall(Objects.requireNonNull(action, "action")), action, callbacks);
    }

    <T, R extends @Nullable Object> AsyncResult<R> call(Fn<? super T, ? extends R> function, T argument) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(argument, "argument");
        checkRunning();
        FunctionCalls<T, R> calls = new FunctionCalls<>(executor, function, function, limits);
        List<ProcessTask<R>> tasks = new ArrayList<>(1);
        AsyncResult<R> result = AsyncResult.ofOne(executor.loop(), tasks, null);
        ProcessTask<R> only = calls.only(argument, result::taskIsDone);
        tasks.add(only);
        result.isOf(only);
        calls.submit(List.of(calls.batch(tasks)));
        return result;
    }

    private <T extends @Nullable Object> AsyncResult<T> call(
            Callable<T> task, Object passed, AsyncResult.@Nullable Callbacks<T> callbacks) {
        checkRunning();
        List<ProcessTask<T>> tasks = new ArrayList<>(1);
        AsyncResult<T> result = AsyncResult.ofOne(executor.loop(), tasks, callbacks);
        ProcessTask<T> only = new ProcessTask<>(
                executor.loop(),
                executor.loop().nextTaskId(),
                ProcessPoolExecutor.inWords(passed),
                executor.encode(CapturedOutput.sent(task, limits, executor.loop())),
                limits,
                result::taskIsDone);
        tasks.add(only);
        result.isOf(only);
        FunctionCalls.submit(executor, List.of(Batch.of(only)));
        return result;
    }

    <T, R extends @Nullable Object> AsyncResult<List<R>> callAll(
            Fn<? super T, ? extends R> function,
            Iterable<? extends T> items,
            int chunksize,
            AsyncResult.@Nullable Callbacks<List<R>> callbacks) {
        Objects.requireNonNull(function, "function");
        return this.<T, R>callAll(function, function, items, chunksize, callbacks);
    }

    <A, B, R extends @Nullable Object> AsyncResult<List<R>> callAllPairs(
            BiFn<? super A, ? super B, ? extends R> function,
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            int chunksize,
            AsyncResult.@Nullable Callbacks<List<R>> callbacks) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(pairs, "pairs");
        Iterable<Pair<A, B>> items = Iterables.transform(pairs, PoolCalls::<A, B>pairOf);
        return this.<Pair<A, B>, R>callAll(new PairCall<A, B, R>(function), function, items, chunksize, callbacks);
    }

    private <T, R extends @Nullable Object> AsyncResult<List<R>> callAll(
            Fn<? super T, ? extends R> function,
            Object passed,
            Iterable<? extends T> items,
            int chunksize,
            AsyncResult.@Nullable Callbacks<List<R>> callbacks) {
        Objects.requireNonNull(items, "items");
        checkRunning();
        FunctionCalls<T, R> calls = new FunctionCalls<>(executor, function, passed, limits);
        List<T> all = listOf(items);
        List<ProcessTask<R>> tasks = new ArrayList<>(all.size());
        ProgressMeter meter = meter(all);
        AsyncResult<List<R>> result = AsyncResult.ofAll(executor.loop(), tasks, all.size(), callbacks, meter);
        boolean submitted = false;
        try {
            int chunk = chunksize == DEFAULT_CHUNKSIZE ? defaultChunksize(all.size()) : chunksize;
            for (int from = 0; from < all.size(); from = tasks.size()) {
                List<T> group = all.subList(from, from + Math.min(chunk, all.size() - from));
                for (T item : group) {
                    tasks.add(calls.task(item, result::taskIsDone));
                }
                calls.submit(List.of(calls.batch(List.copyOf(tasks.subList(from, tasks.size())))));
            }
            submitted = true;
        } finally {
            if (!submitted) {
                if (meter != null) {
                    meter.stop();
                }
                result.cancelPending();
            }
        }
        return result;
    }

    private @Nullable ProgressMeter meter(List<?> all) {
        if (progress == null) {
            return null;
        }
        ProgressMeter meter = ProgressMeter.start(progress, all);
        meter.submitted(all.size());
        meter.inputEnded();
        return meter;
    }

    <T, R extends @Nullable Object> Results<R> start(
            Fn<? super T, ? extends R> function,
            Iterable<? extends T> items,
            int chunksize,
            int buffersize,
            boolean ordered) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(items, "items");
        checkRunning();
        FunctionCalls<T, R> calls = new FunctionCalls<>(executor, function, function, limits);
        Iterator<? extends T> input = items.iterator();
        ProgressMeter meter = progress == null ? null : ProgressMeter.start(progress, items);
        boolean inBursts = holdsItsItems(items) && !executor.loop().isInline();
        return LazyResults.start(
                calls, input, inBursts, chunksize, buffersize, ordered, meter, LazyResults.QUICK_NANOS);
    }

    /** Waits for a result that nobody else has. */
    static <T extends @Nullable Object> T waitFor(AsyncResult<T> result) throws InterruptedException {
        try {
            result.await();
        } catch (InterruptedException nobodyWantsItAnyMore) {
            result.cancelPending();
            throw nobodyWantsItAnyMore;
        }
        return result.get();
    }

    /** Returns whether reading an item never waits and runs no code of the user's, as in views that compute their items. */
    private static boolean holdsItsItems(Iterable<?> items) {
        Class<?> outermost = items.getClass();
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        return items instanceof ImmutableCollection || HOLDERS.contains(outermost.getName());
    }

    private static <T> List<T> listOf(Iterable<? extends T> items) {
        List<T> all = new ArrayList<>(items instanceof Collection<?> sized ? sized.size() : 0);
        for (T item : items) {
            all.add(Objects.requireNonNull(item, "item"));
        }
        return all;
    }

    int defaultChunksize(int items) {
        long chunks = (long) CHUNKS_A_PROCESS * processes;
        return (int) ((items + chunks - 1) / chunks);
    }

    /** Returns how many items of chunks of this size are read and not taken, if nothing else is said. */
    int bufferFor(int chunksize) {
        long chunks =
                executor.loop().isInline() ? BUFFERED_CHUNKS_INLINE : (long) BUFFERED_CHUNKS_A_PROCESS * processes;
        return (int) Math.min(Integer.MAX_VALUE, Math.min(chunks, Integer.MAX_VALUE) * chunksize);
    }

    static int chunksize(int items) {
        return atLeastOne("chunksize", items);
    }

    static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
        return value;
    }

    private record ActionCall(Action action) implements Task<@Nullable Void> {
        @Override
        public @Nullable Void call() throws Exception {
            action.execute();
            return null;
        }
    }

    /**
     * Two arguments that travel as one; the entries of many maps don't travel.
     *
     * @param first the first argument
     * @param second the second argument
     * @param <A> the type of the first
     * @param <B> the type of the second
     */
    @SuppressWarnings("serial") // as serializable as what it holds, which is checked when it travels
    private record Pair<A, B>(A first, B second) implements Serializable {}

    private record PairCall<A, B, R extends @Nullable Object>(BiFn<? super A, ? super B, ? extends R> function)
            implements Fn<Pair<A, B>, R> {
        @Override
        public R apply(Pair<A, B> pair) throws Exception {
            return function.apply(pair.first(), pair.second());
        }
    }

    private static <A, B> Pair<A, B> pairOf(Map.Entry<? extends A, ? extends B> entry) {
        A first = Objects.requireNonNull(entry.getKey(), "first half of a pair");
        return new Pair<>(first, Objects.requireNonNull(entry.getValue(), "second half of a pair"));
    }
}
