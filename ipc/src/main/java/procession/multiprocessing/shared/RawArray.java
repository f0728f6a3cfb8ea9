// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Objects;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.Segment;

/**
 * An array in shared memory without a lock, of whichever primitive type.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> what {@code multiprocessing.RawArray} returns.
 */
public abstract sealed class RawArray extends SharedObject
        permits RawBooleanArray,
                RawByteArray,
                RawCharArray,
                RawDoubleArray,
                RawFloatArray,
                RawIntArray,
                RawLongArray,
                RawShortArray {
    private static final long serialVersionUID = 1L;

    /** Java arrays of the last few lengths can't be made. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final transient Segment segment;
    private final transient long base;
    private final transient long length;
    private final transient int shift;

    RawArray(Kind kind, Cell cell, int elementBytes) {
        super(kind, cell);
        this.segment = cell.segment();
        this.base = (long) cell.offset() + CellDescriptor.BYTES;
        this.length = (long) Cell.LONG.getVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT));
        this.shift = Integer.numberOfTrailingZeros(elementBytes);
        long room = (segment.bytes() - base) >> shift;
        if (length < 0 || length > room) {
            throw new IllegalArgumentException("an array of " + length + " elements in " + segment
                    + ", which has room for " + room + " of them there");
        }
    }

    /**
     * Returns how many elements there are.
     *
     * @return the length
     */
    public final long length() {
        return length;
    }

    /** Returns where an element is in the segment. */
    final long at(long index) {
        return base + (Objects.checkIndex(index, length) << shift);
    }

    /** Returns the mapping that has what is at a place of the segment. */
    final ByteBuffer piece(long at) {
        return segment.piece(at);
    }

    /** Returns where in that mapping it is. */
    static int inPiece(long at) {
        return Segment.inPiece(at);
    }

    /** Returns how many elements of these can be copied at once, because one mapping has them. */
    final int atOnce(int count) {
        return Math.min(count, Segment.AT_ONCE_BYTES >> shift);
    }

    final int arrayLength() {
        if (length > MAX_ARRAY) {
            throw new IllegalStateException(length + " elements are more than a Java array has room for");
        }
        return (int) length;
    }

    final ByteBuffer view(long from, long count) {
        Objects.checkFromIndexSize(from, count, length);
        return segment.view(base + (from << shift), count << shift);
    }

    /**
     * Returns a view of the bytes of all elements. It stays readable and writable for as long as it is used, also when the
     * array has been destroyed.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public final ByteBuffer byteBuffer() {
        return view(0, length);
    }

    /**
     * Returns a view of the bytes of some elements. It stays readable and writable for as long as it is used, also when the
     * array has been destroyed.
     *
     * @param from the first of the elements
     * @param count how many elements; a GiB of them at least can be had at a time
     * @return a view, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public final ByteBuffer byteBuffer(long from, int count) {
        return view(from, count);
    }

    /**
     * Returns a text with the length.
     *
     * @return for example {@code RawIntArray[10 elements]}
     */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + length + " elements]";
    }
}
