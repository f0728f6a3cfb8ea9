// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The parent's end of a connection to a worker: frames go out and come in, and nothing waits. */
final class Link {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
    private final Deque<OutgoingFrame> outgoing = new ArrayDeque<>();
    private boolean closed;

    private Link(SocketChannel channel, Selector selector, BiConsumer<Link, SelectionKey> onSelect) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ);
        Consumer<SelectionKey> told = selected -> onSelect.accept(this, selected);
        key.attach(told);
    }

    /** Takes over a connection, which is closed if that fails. */
    static Link of(SocketChannel channel, Selector selector, BiConsumer<Link, SelectionKey> onSelect)
            throws IOException {
        try {
            return new Link(channel, selector, onSelect);
        } catch (IOException | RuntimeException failure) {
            EventLoop.closeQuietly(channel);
            throw failure;
        }
    }

    /**
     * Reads what is there.
     *
     * @param times at most so many buffers
     * @param buffer where to
     * @param sink takes each complete frame, and may close this link
     * @return {@code false} at the end of the stream, however it came
     */
    boolean read(int times, ByteBuffer buffer, Consumer<Frame> sink) {
        try {
            for (int i = 0; i < times && !closed; i++) {
                int read = reader.read(channel, buffer, frame -> {
                    if (!closed) { // by what came before this frame
                        sink.accept(frame);
                    }
                });
                if (read <= 0) {
                    return read == 0;
                }
            }
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    void send(OutgoingFrame frame) {
        enqueue(frame);
        flush();
    }

    /** Adds a frame that is written with the next ones. */
    void enqueue(OutgoingFrame frame) {
        if (!closed) {
            outgoing.add(frame);
        }
    }

    /** Writes as much as the connection takes now; the selector says when it takes more. */
    void flush() {
        try {
            while (!outgoing.isEmpty()) {
                OutgoingFrame next = OutgoingFrame.next(outgoing);
                if (!next.writeTo(channel)) {
                    outgoing.addFirst(next);
                    key.interestOpsOr(SelectionKey.OP_WRITE);
                    key.selector().wakeup(); // a select that is under way does not see it
                    return;
                }
            }
            if ((key.interestOps() & SelectionKey.OP_WRITE) != 0) {
                key.interestOpsAnd(~SelectionKey.OP_WRITE);
            }
        } catch (IOException | CancelledKeyException broken) {
            outgoing.clear(); // the end of the stream, or the exit of the process, is about to be seen
        }
    }

    void close() {
        closed = true;
        outgoing.clear();
        EventLoop.closeQuietly(channel);
    }
}
