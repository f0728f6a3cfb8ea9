// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.ring.Handovers;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/**
 * Gives the workers of a pool the classes that they lack, on a thread of its own that is there only while they ask:
 * whoever's class loader is slow holds up nobody but those who want classes.
 */
final class ClassServer {
    private static final long LINGER_MILLIS = 200;

    private final ClassSource source;
    private final ThreadPoolExecutor thread;

    ClassServer(String name, ClassSource source) {
        this.source = source;
        this.thread = new ThreadPoolExecutor(
                0,
                1,
                LINGER_MILLIS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                work -> newThread(name + "-classes", work));
    }

    /** Has the context of the pool, not of whoever was there when the first question came. */
    private Thread newThread(String name, Runnable work) {
        Thread server = PoolThreads.daemon(name, work);
        server.setContextClassLoader(source.context());
        return server;
    }

    /** Encodes something that a child is to have, and takes note of where the classes are that it will need for it. */
    static byte[] encode(@Nullable Object object, ClassSource source) {
        Handovers handovers = Handovers.collect();
        boolean encoded = false;
        try (handovers) {
            byte[] bytes = ObjectCodec.encode(object, source::met);
            encoded = true;
            return bytes;
        } catch (NotEncodableException failure) {
            throw new NotTransferableException(String.valueOf(failure.getMessage()), failure);
        } finally {
            if (!encoded) {
                handovers.rollBack();
            }
        }
    }

    byte[] encode(@Nullable Object object) {
        return encode(object, source);
    }

    /** Returns the answer to a question; may block. */
    static OutgoingFrame answer(Frame question, ClassSource source) {
        return new OutgoingFrame(FrameDescriptor.FETCHED, question.taskId(), source.answer(question.payload()));
    }

    /** Answers a worker, later; called in a turn, whose thread may be anybody's, and so starts no other. */
    void asked(Frame question, WorkerProcess worker, EventLoop loop) {
        Runnable work = () -> {
            OutgoingFrame answer = answer(question, source);
            loop.post(() -> worker.tell(answer));
        };
        loop.onOwnThread(() -> thread.execute(work));
    }
}
