// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * A {@code char} in shared memory without a lock: what {@link CharValue#raw()} returns, the same character for all processes.
 *
 * <p>All methods are atomic, none of them waits, and all may be called by any thread at any time. When its {@link CharValue}
 * has been destroyed, it keeps a character, which is nobody's any more.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other atomic operations do both. The rest are those of {@link java.lang.invoke.VarHandle}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RawValue('u')}, which has no atomic operations.
 */
public final class RawChar extends SharedObject {
    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer memory;
    private final transient int at;

    RawChar(Cell cell) {
        super(Kind.RAW_CHAR, cell);
        this.memory = cell.memory();
        this.at = cell.at(CellDescriptor.VALUE_AT);
    }

    /**
     * Returns the character.
     *
     * @return the character
     */
    public char get() {
        return (char) (int) Cell.INT.getVolatile(memory, at);
    }

    /**
     * Sets the character.
     *
     * @param value what it is from now on
     */
    public void set(char value) {
        Cell.INT.setVolatile(memory, at, (int) value);
    }

    /**
     * Sets the character.
     *
     * @param value what it is from now on
     * @return what it was just before
     */
    public char getAndSet(char value) {
        return (char) (int) Cell.INT.getAndSet(memory, at, (int) value);
    }

    /**
     * Adds to the character, which wraps around.
     *
     * @param delta how much
     * @return what it was just before
     */
    public char getAndAdd(int delta) {
        while (true) {
            char before = get();
            if (compareAndSet(before, (char) (before + delta))) {
                return before;
            }
        }
    }

    /**
     * Sets the character if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     */
    public boolean compareAndSet(char expected, char value) {
        return Cell.INT.compareAndSet(memory, at, (int) expected, (int) value);
    }

    /**
     * Sets the character to what a function makes of it, less the bits that a {@code char} has no room for.
     *
     * @param function is called again, with another character, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new character
     */
    public char updateAndGet(IntUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            char before = get();
            char after = (char) function.applyAsInt(before);
            if (compareAndSet(before, after)) {
                return after;
            }
        }
    }

    /**
     * Returns the character, read as if it were an ordinary field.
     *
     * @return the character
     */
    public char getPlain() {
        return (char) (int) Cell.INT.get(memory, at);
    }

    /**
     * Sets the character, as if it were an ordinary field.
     *
     * @param value what it is from now on
     */
    public void setPlain(char value) {
        Cell.INT.set(memory, at, (int) value);
    }

    /**
     * Returns the character, in no order with other accesses.
     *
     * @return the character
     */
    public char getOpaque() {
        return (char) (int) Cell.INT.getOpaque(memory, at); // pairs with what the caller says
    }

    /**
     * Sets the character, in no order with other accesses.
     *
     * @param value what it is from now on
     */
    public void setOpaque(char value) {
        Cell.INT.setOpaque(memory, at, (int) value); // pairs with what the caller says
    }

    /**
     * Returns the character, before all that follows.
     *
     * @return the character
     */
    public char getAcquire() {
        return (char) (int) Cell.INT.getAcquire(memory, at); // pairs with the caller's setRelease
    }

    /**
     * Sets the character, after all that came before.
     *
     * @param value what it is from now on
     */
    public void setRelease(char value) {
        Cell.INT.setRelease(memory, at, (int) value); // pairs with the caller's getAcquire
    }

    /**
     * Returns the character as text.
     *
     * @return for example {@code x}
     */
    @Override
    public String toString() {
        return Character.toString(get());
    }
}
