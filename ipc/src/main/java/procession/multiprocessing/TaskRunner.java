// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.List;

/** What a pool does with its tasks: gives them to workers, or runs them here. */
interface TaskRunner {
    /** Returns whether tasks run in the thread that submits them. */
    boolean isInline();

    /** Returns a number that no other task of this pool has. */
    long nextTaskId();

    /** Takes a batch that will be done, or throws. */
    void submit(Batch batch);

    /** Stops a task that was cancelled, if it runs and can be stopped. */
    void stop(ProcessTask<?> task);

    /** Runs something of the user's here and now, unless that would hold up the pool. */
    void runOutside(Runnable command);

    /** Returns whether the caller is a callback. */
    boolean isCallbackThread();

    /**
     * Runs the pool on the calling thread until a task is done or the time is over, if that may be; called by whoever then
     * waits for the task.
     *
     * @return whether {@link #followerIsGone} is to be called after the wait
     */
    default boolean leadOrFollow(ProcessTask<?> task, long nanos) {
        return false;
    }

    /** Takes note that a thread waits no longer. */
    default void followerIsGone() {}

    /** Takes note that a task is done. */
    default void isDone(ProcessTask<?> task) {}

    /** Refuses new tasks from now on, and ends when the old ones are done. */
    void shutdown();

    /** Refuses new tasks from now on, and cancels those that have not started; returns those. */
    List<ProcessTask<?>> shutdownAndCancelPending();

    /** As {@link #shutdownAndCancelPending()}, and stops those that run, as far as that is possible. */
    List<ProcessTask<?>> shutdownNow();

    /** As {@link #shutdownAndCancelPending()}, and ends every process, by force or by request. */
    void endWorkers(boolean force);

    boolean isShutdown();

    /** Returns whether all is done; asked by a callback, whether all but the callbacks is. */
    boolean isTerminated();

    boolean awaitTermination(long nanos) throws InterruptedException;
}
