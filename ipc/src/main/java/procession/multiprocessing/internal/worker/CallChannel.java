// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;
import procession.multiprocessing.internal.wire.Hello;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The channel on which calls come and answers go; read and written by the thread that executes the calls, alone. */
final class CallChannel {
    private final SocketChannel channel;
    private final FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
    private final ByteBuffer buffer = FrameReader.newBuffer();
    private final Deque<Frame> arrived = new ArrayDeque<>();

    /** Held while an answer is being written; others take it to wait for the end of the answer. */
    private final ReentrantLock answering;

    private CallChannel(SocketChannel channel, ReentrantLock answering) {
        this.channel = channel;
        this.answering = answering;
    }

    /** Connects to the parent, and proves who this is. */
    static CallChannel connect(Path socket, byte[] token, ReentrantLock answering) throws IOException {
        CallChannel connected = new CallChannel(SocketChannel.open(UnixDomainSocketAddress.of(socket)), answering);
        connected.send(FrameDescriptor.HELLO_CALLS, 0, Hello.encode(token));
        return connected;
    }

    /** Waits for the next frame, and returns {@code null} if the parent is gone. */
    @Nullable
    Frame next() throws IOException {
        Frame next = arrived.poll();
        while (next == null) {
            if (reader.read(channel, buffer, arrived::add) < 0) {
                return null;
            }
            next = arrived.poll();
        }
        return next;
    }

    void send(byte type, long taskId, byte[] payload) throws IOException {
        OutgoingFrame frame = new OutgoingFrame(type, taskId, payload);
        answering.lock();
        try {
            Answers.writeAll(frame, channel);
        } finally {
            answering.unlock();
        }
    }
}
