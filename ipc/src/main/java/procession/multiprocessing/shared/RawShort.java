// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * A {@code short} in shared memory without a lock: what {@link ShortValue#raw()} returns, the same number for all processes.
 *
 * <p>All methods are atomic, none of them waits, and all may be called by any thread at any time. When its {@link ShortValue}
 * has been destroyed, it keeps a number, which is nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other atomic operations do both. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawValue('h')}, which has no atomic operations.
 */
public final class RawShort extends SharedObject {
    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer memory;
    private final transient int at;

    RawShort(Cell cell) {
        super(Kind.RAW_SHORT, cell);
        this.memory = cell.memory();
        this.at = cell.at(CellDescriptor.VALUE_AT);
    }

    /**
     * Returns the number.
     *
     * @return the number
     */
    public short get() {
        return (short) (int) Cell.INT.getVolatile(memory, at);
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     */
    public void set(short value) {
        Cell.INT.setVolatile(memory, at, (int) value);
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     * @return what it was just before
     */
    public short getAndSet(short value) {
        return (short) (int) Cell.INT.getAndSet(memory, at, (int) value);
    }

    /**
     * Adds to the number, which wraps around.
     *
     * @param delta how much
     * @return what it was just before
     */
    public short getAndAdd(int delta) {
        while (true) {
            short before = get();
            if (compareAndSet(before, (short) (before + delta))) {
                return before;
            }
        }
    }

    /**
     * Sets the number if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     */
    public boolean compareAndSet(short expected, short value) {
        return Cell.INT.compareAndSet(memory, at, (int) expected, (int) value);
    }

    /**
     * Sets the number to what a function makes of it, less the bits that a {@code short} has no room for.
     *
     * @param function is called again, with another number, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new number
     */
    public short updateAndGet(IntUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            short before = get();
            short after = (short) function.applyAsInt(before);
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
    public short getPlain() {
        return (short) (int) Cell.INT.get(memory, at);
    }

    /**
     * Sets the number, as if it were an ordinary field.
     *
     * @param value what it is from now on
     */
    public void setPlain(short value) {
        Cell.INT.set(memory, at, (int) value);
    }

    /**
     * Returns the number, in no order with other accesses.
     *
     * @return the number
     */
    public short getOpaque() {
        return (short) (int) Cell.INT.getOpaque(memory, at); // pairs with what the caller says
    }

    /**
     * Sets the number, in no order with other accesses.
     *
     * @param value what it is from now on
     */
    public void setOpaque(short value) {
        Cell.INT.setOpaque(memory, at, (int) value); // pairs with what the caller says
    }

    /**
     * Returns the number, before all that follows.
     *
     * @return the number
     */
    public short getAcquire() {
        return (short) (int) Cell.INT.getAcquire(memory, at); // pairs with the caller's setRelease
    }

    /**
     * Sets the number, after all that came before.
     *
     * @param value what it is from now on
     */
    public void setRelease(short value) {
        Cell.INT.setRelease(memory, at, (int) value); // pairs with the caller's getAcquire
    }

    /**
     * Returns the number as text.
     *
     * @return for example {@code 42}
     */
    @Override
    public String toString() {
        return Short.toString(get());
    }
}
