// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task of a thread pool: its future, and what is queued, in one object.
 *
 * @param <T> the type of the task's value
 */
final class PoolTask<T extends @Nullable Object> extends Promise<T> implements Runnable {
    /*
     * Overview. An interrupt by cancel(true) must reach the thread while it runs this task, and never later. runner says
     * whom to interrupt:
     *
     *     null ──run──► thread ──returned──► null
     *                     └──cancel(true)──► INTERRUPTING ──► INTERRUPTED
     *
     * The runner publishes itself before it starts the task, and looks whether that was cancelled after; a canceller
     * cancels first and looks for a runner after. A task that completes its future can't be cancelled any more, so
     * nobody will interrupt. Only if completing failed, because it was cancelled before, the runner takes itself back,
     * or waits until the canceller that was faster has delivered the interrupt. The worker clears the flag afterwards.
     *
     * A worker that calls itself idle must not run user code, which may wait for a task that this very worker is to run.
     * So it does that only if nobody is called back, and looks again once the future is done: who adds a listener writes
     * listenedTo first and looks whether the future is done after, so either the worker sees him or he calls himself.
     */
    private static final Object INTERRUPTING = new Object();
    private static final Object INTERRUPTED = new Object();

    private static final VarHandle RUNNER;

    static {
        try {
            RUNNER = MethodHandles.lookup().findVarHandle(PoolTask.class, "runner", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private volatile @Nullable Object runner;

    /** What to call; dropped once the future is done. */
    private @Nullable Callable<T> task;

    /** Who wants to know of a cancelled task in its queue; dropped once the future is done. */
    private @Nullable TaskThreads queue;

    /** Whether somebody is called back, so that completing this may take long. */
    private volatile boolean listenedTo;

    PoolTask(Callable<T> task, TaskThreads queue) {
        this.task = task;
        this.queue = queue;
    }

    @Override
    public void run() {
        run(null);
    }

    /** Runs the task and completes the future, unless that is done. */
    void run(WorkerThreads.@Nullable Worker worker) {
        Callable<T> todo = task;
        if (todo == null || runner != null) {
            return;
        }
        Thread thread = Thread.currentThread();
        runner = thread;
        if (!setRunningOrNotifyCancel()) {
            awaitInterrupt(thread);
            return;
        }
        boolean completed;
        try {
            T result = todo.call();
            taskReturned(worker);
            completed = trySetResult(result);
        } catch (Throwable failure) {
            completed = fail(failure, worker);
        }
        if (!completed) {
            awaitInterrupt(thread);
        }
        RUNNER.setRelease(this, null); // pairs with nothing: a future that is done is not cancelled, so nobody looks
    }

    /** Completes the future with a failure, in any case: whoever waits for it would wait for ever. */
    private boolean fail(Throwable failure, WorkerThreads.@Nullable Worker worker) {
        try {
            Throwable presentable = presentable(failure); // calls methods of the user's, which may use the pool
            taskReturned(worker);
            return trySetPresentable(presentable);
        } catch (Throwable exhausted) { // no memory for the failure
            try {
                return trySetException(exhausted);
            } catch (Throwable stillExhausted) {
                return cancel(false); // takes none
            }
        }
    }

    private void taskReturned(WorkerThreads.@Nullable Worker worker) {
        if (worker != null && !listenedTo) {
            worker.aboutToComplete();
        }
    }

    @Override
    protected void interruptTask() {
        if (runner instanceof Thread thread && RUNNER.compareAndSet(this, thread, INTERRUPTING)) {
            try {
                thread.interrupt();
            } finally {
                runner = INTERRUPTED;
            }
        }
    }

    /** Makes sure that no interrupt of this task is on its way any more. */
    @SuppressWarnings("ThreadPriorityCheck") // yields because the canceller may wait for this very processor
    private void awaitInterrupt(Thread thread) {
        if (!RUNNER.compareAndSet(this, thread, null)) {
            while (runner == INTERRUPTING) { // spins while another thread is between two statements
                Thread.yield();
            }
            Thread.interrupted();
        }
    }

    @Override
    public void addListener(Runnable listener, java.util.concurrent.Executor executor) {
        listenedTo = true;
        super.addListener(listener, executor);
    }

    @Override
    protected void afterDone() {
        if (listenedTo) { // since taskReturned() looked, it may be
            WorkerThreads.busyAfterAll();
        }
        task = null;
        TaskThreads told = queue;
        queue = null;
        if (told != null && isCancelled()) {
            told.taskCancelled();
        }
    }
}
