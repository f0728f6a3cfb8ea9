// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.futures.Promise;
import procession.futures.TaskOptions;
import procession.futures.TaskOutput;
import procession.internal.Attempts;
import procession.internal.Positioned;

/** One call in a process pool: its arguments in bytes, and the future of its result. */
final class ProcessTask<T extends @Nullable Object> extends Promise<T> implements Positioned {
    private static final byte[] NOTHING = {};

    /** What the answers of a worker name it by; unique in its pool. */
    final long id;

    /** What is called, in words. */
    private final String called;

    /** The encoded callable, or the encoded item of a chunk; owned by the pool thread once it is submitted. */
    byte[] encoded;

    /** What it may do, and what happens if it does more. */
    final TaskOptions.Chain limits;

    /** How often it may still be run again after it failed its limits; owned by the pool thread. */
    int retriesLeft;

    /** How often it was run; owned by the pool thread. */
    final Attempts attempts = new Attempts();

    /** Where its argument was in the input of a map, from 0; -1 for a task that is no item. Written before it can fail. */
    private volatile long position = -1;

    private final TaskRunner runner;

    /** What it prints, if somebody wants to know. */
    final @Nullable CapturedOutput output;

    /** Whether whoever runs it is to be stopped; owned by the pool thread. */
    boolean toBeStopped;

    /** Whether it has been given to a worker before; written by the pool thread before it looks whether this is done. */
    private volatile boolean claimed;

    /** How many workers died after it was sent to them and before they had started it; owned by the pool thread. */
    int lostDeliveries;

    /** Told once, by whichever thread makes this done, before all callbacks; must neither block nor run code of the user. */
    private final @Nullable Consumer<? super ProcessTask<T>> whenDone;

    ProcessTask(TaskRunner runner, long id, String called, byte[] encoded, TaskOptions.Chain limits) {
        this(runner, id, called, encoded, limits, null);
    }

    ProcessTask(
            TaskRunner runner,
            long id,
            String called,
            byte[] encoded,
            TaskOptions.Chain limits,
            @Nullable Consumer<? super ProcessTask<T>> whenDone) {
        this.limits = limits;
        this.output = limits.capturesOutput() && !runner.isInline() ? new CapturedOutput() : null;
        this.whenDone = whenDone;
        this.retriesLeft = limits.retries();
        this.runner = runner;
        this.id = id;
        this.called = called;
        this.encoded = encoded;
    }

    /** Returns whether the task is to be sent to a worker now; from the first time on, Python's cancel() is too late. */
    boolean claim() {
        if (!claimed && !isDone()) {
            try {
                claimed = setRunningOrNotifyCancel();
            } catch (IllegalStateException completedByHand) {
                claimed = false; // somebody has cast the future to a promise; there is nothing left to run
            }
        }
        boolean toBeRun = claimed && !isDone();
        if (!toBeRun) {
            forgetArguments();
        } else if (output != null) {
            output.clear();
        }
        return toBeRun;
    }

    /** Keeps callbacks, which are the user's, off the pool thread. */
    @Override
    public void addListener(Runnable listener, Executor executor) {
        super.addListener(listener, command -> runner.runOutside(() -> executor.execute(command)));
    }

    /** Runs the pool while it waits, if it can, so that no other thread has to be woken up for the result. */
    @Override
    @SuppressWarnings("NullAway") // T says what may be null
    public T get() throws InterruptedException, ExecutionException {
        boolean follows = runner.leadOrFollow(this, this::isDone, Long.MAX_VALUE);
        try {
            return super.get();
        } finally {
            if (follows) {
                runner.followerIsGone();
            }
        }
    }

    @Override
    @SuppressWarnings("NullAway") // as for get()
    public T get(long timeout, TimeUnit unit) throws InterruptedException, TimeoutException, ExecutionException {
        long start = System.nanoTime();
        long nanos = unit.toNanos(timeout);
        boolean follows = runner.leadOrFollow(this, this::isDone, nanos);
        try {
            long left = nanos <= 0 ? 0 : Math.max(0, nanos - (System.nanoTime() - start));
            return super.get(left, TimeUnit.NANOSECONDS);
        } finally {
            if (follows) {
                runner.followerIsGone();
            }
        }
    }

    /** Called by whoever completes it. One that was cancelled in the queue is sent to nobody: see {@link #claim}. */
    @Override
    protected void afterDone() {
        if (isCancelled() && !claimed) {
            forgetArguments();
        }
        runner.isDone(this);
        if (whenDone != null) {
            whenDone.accept(this);
        }
        CapturedOutput printed = output;
        if (printed != null && limits.outputConsumer().isPresent()) {
            runner.runOutside(() -> printed.tell(limits.outputConsumer().get(), inWords(), this));
        }
    }

    @Override
    protected void interruptTask() {
        runner.stop(this);
    }

    @Override
    public Optional<TaskOutput> output() {
        return output == null || !isDone() ? Optional.empty() : Optional.of(output.of(inWords(), this));
    }

    /** Completes it as its policy wants, after it failed its limits for the last time. */
    @SuppressWarnings({"unchecked", "NullAway"}) // the value is of the type that the user's own policy gives it
    void failLimits(Throwable failure) {
        attempts.giveUp(failure);
        if (limits.onFailure().skips()) {
            trySetResult((T) limits.onFailure().value());
        } else {
            trySetException(failure);
        }
    }

    /** Notes that it failed its limits and is run once more. */
    void tryAgain(Throwable failure) {
        retriesLeft--;
        attempts.again(failure);
    }

    @Override
    public void position(long index) {
        position = index;
    }

    /** Returns where its argument was in the input of a map, from 0; -1 for a task that is no item. */
    long position() {
        return position;
    }

    /** Gives the memory of the arguments back, which the future must not hold when it is done. */
    void forgetArguments() {
        encoded = NOTHING;
    }

    String inWords() {
        return "task " + id + " (" + called + (position < 0 ? "" : ", item " + position) + ")";
    }
}
