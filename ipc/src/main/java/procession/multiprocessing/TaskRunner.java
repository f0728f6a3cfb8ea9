// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.List;
import java.util.function.BooleanSupplier;

/** What a pool does with its tasks: gives them to workers, or runs them here. */
interface TaskRunner {
    /** Returns whether tasks run in the thread that submits them. */
    boolean isInline();

    /** Returns a number that no other task of this pool has. */
    long nextTaskId();

    /** Takes batches that will be done, or throws and takes none of them. */
    void submit(List<Batch> batches);

    /** Stops a task that was cancelled, if it runs and can be stopped. */
    void stop(ProcessTask<?> task);

    /** Runs something of the user's here and now, unless that would hold up the pool. */
    void runOutside(Runnable command);

    /** Returns whether the caller is a callback. */
    boolean isCallbackThread();

    /**
     * Runs the pool on the calling thread until something is done or the time is over, if that may be; called by whoever
     * then waits for it.
     *
     * @param awaited what is waited for, of which {@link #isDone} must be told
     * @return whether {@link #followerIsGone} is to be called after the wait
     */
    default boolean leadOrFollow(Object awaited, BooleanSupplier done, long nanos) {
        return false;
    }

    /** Takes note that a thread waits no longer. */
    default void followerIsGone() {}

    /** Takes note that something is done that somebody may wait for. */
    default void isDone(Object awaited) {}

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
