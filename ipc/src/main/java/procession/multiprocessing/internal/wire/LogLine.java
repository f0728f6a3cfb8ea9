// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has logged, as it travels: the payload of a LOG frame.
 *
 * @param level the value of its {@code java.util.logging.Level}
 * @param dropped how many were dropped before it, because the parent did not keep up
 * @param logger the name of the logger; empty if this says only how many were dropped
 * @param message the message, formatted
 * @param thrown the exception with its stack, or an empty text
 */
public record LogLine(int level, int dropped, String logger, String message, String thrown) {
    /** The longest payload, which bounds what can be under way. */
    public static final int MAX_BYTES = 200 * 1024;

    private static final int MAX_NAME_CHARS = 1024;
    private static final int MAX_MESSAGE_CHARS = 16 * 1024;
    private static final int MAX_THROWN_CHARS = 32 * 1024;
    private static final String CUT = " … (cut)";

    /**
     * Encodes it; texts that are too long are cut.
     *
     * @return its bytes, {@link #MAX_BYTES} at most
     */
    public byte[] encode() {
        byte[] name = bytes(logger, MAX_NAME_CHARS);
        byte[] text = bytes(message, MAX_MESSAGE_CHARS);
        byte[] trace = bytes(thrown, MAX_THROWN_CHARS);
        return ByteBuffer.allocate(5 * Integer.BYTES + name.length + text.length + trace.length)
                .putInt(level)
                .putInt(dropped)
                .putInt(name.length)
                .put(name)
                .putInt(text.length)
                .put(text)
                .putInt(trace.length)
                .put(trace)
                .array();
    }

    private static byte[] bytes(String text, int maxChars) {
        String kept = text.length() <= maxChars ? text : text.substring(0, maxChars - CUT.length()) + CUT;
        return kept.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Decodes it.
     *
     * @param payload what {@link #encode} made in the worker, or {@code null} if there was no memory to keep it
     * @return the line, or {@code null} if it can't be read
     */
    public static @Nullable LogLine decode(byte @Nullable [] payload) {
        if (payload == null) {
            return null;
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(payload);
            return new LogLine(buffer.getInt(), buffer.getInt(), text(buffer), text(buffer), text(buffer));
        } catch (BufferUnderflowException | NegativeArraySizeException torn) {
            return null;
        }
    }

    private static String text(ByteBuffer buffer) {
        int length = buffer.getInt();
        if (length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] text = new byte[length];
        buffer.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
