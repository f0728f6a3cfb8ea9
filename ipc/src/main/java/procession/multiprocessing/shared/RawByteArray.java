// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;

/**
 * An array of {@code byte} in shared memory without a lock: what {@link ByteArray#raw()} returns, the same elements
 * for all processes.
 *
 * <p>All methods for one element are atomic, none of them waits, and all may be called by any thread at any time.
 * Those that Java has for {@code int} only are done to the {@code int} around the element. When its {@link ByteArray}
 * has been destroyed, it keeps elements, which are nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get} and {@link #set} are those of a {@code volatile} field, in all
 * processes; the other atomic operations do both. Copies, {@link #fill(byte)} and views are those of ordinary arrays.
 * The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawArray('b', n)}, which has no atomic operations.
 */
public final class RawByteArray extends RawArray {
    private static final long serialVersionUID = 1L;
    private static final int FILLED_AT_ONCE = 4096;

    RawByteArray(Cell cell) {
        super(Kind.RAW_BYTE_ARRAY, cell, Byte.BYTES);
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte get(long index) {
        long at = at(index);
        return (byte) IntParts.part((int) Cell.INT.getVolatile(piece(at), inPiece(at) & ~3), inPiece(at), 1);
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void set(long index, byte value) {
        long at = at(index);
        IntParts.set(piece(at), inPiece(at), 1, value);
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte getAndSet(long index, byte value) {
        long at = at(index);
        return (byte) IntParts.getAndSet(piece(at), inPiece(at), 1, value);
    }

    /**
     * Adds to an element, which wraps around.
     *
     * @param index which one
     * @param delta how much
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte getAndAdd(long index, int delta) {
        while (true) {
            byte before = get(index);
            if (compareAndSet(index, before, (byte) (before + delta))) {
                return before;
            }
        }
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
    public boolean compareAndSet(long index, byte expected, byte value) {
        long at = at(index);
        return IntParts.compareAndSet(piece(at), inPiece(at), 1, expected, value);
    }

    /**
     * Sets an element to what a function makes of it, less the bits that a {@code byte} has no room for.
     *
     * @param index which one
     * @param function is called again, with another value, when another thread or process has been faster; should have
     *     no
     *     effects of its own
     * @return the new element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte updateAndGet(long index, IntUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            byte before = get(index);
            byte after = (byte) function.applyAsInt(before);
            if (compareAndSet(index, before, after)) {
                return after;
            }
        }
    }

    /**
     * Returns an element, read as if it were in an ordinary array.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte getPlain(long index) {
        long at = at(index);
        return piece(at).get(inPiece(at));
    }

    /**
     * Sets an element, as if it were in an ordinary array.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setPlain(long index, byte value) {
        long at = at(index);
        piece(at).put(inPiece(at), value);
    }

    /**
     * Returns an element, in no order with other accesses.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte getOpaque(long index) {
        long at = at(index);
        return (byte) IntParts.part(
                (int) Cell.INT.getOpaque(piece(at), inPiece(at) & ~3),
                inPiece(at),
                1); // pairs with what the caller says
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
    public void setOpaque(long index, byte value) {
        set(index, value);
    }

    /**
     * Returns an element, before all that follows.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public byte getAcquire(long index) {
        long at = at(index);
        return (byte) IntParts.part(
                (int) Cell.INT.getAcquire(piece(at), inPiece(at) & ~3),
                inPiece(at),
                1); // pairs with the caller's setRelease
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
    public void setRelease(long index, byte value) {
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
    public void copyTo(long index, byte[] target, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, target.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).get(inPiece(at), target, offset + done, part);
            done += part;
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
    public void copyFrom(long index, byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, source.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).put(inPiece(at), source, offset + done, part);
            done += part;
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
    public byte[] toArray() {
        byte[] copy = new byte[arrayLength()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /**
     * Sets all elements, one after the other.
     *
     * @param value what they are from now on
     */
    public void fill(byte value) {
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
    public void fill(long from, long to, byte value) {
        Objects.checkFromToIndex(from, to, length());
        byte[] part = new byte[(int) Math.min(to - from, FILLED_AT_ONCE)];
        Arrays.fill(part, value);
        for (long at = from; at < to; at += part.length) {
            copyFrom(at, part, 0, (int) Math.min(part.length, to - at));
        }
    }

    /**
     * Returns a view of all elements. It stays readable and writable for as long as it is used, also after {@link
     * ByteArray#destroy}.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public ByteBuffer buffer() {
        return view(0, length());
    }

    /**
     * Returns a view of some elements. It stays readable and writable for as long as it is used, also after {@link
     * ByteArray#destroy}.
     *
     * @param from the first of them
     * @param count how many; a GiB of them at least can be had at a time
     * @return a view, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public ByteBuffer buffer(long from, int count) {
        return view(from, count);
    }
}
