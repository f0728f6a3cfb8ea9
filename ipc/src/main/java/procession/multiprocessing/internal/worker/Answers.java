// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** Writes whole frames to the parent on the control channel, from whatever thread. */
final class Answers {
    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();

    Answers(SocketChannel channel) {
        this.channel = channel;
    }

    void send(byte type, long taskId, byte[] payload) throws IOException {
        OutgoingFrame frame = new OutgoingFrame(type, taskId, payload);
        writing.lock();
        try {
            writeAll(frame, channel);
        } finally {
            writing.unlock();
        }
    }

    static void writeAll(OutgoingFrame frame, SocketChannel channel) throws IOException {
        boolean written = false;
        while (!written) {
            written = frame.writeTo(channel);
        }
    }
}
