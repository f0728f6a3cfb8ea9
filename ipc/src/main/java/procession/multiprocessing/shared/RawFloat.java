// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * A {@code float} in shared memory without a lock: what {@link FloatValue#raw()} returns, the same number for all processes.
 *
 * <p>All methods are atomic, none of them waits, and all may be called by any thread at any time. When its {@link FloatValue}
 * has been destroyed, it keeps a number, which is nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other atomic operations do both. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawValue('f')}, which has no atomic operations.
 */
public final class RawFloat extends SharedObject {
    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer memory;
    private final transient int at;

    RawFloat(Cell cell) {
        super(Kind.RAW_FLOAT, cell);
        this.memory = cell.memory();
        this.at = cell.at(CellDescriptor.VALUE_AT);
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    /**
     * Returns the number.
     *
     * @return the number
     */
    public float get() {
        return Float.intBitsToFloat((int) Cell.INT.getVolatile(memory, at));
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     */
    public void set(float value) {
        Cell.INT.setVolatile(memory, at, bits(value));
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     * @return what it was just before
     */
    public float getAndSet(float value) {
        return Float.intBitsToFloat((int) Cell.INT.getAndSet(memory, at, bits(value)));
    }

    /**
     * Adds to the number, and rounds.
     *
     * @param delta how much
     * @return what it was just before
     */
    public float getAndAdd(float delta) {
        while (true) {
            float before = get();
            if (compareAndSet(before, before + delta)) {
                return before;
            }
        }
    }

    /**
     * Sets the number if it is as expected, bit for bit: NaN is as expected if it is the same one, and 0.0 is not -0.0.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     */
    public boolean compareAndSet(float expected, float value) {
        return Cell.INT.compareAndSet(memory, at, bits(expected), bits(value));
    }

    /**
     * Sets the number to what a function makes of it, rounded to a {@code float}.
     *
     * @param function is called again, with another number, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new number
     */
    public float updateAndGet(DoubleUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            float before = get();
            float after = (float) function.applyAsDouble(before);
            if (compareAndSet(before, after)) {
                return after;
            }
        }
    }

    /**
     * Returns the number, read as if it were an ordinary field.
     *
     * @return the number
     */
    public float getPlain() {
        return Float.intBitsToFloat((int) Cell.INT.get(memory, at));
    }

    /**
     * Sets the number, as if it were an ordinary field.
     *
     * @param value what it is from now on
     */
    public void setPlain(float value) {
        Cell.INT.set(memory, at, bits(value));
    }

    /**
     * Returns the number, in no order with other accesses.
     *
     * @return the number
     */
    public float getOpaque() {
        return Float.intBitsToFloat((int) Cell.INT.getOpaque(memory, at)); // pairs with what the caller says
    }

    /**
     * Sets the number, in no order with other accesses.
     *
     * @param value what it is from now on
     */
    public void setOpaque(float value) {
        Cell.INT.setOpaque(memory, at, bits(value)); // pairs with what the caller says
    }

    /**
     * Returns the number, before all that follows.
     *
     * @return the number
     */
    public float getAcquire() {
        return Float.intBitsToFloat((int) Cell.INT.getAcquire(memory, at)); // pairs with the caller's setRelease
    }

    /**
     * Sets the number, after all that came before.
     *
     * @param value what it is from now on
     */
    public void setRelease(float value) {
        Cell.INT.setRelease(memory, at, bits(value)); // pairs with the caller's getAcquire
    }

    /**
     * Returns the number as text.
     *
     * @return for example {@code 42}
     */
    @Override
    public String toString() {
        return Float.toString(get());
    }
}
