// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * A {@code long} in shared memory without a lock: what {@link LongValue#raw()} returns, the same number for all processes.
 *
 * <p>All methods are atomic, none of them waits, and all may be called by any thread at any time. When its {@link LongValue}
 * has been destroyed, it keeps a number, which is nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other atomic operations do both. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawValue('q')}, which has no atomic operations.
 */
public final class RawLong extends SharedObject {
    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer memory;
    private final transient int at;

    RawLong(Cell cell) {
        super(Kind.RAW_LONG, cell);
        this.memory = cell.memory();
        this.at = cell.at(CellDescriptor.VALUE_AT);
    }

    /**
     * Returns the number.
     *
     * @return the number
     */
    public long get() {
        return (long) Cell.LONG.getVolatile(memory, at);
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     */
    public void set(long value) {
        Cell.LONG.setVolatile(memory, at, value);
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     * @return what it was just before
     */
    public long getAndSet(long value) {
        return (long) Cell.LONG.getAndSet(memory, at, value);
    }

    /**
     * Adds to the number, which wraps around.
     *
     * @param delta how much
     * @return what it was just before
     */
    public long getAndAdd(long delta) {
        return (long) Cell.LONG.getAndAdd(memory, at, delta);
    }

    /**
     * Sets the number if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     */
    public boolean compareAndSet(long expected, long value) {
        return Cell.LONG.compareAndSet(memory, at, expected, value);
    }

    /**
     * Sets the number to what a function makes of it.
     *
     * @param function is called again, with another number, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new number
     */
    public long updateAndGet(LongUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            long before = get();
            long after = function.applyAsLong(before);
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
    public long getPlain() {
        return (long) Cell.LONG.get(memory, at);
    }

    /**
     * Sets the number, as if it were an ordinary field.
     *
     * @param value what it is from now on
     */
    public void setPlain(long value) {
        Cell.LONG.set(memory, at, value);
    }

    /**
     * Returns the number, in no order with other accesses.
     *
     * @return the number
     */
    public long getOpaque() {
        return (long) Cell.LONG.getOpaque(memory, at); // pairs with what the caller says
    }

    /**
     * Sets the number, in no order with other accesses.
     *
     * @param value what it is from now on
     */
    public void setOpaque(long value) {
        Cell.LONG.setOpaque(memory, at, value); // pairs with what the caller says
    }

    /**
     * Returns the number, before all that follows.
     *
     * @return the number
     */
    public long getAcquire() {
        return (long) Cell.LONG.getAcquire(memory, at); // pairs with the caller's setRelease
    }

    /**
     * Sets the number, after all that came before.
     *
     * @param value what it is from now on
     */
    public void setRelease(long value) {
        Cell.LONG.setRelease(memory, at, value); // pairs with the caller's getAcquire
    }

    /**
     * Returns the number as text.
     *
     * @return for example {@code 42}
     */
    @Override
    public String toString() {
        return Long.toString(get());
    }
}
