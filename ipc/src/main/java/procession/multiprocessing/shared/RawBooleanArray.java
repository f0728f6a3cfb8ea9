// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.util.Arrays;
import java.util.Objects;
import procession.multiprocessing.internal.memory.Cell;

/**
 * An array of {@code boolean} in shared memory without a lock: what {@link BooleanArray#raw()} returns, the same
 * elements for all processes.
 *
 * <p>All methods for one element are atomic, none of them waits, and all may be called by any thread at any time.
 * Those that Java has for {@code int} only are done to the {@code int} around the element. An element has one byte,
 * which is 0 or 1. When its {@link BooleanArray} has been destroyed, it keeps elements, which are nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get} and {@link #set} are those of a {@code volatile} field, in all
 * processes; the other atomic operations do both. Copies, {@link #fill(boolean)} and views are those of ordinary
 * arrays. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawArray(c_bool, n)}, which has no atomic operations.
 */
public final class RawBooleanArray extends RawArray {
    private static final long serialVersionUID = 1L;
    private static final int FILLED_AT_ONCE = 4096;

    RawBooleanArray(Cell cell) {
        super(Kind.RAW_BOOLEAN_ARRAY, cell, Byte.BYTES);
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean get(long index) {
        long at = at(index);
        return IntParts.part((int) Cell.INT.getVolatile(piece(at), inPiece(at) & ~3), inPiece(at), 1) != 0;
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void set(long index, boolean value) {
        long at = at(index);
        IntParts.set(piece(at), inPiece(at), 1, bit(value));
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean getAndSet(long index, boolean value) {
        long at = at(index);
        return IntParts.getAndSet(piece(at), inPiece(at), 1, bit(value)) != 0;
    }

    /**
     * Sets an element if it is as expected.
     *
     * @param index which one
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean compareAndSet(long index, boolean expected, boolean value) {
        long at = at(index);
        return IntParts.compareAndSet(piece(at), inPiece(at), 1, bit(expected), bit(value));
    }

    /**
     * Returns an element, read as if it were in an ordinary array.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean getPlain(long index) {
        long at = at(index);
        return piece(at).get(inPiece(at)) != 0;
    }

    /**
     * Sets an element, as if it were in an ordinary array.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setPlain(long index, boolean value) {
        long at = at(index);
        piece(at).put(inPiece(at), (byte) bit(value));
    }

    /**
     * Returns an element, in no order with other accesses.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean getOpaque(long index) {
        long at = at(index);
        return IntParts.part((int) Cell.INT.getOpaque(piece(at), inPiece(at) & ~3), inPiece(at), 1)
                != 0; // pairs with what the caller says
    }

    /**
     * Sets an element, in no order with other accesses.
     * It does more than that: it is what {@link #set} does, because all there is for a part of an {@code int} is a
     * compare-and-set.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setOpaque(long index, boolean value) {
        set(index, value);
    }

    /**
     * Returns an element, before all that follows.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean getAcquire(long index) {
        long at = at(index);
        return IntParts.part((int) Cell.INT.getAcquire(piece(at), inPiece(at) & ~3), inPiece(at), 1)
                != 0; // pairs with the caller's setRelease
    }

    /**
     * Sets an element, after all that came before.
     * It does more than that: it is what {@link #set} does, because all there is for a part of an {@code int} is a
     * compare-and-set.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setRelease(long index, boolean value) {
        set(index, value);
    }

    /**
     * Copies elements into an ordinary array, as fast as between two of those. Each is read as a whole, but not all of
     * them at once.
     *
     * @param index the first of them
     * @param target where they go
     * @param offset where the first goes there
     * @param count how many
     * @throws IndexOutOfBoundsException if either range is not there
     */
    public void copyTo(long index, boolean[] target, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, target.length);
        for (int i = 0; i < count; i++) {
            target[offset + i] = getPlain(index + i);
        }
    }

    /**
     * Copies elements from an ordinary array, as fast as between two of those. Each is written as a whole, but not all of
     * them at once.
     *
     * @param index where the first goes
     * @param source where they come from
     * @param offset the first of them there
     * @param count how many
     * @throws IndexOutOfBoundsException if either range is not there
     */
    public void copyFrom(long index, boolean[] source, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, source.length);
        for (int i = 0; i < count; i++) {
            setPlain(index + i, source[offset + i]);
        }
    }

    /**
     * Returns a copy of all elements.
     *
     * <p><i>Python:</i> {@code a[:]}
     *
     * @return a new array
     * @throws IllegalStateException if they are more than a Java array has room for
     */
    public boolean[] toArray() {
        boolean[] copy = new boolean[arrayLength()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /**
     * Sets all elements, one after the other.
     *
     * @param value what they are from now on
     */
    public void fill(boolean value) {
        fill(0, length(), value);
    }

    /**
     * Sets elements, one after the other.
     *
     * @param from the first of them
     * @param to one after the last
     * @param value what they are from now on
     * @throws IndexOutOfBoundsException if the range is not there
     */
    public void fill(long from, long to, boolean value) {
        Objects.checkFromToIndex(from, to, length());
        boolean[] part = new boolean[(int) Math.min(to - from, FILLED_AT_ONCE)];
        Arrays.fill(part, value);
        for (long at = from; at < to; at += part.length) {
            copyFrom(at, part, 0, (int) Math.min(part.length, to - at));
        }
    }
}
