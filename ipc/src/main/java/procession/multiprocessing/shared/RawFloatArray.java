// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;

/**
 * An array of {@code float} in shared memory without a lock: what {@link FloatArray#raw()} returns, the same elements
 * for all processes.
 *
 * <p>All methods for one element are atomic, none of them waits, and all may be called by any thread at any time. When
 * its {@link FloatArray} has been destroyed, it keeps elements, which are nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get} and {@link #set} are those of a {@code volatile} field, in all
 * processes; the other atomic operations do both. Copies, {@link #fill(float)} and views are those of ordinary arrays.
 * The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawArray('f', n)}, which has no atomic operations.
 */
public final class RawFloatArray extends RawArray {
    private static final long serialVersionUID = 1L;
    private static final int FILLED_AT_ONCE = 4096;

    RawFloatArray(Cell cell) {
        super(Kind.RAW_FLOAT_ARRAY, cell, Float.BYTES);
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float get(long index) {
        long at = at(index);
        return Float.intBitsToFloat((int) Cell.INT.getVolatile(piece(at), inPiece(at)));
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void set(long index, float value) {
        long at = at(index);
        Cell.INT.setVolatile(piece(at), inPiece(at), Float.floatToRawIntBits(value));
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float getAndSet(long index, float value) {
        long at = at(index);
        return Float.intBitsToFloat((int) Cell.INT.getAndSet(piece(at), inPiece(at), Float.floatToRawIntBits(value)));
    }

    /**
     * Adds to an element, and rounds.
     *
     * @param index which one
     * @param delta how much
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float getAndAdd(long index, float delta) {
        while (true) {
            float before = get(index);
            if (compareAndSet(index, before, before + delta)) {
                return before;
            }
        }
    }

    /**
     * Sets an element if it is as expected, bit for bit: NaN is as expected if it is the same one, and 0.0 is not
     * -0.0.
     *
     * @param index which one
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public boolean compareAndSet(long index, float expected, float value) {
        long at = at(index);
        return Cell.INT.compareAndSet(
                piece(at), inPiece(at), Float.floatToRawIntBits(expected), Float.floatToRawIntBits(value));
    }

    /**
     * Sets an element to what a function makes of it, rounded to a {@code float}.
     *
     * @param index which one
     * @param function is called again, with another value, when another thread or process has been faster; should have
     *     no
     *     effects of its own
     * @return the new element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float updateAndGet(long index, DoubleUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            float before = get(index);
            float after = (float) function.applyAsDouble(before);
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
    public float getPlain(long index) {
        long at = at(index);
        return Float.intBitsToFloat((int) Cell.INT.get(piece(at), inPiece(at)));
    }

    /**
     * Sets an element, as if it were in an ordinary array.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setPlain(long index, float value) {
        long at = at(index);
        Cell.INT.set(piece(at), inPiece(at), Float.floatToRawIntBits(value));
    }

    /**
     * Returns an element, in no order with other accesses.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float getOpaque(long index) {
        long at = at(index);
        return Float.intBitsToFloat(
                (int) Cell.INT.getOpaque(piece(at), inPiece(at))); // pairs with what the caller says
    }

    /**
     * Sets an element, in no order with other accesses.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setOpaque(long index, float value) {
        long at = at(index);
        Cell.INT.setOpaque(piece(at), inPiece(at), Float.floatToRawIntBits(value)); // pairs with what the caller says
    }

    /**
     * Returns an element, before all that follows.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public float getAcquire(long index) {
        long at = at(index);
        return Float.intBitsToFloat(
                (int) Cell.INT.getAcquire(piece(at), inPiece(at))); // pairs with the caller's setRelease
    }

    /**
     * Sets an element, after all that came before.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     */
    public void setRelease(long index, float value) {
        long at = at(index);
        Cell.INT.setRelease(
                piece(at), inPiece(at), Float.floatToRawIntBits(value)); // pairs with the caller's getAcquire
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
    public void copyTo(long index, float[] target, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, target.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).asFloatBuffer().get(inPiece(at) >> 2, target, offset + done, part);
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
    public void copyFrom(long index, float[] source, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, source.length);
        for (int done = 0; done < count; ) {
            long at = at(index + done);
            int part = atOnce(count - done);
            piece(at).asFloatBuffer().put(inPiece(at) >> 2, source, offset + done, part);
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
    public float[] toArray() {
        float[] copy = new float[arrayLength()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /**
     * Sets all elements, one after the other.
     *
     * @param value what they are from now on
     */
    public void fill(float value) {
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
    public void fill(long from, long to, float value) {
        Objects.checkFromToIndex(from, to, length());
        float[] part = new float[(int) Math.min(to - from, FILLED_AT_ONCE)];
        Arrays.fill(part, value);
        for (long at = from; at < to; at += part.length) {
            copyFrom(at, part, 0, (int) Math.min(part.length, to - at));
        }
    }

    /**
     * Returns a view of all elements. It stays readable and writable for as long as it is used, also after {@link
     * FloatArray#destroy}.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public FloatBuffer buffer() {
        return view(0, length()).asFloatBuffer();
    }

    /**
     * Returns a view of some elements. It stays readable and writable for as long as it is used, also after {@link
     * FloatArray#destroy}.
     *
     * @param from the first of them
     * @param count how many; a GiB of them at least can be had at a time
     * @return a view, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     */
    public FloatBuffer buffer(long from, int count) {
        return view(from, count).asFloatBuffer();
    }
}
