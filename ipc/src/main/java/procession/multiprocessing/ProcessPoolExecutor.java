// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.futures.AbstractExecutor;
import procession.futures.Action;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.TaskOptions;
import procession.internal.Deadline;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.launch.LogSettings;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.launch.WorkerSizing;

/**
 * Runs tasks in worker JVMs, of which any can die without taking more than its one task along.
 * <pre>{@code
 * try (var pool = new ProcessPoolExecutor(4)) {
 *     var future = pool.submit(() -> fibonacci(30));
 *     System.out.println(future.result());
 * }
 * }</pre>
 *
 * <p><b>What travels.</b> A task is serialized in the call of {@code submit}, with what it captures, and its result or
 * exception on the way back. What can't be serialized fails in the caller's own stack with a
 * {@link NotTransferableException} that names it. A worker has the class path or module path of this JVM, its system
 * properties from the command line, and its environment; it shares no memory with it.
 *
 * <p><b>What can happen to a worker.</b> One that is killed, exits, or runs out of memory fails the task that it was
 * running with a {@link WorkerDiedException}; another worker takes its place, and all other tasks go on. A task that
 * had not started when its worker died is given to another one; a task that had started is never run twice.
 * The worker's successor starts at once, however many died before it: each death ends one attempt at one task, so there
 * are no more of them than attempts. (Ten in a row without an answer are logged once.) Arguments that kill their readers
 * before the task starts, for lack of memory, say, are given to three workers at most.
 * {@code cancel(true)} on a future kills the worker that runs it. The processes that a worker has started are killed when
 * it is, and when it has ended in an orderly way, as far as the platform shows them; not if it halts, crashes or is killed from
 * outside, when nobody can see any more that they were its own. When this JVM ends, in whatever way, its workers end
 * at once.
 *
 * <p><b>Workers</b> are started on demand, up to the maximum, and stay until the pool is closed. Each has a share of
 * the machine's processors and memory, or of what a container has of them; {@link Builder#jvmOptions} win over that. A
 * pool in a worker, or in a {@link Process}, shares what that has been given, so that pools within pools don't multiply:
 * by default it has as many workers as its process has processors, which is 1 in a worker of a pool that uses them all.
 * Two pools side by side in one program don't know of each other, and each shares out the whole; give them fewer workers,
 * or {@code jvmOptions("-Xmx…")}. The shares are logged at level {@code DEBUG}, and at {@code INFO} if they are more than
 * there is. What they print comes out of
 * {@code System.out} and {@code System.err} of this JVM; their standard input is empty. What they log, through
 * {@code java.util.logging} or {@link System.Logger}, comes to the {@link System.Logger} of the same name here, with the
 * name of the worker and the number of the task before the message, unless options of the JVMs configure their logs; if
 * they log more than the handlers here take, some of it is dropped, and that is said.
 *
 * <p>A pool that is not closed is no obstacle to the end of the program: submitted tasks are done, and then its threads
 * are daemons. One that is no longer referenced closes itself when its tasks are done.
 *
 * <p>Memory consistency effects: actions before a task is submitted <i>happen-before</i> it is serialized, and the
 * deserialization of its result <i>happens-before</i> actions after it was got. All methods may be called by any thread.
 *
 * <p><i>Python:</i> {@code concurrent.futures.ProcessPoolExecutor}. There, the death of one worker fails every task and
 * breaks the pool, which here happens only when workers can't be started at all ({@link BrokenProcessPoolException}).
 */
public final class ProcessPoolExecutor extends AbstractExecutor {
    private static final Cleaner CLEANER = Cleaner.create();

    private final ClassSource classes;
    private final TaskRunner runner;

    /**
     * Makes a pool with as many workers as there are processors.
     */
    public ProcessPoolExecutor() {
        this(builder());
    }

    /**
     * Makes a pool.
     *
     * @param maxWorkers how many worker JVMs there may be at once, at least 1
     * @throws IllegalArgumentException if {@code maxWorkers} is less than 1
     */
    public ProcessPoolExecutor(int maxWorkers) {
        this(builder().maxWorkers(maxWorkers));
    }

