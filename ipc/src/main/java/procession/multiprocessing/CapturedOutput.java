// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.System.Logger.Level;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.TaskOptions;
import procession.futures.TaskOutput;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutputTail;
import procession.multiprocessing.internal.worker.OutputCapture;

/** The parent's side of what one task prints. */
final class CapturedOutput {
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");

    /** Guarded by this: standard output and standard error. */
    private OutputTail[] streams = {new OutputTail(), new OutputTail()};

    /** Whether those are all that the task has printed; guarded by this. */
    private boolean complete;

    /** Returns what travels for a task: itself, or what captures its output where it runs. */
    static <T extends @Nullable Object> Callable<T> sent(
            Callable<T> task, TaskOptions.Chain limits, TaskRunner runner) {
        return limits.capturesOutput() && !runner.isInline() ? OutputCapture.of(task) : task;
    }

    /** Returns what travels for a function: itself, or what captures the output of its calls where they run. */
    static <T, R extends @Nullable Object> Fn<? super T, ? extends R> sent(
            Fn<? super T, ? extends R> function, TaskOptions.Chain limits, TaskRunner runner) {
        return limits.capturesOutput() && !runner.isInline() ? OutputCapture.<T, R>of(function) : function;
    }

    /** Takes what the worker has sent about the output of the task that it runs. */
    static void received(@Nullable ProcessTask<?> task, Frame frame) {
        byte[] payload = frame.payload();
        if (task != null && task.id == frame.taskId() && task.output != null && payload != null) {
            try {
                if (frame.type() == FrameDescriptor.OUTPUT) {
                    task.output.is(ByteBuffer.wrap(payload));
                } else {
                    task.output.grows(ByteBuffer.wrap(payload));
                }
            } catch (BufferUnderflowException | IndexOutOfBoundsException | NegativeArraySizeException torn) {
                task.output.clear(); // it is about nothing but a text
            }
        }
    }

    /** Forgets what an earlier run has printed. */
    synchronized void clear() {
        complete = false;
        streams = new OutputTail[] {new OutputTail(), new OutputTail()};
    }

    private synchronized void is(ByteBuffer all) {
        clear();
        for (OutputTail stream : streams) {
            stream.moveTo(all.getLong());
            add(stream, all, all.getInt());
        }
        complete = true;
    }

    private synchronized void grows(ByteBuffer news) {
        if (complete) {
            return; // overtaken, on the other connection, by all there is
        }
        OutputTail stream = streams[news.getInt()];
        stream.moveTo(news.getLong());
        add(stream, news, news.remaining());
    }

    private static void add(OutputTail stream, ByteBuffer from, int count) {
        byte[] bytes = new byte[count];
        from.get(bytes);
        stream.append(bytes, 0, count);
    }

    synchronized TaskOutput of(String task, Future<?> future) {
        return new TaskOutput(
                task, future, streams[0].text(), streams[1].text(), streams[0].dropped() + streams[1].dropped());
    }

    /** Calls the user back, on the thread that this is called on. */
    void tell(Consumer<? super TaskOutput> consumer, String task, Future<?> future) {
        try {
            consumer.accept(of(task, future));
        } catch (Throwable failure) {
            LOGGER.log(Level.ERROR, "the consumer of the output of " + task + " failed; the others go on", failure);
        }
    }
}
