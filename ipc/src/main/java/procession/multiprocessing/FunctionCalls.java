// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.futures.BrokenExecutorException;
import procession.futures.Fn;
import procession.futures.TaskOptions;

/** The calls of one mapped function, which is encoded once for all of them. */
final class FunctionCalls<T, R extends @Nullable Object> {
    private final ProcessPoolExecutor executor;
    private final byte[] encodedFunction;
    private final String called;
    private final TaskOptions.Chain limits;

    /** How many items there were so far; of the thread that reads them. */
    private long items;

    /** {@code passed} is the user's own object, to be named in messages. */
    FunctionCalls(
            ProcessPoolExecutor executor,
            Fn<? super T, ? extends R> function,
            Object passed,
            TaskOptions.Chain limits) {
        this.executor = executor;
        this.limits = limits;
        this.encodedFunction = executor.encode(CapturedOutput.<T, R>sent(function, limits, executor.loop()));
        this.called = ProcessPoolExecutor.inWords(passed);
    }

    /** Makes the task of the call for the next item, not submitted yet; throws if the item can't travel. */
    ProcessTask<R> task(T item, Consumer<? super ProcessTask<R>> whenDone) {
        long position = items++;
        ProcessTask<R> task = only(item, whenDone);
        task.position(position);
        return task;
    }

    /** As {@link #task}, for a call with what is no item of an input. */
    ProcessTask<R> only(T argument, Consumer<? super ProcessTask<R>> whenDone) {
        return new ProcessTask<>(
                executor.loop(), executor.loop().nextTaskId(), called, executor.encode(argument), limits, whenDone);
    }

    /** Makes one of tasks that travel together, to be submitted. */
    Batch batch(List<ProcessTask<R>> chunk) {
        return Batch.of(encodedFunction, chunk);
    }

    /** Submits what was made here; throws, and submits none of it, if the pool takes no more. */
    void submit(List<Batch> batches) {
        submit(executor, batches);
    }

    /** Returns what runs the tasks. */
    TaskRunner runner() {
        return executor.loop();
    }

    static void submit(ProcessPoolExecutor executor, List<Batch> batches) {
        try {
            executor.loop().submit(batches);
        } catch (BrokenExecutorException broken) {
            throw broken;
        } catch (RejectedExecutionException shutDown) {
            throw new IllegalStateException(PoolCalls.NOT_RUNNING, shutDown);
        } finally {
            Reference.reachabilityFence(executor);
        }
    }
}
