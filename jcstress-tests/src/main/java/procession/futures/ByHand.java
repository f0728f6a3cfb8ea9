// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Takes one task, which whoever has the promise completes. */
final class ByHand extends AbstractExecutor {
    final Promise<Integer> promise = new Promise<>();

    @Override
    @SuppressWarnings("unchecked") // the tests submit what returns numbers
    protected <T> Future<T> dispatch(Callable<T> task, TaskOptions.Chain limits) {
        return (Future<T>) promise;
    }

    @Override
    protected <T, R> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain limits) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
