// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An element of a {@link ShareableList}, as it is kept: its type and its bytes. */
final class ListItem {
    /** No type is 0, so that memory which was given back has no elements. */
    static final int NULL = 1;

    static final int LONG = 2;
    static final int DOUBLE = 3;
    static final int BOOLEAN = 4;
    static final int TEXT = 5;
    static final int BYTES = 6;

    private final int type;
    private final byte[] bytes;

    private ListItem(int type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    static ListItem of(@Nullable Object value) {
        if (value == null) {
            return new ListItem(NULL, new byte[0]);
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte) {
            return new ListItem(LONG, word(((Number) value).longValue()));
        } else if (value instanceof Double || value instanceof Float) {
            return new ListItem(DOUBLE, word(Double.doubleToLongBits(((Number) value).doubleValue())));
        } else if (value instanceof Boolean flag) {
            return new ListItem(BOOLEAN, new byte[] {(byte) (flag ? 1 : 0)});
        } else if (value instanceof byte[] array) {
            return new ListItem(BYTES, array.clone());
        } else if (value instanceof String text) {
            return new ListItem(TEXT, encoded(text));
        }
        throw new IllegalArgumentException("a " + value.getClass().getName()
                + " can't be in a ShareableList; it has numbers, flags, texts, byte arrays and null");
    }

    private static byte[] word(long bits) {
        return ByteBuffer.allocate(Long.BYTES).putLong(bits).array();
    }

    private static byte[] encoded(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException(
                    "a text with half of a surrogate pair, which UTF-8 does not have", malformed);
        }
    }

    /** Returns what was read, or {@code null} if it can't be an element. */
    static @Nullable ListItem read(int type, byte[] bytes) {
        boolean sound = switch (type) {
            case NULL -> bytes.length == 0;
            case LONG, DOUBLE -> bytes.length == Long.BYTES;
            case BOOLEAN -> bytes.length == 1;
            case TEXT, BYTES -> true;
            default -> false;
        };
        return sound ? new ListItem(type, bytes) : null;
    }

    int type() {
        return type;
    }

    byte[] bytes() {
        return bytes;
    }

    @Nullable
    Object value() {
        return switch (type) {
            case LONG -> ByteBuffer.wrap(bytes).getLong();
            case DOUBLE ->
                (Object) Double.longBitsToDouble(ByteBuffer.wrap(bytes).getLong());
            case BOOLEAN -> bytes[0] != 0;
            case TEXT -> new String(bytes, StandardCharsets.UTF_8);
            case BYTES -> bytes;
            default -> null;
        };
    }

    /** Returns how many bytes there are to be for such an element, and those that come after it. */
    int capacity() {
        return type == TEXT || type == BYTES
                ? Math.addExact(bytes.length, 1) + Long.BYTES - 1 & -Long.BYTES
                : Long.BYTES;
    }

    String format(int capacity) {
        return switch (type) {
            case LONG -> "q";
            case DOUBLE -> "d";
            case BOOLEAN -> "xxxxxxx?";
            case TEXT, BYTES -> capacity + "s";
            default -> "xxxxxx?x";
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ListItem item && type == item.type && Arrays.equals(bytes, item.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * type + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return String.valueOf(value());
    }
}
