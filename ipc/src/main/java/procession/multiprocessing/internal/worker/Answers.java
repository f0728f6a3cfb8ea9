// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** Writes whole frames to the parent, from whatever thread. */
final class Answers {
    private static final long GOODBYE_WAIT_MILLIS = 200;

    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();

    Answers(SocketChannel channel) {
        this.channel = channel;
        Runtime.getRuntime().addShutdownHook(new Thread(this::sayGoodbye, "procession-goodbye"));
    }

    void send(byte type, long taskId, byte[] payload) throws IOException {
        writing.lock();
        try {
            write(new OutgoingFrame(type, taskId, payload));
        } finally {
            writing.unlock();
        }
    }

    private void write(OutgoingFrame frame) throws IOException {
        boolean written = false;
        while (!written) {
            written = frame.writeTo(channel);
        }
    }

    /** Tells the parent that what follows is an orderly exit, unless a thread is stuck in the middle of an answer. */
    private void sayGoodbye() {
        try {
            if (writing.tryLock(GOODBYE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    write(new OutgoingFrame(FrameDescriptor.GOODBYE, 0, new byte[0]));
                } finally {
                    writing.unlock();
                }
            }
        } catch (IOException | InterruptedException parentIsGone) {
            // nobody is left to be told
        }
    }
}
