// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import static procession.multiprocessing.internal.wire.FrameDescriptor.EMPTY_LENGTH;
import static procession.multiprocessing.internal.wire.FrameDescriptor.HEADER_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Cuts what arrives on a channel, blocking or not, into frames; used by one thread at a time. */
public final class FrameReader {
    /*
     * Overview. Bytes are read into a buffer that readers of one thread share, and copied from there: first the header,
     * which may arrive in pieces, then the payload, which grows in steps as its bytes arrive, so that a length field alone
     * can't make this JVM allocate two gigabytes. Nothing stays in the buffer between two reads. Where the memory for a
     * payload can't be had, the payload is skipped and its frame is handed on without one, so that one task fails and the
     * connection goes on.
     */
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int FIRST_STEP_BYTES = 1024 * 1024;

    private final int maxPayloadBytes;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);

    private boolean inPayload;
    private byte type;
    private long taskId;
    private int payloadBytes;
    private int received;
    private byte @Nullable [] payload;

    /**
     * Makes a reader.
     *
     * @param maxPayloadBytes a longer payload is refused before anything is allocated for it
     */
    public FrameReader(int maxPayloadBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
    }

    /**
     * Makes a buffer for the readers of one thread.
     *
     * @return a new buffer
     */
    public static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES);
    }

    /**
     * Reads once, waiting for bytes if the channel blocks, and hands on every frame that is complete now.
     *
     * @param channel where from
     * @param buffer where to; its content before and after means nothing
     * @param sink takes the frames, in order
     * @return the number of bytes read, 0 if a channel that doesn't block had none, -1 at the end of the stream
     * @throws IOException if the channel fails, or what arrives is not a frame
     */
    public int read(ReadableByteChannel channel, ByteBuffer buffer, Consumer<Frame> sink) throws IOException {
        buffer.clear();
        int read = channel.read(buffer);
        buffer.flip();
        boolean more = buffer.hasRemaining();
        while (more) {
            more = inPayload ? payloadIsComplete(buffer, sink) : headerIsComplete(buffer);
        }
        return read;
    }

    private boolean headerIsComplete(ByteBuffer buffer) throws IOException {
        while (header.hasRemaining() && buffer.hasRemaining()) {
            header.put(buffer.get());
        }
        if (header.hasRemaining()) {
            return false;
        }
        header.flip();
        int length = header.getInt();
        type = header.get();
        taskId = header.getLong();
        header.clear();
        payloadBytes = length - EMPTY_LENGTH;
        if (length < EMPTY_LENGTH || payloadBytes > maxPayloadBytes) {
            throw new IOException("not a frame: type " + type + " with a length of " + length + " bytes, where "
                    + EMPTY_LENGTH + " to " + ((long) EMPTY_LENGTH + maxPayloadBytes) + " are allowed");
        }
        received = 0;
        payload = allocate(Math.min(payloadBytes, FIRST_STEP_BYTES));
        inPayload = true;
        return true;
    }

    private boolean payloadIsComplete(ByteBuffer buffer, Consumer<Frame> sink) {
        int take = Math.min(buffer.remaining(), payloadBytes - received);
        byte[] kept = withRoomFor(received + take);
        if (kept == null) {
            buffer.position(buffer.position() + take);
        } else {
            buffer.get(kept, received, take);
        }
        received += take;
        if (received < payloadBytes) {
            return false;
        }
        inPayload = false;
        payload = null;
        sink.accept(new Frame(type, taskId, kept));
        return buffer.hasRemaining();
    }

    private byte @Nullable [] withRoomFor(int bytes) {
        byte[] current = payload;
        if (current != null && current.length < bytes) {
            int grown = (int) Math.min(payloadBytes, Math.max(bytes, 2L * current.length));
            payload = null;
            byte[] larger = allocate(grown);
            if (larger != null) {
                System.arraycopy(current, 0, larger, 0, received);
            }
            payload = larger;
        }
        return payload;
    }

    private static byte @Nullable [] allocate(int bytes) {
        try {
            return new byte[bytes];
        } catch (OutOfMemoryError noRoom) {
            return null; // the payload is skipped, and whoever takes the frame fails its task
        }
    }
}