    private ProcessPoolExecutor(Builder builder) {
        classes = ClassSource.ofCaller();
        PoolOptions options = new PoolOptions(
                builder.maxWorkers,
                ClassServer.encode(callOrNull(builder.initializer), classes),
                ClassServer.encode(callOrNull(builder.exitHook), classes),
                builder.maxTasksPerChild,
                builder.maxAgeNanos,
                builder.maxMemoryBytes,
                builder.startNanos,
                builder.idleNanos,
                builder.taskTimeout,
                builder.ahead);
        if (builder.maxWorkers == 0) {
            runner = new InlineRunner(options, classes, builder.objectInputFilter);
            return; // and the exit hook is not for the cleaner's thread
        }
        PoolLoop loop;
        WorkerSizing sizing = WorkerSizing.of(builder.maxWorkers, builder.jvmOptions);
        List<String> jvmOptions = new ArrayList<>(Recycling.jvmOptions(builder.maxMemoryBytes));
        jvmOptions.addAll(LogSettings.options(builder.jvmOptions, builder.logLevel));
        WorkerCommand command = WorkerCommand.create(classes.context(), sizing, jvmOptions);
        try {
            loop = new PoolLoop(options, command, sizing, classes, builder.objectInputFilter);
        } catch (IOException noDescriptors) {
            throw new UncheckedIOException("the pool can't be started", noDescriptors);
        }
        loop.start();
        runner = new LoopRunner(loop);
        CLEANER.register(this, new Abandoned(loop));
    }

    /** Must not refer to the executor, which would then never be unreachable. */
    private record Abandoned(PoolLoop loop) implements Runnable {
        @Override
        public void run() {
            loop.shutdown();
        }
    }

    private static @Nullable Callable<?> callOrNull(@Nullable Action action) {
        return action == null ? null : new ActionCall(action);
    }

    /**
     * An action in the shape that workers call.
     *
     * @param action the action
     */
    private record ActionCall(Action action) implements Callable<@Nullable Object>, Serializable {
        @Override
        public @Nullable Object call() throws Exception {
            action.execute();
            return null;
        }
    }

    byte[] encode(@Nullable Object object) {
        return ClassServer.encode(object, classes);
    }

    /**
     * Returns a builder with the default of every option.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    protected <T extends @Nullable Object> Future<T> dispatch(Callable<T> task, TaskOptions.Chain limits) {
        try {
            ProcessTask<T> future = new ProcessTask<>(
                    runner,
                    runner.nextTaskId(),
                    inWords(task),
                    encode(CapturedOutput.sent(task, limits, runner)),
                    limits);
            runner.submit(List.of(Batch.of(future)));
            return future;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    protected <T, R extends @Nullable Object> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain limits) {
        try {
            byte[] encodedFunction = encode(CapturedOutput.<T, R>sent(function, limits, runner));
            String called = inWords(function);
            List<ProcessTask<R>> futures = new ArrayList<>(items.size());
            for (T item : items) {
                futures.add(new ProcessTask<>(runner, runner.nextTaskId(), called, encode(item), limits));
            }
            runner.submit(List.of(Batch.of(encodedFunction, futures)));
            return List.copyOf(futures);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    static String inWords(Object callable) {
        String name = passed(callable).getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : "a lambda of " + name.substring(0, lambda);
    }

    /** Returns what runs the tasks; ends with this executor, so whoever uses it has to keep that reachable meanwhile. */
    TaskRunner loop() {
        return runner;
    }

    /** Takes no more tasks; those submitted are done, and then the workers end. Returns at once. */
    @Override
    public void shutdown() {
        runner.shutdown();
    }

    @Override
    protected void cancelPending() {
        runner.shutdownAndCancelPending();
    }

