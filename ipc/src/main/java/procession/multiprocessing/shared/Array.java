// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import procession.multiprocessing.internal.memory.Cell;

/**
 * An array that processes share, of whichever primitive type.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> what {@code multiprocessing.Array} returns.
 */
public abstract sealed class Array extends Guarded
        permits BooleanArray, ByteArray, CharArray, DoubleArray, FloatArray, IntArray, LongArray, ShortArray {
    private static final long serialVersionUID = 1L;

    private final transient RawArray elements;

    Array(Kind kind, Cell cell, RawArray elements) {
        super(kind, cell);
        this.elements = elements;
    }

    /**
     * Returns how many elements there are, also when the array has been destroyed.
     *
     * <p><i>Python:</i> {@code len(a)}
     *
     * @return the length
     */
    public final long length() {
        return elements.length();
    }

    /**
     * Returns a view of the bytes of all elements. It stays readable and writable for as long as it is used, also after
     * {@link #destroy}.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     * @throws IllegalStateException if the array has been destroyed
     */
    public final ByteBuffer byteBuffer() {
        checkAlive();
        return elements.byteBuffer();
    }

    /**
     * Returns a view of the bytes of some elements. It stays readable and writable for as long as it is used, also after
     * {@link #destroy}.
     *
     * @param from the first of the elements
     * @param count how many elements; a GiB of them at least can be had at a time
     * @return a view, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     * @throws IllegalStateException if the array has been destroyed
     */
    public final ByteBuffer byteBuffer(long from, int count) {
        checkAlive();
        return elements.byteBuffer(from, count);
    }

    /**
     * Returns a text with the length, and who has the lock.
     *
     * @return for example {@code IntArray@1f32e575[10 elements, unlocked]}
     */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "@" + Integer.toHexString(hashCode()) + "[" + length() + " elements, "
                + lockState() + "]";
    }
}
