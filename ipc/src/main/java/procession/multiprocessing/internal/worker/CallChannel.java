// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;
import procession.multiprocessing.internal.wire.Hello;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The channel on which calls come and answers go; read and written by the thread that executes the calls, alone. */
final class CallChannel {
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long SOON_NANOS = 2 * SPIN_NANOS;

    private final SocketChannel channel;
    private final FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
    private final ByteBuffer buffer = FrameReader.newBuffer();
    private final Deque<Frame> arrived = new ArrayDeque<>();

    /** Held while an answer is being written; others take it to wait for the end of the answer. */
    private final ReentrantLock answering;

    /** Whether the last frame that was waited for came soon. */
    private boolean cameSoon;

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

    /**
     * Waits for the next frame, and returns {@code null} if the parent is gone. If the one before came soon, the wait
     * begins without sleeping, which is slow to wake up from: for SPIN_NANOS at most.
     */
    @Nullable
    Frame next() throws IOException {
        Frame next = arrived.poll();
        if (next != null) {
            return next;
        }
        long start = System.nanoTime();
        boolean goesOn = true;
        if (cameSoon) {
            channel.configureBlocking(false);
            goesOn = spin(start);
            channel.configureBlocking(true);
        }
        while (goesOn && arrived.isEmpty()) {
            goesOn = reader.read(channel, buffer, arrived::add) >= 0;
        }
        cameSoon = System.nanoTime() - start < SOON_NANOS;
        return arrived.poll();
    }

    @SuppressWarnings("ThreadPriorityCheck") // where yield() does nothing, this only spins
    private boolean spin(long start) throws IOException {
        boolean goesOn = true;
        while (goesOn && arrived.isEmpty() && System.nanoTime() - start < SPIN_NANOS) {
            goesOn = reader.read(channel, buffer, arrived::add) >= 0;
            Thread.yield();
        }
        return goesOn;
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
