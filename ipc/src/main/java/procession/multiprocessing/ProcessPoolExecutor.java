// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.futures.AbstractExecutor;
import procession.futures.Action;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.TaskOptions;
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
 * <p>A worker that is stopped (SIGSTOP) is not dead: it holds the task that it runs, and the rest of its chunk, until it goes
 * on, the task is cancelled by {@code cancel(true)}, or one of its {@linkplain TaskOptions limits} fires. Without a limit
 * that may be never.
 *
 * <p><b>Workers</b> are started on demand, up to the maximum, and stay until the pool is closed. Each has a share of
 * the machine's processors and memory, or of what a container has of them; {@code jvmOptions} win over that. A
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

    ProcessPoolExecutor(PoolBuilder<?> builder) {
        classes = ClassSource.ofCaller();
        PoolOptions options = new PoolOptions(
                builder.workers,
                ClassServer.encode(callOrNull(builder.initializer), classes),
                ClassServer.encode(callOrNull(builder.exitHook), classes),
                builder.maxTasksPerChild,
                builder.maxAgeNanos,
                builder.maxMemoryBytes,
                builder.startNanos,
                builder.idleNanos,
                builder.taskTimeout,
                builder.ahead);
        if (builder.workers == 0) {
            runner = new InlineRunner(options, classes, builder.objectInputFilter);
            return; // and the exit hook is not for the cleaner's thread
        }
        PoolLoop loop;
        WorkerSizing sizing = WorkerSizing.of(builder.workers, builder.jvmOptions);
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
    public static final class Builder extends PoolBuilder<Builder> {
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
            return workers("maxWorkers", workers);
        }

        /**
         * Makes the pool; its workers are started when there are tasks for them.
         *
         * @return the pool
         * @throws NotTransferableException if the initializer or the exit hook can't travel
         */
        public ProcessPoolExecutor build() {
            return new ProcessPoolExecutor(this);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
