// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The limits that {@link Executor#with(TaskOptions) Executor.with} puts on every task; immutable.
 *
 * <p>Each option can come first, and the others follow:
 * {@code TaskOptions.timeout(d).retries(2).onFailure(OnFailure.skip(0))}. A variable for them is a {@code var}, or a
 * {@link Chain} if more is to follow: a {@code TaskOptions} can only be passed on.
 *
 * <p>A task <i>fails its limits</i> when it runs longer than its timeout, is silent for longer than its progress
 * timeout, or when its worker process dies. It is then retried as often as {@link #retries} allows, on another worker,
 * and after that {@link #onFailure} decides. An exception that the task itself throws is a result, and none of this.
 *
 * <p>So a task that kills every worker it meets is run 1 + {@code retries} times, and never again. Its exception says how
 * often that was, and carries the earlier failures (the last ten) as {@linkplain Throwable#getSuppressed() suppressed}
 * ones. Each run is in another process, since the one before it is dead, and alone: the other items of its chunk are not
 * sent with it any more.
 *
 * <p><i>Python:</i> not in the standard library; {@code timeout} is Pebble's, whose clock also starts with the task.
 */
public sealed interface TaskOptions permits TaskOptions.Chain {
    /**
     * Returns options that allow a task to run for {@code timeout}, from when it starts; time in a queue is not
     * counted. When it has elapsed, a process pool kills the worker and a thread pool interrupts the thread, and the
     * future fails with {@link TaskTimeoutException}, whose cause shows where the task was.
     *
     * <p>In a process pool the clock starts when the task is handed to its worker, or, if it was handed over ahead, when
     * that has answered the task before it. So the time in which its arguments travel and are read is counted.
     *
     * @param timeout the longest time, more than zero
     * @return the options
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    static Chain timeout(Duration timeout) {
        return Chain.NONE.timeout(timeout);
    }

    /**
     * Returns options that allow a task to be silent for {@code timeout}: from its start to its first
     * {@code Worker.current().progress(…)}, from one to the next, and from the last to its end.
     *
     * @param timeout the longest silence, more than zero
     * @return the options
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    static Chain progressTimeout(Duration timeout) {
        return Chain.NONE.progressTimeout(timeout);
    }

    /**
     * Returns options that run a task which failed its limits again, on another worker. On threads that takes a free one,
     * and no run starts once the executor is shut down: the run that goes on then, in {@code close()} too, is the last.
     * If the run before it does not heed its interrupt and so keeps its thread, and no other thread takes the next run
     * within the timeout (or a second, if that is more), there is none: the task has failed for the last time.
     *
     * @param retries how often at most, 0 or more; 0 if it is never set
     * @return the options
     * @throws IllegalArgumentException if {@code retries} is negative
     */
    static Chain retries(int retries) {
        return Chain.NONE.retries(retries);
    }

    /**
     * Returns options that say what becomes of the future of a task that failed its limits for the last time.
     *
     * @param policy what becomes of it; {@link OnFailure#fail()} if it is never set
     * @return the options
     */
    static Chain onFailure(OnFailure policy) {
        return Chain.NONE.onFailure(policy);
    }

    /**
     * Returns options that keep what a task prints to {@code System.out} and {@code System.err} for its future
     * ({@link Future#output()}), instead of printing it. Each task of a {@code map} has its own, and what its threads print
     * while it runs belongs to it; what goes past these two streams does not. Of much output the end is kept. For process
     * pools only: on threads a task with this option is refused.
     *
     * @return the options
     */
    static Chain captureOutput() {
        return Chain.NONE.captureOutput();
    }

    /**
     * As {@link #captureOutput()}, and calls back with the output of each task when that is done, in whichever way.
     *
     * @param consumer called where done-callbacks of the executor are called; what it throws is logged
     * @return the options
     */
    static Chain captureOutput(Consumer<? super TaskOutput> consumer) {
        return Chain.NONE.captureOutput(consumer);
    }

    /**
     * Returns the options that a task has when none are given.
     *
     * @return the options: no limits, no retries, output that is not captured
     */
    static Chain defaults() {
        return Chain.NONE;
    }

    /** Options to which more can be added; each method with an argument returns a new object. */
    final class Chain implements TaskOptions {
        private static final Chain NONE =
                new Chain(Optional.empty(), Optional.empty(), 0, OnFailure.fail(), false, Optional.empty());

        private final Optional<Duration> timeout;
        private final Optional<Duration> progressTimeout;
        private final int retries;
        private final OnFailure onFailure;
        private final boolean capturesOutput;
        private final Optional<Consumer<? super TaskOutput>> outputConsumer;

        private Chain(
                Optional<Duration> timeout,
                Optional<Duration> progressTimeout,
                int retries,
                OnFailure onFailure,
                boolean capturesOutput,
                Optional<Consumer<? super TaskOutput>> outputConsumer) {
            this.capturesOutput = capturesOutput;
            this.outputConsumer = outputConsumer;
            this.timeout = timeout;
            this.progressTimeout = progressTimeout;
            this.retries = retries;
            this.onFailure = onFailure;
        }

        /**
         * As {@link TaskOptions#timeout(Duration)}, with the other options kept.
         *
         * @param longest the longest time, more than zero
         * @return new options
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Chain timeout(Duration longest) {
            return new Chain(
                    Optional.of(positive("timeout", longest)),
                    progressTimeout,
                    retries,
                    onFailure,
                    capturesOutput,
                    outputConsumer);
        }

        /**
         * As {@link TaskOptions#progressTimeout(Duration)}, with the other options kept.
         *
         * @param longest the longest silence, more than zero
         * @return new options
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Chain progressTimeout(Duration longest) {
            return new Chain(
                    timeout,
                    Optional.of(positive("progressTimeout", longest)),
                    retries,
                    onFailure,
                    capturesOutput,
                    outputConsumer);
        }

        /**
         * As {@link TaskOptions#retries(int)}, with the other options kept.
         *
         * @param times how often at most, 0 or more
         * @return new options
         * @throws IllegalArgumentException if {@code times} is negative
         */
        public Chain retries(int times) {
            if (times < 0) {
                throw new IllegalArgumentException("retries must be 0 or more, but is " + times);
            }
            return new Chain(timeout, progressTimeout, times, onFailure, capturesOutput, outputConsumer);
        }

        /**
         * As {@link TaskOptions#onFailure(OnFailure)}, with the other options kept.
         *
         * @param policy what becomes of the future
         * @return new options
         */
        public Chain onFailure(OnFailure policy) {
            return new Chain(
                    timeout,
                    progressTimeout,
                    retries,
                    Objects.requireNonNull(policy, "onFailure"),
                    capturesOutput,
                    outputConsumer);
        }

        /**
         * As {@link TaskOptions#captureOutput()}, with the other options kept.
         *
         * @return new options
         */
        public Chain captureOutput() {
            return new Chain(timeout, progressTimeout, retries, onFailure, true, Optional.empty());
        }

        /**
         * As {@link TaskOptions#captureOutput(Consumer)}, with the other options kept.
         *
         * @param consumer called with the output of each task
         * @return new options
         */
        public Chain captureOutput(Consumer<? super TaskOutput> consumer) {
            Objects.requireNonNull(consumer, "consumer");
            return new Chain(timeout, progressTimeout, retries, onFailure, true, Optional.of(consumer));
        }

        /**
         * Returns the longest time that a task may run.
         *
         * @return the time, or empty if there is no limit
         */
        public Optional<Duration> timeout() {
            return timeout;
        }

        /**
         * Returns the longest time that a task may be silent.
         *
         * @return the time, or empty if there is no limit
         */
        public Optional<Duration> progressTimeout() {
            return progressTimeout;
        }

        /**
         * Returns how often a task that failed its limits is run again.
         *
         * @return the number of retries
         */
        public int retries() {
            return retries;
        }

        /**
         * Returns what becomes of the future of a task that failed its limits for the last time.
         *
         * @return the policy
         */
        public OnFailure onFailure() {
            return onFailure;
        }

        /**
         * Returns whether what a task prints is kept for its future.
         *
         * @return {@code true} if it is
         */
        public boolean capturesOutput() {
            return capturesOutput;
        }

        /**
         * Returns who is called with the output of each task.
         *
         * @return the consumer, or empty if there is none
         */
        public Optional<Consumer<? super TaskOutput>> outputConsumer() {
            return outputConsumer;
        }

        private static Duration positive(String name, Duration value) {
            if (Objects.requireNonNull(value, name).isZero() || value.isNegative()) {
                throw new IllegalArgumentException(name + " must be more than zero, but is " + value
                        + "; leave it out for no limit, or cancel the future instead");
            }
            return value;
        }

        @Override
        public String toString() {
            return "TaskOptions[timeout=" + timeout.map(Duration::toString).orElse("none") + ", progressTimeout="
                    + progressTimeout.map(Duration::toString).orElse("none") + ", retries=" + retries
                    + ", onFailure=" + onFailure + (capturesOutput ? ", captureOutput" : "") + "]";
        }
    }
}
