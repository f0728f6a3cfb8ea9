// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tasks of a thread pool that are queued as one and run one after the other by one worker. */
final class Chunk implements Runnable {
    private final List<? extends PoolTask<?>> tasks;

    /** The index of the first task that nobody took, to run it or to refuse it. */
    private final AtomicInteger next = new AtomicInteger();

    Chunk(List<? extends PoolTask<?>> tasks) {
        this.tasks = tasks;
    }

    @Override
    public void run() {
        run(null);
    }

    void run(WorkerThreads.@Nullable Worker worker) {
        for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
            if (worker == null) {
                tasks.get(i).run();
                Thread.interrupted(); // meant for that task; who shuts down now takes the rest of this out
            } else {
                worker.beforeTask();
                // Only the last one leaves the worker with nothing to do.
                tasks.get(i).run(i == tasks.size() - 1 ? worker : null);
            }
        }
    }

    /** Returns whether nothing is left to do, because it was done or cancelled. */
    boolean isDone() {
        for (PoolTask<?> task : tasks) {
            if (!task.isDone()) {
                return false;
            }
        }
        return true;
    }

    /** Takes all tasks, or none if somebody has taken some. */
    boolean takeAll() {
        return next.compareAndSet(0, tasks.size());
    }

    /** Takes all tasks that nobody took and that are not done. */
    void drainTo(Consumer<? super PoolTask<?>> sink) {
        for (int i = next.getAndSet(tasks.size()); i < tasks.size(); i++) {
            if (!tasks.get(i).isDone()) {
                sink.accept(tasks.get(i));
            }
        }
    }
}
