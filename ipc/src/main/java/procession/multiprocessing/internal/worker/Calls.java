// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.futures.Fn;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.launch.LogSettings;
import procession.multiprocessing.internal.wire.FailureCodec;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;

/** Executes calls one after the other, and answers each before it starts the next. */
final class Calls {
    private static final byte[] EMPTY = {};
    private static final int PROCESS_FAILED = 1;

    private final BlockingQueue<Frame> orders;
    private final Answers answers;
    private final ReentrantLock answering;
    private final StartGate gate;
    private final PeerClassLoader classes;
    private final ObjectCodec codec;

    /** Owned by the task thread. */
    private @Nullable Object exitHook;

    /** Called on the thread that serves, whose context class loader has what is on the class path. */
    Calls(
            BlockingQueue<Frame> orders,
            Answers answers,
            ReentrantLock answering,
            StartGate gate,
            ParentCode parentCode) {
        this.orders = orders;
        this.answers = answers;
        this.answering = answering;
        this.gate = gate;
        this.classes = new PeerClassLoader(Thread.currentThread().getContextClassLoader(), parentCode);
        Thread.currentThread().setContextClassLoader(classes);
        this.codec = new ObjectCodec(classes, null);
    }

    /** Serves the parent until it says that there is no more to do. */
    void serve(Path socket, byte[] token) throws IOException {
        LogSettings.applyWhenUsed(); // here, where there is nothing else to do until the parent has answered
        Frame order = firstOrder();
        switch (order.type()) {
            case FrameDescriptor.INIT -> {
                CallChannel parent = CallChannel.connect(socket, token, answering);
                initialize(parent, order);
                if (!serve(parent)) {
                    Control.endWithParent(socket);
                }
                runExitHook();
            }
            case FrameDescriptor.RUN -> System.exit(run(order));
            default -> throw unknown(order);
        }
    }

    private Frame firstOrder() {
        while (true) {
            try {
                return orders.take();
            } catch (InterruptedException nobodyIsMeantTo) {
                // and without an order there is nothing to do
            }
        }
    }

    /** Executes calls until there are no more; returns {@code false} if the parent is gone. */
    private boolean serve(CallChannel parent) throws IOException {
        boolean isTakenBack = false;
        for (Frame frame = parent.next(); frame != null; frame = parent.next()) {
            switch (frame.type()) {
                case FrameDescriptor.CALL -> isTakenBack = isTakenBack || !call(parent, frame);
                case FrameDescriptor.CHUNK -> isTakenBack = isTakenBack || !chunk(parent, frame);
                case FrameDescriptor.TAKEN_BACK -> {
                    isTakenBack = false;
                    gate.takenBack();
                }
                case FrameDescriptor.EXIT -> {
                    return true;
                }
                default -> throw unknown(frame);
            }
        }
        return false;
    }

    private static IOException unknown(Frame frame) {
        return new IOException("a frame of unknown type " + frame.type());
    }

    private void initialize(CallChannel parent, Frame frame) throws IOException {
        byte type = FrameDescriptor.READY;
        byte[] payload = EMPTY;
        TaskThread.enterTask();
        try {
            ByteBuffer init = ByteBuffer.wrap(payload(frame));
            CurrentWorker.set(new CurrentWorker(init.getInt(), answers, gate));
            Object initializer = codec.decode(cut(init));
            exitHook = codec.decode(cut(init));
            if (initializer != null) {
                ((Callable<?>) initializer).call();
            }
        } catch (Throwable failure) {
            type = FrameDescriptor.INIT_FAILED;
            payload = FailureCodec.encode(failure);
        }
        tidyUp();
        parent.send(type, 0, payload);
    }

    /** Runs what the pool was given for the end of its workers; what that throws concerns nobody but the log. */
    @SuppressWarnings("CatchAndPrintStackTrace") // stderr is where the parent looks
    private void runExitHook() {
        if (exitHook instanceof Callable<?> hook) {
            TaskThread.enterTask();
            try {
                hook.call();
            } catch (Throwable failure) {
                failure.printStackTrace(); // the parent shows it
            }
            tidyUp();
        }
    }

    /** Runs what a process is for; returns its exit code. */
    @SuppressWarnings("CatchAndPrintStackTrace") // stderr is where the parent looks
    private int run(Frame frame) {
        TaskThread.enterTask();
        try {
            return (Integer) callable(frame).call();
        } catch (Throwable unreadable) {
            unreadable.printStackTrace(); // the parent shows it
            return PROCESS_FAILED;
        }
    }

