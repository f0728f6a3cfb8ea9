// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Gives tasks to the workers of a loop.
 *
 * @param loop the loop
 */
record LoopRunner(PoolLoop loop) implements TaskRunner {
    @Override
    public boolean isInline() {
        return false;
    }

    @Override
    public long nextTaskId() {
        return loop.nextTaskId();
    }

    @Override
    public void submit(List<Batch> batches) {
        loop.submit(batches);
    }

    @Override
    public void stop(ProcessTask<?> task) {
        loop.stop(task);
    }

    @Override
    public void runOutside(Runnable command) {
        loop.runOutside(command);
    }

    @Override
    public boolean isCallbackThread() {
        return loop.isCallbackThread();
    }

    @Override
    public boolean leadOrFollow(Object awaited, BooleanSupplier done, long nanos) {
        return loop.leadOrFollow(awaited, done, nanos);
    }

    @Override
    public void followerIsGone() {
        loop.followerIsGone();
    }

    @Override
    public void isDone(Object awaited) {
        loop.isDone(awaited);
    }

    @Override
    public void shutdown() {
        loop.shutdown();
    }

    @Override
    public List<ProcessTask<?>> shutdownAndCancelPending() {
        return loop.shutdownAndCancelPending();
    }

    @Override
    public List<ProcessTask<?>> shutdownNow() {
        return loop.shutdownNow();
    }

    @Override
    public void endWorkers(boolean force) {
        loop.endWorkers(force);
    }

    @Override
    public boolean isShutdown() {
        return loop.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return loop.isTerminated();
    }

    @Override
    public boolean awaitTermination(long nanos) throws InterruptedException {
        return loop.awaitTermination(nanos);
    }

    @Override
    public String toString() {
        return loop.toString();
    }
}
