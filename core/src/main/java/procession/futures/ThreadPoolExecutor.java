// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Executor} whose tasks run on threads of this process.
 *
 * <pre>{@code
 * try (var executor = new ThreadPoolExecutor(4)) {
 *     var future = executor.submit(() -> fibonacci(30));
 *     System.out.println(future.result());
 * }
 * }</pre>
 *
 * <p>A task that finds an idle thread is run by that; if there is none, a thread is started, up to {@code maxWorkers};
 * after that tasks are queued, without a bound, and start in the order in which they came. Whatever a task throws goes to
 * its future, and the thread lives on. {@code cancel(true)} interrupts the thread for that task only: no task sees the
 * interrupt of another. A task that waits for another one of the same pool may wait for ever if all threads do that.
 *
 * <p>A task sees no {@link ThreadLocal} of the thread that submits it, inheritable or not, but those that
 * {@link Builder#contextPropagation(ThreadLocal...)} names; the initializer sees none. The context class loader is that
 * of the thread that made the pool.
 *
 * <p>The threads are no daemons, so that the JVM does not end before what was submitted is done. Close the pool, or its
 * idle threads stay. There are two nets under a program that forgets to: idle threads do not keep a JVM from ending if
 * nothing else does; and a pool that is not reachable any more finishes its queue and then ends its threads, once the
 * garbage collector has found out.
 *
 * <p>May be used by any number of threads.
 *
 * <p>Memory consistency effects: actions before a task is submitted <i>happen-before</i> its execution, as does the
 * initializer in the same thread; the actions of the task <i>happen-before</i> actions after its result was got, and those
 * of all tasks <i>happen-before</i> actions after {@link #close()}, or an {@link #awaitTermination} that returned
 * {@code true}.
 *
 * <p><i>Python:</i> {@code concurrent.futures.ThreadPoolExecutor}.
 */
public final class ThreadPoolExecutor extends AbstractExecutor {
    private static final Cleaner CLEANER = Cleaner.create(task -> {
        Thread thread = new Thread(null, task, "procession-cleaner", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null); // it outlives whoever is the first to need it
        return thread;
    });

    /** Numbers the pools whose threads the user has not named. */
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final TaskThreads threads;
    private final @Nullable ContextPropagation contextPropagation;

    /**
     * Makes a pool of at most {@code min(32, cpus + 4)} threads, where {@code cpus} is what
     * {@link Runtime#availableProcessors()} says.
     */
    public ThreadPoolExecutor() {
        this(builder());
    }

    /**
     * Makes a pool of at most {@code maxWorkers} threads.
     *
     * @param maxWorkers the most threads it may have, at least 1
     * @throws IllegalArgumentException if {@code maxWorkers} is less than 1
     */
    public ThreadPoolExecutor(int maxWorkers) {
        this(builder().maxWorkers(maxWorkers));
    }

    private ThreadPoolExecutor(Builder builder) {
        this(new WorkerThreads(builder.maxWorkers, builder.prefix(), builder.initializer), builder.contextPropagation);
    }

    /** Makes an executor over any kind of threads. */
    ThreadPoolExecutor(TaskThreads threads) {
        this(threads, null);
    }

    private ThreadPoolExecutor(TaskThreads threads, @Nullable ContextPropagation contextPropagation) {
        this.threads = threads;
        this.contextPropagation = contextPropagation;
        CLEANER.register(this, threads::shutdown);
    }

    /**
     * Returns a builder of pools.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes an executor that runs each task on a virtual thread of its own, as many at a time as there are; for tasks
     * that mostly wait. Needs JDK 21 or later. Virtual threads are daemons, so the JVM may end before the tasks are done:
     * close the executor.
     *
     * @return a new executor
     * @throws UnsupportedOperationException if this JVM has no virtual threads
     */
    public static ThreadPoolExecutor virtual() {
        return onVirtualThreads(null);
    }

    /**
     * Makes an executor as {@link #virtual()} does, whose tasks see of the thread that submits them what
     * {@code contextPropagation} hands over.
     *
     * @param contextPropagation what tasks see of their submitter
     * @return a new executor
     * @throws UnsupportedOperationException if this JVM has no virtual threads
     */
    public static ThreadPoolExecutor virtual(ContextPropagation contextPropagation) {
        return onVirtualThreads(Objects.requireNonNull(contextPropagation, "contextPropagation"));
    }

    private static ThreadPoolExecutor onVirtualThreads(@Nullable ContextPropagation contextPropagation) {
        String name = Builder.defaultPrefix();
        return new ThreadPoolExecutor(new ThreadPerTask(name, VirtualThreads.factory(name + "_")), contextPropagation);
    }

    @Override
    ContextPropagation.@Nullable Context captureContext() {
        return contextPropagation == null
                ? null
                : Objects.requireNonNull(contextPropagation.capture(), "what ContextPropagation.capture() returned");
    }

    // Each method keeps this executor reachable until it returns: its threads shut down once it is not.

    @Override
    protected <T extends @Nullable Object> Future<T> dispatch(Callable<T> task, TaskOptions.Chain limits) {
        try {
            return isLimited(limits) ? limited(task, limits) : start(task);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private <T extends @Nullable Object> Future<T> start(Callable<T> task) {
        PoolTask<T> future = new PoolTask<>(task, threads);
        threads.start(future);
        return future;
    }

    private static boolean isLimited(TaskOptions.Chain limits) {
        return limits.timeout().isPresent() || limits.progressTimeout().isPresent() || limits.capturesOutput();
    }

    private <T extends @Nullable Object> Future<T> limited(Callable<T> task, TaskOptions.Chain limits) {
        if (limits.progressTimeout().isPresent()) {
            throw new IllegalArgumentException("tasks on threads have no progressTimeout, but the options are " + limits
                    + "; use a timeout, or a ProcessPoolExecutor, whose workers report their progress");
        }
        if (limits.capturesOutput()) {
            throw new IllegalArgumentException(
                    "tasks on threads share one System.out, so that it can't be said what each"
                            + " prints, but the options are " + limits
                            + "; leave captureOutput out, or use a ProcessPoolExecutor");
        }
        return new LimitedTask<>(
                        task, limits.timeout().orElseThrow(), limits.retries(), limits.onFailure(), this, threads)
                .start();
    }

    @Override
    protected <T, R extends @Nullable Object> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain limits) {
        try {
            if (isLimited(limits)) {
                List<Future<R>> futures = new ArrayList<>(items.size());
                try {
                    for (T item : items) {
                        futures.add(limited(new Calls.ItemCall<T, R>(function, item), limits));
                    }
                } catch (Throwable refused) {
                    futures.forEach(Future::cancel); // nobody gets to see them
                    throw refused;
                }
                return futures;
            }
            List<PoolTask<R>> tasks = new ArrayList<>(items.size());
            for (T item : items) {
                tasks.add(new PoolTask<>(new Calls.ItemCall<T, R>(function, item), threads));
            }
            threads.start(new Chunk(tasks));
            return List.copyOf(tasks);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Takes a task that has no future. What it throws goes to the uncaught-exception handler of the thread that runs it;
     * the thread lives on.
     *
     * @param command the task
     * @throws BrokenThreadPoolException if the pool is broken
     * @throws java.util.concurrent.RejectedExecutionException if it was shut down
     */
    @Override
    public void execute(Runnable command) {
        try {
            Objects.requireNonNull(command, "command");
            ContextPropagation.Context context = captureContext();
            threads.start(context == null ? command : new ContextCall.OfRunnable(context, command));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    protected void cancelPending() {
        try {
            threads.cancelPending();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Takes no more tasks; those that were taken still run. Does not wait for them. */
    @Override
    public void shutdown() {
        try {
            threads.shutdown();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Takes no more tasks, interrupts those that run, and returns those that have not started.
     *
     * <p>The futures of the tasks that are returned stay pending: who has them can run or cancel them. A task that came
     * by {@link #execute} is returned as it came, without its submitter's context; any other is a {@link Future} as well
     * as a {@link Runnable}: the one that the submitter has, or for a task with limits ({@link #with}) one for the attempt
     * that has not started, and what becomes of that becomes of the submitter's.
     *
     * @return the tasks that were never started, in their order
     */
    @Override
    public List<Runnable> shutdownNow() {
        try {
            List<Runnable> neverStarted = threads.shutdownNow();
            if (contextPropagation != null) {
                neverStarted.replaceAll(ContextCall.OfRunnable::passed);
            }
            return neverStarted;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            return threads.awaitTermination(unit.toNanos(timeout));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return threads.describe();
    }

    /** Makes {@link ThreadPoolExecutor}s; not for several threads at once. */
    public static final class Builder {
        private int maxWorkers = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        private @Nullable String threadNamePrefix;
        private @Nullable Action initializer;
        private @Nullable ContextPropagation contextPropagation;

        private Builder() {}

        /**
         * Sets the most threads that the pool may have; {@code min(32, cpus + 4)} if it is never set.
         *
         * @param workers the number of threads, at least 1
         * @return this builder
         * @throws IllegalArgumentException if {@code workers} is less than 1
         */
        public Builder maxWorkers(int workers) {
            if (workers < 1) {
                throw new IllegalArgumentException("maxWorkers must be at least 1, but is " + workers);
            }
            maxWorkers = workers;
            return this;
        }

        /**
         * Sets how the names of the pool's threads begin, {@code _0}, {@code _1} and so on follow; a name that tells one
         * pool from the other, {@code ThreadPoolExecutor-0} and so on, if it is never set.
         *
         * @param prefix how the names begin
         * @return this builder
         */
        public Builder threadNamePrefix(String prefix) {
            threadNamePrefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Sets what each thread does before its first task. If it throws, that is logged and the pool is broken: all that
         * is queued and all that is submitted afterwards fails with {@link BrokenThreadPoolException}.
         *
         * @param action what each thread does first
         * @return this builder
         */
        public Builder initializer(Action action) {
            initializer = Objects.requireNonNull(action, "action");
            return this;
        }

        /**
         * Sets the thread-locals that tasks see as the thread sees them that submits; none if this is never called. What
         * was set before is replaced. The same as {@link #contextPropagation(ContextPropagation)} with
         * {@link ContextPropagation#of}.
         *
         * @param locals the thread-locals
         * @return this builder
         */
        public Builder contextPropagation(ThreadLocal<?>... locals) {
            return contextPropagation(ContextPropagation.of(locals));
        }

        /**
         * Sets what tasks see of the thread that submits them; nothing if this is never called. What was set before is
         * replaced.
         *
         * @param how what they see
         * @return this builder
         */
        public Builder contextPropagation(ContextPropagation how) {
            contextPropagation = Objects.requireNonNull(how, "how");
            return this;
        }

        /**
         * Makes a pool. No thread is started before the first task.
         *
         * @return a new pool
         */
        public ThreadPoolExecutor build() {
            return new ThreadPoolExecutor(this);
        }

        private String prefix() {
            return threadNamePrefix == null || threadNamePrefix.isEmpty() ? defaultPrefix() : threadNamePrefix;
        }

        private static String defaultPrefix() {
            return "ThreadPoolExecutor-" + POOLS.getAndIncrement();
        }
    }

    /** Finds virtual threads where there are any, which is not at the release that this is compiled for. */
    private static final class VirtualThreads {
        private static final @Nullable MethodHandle FACTORY = find();

        private static @Nullable MethodHandle find() {
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
                Class<?> builder = Class.forName("java.lang.Thread$Builder");
                MethodHandle start = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
                MethodHandle name = lookup.findVirtual(
                        ofVirtual, "name", MethodType.methodType(ofVirtual, String.class, long.class));
                MethodHandle inherit = lookup.findVirtual(
                        ofVirtual, "inheritInheritableThreadLocals", MethodType.methodType(ofVirtual, boolean.class));
                MethodHandle factory =
                        lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
                // (prefix) -> Thread.ofVirtual().inheritInheritableThreadLocals(false).name(prefix, 0).factory()
                MethodHandle plain =
                        MethodHandles.filterReturnValue(start, MethodHandles.insertArguments(inherit, 1, false));
                MethodHandle named =
                        MethodHandles.collectArguments(MethodHandles.insertArguments(name, 2, 0L), 0, plain);
                return MethodHandles.filterReturnValue(
                        named, factory.asType(MethodType.methodType(ThreadFactory.class, ofVirtual)));
            } catch (ReflectiveOperationException before21) {
                return null;
            }
        }

        static ThreadFactory factory(String prefix) {
            if (FACTORY == null) {
                throw new UnsupportedOperationException("virtual threads need JDK 21 or later, and this is JDK "
                        + Runtime.version().feature()
                        + ": run on a later one, or use new ThreadPoolExecutor(maxWorkers)");
            }
            try {
                return (ThreadFactory) FACTORY.invokeExact(prefix);
            } catch (RuntimeException | Error unchecked) {
                throw unchecked;
            } catch (Throwable impossible) {
                throw new AssertionError("a thread builder threw a checked exception", impossible);
            }
        }
    }
}
