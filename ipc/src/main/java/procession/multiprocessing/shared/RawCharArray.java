// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;

/**
 * An array of {@code char} in shared memory without a lock: what {@link CharArray#raw()} returns, the same elements
 * for all processes.
 *
 * <p>All methods for one element are atomic, none of them waits, and all may be called by any thread at any time.
 * Those that Java has for {@code int} only are done to the {@code int} around the element. When its {@link CharArray}
 * has been destroyed, it keeps elements, which are nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get} and {@link #set} are those of a {@code volatile} field, in all
 * processes; the other atomic operations do both. Copies, {@link #fill(char)} and views are those of ordinary arrays.
 * The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawArray('u', n)}, which has no atomic operations.
 */
public final class RawCharArray extends RawArray {
    private static final long serialVersionUID = 1L;
    private static final int FILLED_AT_ONCE = 4096;

    RawCharArray(Cell cell) {
        super(Kind.RAW_CHAR_ARRAY, cell, Character.BYTES);
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char get(long index) {
        long at = at(index);
        return (char) Cell.CHAR.getVolatile(piece(at), inPiece(at));
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void set(long index, char value) {
        long at = at(index);
        Cell.CHAR.setVolatile(piece(at), inPiece(at), value);
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char getAndSet(long index, char value) {
        long at = at(index);
        return (char) IntParts.getAndSet(piece(at), inPiece(at), 2, value);
    }

    /**
     * Adds to an element, which wraps around.
     *
     * @param index which one
     * @param delta how much
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char getAndAdd(long index, int delta) {
        while (true) {
            char before = get(index);
            if (compareAndSet(index, before, (char) (before + delta))) {
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
    public boolean compareAndSet(long index, char expected, char value) {
        long at = at(index);
        return IntParts.compareAndSet(piece(at), inPiece(at), 2, expected, value);
    }

    /**
     * Sets an element to what a function makes of it, less the bits that a {@code char} has no room for.
     *
     * @param index which one
     * @param function is called again, with another value, when another thread or process has been faster; should have
     *     no
     *     effects of its own
     * @return the new element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char updateAndGet(long index, IntUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            char before = get(index);
            char after = (char) function.applyAsInt(before);
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
    public char getPlain(long index) {
        long at = at(index);
        return (char) Cell.CHAR.get(piece(at), inPiece(at));
    }

    /**
     * Sets an element, as if it were in an ordinary array.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setPlain(long index, char value) {
        long at = at(index);
        Cell.CHAR.set(piece(at), inPiece(at), value);
    }

    /**
     * Returns an element, in no order with other accesses.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char getOpaque(long index) {
        long at = at(index);
        return (char) Cell.CHAR.getOpaque(piece(at), inPiece(at)); // pairs with what the caller says
    }

    /**
     * Sets an element, in no order with other accesses.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setOpaque(long index, char value) {
        long at = at(index);
        Cell.CHAR.setOpaque(piece(at), inPiece(at), value); // pairs with what the caller says
    }

    /**
     * Returns an element, before all that follows.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public char getAcquire(long index) {
        long at = at(index);
        return (char) Cell.CHAR.getAcquire(piece(at), inPiece(at)); // pairs with the caller's setRelease
    }

    /**
     * Sets an element, after all that came before.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setRelease(long index, char value) {
        long at = at(index);
        Cell.CHAR.setRelease(piece(at), inPiece(at), value); // pairs with the caller's getAcquire
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
    public void copyTo(long index, char[] target, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, target.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).asCharBuffer().get(inPiece(at) >> 1, target, offset + done, part);
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
    public void copyFrom(long index, char[] source, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, source.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).asCharBuffer().put(inPiece(at) >> 1, source, offset + done, part);
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
    public char[] toArray() {
        char[] copy = new char[arrayLength()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /**
     * Sets all elements, one after the other.
     *
     * @param value what they are from now on
     */
    public void fill(char value) {
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
    public void fill(long from, long to, char value) {
        Objects.checkFromToIndex(from, to, length());
        char[] part = new char[(int) Math.min(to - from, FILLED_AT_ONCE)];
        Arrays.fill(part, value);
        for (long at = from; at < to; at += part.length) {
            copyFrom(at, part, 0, (int) Math.min(part.length, to - at));
        }
    }

    /**
     * Returns a view of all elements. It stays readable and writable for as long as it is used, also after {@link
     * CharArray#destroy}.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public CharBuffer buffer() {
        return view(0, length()).asCharBuffer();
    }

    /**
     * Returns a view of some elements. It stays readable and writable for as long as it is used, also after {@link
     * CharArray#destroy}.
     *
     * @param from the first of them
     * @param count how many; a GiB of them at least can be had at a time
     * @return a view, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public CharBuffer buffer(long from, int count) {
        return view(from, count).asCharBuffer();
    }
}
