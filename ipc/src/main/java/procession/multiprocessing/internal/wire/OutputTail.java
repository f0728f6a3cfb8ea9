// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The end of a stream of bytes, with its place in the stream; not for several threads at once. */
public final class OutputTail {
    /** How much is kept. */
    public static final int LIMIT_BYTES = 64 * 1024;

    /** The end of the stream, and up to as much before it, so that it is moved once in a while and not at each write. */
    private byte[] kept = new byte[256];

    private int length;

    /** How many bytes of the stream come before those. */
    private long before;

    /** Makes an empty one. */
    public OutputTail() {}

    /**
     * Adds the next bytes of the stream.
     *
     * @param bytes holds the bytes
     * @param from where they start
     * @param count how many
     */
    public void append(byte[] bytes, int from, int count) {
        int last = Math.min(count, LIMIT_BYTES);
        if (last < count) {
            before += length + (count - last);
            length = 0;
        }
        if (length + last > 2 * LIMIT_BYTES) {
            int old = LIMIT_BYTES - last;
            System.arraycopy(kept, length - old, kept, 0, old);
            before += length - old;
            length = old;
        }
        if (length + last > kept.length) {
            kept = Arrays.copyOf(kept, Math.min(2 * LIMIT_BYTES, Math.max(length + last, 2 * kept.length)));
        }
        System.arraycopy(bytes, from + (count - last), kept, length, last);
        length += last;
    }

    /**
     * Drops what is here if the bytes that come next are others of the stream.
     *
     * @param offset the place of what comes next
     */
    public void moveTo(long offset) {
        if (offset != end()) {
            before = offset;
            length = 0;
        }
    }

    /**
     * Returns how long the stream is up to now.
     *
     * @return bytes
     */
    public long end() {
        return before + length;
    }

    /**
     * Returns how much of the stream is missing before what is kept.
     *
     * @return bytes
     */
    public long dropped() {
        return before + length - keptBytes();
    }

    private int keptBytes() {
        return Math.min(length, LIMIT_BYTES);
    }

    /**
     * Returns the last bytes of the stream.
     *
     * @param atMost how many
     * @return as many as are kept, and at most that
     */
    public byte[] last(long atMost) {
        int count = (int) Math.min(atMost, keptBytes());
        return Arrays.copyOfRange(kept, length - count, length);
    }

    /**
     * Returns what is kept as text.
     *
     * @return the text, without the rest of a character whose start is not kept
     */
    public String text() {
        byte[] bytes = last(LIMIT_BYTES);
        int start = 0;
        while (dropped() > 0 && start < bytes.length && start < 3 && (bytes[start] & 0xC0) == 0x80) {
            start++;
        }
        return new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
    }
}
