// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run the tasks of a {@link ThreadPoolExecutor}, and their life cycle. They know nothing of the
 * executor, so that one that is forgotten can be found unreachable although its threads live.
 */
abstract class TaskThreads {
    /** Guards what is decided once for all: the phases of life, and in subclasses who works and who is idle. */
    final ReentrantLock lock = new ReentrantLock();

    private final Condition terminated = lock.newCondition();

    /**
     * So long at least an attempt may take to heed its interrupt before the next one is given up, whatever its timeout; set
     * before the first task, if at all.
     */
    Duration leastPatience = Duration.ofSeconds(1);

    /** Of whoever makes the pool, as all of its threads are to have it, whoever happens to start them. */
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    /*
     * Legal paths: 0 ─► SHUT_DOWN ─► SHUT_DOWN|TERMINATED, and SHUT_DOWN ─► SHUT_DOWN|STOPPING ─► …|TERMINATED; BROKEN
     * joins at any time before TERMINATED. Written under the lock. 0 is the one value with which a task is taken.
     */
    static final int SHUT_DOWN = 1;
    static final int STOPPING = 2;
    static final int BROKEN = 4;
    static final int TERMINATED = 8;

    volatile int life;

    /** How many tasks are being decided about whose time was over: these are not done yet. */
    @GuardedBy("lock")
    private int undecided;

    /** Keeps these threads from terminating until {@link #decided()}, though they may have nothing to do. */
    final void deciding() {
        lock.lock();
        try {
            undecided++;
        } finally {
            lock.unlock();
        }
    }

    final void decided() {
        lock.lock();
        try {
            undecided--;
            terminateIfDone();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    final boolean isDeciding() {
        return undecided > 0;
    }

    /** Prepares a thread that is about to be started. */
    final void adopt(Thread thread) {
        thread.setContextClassLoader(contextClassLoader);
    }

    /** Called when the last thing that these wait for may have happened. */
    @GuardedBy("lock")
    abstract void terminateIfDone();

    /** Takes a task, or throws why it does not. */
    abstract void start(Runnable task);

    /** Takes no more tasks; those that were taken still run. */
    abstract void shutdown();

    /** Refuses the tasks that have a future of ours and have not started, and passes them on; the others still run. */
    abstract void drainFuturesTo(List<? super PoolTask<?>> sink);

    /** Shuts down, interrupts what runs, and returns what has not started. */
    abstract List<Runnable> shutdownNow();

    /** Called after the future of a task of this pool was cancelled. */
    abstract void taskCancelled();

    abstract String describe();

    final void cancelPending() {
        List<PoolTask<?>> refused = new ArrayList<>();
        drainFuturesTo(refused);
        refused.forEach(Future::cancel);
    }

    final boolean has(int bit) {
        return (life & bit) != 0;
    }

    final boolean isShutdown() {
        return has(SHUT_DOWN);
    }

    final boolean isTerminated() {
        return has(TERMINATED);
    }

    final boolean awaitTermination(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!isTerminated()) {
                if (left <= 0) {
                    return false;
                }
                left = terminated.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Enters the last phase; with the lock held. */
    final void terminate() {
        life |= TERMINATED;
        terminated.signalAll();
    }

    /**
     * Runs a task that has no future; what it throws goes to the thread's handler for that, as it is though it be a checked
     * one of an action's, and the thread lives on.
     */
    static void runPlain(Runnable task) {
        try {
            if (task instanceof Action action) {
                action.execute();
            } else {
                task.run();
            }
        } catch (Throwable failure) {
            report(failure);
        }
    }

    static void report(Throwable failure) {
        try {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable handlerFailed) {
            // as the JVM does with a handler that throws
        }
    }
}
