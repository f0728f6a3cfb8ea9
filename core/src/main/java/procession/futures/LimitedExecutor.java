// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Another executor, with limits on every task: what {@link Executor#with} returns. */
final class LimitedExecutor extends AbstractExecutor {
    private final AbstractExecutor base;
    private final TaskOptions.Chain limits;

    LimitedExecutor(AbstractExecutor base, TaskOptions.Chain limits) {
        this.base = base;
        this.limits = limits;
    }

    @Override
    TaskOptions.Chain limits() {
        return limits;
    }

    @Override
    ContextPropagation.@Nullable Context captureContext() {
        return base.captureContext();
    }

    @Override
    public Executor with(TaskOptions options) {
        return base.with(options);
    }

    @Override
    protected <T extends @Nullable Object> Future<T> dispatch(Callable<T> task, TaskOptions.Chain taskLimits) {
        return base.dispatch(task, taskLimits);
    }

    @Override
    protected <T, R extends @Nullable Object> List<Future<R>> dispatchChunk(
            Fn<? super T, ? extends R> function, List<T> items, TaskOptions.Chain taskLimits) {
        return base.dispatchChunk(function, items, taskLimits);
    }

    @Override
    protected void cancelPending() {
        base.cancelPending();
    }

    @Override
    public void shutdown() {
        base.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return base.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return base.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return base.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return base.awaitTermination(timeout, unit);
    }

    @Override
    public String toString() {
        return base + " with " + limits;
    }
}
