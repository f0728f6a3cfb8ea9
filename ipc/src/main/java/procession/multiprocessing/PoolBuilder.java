// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.ObjectInputFilter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.futures.Action;
import procession.futures.TaskOptions;
import procession.internal.Deadline;

/**
 * What can be chosen for every kind of pool of worker JVMs. Its methods are those of the public builders.
 *
 * @param <B> the builder itself
 */
abstract sealed class PoolBuilder<B extends PoolBuilder<B>> permits Pool.Builder, ProcessPoolExecutor.Builder {
    private static final long LEAST_MEMORY_BYTES = 16L << 20;

    int workers = Runtime.getRuntime().availableProcessors();
    List<String> jvmOptions = List.of();

    @Nullable
    Action initializer;

    @Nullable
    Action exitHook;

    int maxTasksPerChild = Integer.MAX_VALUE;
    long maxAgeNanos = Long.MAX_VALUE;
    long maxMemoryBytes = Long.MAX_VALUE;
    long startNanos = TimeUnit.SECONDS.toNanos(60);
    long idleNanos = Long.MAX_VALUE;
    Optional<Duration> taskTimeout = Optional.empty();
    Optional<System.Logger.Level> logLevel = Optional.empty();

    @Nullable
    ObjectInputFilter objectInputFilter;

    Prefetch.Limits ahead = Prefetch.Limits.DEFAULT;

    /** Returns this builder, as what it is. */
    abstract B self();

