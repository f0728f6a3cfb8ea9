// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.internal.Attempts;
import procession.internal.Deadline;

/** The future of a task on threads that has a timeout: it is run in attempts, each with a timer. */
final class LimitedTask<T extends @Nullable Object> extends Promise<T> {
    /*
     * Overview. Each attempt is a task of its own in the pool. Its timer is set when it starts; if that goes off first,
     * the attempt is cancelled with an interrupt, and this decides whether there is another one or what becomes of the
     * future. A thread can't be killed: an attempt that ignores its interrupt goes on occupying its thread.
     *
     *     attempt 1 ──timer──► cancel(true), attempt 2 ──timer──► … ──► onFailure
     *         └── returned, threw, or was cancelled by somebody else ──► so is this
     *
     * Whether an attempt ended by its timer or otherwise is decided by cancel(true), which succeeds only if nothing else
     * has completed the attempt.
     *
     * An attempt waits in the queue of the pool, for as long as it takes; but if an attempt before it keeps its thread,
     * that may be for ever. So when it has waited for a while and not all of those have returned, it is given up:
     *
     *     QUEUED ──a thread takes it──► BEGUN
     *        └──waited in vain──► GIVEN_UP ──► onFailure, with the failure of the attempt before
     */
    private static final ScheduledThreadPoolExecutor TIMERS = timers();

    private enum Start {
        QUEUED,
        BEGUN,
        GIVEN_UP
    }

    private final Duration timeout;
    private final OnFailure onFailure;
    private final TaskThreads threads;

    /** What to call; dropped once this is done. */
    private volatile @Nullable Callable<T> task;

    /** Whose threads these are, which shut down when it is forgotten; kept until this is done, for the retries. */
    @SuppressWarnings("unused")
    private volatile @Nullable Object owner;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable Future<T> attempt;

    /** How many attempts have begun and not returned; more than one if some ignore their interrupt. */
    private final AtomicInteger onThreads = new AtomicInteger();

    /** Owned by the thread that ends an attempt, or gives the next one up; the next one starts after it. */
    private int retriesLeft;

    /** As retriesLeft. */
    private final Attempts attempts = new Attempts();

    LimitedTask(
            Callable<T> task, Duration timeout, int retries, OnFailure onFailure, Object owner, TaskThreads threads) {
        this.task = task;
        this.timeout = timeout;
        this.retriesLeft = retries;
        this.onFailure = onFailure;
        this.owner = owner;
        this.threads = threads;
    }

