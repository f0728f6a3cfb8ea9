// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import static procession.multiprocessing.internal.wire.FrameDescriptor.EMPTY_LENGTH;
import static procession.multiprocessing.internal.wire.FrameDescriptor.HEADER_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Deque;

/** One frame on its way into a channel, which may take it in several pieces; used by one thread at a time. */
public final class OutgoingFrame {
    /**
     * The most that is written at once. The JDK copies what lies on the heap into native memory before it writes it, and
     * keeps that memory, so a frame of a gigabyte must not be handed over whole.
     */
    private static final int PIECE_BYTES = 128 * 1024;

    private final ByteBuffer head;
    private final ByteBuffer rest;

    /**
     * Makes a frame.
     *
     * @param type one of the types of {@link FrameDescriptor}
     * @param taskId the id of the call it belongs to, or 0
     * @param payload the payload, not changed until it is written
     */
    public OutgoingFrame(byte type, long taskId, byte[] payload) {
        if (payload.length > FrameDescriptor.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("a payload of " + payload.length + " bytes");
        }
        int together = Math.min(payload.length, PIECE_BYTES - HEADER_BYTES);
        head = ByteBuffer.allocate(HEADER_BYTES + together);
        head.putInt(EMPTY_LENGTH + payload.length).put(type).putLong(taskId);
        head.put(payload, 0, together).flip();
        rest = ByteBuffer.wrap(payload, together, payload.length - together);
    }

    private OutgoingFrame(ByteBuffer bytes) {
        head = bytes;
        rest = ByteBuffer.allocate(0);
    }

    /**
     * Takes frames from the head of a queue, as many as are worth being written at once.
     *
     * @param queue at least one frame, in the order in which they are to be written
     * @return the first one, or one that is several
     */
    public static OutgoingFrame next(Deque<OutgoingFrame> queue) {
        OutgoingFrame first = queue.removeFirst();
        long bytes = first.bytes();
        int frames = 0;
        for (OutgoingFrame each : queue) {
            if (bytes + each.bytes() > PIECE_BYTES) {
                break;
            }
            bytes += each.bytes();
            frames++;
        }
        if (frames == 0) {
            return first;
        }
        ByteBuffer together = ByteBuffer.allocate((int) bytes);
        together.put(first.head).put(first.rest);
        for (int i = 0; i < frames; i++) {
            OutgoingFrame each = queue.removeFirst();
            together.put(each.head).put(each.rest);
        }
        return new OutgoingFrame(together.flip());
    }

    private long bytes() {
        return (long) head.remaining() + rest.remaining();
    }

    /**
     * Writes what the channel takes; all of it, if it blocks.
     *
     * @param channel where to
     * @return {@code true} once the whole frame is written
     * @throws IOException if the channel fails
     */
    public boolean writeTo(WritableByteChannel channel) throws IOException {
        while (head.hasRemaining()) {
            if (channel.write(head) == 0) {
                return false;
            }
        }
        while (rest.hasRemaining()) {
            int end = rest.limit();
            rest.limit(Math.min(end, rest.position() + PIECE_BYTES));
            int written;
            try {
                written = channel.write(rest);
            } finally {
                rest.limit(end);
            }
            if (written == 0) {
                return false;
            }
        }
        return true;
    }
}