    /** Returns {@code false} if it was taken back. */
    private boolean call(CallChannel parent, Frame frame) throws IOException {
        return answer(parent, frame.taskId(), () -> callable(frame).call());
    }

    private Callable<?> callable(Frame frame) {
        return (Callable<?>) decoded(payload(frame));
    }

    /** Returns {@code false} if its end was taken back. */
    @SuppressWarnings("unchecked") // the parent put functions and their own items together
    private boolean chunk(CallChannel parent, Frame frame) throws IOException {
        ByteBuffer chunk = ByteBuffer.wrap(payload(frame));
        try {
            int count = chunk.getInt();
            Once<Fn<Object, Object>> function = new Once<>(cut(chunk));
            for (int i = 0; i < count; i++) {
                long taskId = chunk.getLong();
                byte[] item = cut(chunk);
                if (!answer(parent, taskId, () -> function.get().apply(decoded(item)))) {
                    return false;
                }
            }
            return true;
        } catch (BufferUnderflowException | IllegalArgumentException torn) {
            throw new IOException("a chunk that ends too early", torn);
        }
    }

    /** Decoded at its first use, because its failure is an answer to every item of the chunk. */
    private final class Once<T> {
        private final byte[] bytes;
        private @Nullable T value;

        Once(byte[] bytes) {
            this.bytes = bytes;
        }

        @SuppressWarnings("unchecked") // as for chunk()
        T get() {
            T known = value;
            if (known == null) {
                known = (T) decoded(bytes);
                value = known;
            }
            return known;
        }
    }

    private static byte[] cut(ByteBuffer chunk) {
        byte[] part = new byte[chunk.getInt()];
        chunk.get(part);
        return part;
    }

    private Object decoded(byte[] bytes) {
        Object object;
        try {
            object = decodedWithLateClasses(bytes);
        } catch (ClassNotFoundException missing) {
            throw new NotTransferableException(
                    "the worker does not have a class that the task needs: " + missing.getMessage()
                            + "; the class path of the worker is " + System.getProperty("java.class.path"),
                    missing);
        } catch (IOException | RuntimeException | LinkageError unreadable) {
            throw new NotTransferableException(
                    "the worker can't read the task: " + FailureCodec.textOf(unreadable), unreadable);
        }
        return Objects.requireNonNull(object, "a task and an item are never null");
    }

    /** A class that the parent did not have when an earlier task looked for it may have come with this one. */
    private @Nullable Object decodedWithLateClasses(byte[] bytes) throws IOException, ClassNotFoundException {
        try {
            return codec.decode(bytes);
        } catch (ClassNotFoundException missing) {
            classes.forgetMissing();
            return codec.decode(bytes);
        }
    }

    private static byte[] payload(Frame frame) {
        byte[] payload = frame.payload();
        if (payload == null) {
            throw new OutOfMemoryError("this worker has no memory for the arguments of its task");
        }
        return payload;
    }

    /** Returns {@code false} if the call must not be made, because the parent has taken it back. */
    private boolean answer(CallChannel parent, long taskId, Callable<?> call) throws IOException {
        if (!gate.start(taskId)) {
            return false;
        }
        TaskThread.enterTask();
        byte type;
        byte[] payload;
        try {
            payload = ObjectCodec.encode(call.call());
            type = FrameDescriptor.RESULT;
        } catch (Throwable failure) {
            payload = FailureCodec.encode(explained(failure));
            type = FrameDescriptor.FAILURE;
        }
        byte[] printed = OutputCapture.finish();
        tidyUp();
        if (printed != null) {
            parent.send(FrameDescriptor.OUTPUT, taskId, printed);
        }
        MemoryReport.beforeAnswer(parent);
        parent.send(type, taskId, payload);
        return true;
    }

    private static Throwable explained(Throwable failure) {
        if (failure instanceof NotEncodableException result) {
            return new NotTransferableException(
                    "the result of the task can't travel back: " + result.getMessage(), result);
        }
        return failure;
    }

    /** Takes back what a task may have left on this thread, so that the next one does not meet it. */
    private void tidyUp() {
        TaskThread.leaveTask();
        Thread thread = Thread.currentThread();
        if (thread.getContextClassLoader() != classes) {
            thread.setContextClassLoader(classes);
        }
    }
}