    private static ScheduledThreadPoolExecutor timers() {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(null, work, "procession-timeouts", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it outlives whoever is the first to need it
            return thread;
        });
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }

    /** Submits the first attempt; throws what the pool throws that refuses it. */
    LimitedTask<T> start() {
        submit(new Attempt());
        return this;
    }

    private void submit(Attempt next) {
        PoolTask<T> submitted = new PoolTask<>(next, threads);
        next.future = submitted;
        submitted.addDoneCallback(next::ended);
        lock.lock();
        try {
            attempt = submitted;
        } finally {
            lock.unlock();
        }
        if (isCancelled()) {
            submitted.cancel(true);
        }
        threads.start(submitted);
        if (isDone()) {
            dropAttempt();
        }
    }

    /** One run of the task. */
    private final class Attempt implements Callable<T> {
        /** Set before this is submitted. */
        private @Nullable PoolTask<T> future;

        private final AtomicReference<Start> start = new AtomicReference<>(Start.QUEUED);

        private volatile boolean timedOut;

        /** Ends the wait for a thread, if this is not the first attempt. */
        private volatile @Nullable ScheduledFuture<?> patience;

        @Override
        public T call() throws Exception {
            if (!start.compareAndSet(Start.QUEUED, Start.BEGUN)) {
                throw new CancellationException();
            }
            onThreads.incrementAndGet();
            try {
                return callInTime();
            } finally {
                onThreads.decrementAndGet();
            }
        }

        private T callInTime() throws Exception {
            if (!running() && !setRunningOrNotifyCancel()) {
                throw new CancellationException();
            }
            Callable<T> todo = task;
            if (todo == null) { // done meanwhile
                throw new CancellationException();
            }
            Thread runner = Thread.currentThread();
            ScheduledFuture<?> timer = TIMERS.schedule(
                    () -> decide(() -> expired(runner)), Deadline.toNanosSaturated(timeout), TimeUnit.NANOSECONDS);
            try {
                return todo.call();
            } finally {
                timer.cancel(false);
            }
        }

        private void expired(Thread runner) {
            threads.deciding(); // the attempt ends first, and who closes the pool waits for the future
            try {
                StackTraceElement[] stack = runner.getStackTrace();
                timedOut = true;
                if (Objects.requireNonNull(future).cancel(true)) {
                    failed(stack);
                }
            } catch (Throwable exhausted) { // out of memory or of threads: nobody else will complete this
                trySetException(exhausted);
            } finally {
                threads.decided();
            }
        }

        /** Gives this up with the failure of the attempt before, if one keeps its thread and no other takes this. */
        void waitNotForEver(TaskTimeoutException failure) {
            Duration longest = timeout.compareTo(threads.leastPatience) > 0 ? timeout : threads.leastPatience;
            ScheduledFuture<?> timer = TIMERS.schedule(
                    () -> {
                        // Looked at once: while this is queued no other begins, so if there is none now there will be
                        // none.
                        if (start.get() == Start.QUEUED && onThreads.get() > 0) {
                            decide(() -> waitedInVain(failure));
                        }
                    },
                    Deadline.toNanosSaturated(longest),
                    TimeUnit.NANOSECONDS);
            patience = timer;
            if (Objects.requireNonNull(future).isDone()) {
                timer.cancel(false);
            }
        }

        private void waitedInVain(TaskTimeoutException failure) {
            threads.deciding();
            try {
                if (start.compareAndSet(Start.QUEUED, Start.GIVEN_UP)) {
                    giveUp(failure);
                }
            } catch (Throwable exhausted) {
                trySetException(exhausted);
            } finally {
                threads.decided();
            }
        }

        private void ended(Future<T> done) {
            ScheduledFuture<?> timer = patience;
            if (timer != null) {
                timer.cancel(false);
            }
            if ((timedOut && done.isCancelled()) || start.get() == Start.GIVEN_UP) {
                return; // expired() or waitedInVain() decides
            }
            try {
                trySetResult(TaskFailure.resultOf(done));
            } catch (CancellationException cancelled) {
                LimitedTask.this.cancel(false);
            } catch (ExecutionException failure) {
                trySetException(TaskFailure.causeOf(failure));
            }
        }
    }

    /** Called by a timer, whose thread must not run callbacks of the user's, and so lets another decide. */
    private static void decide(Runnable decision) {
        try {
            Thread decider = new Thread(null, decision, "procession-timeout", 0, false);
            decider.setDaemon(false); // the JVM is not to end in the middle of a callback
            decider.setContextClassLoader(null);
            decider.start();
        } catch (Throwable noThread) {
            var again = TIMERS.schedule(() -> decide(decision), 10, TimeUnit.MILLISECONDS);
            assert !again.isCancelled();
        }
    }

    private void failed(StackTraceElement[] stack) {
        Throwable stuckAt = new Throwable("the task was here when its time was over");
        stuckAt.setStackTrace(stack);
        TaskTimeoutException failure =
                new TaskTimeoutException("the task ran for more than " + timeout + attempts.inWords(), stuckAt);
        if (retriesLeft > 0) {
            retriesLeft--;
            try {
                attempts.again(failure);
                Attempt next = new Attempt();
                submit(next);
                next.waitNotForEver(failure);
                return;
            } catch (RejectedExecutionException noMoreAttempts) {
                // the pool was shut down meanwhile: this attempt was the last one
            }
        }
        giveUp(failure);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the value is of the type that the user's own policy gives it
    private void giveUp(TaskTimeoutException failure) {
        attempts.giveUp(failure);
        if (onFailure.skips()) {
            trySetResult((T) onFailure.value());
        } else {
            trySetException(failure);
        }
    }

    @Override
    protected void interruptTask() {
        cancelAttempt(true);
    }

    @Override
    protected void afterDone() {
        cancelAttempt(false); // one that is queued, for whatever reason
        task = null;
        owner = null;
        dropAttempt();
    }

    private void dropAttempt() {
        lock.lock();
        try {
            attempt = null;
        } finally {
            lock.unlock();
        }
    }

    private void cancelAttempt(boolean interrupt) {
        Future<T> current;
        lock.lock();
        try {
            current = attempt;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            if (interrupt) {
                current.cancel(true);
            } else {
                current.cancel();
            }
        }
    }
}
