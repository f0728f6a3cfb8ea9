// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import procession.multiprocessing.internal.memory.Cell;

/** Elements shorter than an {@code int}, as parts of the one around them, which alone can be compared and set. */
final class IntParts {
    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private IntParts() {}

    private static int shift(int at, int bytes) {
        int bytesBefore = at % Integer.BYTES;
        return Byte.SIZE * (BIG_ENDIAN ? Integer.BYTES - bytes - bytesBefore : bytesBefore);
    }

    private static int mask(int bytes) {
        return (1 << (Byte.SIZE * bytes)) - 1;
    }

    /** Returns the part at a place, without a sign, of the {@code int} around it. */
    static int part(int around, int at, int bytes) {
        return (around >>> shift(at, bytes)) & mask(bytes);
    }

    private static int with(int around, int at, int bytes, int value) {
        int shift = shift(at, bytes);
        return (around & ~(mask(bytes) << shift)) | (value & mask(bytes)) << shift;
    }

    static void set(ByteBuffer memory, int at, int bytes, int value) {
        getAndSet(memory, at, bytes, value);
    }

    /** Returns what was there, without a sign. */
    static int getAndSet(ByteBuffer memory, int at, int bytes, int value) {
        int aroundAt = at & -Integer.BYTES;
        while (true) {
            int around = (int) Cell.INT.getVolatile(memory, aroundAt);
            if (Cell.INT.compareAndSet(memory, aroundAt, around, with(around, at, bytes, value))) {
                return part(around, at, bytes);
            }
        }
    }

    /** Tries again when only a neighbour has changed. */
    static boolean compareAndSet(ByteBuffer memory, int at, int bytes, int expected, int value) {
        int aroundAt = at & -Integer.BYTES;
        while (true) {
            int around = (int) Cell.INT.getVolatile(memory, aroundAt);
            if (part(around, at, bytes) != (expected & mask(bytes))) {
                return false;
            }
            if (Cell.INT.compareAndSet(memory, aroundAt, around, with(around, at, bytes, value))) {
                return true;
            }
        }
    }
}
