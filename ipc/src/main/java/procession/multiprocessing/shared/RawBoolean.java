// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * A {@code boolean} in shared memory without a lock: what {@link BooleanValue#raw()} returns, the same flag for all processes.
 *
 * <p>All methods are atomic, none of them waits, and all may be called by any thread at any time. When its {@link BooleanValue}
 * has been destroyed, it keeps a flag, which is nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other atomic operations do both. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawValue(c_bool)}, which has no atomic operations.
 */
public final class RawBoolean extends SharedObject {
    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer memory;
    private final transient int at;

    RawBoolean(Cell cell) {
        super(Kind.RAW_BOOLEAN, cell);
        this.memory = cell.memory();
        this.at = cell.at(CellDescriptor.VALUE_AT);
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    /**
     * Returns the flag.
     *
     * @return the flag
     */
    public boolean get() {
        return (int) Cell.INT.getVolatile(memory, at) != 0;
    }

    /**
     * Sets the flag.
     *
     * @param value what it is from now on
     */
    public void set(boolean value) {
        Cell.INT.setVolatile(memory, at, bit(value));
    }

    /**
     * Sets the flag.
     *
     * @param value what it is from now on
     * @return what it was just before
     */
    public boolean getAndSet(boolean value) {
        return (int) Cell.INT.getAndSet(memory, at, bit(value)) != 0;
    }

    /**
     * Sets the flag if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     */
    public boolean compareAndSet(boolean expected, boolean value) {
        return Cell.INT.compareAndSet(memory, at, bit(expected), bit(value));
    }

    /**
     * Returns the flag, read as if it were an ordinary field.
     *
     * @return the flag
     */
    public boolean getPlain() {
        return (int) Cell.INT.get(memory, at) != 0;
    }

    /**
     * Sets the flag, as if it were an ordinary field.
     *
     * @param value what it is from now on
     */
    public void setPlain(boolean value) {
        Cell.INT.set(memory, at, bit(value));
    }

    /**
     * Returns the flag, in no order with other accesses.
     *
     * @return the flag
     */
    public boolean getOpaque() {
        return (int) Cell.INT.getOpaque(memory, at) != 0; // pairs with what the caller says
    }

    /**
     * Sets the flag, in no order with other accesses.
     *
     * @param value what it is from now on
     */
    public void setOpaque(boolean value) {
        Cell.INT.setOpaque(memory, at, bit(value)); // pairs with what the caller says
    }

    /**
     * Returns the flag, before all that follows.
     *
     * @return the flag
     */
    public boolean getAcquire() {
        return (int) Cell.INT.getAcquire(memory, at) != 0; // pairs with the caller's setRelease
    }

    /**
     * Sets the flag, after all that came before.
     *
     * @param value what it is from now on
     */
    public void setRelease(boolean value) {
        Cell.INT.setRelease(memory, at, bit(value)); // pairs with the caller's getAcquire
    }

    /**
     * Returns the flag as text.
     *
     * @return for example {@code true}
     */
    @Override
    public String toString() {
        return Boolean.toString(get());
    }
}