    /**
     * Takes no more tasks, cancels those that have not started, and kills the workers that run one, whose futures are
     * cancelled. Returns at once.
     *
     * @return the tasks that no worker was given, each as a {@code Runnable} that only says so; what a worker was given
     *     in a chunk and had not started is cancelled too, but not among them
     */
    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> never = new ArrayList<>();
        for (ProcessTask<?> task : runner.shutdownNow()) {
            never.add(new NeverStarted(task));
        }
        return never;
    }

    /** What {@link #shutdownNow()} hands out: a task that only its own pool could have run. */
    private record NeverStarted(ProcessTask<?> task) implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException(
                    "was cancelled before it started, and can't be run here: " + task.inWords());
        }
    }

    @Override
    public boolean isShutdown() {
        return runner.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return runner.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return runner.awaitTermination(unit.toNanos(timeout));
    }

    /**
     * Takes no more tasks, cancels those that have not started, and asks every worker to end, by the signal that lets
     * its shutdown hooks run; a worker that does not end within 5 seconds is killed. The processes that it has started are
     * killed when it is gone, as far as the platform shows them. Tasks that run fail with {@link WorkerDiedException}.
     * Returns at once.
     *
     * <p><i>Python:</i> {@code terminate_workers()}.
     */
    public void terminateWorkers() {
        runner.endWorkers(false);
    }

    /**
     * Takes no more tasks, cancels those that have not started, and kills every worker, with the processes it has
     * started as far as the platform shows them. Tasks that run fail with {@link WorkerDiedException}. Returns at once.
     *
     * <p><i>Python:</i> {@code kill_workers()}.
     */
    public void killWorkers() {
        runner.endWorkers(true);
    }

    @Override
    public String toString() {
        return "ProcessPoolExecutor " + runner;
    }

    /** Options of a pool; each method changes this builder and returns it. */
    public static final class Builder {
        private static final long LEAST_MEMORY_BYTES = 16L << 20;

        private int maxWorkers = Runtime.getRuntime().availableProcessors();
        private List<String> jvmOptions = List.of();
        private @Nullable Action initializer;
        private @Nullable Action exitHook;
        private int maxTasksPerChild = Integer.MAX_VALUE;
        private long maxAgeNanos = Long.MAX_VALUE;
        private long maxMemoryBytes = Long.MAX_VALUE;
        private long startNanos = TimeUnit.SECONDS.toNanos(60);
        private long idleNanos = Long.MAX_VALUE;
        private Optional<Duration> taskTimeout = Optional.empty();
        private Optional<System.Logger.Level> logLevel = Optional.empty();
        private @Nullable ObjectInputFilter objectInputFilter;
        private Prefetch.Limits ahead = Prefetch.Limits.DEFAULT;

        private Builder() {}

        /**
         * Sets how many worker JVMs there may be at once; as many as there are processors if it is never set, which in a
         * worker are those that it was given by its own pool.
         *
         * @param workers at least 1
         * @return this builder
         * @throws IllegalArgumentException if {@code workers} is less than 1
         */
        public Builder maxWorkers(int workers) {
            if (workers < 1) {
                throw new IllegalArgumentException("maxWorkers must be at least 1, but is " + workers
                        + "; to run tasks in their caller, for debugging, use the builder's workers(0)");
            }
            maxWorkers = workers;
            return this;
        }

        /**
         * Sets how many worker JVMs there may be at once, or none for debugging.
         *
         * <p>With 0, each task runs in the thread that submits it, before the call returns: breakpoints work, and stacks
         * lead into the caller. A task still works on copies of itself and its arguments, and its result is a copy, so
         * that what can't travel fails here too; its exception is the very object that it threw. {@link Worker#current()}
         * is a worker of rank 0, in whose place the initializer runs before the first task and the exit hook after the
         * last. A task runs once and for as long as it likes: timeouts, retries and JVM options mean nothing, what is
         * printed is printed and not captured, nothing stops a task that runs, and one that ends the JVM ends this one.
         *
         * <p><i>Python:</i> not in the standard library; joblib's {@code n_jobs=1} is like it.
         *
         * @param workers 0 for none, otherwise as {@link #maxWorkers}
         * @return this builder
         * @throws IllegalArgumentException if {@code workers} is negative
         */
        public Builder workers(int workers) {
            if (workers < 0) {
                throw new IllegalArgumentException("workers must be at least 0, but is " + workers);
            }
            maxWorkers = workers;
            return this;
        }

        /**
         * Sets options for the worker JVMs, such as {@code "-Xmx512m"}; they win over all others. One that the JVM
         * refuses breaks the pool at its first task, with what the JVM says about it.
         *
         * @param options each one argument of the {@code java} command
         * @return this builder
         * @throws IllegalArgumentException if an option does not start with a dash
         */
        public Builder jvmOptions(String... options) {
            jvmOptions = JvmOptions.checked(options);
            return this;
        }

        /**
         * Sets what each worker runs once before its first task. If it throws, that worker ends; if it throws in three
         * workers in a row, the pool is broken.
         *
         * @param action what to run; it travels as a task does
         * @return this builder
         */
        public Builder initializer(Action action) {
            initializer = Objects.requireNonNull(action, "initializer");
            return this;
        }

        /**
         * Sets what each worker runs before it exits, be it because the pool is closed, or because it has done its tasks
         * or was idle for too long. What it throws is printed, and changes nothing. A worker that is killed does not run
         * it, and one that takes longer than 5 seconds for it is killed.
         *
         * @param action what to run; it travels as a task does
         * @return this builder
         */
        public Builder exitHook(Action action) {
            exitHook = Objects.requireNonNull(action, "exitHook");
            return this;
        }

        /**
         * Sets after how many tasks a worker makes room for a new one, against what tasks leave behind. The new one is
         * started while the old one runs its last task, if there are more tasks to do. If these are cancelled, it waits for
         * as long as the old one idles; so there are at most twice as many JVMs as {@code maxWorkers}.
         *
         * @param tasks at least 1; without end if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code tasks} is less than 1
         */
        public Builder maxTasksPerChild(int tasks) {
            if (tasks < 1) {
                throw new IllegalArgumentException("maxTasksPerChild must be at least 1, but is " + tasks);
            }
            maxTasksPerChild = tasks;
            return this;
        }

        /**
         * Sets for how long a worker may be there before it makes room for a new one, against what time brings: connections
         * that have gone stale, credentials, configuration. It is looked at between tasks, and not while a worker is idle.
         * An old worker goes on working until the new one is ready; of workers that are too old at the same time, one is
         * replaced after the other. The first time that this happens is logged at level {@code INFO}.
         *
         * @param longest more than zero, counted from when the worker is ready; for ever if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Builder maxAgePerChild(Duration longest) {
            maxAgeNanos = Deadline.toNanosSaturated(positive("maxAgePerChild", longest));
            return this;
        }

        /**
         * Sets with how much memory a worker makes room for a new one, against what tasks leave behind, in native memory
         * above all. It is looked at between tasks, at most every 50 ms, never in the middle of one, and is no limit to what
         * a task may use: that is {@code jvmOptions("-Xmx…")}. The worker goes on working until the new one is ready. The
         * first time that this happens is logged at level {@code INFO}.
         *
         * <p>What counts is the memory of the whole process (its resident set, {@code VmRSS} on Linux). A JVM gives memory
         * that its heap once needed seldom back, so a limit below the largest heap ({@code -Xmx}) plus some 100 MB means
         * workers that are replaced because one task needed much, not because memory is lost. Where the system does not
         * tell (it does on Linux), it is the memory that the JVM has taken for its heap. If workers are over the limit
         * before their first task, that is logged as a warning, and they stay.
         *
         * @param bytes at least 16 MiB; without end if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code bytes} is less than 16 MiB
         */
        public Builder maxMemoryPerChild(long bytes) {
            if (bytes < LEAST_MEMORY_BYTES) {
                throw new IllegalArgumentException("maxMemoryPerChild is in bytes, and " + bytes
                        + " is less than any JVM needs; for 512 MiB it is 512L << 20");
            }
            maxMemoryBytes = bytes;
            return this;
        }

        /**
         * Sets how long a worker may take from its start until its initializer has run; one that takes longer is killed,
         * and counts as one that failed to start.
         *
         * @param longest more than zero; 60 seconds if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Builder startTimeout(Duration longest) {
            startNanos = Math.min(Deadline.toNanosSaturated(positive("startTimeout", longest)), Long.MAX_VALUE / 2);
            return this;
        }

        /**
         * Sets how long a worker may have nothing to do before it ends; a later task starts another one.
         *
         * @param longest more than zero; for ever if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Builder idleTimeout(Duration longest) {
            idleNanos = Deadline.toNanosSaturated(positive("idleTimeout", longest));
            return this;
        }

        /**
         * Sets the timeout of every task that has none of its own by
         * {@link procession.futures.Executor#with(TaskOptions) with}.
         *
         * @param longest more than zero, counted from the start of the task; no limit if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Builder taskTimeout(Duration longest) {
            taskTimeout = Optional.of(positive("taskTimeout", longest));
            return this;
        }

        /**
         * Sets from which level on what workers log comes here. If it is never set, it is from those levels on that
         * {@code java.util.logging} has here when a worker logs for the first time, {@code INFO} by default.
         *
         * @param level the lowest level; {@code OFF} for nothing
         * @return this builder
         */
        public Builder logLevel(System.Logger.Level level) {
            logLevel = Optional.of(level);
            return this;
        }

        private static Duration positive(String name, Duration value) {
            if (Objects.requireNonNull(value, name).isZero() || value.isNegative()) {
                throw new IllegalArgumentException(
                        name + " must be more than zero, but is " + value + "; leave it out for no limit");
            }
            return value;
        }

        /**
         * Narrows what this JVM deserializes of what workers send, beyond the bounds that always apply and the filter
         * of the JVM ({@code jdk.serialFilter}).
         *
         * @param filter asked about each class and array in a result or exception
         * @return this builder
         */
        public Builder objectInputFilter(ObjectInputFilter filter) {
            objectInputFilter = Objects.requireNonNull(filter, "objectInputFilter");
            return this;
        }

        /** Sets how far ahead workers are given tasks; for tests, because on a busy machine no task looks quick. */
        Builder ahead(Prefetch.Limits limits) {
            ahead = limits;
            return this;
        }

        /**
         * Makes the pool; its workers are started when there are tasks for them.
         *
         * @return the pool
         * @throws NotTransferableException if the initializer can't travel
         */
        public ProcessPoolExecutor build() {
            return new ProcessPoolExecutor(this);
        }
    }
}