    /** Sets the number of workers, which has this name in Python, and can't be 0 there. */
    final B workers(String name, int count) {
        if (count < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + count
                    + "; to run tasks in their caller, for debugging, use the builder's workers(0)");
        }
        workers = count;
        return self();
    }

    /**
     * Sets how many worker JVMs there may be at once, or none for debugging.
     *
     * <p>With 0, each task runs in the thread that submits it, before the call returns, or that takes its result from
     * {@code imap}: breakpoints work, and stacks lead into the caller. A task still works on copies of itself and its
     * arguments, and its result is a copy, so that what can't travel fails here too; its exception is the very object that
     * it threw. {@link Worker#current()} is a worker of rank 0, in whose place the initializer runs before the first task
     * and the exit hook after the last. A task runs once and for as long as it likes: timeouts, retries and JVM options
     * mean nothing, what is printed is printed and not captured, nothing stops a task that runs, and one that ends the JVM
     * ends this one.
     *
     * <p><i>Python:</i> not in the standard library; joblib's {@code n_jobs=1} is like it.
     *
     * @param count 0 for none, otherwise at least 1
     * @return this builder
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public B workers(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("workers must be at least 0, but is " + count);
        }
        workers = count;
        return self();
    }

    /**
     * Sets options for the worker JVMs, such as {@code "-Xmx512m"}; they win over all others. One that the JVM
     * refuses breaks the pool at its first task, with what the JVM says about it.
     *
     * @param options each one argument of the {@code java} command
     * @return this builder
     * @throws IllegalArgumentException if an option does not start with a dash
     */
    public B jvmOptions(String... options) {
        jvmOptions = JvmOptions.checked(options);
        return self();
    }

    /**
     * Sets what each worker runs once before its first task. If it throws, that worker ends; if it throws in three
     * workers in a row, the pool is broken.
     *
     * @param action what to run; it travels as a task does
     * @return this builder
     */
    public B initializer(Action action) {
        initializer = Objects.requireNonNull(action, "initializer");
        return self();
    }

    /**
     * Sets what each worker runs before it exits, be it because the pool is closed, or because it has done its tasks
     * or was idle for too long. What it throws is printed, and changes nothing. A worker that is killed does not run
     * it, and one that takes longer than 5 seconds for it is killed.
     *
     * <p><i>Python:</i> not in the standard library; mpire's {@code worker_exit}.
     *
     * @param action what to run; it travels as a task does
     * @return this builder
     */
    public B exitHook(Action action) {
        exitHook = Objects.requireNonNull(action, "exitHook");
        return self();
    }

    /**
     * Sets after how many tasks a worker makes room for a new one, against what tasks leave behind. The new one is
     * started while the old one runs its last task, if there are more tasks to do. If these are cancelled, it waits for
     * as long as the old one idles; so there are at most twice as many JVMs as there may be workers.
     *
     * <p>Each item of a {@code map} is a task. A group of items is not torn apart for it: the worker goes after the group
     * that reaches the number.
     *
     * <p><i>Python:</i> {@code max_tasks_per_child}, {@code maxtasksperchild}; a whole group is one task there.
     *
     * @param tasks at least 1; without end if it is never set
     * @return this builder
     * @throws IllegalArgumentException if {@code tasks} is less than 1
     */
    public B maxTasksPerChild(int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("maxTasksPerChild must be at least 1, but is " + tasks);
        }
        maxTasksPerChild = tasks;
        return self();
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
    public B maxAgePerChild(Duration longest) {
        maxAgeNanos = Deadline.toNanosSaturated(positive("maxAgePerChild", longest));
        return self();
    }

    /**
     * Sets with how much memory a worker makes room for a new one, against what tasks leave behind, in native memory
     * above all. It is looked at between tasks, at most every 50 ms, never in the middle of one, and is no limit to what
     * a task may use: that is {@code jvmOptions("-Xmx…")}. The worker goes on working until the new one is ready. The
     * first time that this happens is logged at level {@code INFO}.
     *
     * <p>What counts is the memory of the whole process (its resident set, {@code VmRSS} on Linux), and all of it, not only
     * what it has grown by since its start: what the JVM and the initializer take belongs to it. A JVM gives memory
     * that its heap once needed seldom back, so a limit below the largest heap ({@code -Xmx}) plus some 100 MB means
     * workers that are replaced because one task needed much, not because memory is lost. Where the system does not
     * tell (it does on Linux), it is the memory that the JVM has taken for its heap. If workers are over the limit
     * before their first task, that is logged as a warning, and they stay.
     *
     * @param bytes at least 16 MiB; without end if it is never set
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is less than 16 MiB
     */
    public B maxMemoryPerChild(long bytes) {
        if (bytes < LEAST_MEMORY_BYTES) {
            throw new IllegalArgumentException("maxMemoryPerChild is in bytes, and " + bytes
                    + " is less than any JVM needs; for 512 MiB it is 512L << 20");
        }
        maxMemoryBytes = bytes;
        return self();
    }

    /**
     * Sets how long a worker may take from its start until its initializer has run; one that takes longer is killed,
     * and counts as one that failed to start.
     *
     * @param longest more than zero; 60 seconds if it is never set
     * @return this builder
     * @throws IllegalArgumentException if {@code longest} is zero or negative
     */
    public B startTimeout(Duration longest) {
        startNanos = Math.min(Deadline.toNanosSaturated(positive("startTimeout", longest)), Long.MAX_VALUE / 2);
        return self();
    }

    /**
     * Sets how long a worker may have nothing to do before it ends; a later task starts another one.
     *
     * <p>It is off unless it is set: a worker that stays has its classes loaded and its code compiled, which the next task
     * would wait for, and the end of the pool ends it in any case. It is for pools that live long and work seldom.
     *
     * <p><i>Python:</i> not in the standard library; in loky it is {@code timeout}, which joblib sets to 300 seconds.
     *
     * @param longest more than zero; for ever if it is never set
     * @return this builder
     * @throws IllegalArgumentException if {@code longest} is zero or negative
     */
    public B idleTimeout(Duration longest) {
        idleNanos = Deadline.toNanosSaturated(positive("idleTimeout", longest));
        return self();
    }

    /**
     * Sets how long a task may run that has no timeout of its own, by
     * {@link procession.futures.Executor#with(TaskOptions) Executor.with} or {@link Pool.Builder#taskOptions}. One that
     * takes longer fails with {@link procession.futures.TaskTimeoutException}, a checked one, whose cause shows where the
     * task was; its worker is killed.
     *
     * @param longest more than zero, counted from the start of the task; no limit if it is never set
     * @return this builder
     * @throws IllegalArgumentException if {@code longest} is zero or negative
     */
    public B taskTimeout(Duration longest) {
        taskTimeout = Optional.of(positive("taskTimeout", longest));
        return self();
    }

    /**
     * Sets from which level on what workers log comes here. If it is never set, it is from those levels on that
     * {@code java.util.logging} has here when a worker logs for the first time, {@code INFO} by default.
     *
     * @param level the lowest level; {@code OFF} for nothing
     * @return this builder
     */
    public B logLevel(System.Logger.Level level) {
        logLevel = Optional.of(level);
        return self();
    }

    /**
     * Narrows what this JVM deserializes of what workers send, beyond the bounds that always apply and the filter
     * of the JVM ({@code jdk.serialFilter}).
     *
     * @param filter asked about each class and array in a result or exception
     * @return this builder
     */
    public B objectInputFilter(ObjectInputFilter filter) {
        objectInputFilter = Objects.requireNonNull(filter, "objectInputFilter");
        return self();
    }

    /** Sets how far ahead workers are given tasks; for tests, because on a busy machine no task looks quick. */
    final B ahead(Prefetch.Limits limits) {
        ahead = limits;
        return self();
    }

    private static Duration positive(String name, Duration value) {
        if (Objects.requireNonNull(value, name).isZero() || value.isNegative()) {
            throw new IllegalArgumentException(
                    name + " must be more than zero, but is " + value + "; leave it out for no limit");
        }
        return value;
    }
}
