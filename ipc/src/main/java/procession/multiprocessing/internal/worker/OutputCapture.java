// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.futures.Fn;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutputTail;

/** Takes what a task prints, for its answer. */
public final class OutputCapture {
    /*
     * Overview. The parent wraps a task whose output it wants; the wrapper opens a capture, which replaces System.out and
     * System.err, and the task thread ends it when it has the answer, and sends what was printed before that.
     *
     *     wrapper ── begin ── task ── finish() ──► OUTPUT (the end of both streams) ──► RESULT or FAILURE
     *                           └── line ends ──► OUTPUT_SO_FAR (what is new)
     *
     * OUTPUT_SO_FAR is for a task that dies, and goes over the control channel, because any thread may print. It says where
     * in its stream its bytes belong, so that the parent sees what was left out: after UNHURRIED_BYTES it is sent only now
     * and then. What a stream gets that a thread has kept beyond the end of its capture goes where it went before.
     */
    private static final int UNHURRIED_BYTES = 64 * 1024;

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int STREAMS = 2;

    /** That of the task that runs, if it has one. */
    private static volatile @Nullable OutputCapture current;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Stream[] streams = {new Stream(0, out), new Stream(1, err)};
    private final long taskId;
    private final @Nullable Answers parent;

    /** Guarded by this. */
    private boolean finished;

    private long sentNanos = System.nanoTime();

    private OutputCapture(long taskId, @Nullable Answers parent) {
        this.taskId = taskId;
        this.parent = parent;
    }

    /**
     * Returns a task whose output is captured where it runs.
     *
     * @param call the task
     * @param <T> the type of its result
     * @return the task to send
     */
    public static <T extends @Nullable Object> Callable<T> of(Callable<T> call) {
        return new Captured<>(call);
    }

    /**
     * Returns a function the output of each of whose calls is captured where it runs.
     *
     * @param function the function
     * @param <T> the type of its argument
     * @param <R> the type of its result
     * @return the function to send
     */
    public static <T, R extends @Nullable Object> Fn<T, R> of(Fn<? super T, ? extends R> function) {
        return new CapturedFn<T, R>(function);
    }

    @SuppressWarnings("serial") // as serializable as what it holds, which is checked when it travels
    private record Captured<T extends @Nullable Object>(Callable<T> task) implements Callable<T>, Serializable {
        @Override
        public T call() throws Exception {
            begin();
            return task.call();
        }
    }

    private record CapturedFn<T, R extends @Nullable Object>(Fn<? super T, ? extends R> function) implements Fn<T, R> {
        @Override
        public R apply(T item) throws Exception {
            begin();
            return function.apply(item);
        }
    }

    private static void begin() {
        LogLink link = LogLink.get();
        OutputCapture capture = new OutputCapture(link == null ? 0 : link.task(), link == null ? null : link.answers());
        current = capture;
        System.setOut(new PrintStream(capture.streams[0], true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(capture.streams[1], true, StandardCharsets.UTF_8));
    }

    /** Ends the capture of the task that runs; returns the payload of OUTPUT, or {@code null} if it has none. */
    static byte @Nullable [] finish() {
        OutputCapture capture = current;
        if (capture == null) {
            return null;
        }
        current = null;
        System.out.flush(); // which may be another with a buffer by now
        System.err.flush();
        System.setOut(capture.out);
        System.setErr(capture.err);
        return capture.end();
    }

    private synchronized byte[] end() {
        finished = true;
        byte[][] texts = new byte[STREAMS][];
        int length = 0;
        for (int i = 0; i < STREAMS; i++) {
            texts[i] = streams[i].tail.last(OutputTail.LIMIT_BYTES);
            length += Long.BYTES + Integer.BYTES + texts[i].length;
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        for (int i = 0; i < STREAMS; i++) {
            payload.putLong(streams[i].tail.dropped()).putInt(texts[i].length).put(texts[i]);
        }
        return payload.array();
    }

    /** One of the two. */
    private final class Stream extends OutputStream {
        private final int number;
        private final PrintStream before;

        /** Guarded by the capture, as is the next. */
        private final OutputTail tail = new OutputTail();

        private long sent;

        Stream(int number, PrintStream before) {
            this.number = number;
            this.before = before;
        }

        @Override
        public void write(int single) {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            boolean late;
            synchronized (OutputCapture.this) {
                late = finished;
                if (!late) {
                    tail.append(bytes, from, count);
                }
            }
            if (late) {
                before.write(bytes, from, count);
            }
        }

        @Override
        public void flush() {
            byte[] payload;
            synchronized (OutputCapture.this) {
                payload = finished ? null : soFar();
            }
            if (payload != null && parent != null) {
                try {
                    parent.sendForTask(FrameDescriptor.OUTPUT_SO_FAR, taskId, payload);
                } catch (IOException parentIsGone) {
                    // the control thread is about to see that, and ends this process
                }
            }
        }

        /** Returns what is new, unless there was something else just before. */
        private byte @Nullable [] soFar() {
            long now = System.nanoTime();
            long end = tail.end();
            if (end == sent || (sent > UNHURRIED_BYTES && now - sentNanos < INTERVAL_NANOS)) {
                return null;
            }
            byte[] news = tail.last(end - sent);
            sent = end;
            sentNanos = now;
            return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + news.length)
                    .putInt(number)
                    .putLong(end - news.length)
                    .put(news)
                    .array();
        }
    }
}
