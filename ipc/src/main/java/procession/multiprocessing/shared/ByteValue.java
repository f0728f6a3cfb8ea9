// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.Acquirable;

/**
 * A {@code byte} that processes share, with a lock of its own.
 *
 * <pre>{@code
 * var counter = new ByteValue((byte) 0);
 * var process = new Process(() -> counter.getAndAdd(1)); // atomic, and waits for nobody
 * process.start();
 * counter.run(() -> counter.set((byte) (counter.get() * 2))); // more than one step: with its lock
 * process.join();
 * counter.destroy();
 * }</pre>
 *
 * <p>Its own operations are atomic and never wait; in particular they don't wait for the lock. The lock, which is
 * {@link Acquirable} and re-entrant, is for what takes several of them, by those who all use it. When its holder dies, it
 * is abandoned until somebody calls {@link #recover}, as an {@link procession.multiprocessing.sync.RLock} is: see
 * {@link OwnerDiedException}; unless the value was made by {@link #recovering}. The number itself is sound at every instant.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other operations do both. Actions before the release of the lock <i>happen-before</i> actions after the next acquisition;
 * in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.Value('b')}, where {@code v.value += 1} is a race, and
 * {@code with v.get_lock():} is {@code v.run(…)}.
 */
public final class ByteValue extends Value {
    private static final long serialVersionUID = 1L;

    private final transient RawByte number;

    /**
     * Makes a number.
     *
     * @param value what it is at first
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public ByteValue(byte value) {
        this(Kind.BYTE_VALUE.newCell(0));
        number.set(value);
    }

    /**
     * Makes a number whose lock nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * @param value what it is at first
     * @return the number
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static ByteValue recovering(byte value) {
        var made = new ByteValue(Kind.BYTE_VALUE.newCell(Mutex.RECOVERING));
        made.number.set(value);
        return made;
    }

    ByteValue(Cell cell) {
        super(Kind.BYTE_VALUE, cell);
        this.number = new RawByte(cell);
    }

    /**
     * Returns the same number without its lock.
     *
     * @return the number, also in weaker modes than volatile
     */
    public RawByte raw() {
        checkAlive();
        return number;
    }

    /**
     * Returns the number.
     *
     * <p><i>Python:</i> {@code v.value}, which waits for the lock.
     *
     * @return the number
     * @throws IllegalStateException if the value has been destroyed
     */
    public byte get() {
        checkAlive();
        return number.get();
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     * @throws IllegalStateException if the value has been destroyed
     */
    public void set(byte value) {
        checkAlive();
        number.set(value);
    }

    /**
     * Sets the number.
     *
     * @param value what it is from now on
     * @return what it was just before
     * @throws IllegalStateException if the value has been destroyed
     */
    public byte getAndSet(byte value) {
        checkAlive();
        return number.getAndSet(value);
    }

    /**
     * Adds to the number, which wraps around.
     *
     * @param delta how much
     * @return what it was just before
     * @throws IllegalStateException if the value has been destroyed
     */
    public byte getAndAdd(int delta) {
        checkAlive();
        return number.getAndAdd(delta);
    }

    /**
     * Sets the number if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IllegalStateException if the value has been destroyed
     */
    public boolean compareAndSet(byte expected, byte value) {
        checkAlive();
        return number.compareAndSet(expected, value);
    }

    /**
     * Sets the number to what a function makes of it, less the bits that a {@code byte} has no room for.
     *
     * @param function is called again, with another number, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new number
     * @throws IllegalStateException if the value has been destroyed
     */
    public byte updateAndGet(IntUnaryOperator function) {
        checkAlive();
        return number.updateAndGet(function);
    }

    /**
     * Returns a text with the number, and who has the lock.
     *
     * @return for example {@code ByteValue@1f32e575[42, unlocked]}
     */
    @Override
    public String toString() {
        return "ByteValue@" + Integer.toHexString(hashCode()) + "[" + number + ", " + lockState() + "]";
    }
}
