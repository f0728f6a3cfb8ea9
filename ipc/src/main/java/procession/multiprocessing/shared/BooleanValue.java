// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.Acquirable;

/**
 * A {@code boolean} that processes share, with a lock of its own.
 *
 * <pre>{@code
 * var stop = new BooleanValue(false);
 * var process = new Process(() -> {
 *     while (!stop.get()) {
 *         Thread.onSpinWait();
 *     }
 * });
 * process.start();
 * stop.set(true);
 * process.join();
 * stop.destroy();
 * }</pre>
 *
 * <p>Its own operations are atomic and never wait; in particular they don't wait for the lock. The lock, which is
 * {@link Acquirable} and re-entrant, is for what takes several of them, by those who all use it. When its holder dies, it
 * is abandoned until somebody calls {@link #recover}, as an {@link procession.multiprocessing.sync.RLock} is: see
 * {@link OwnerDiedException}; unless the value was made by {@link #recovering}. The flag itself is sound at every instant.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other operations do both. Actions before the release of the lock <i>happen-before</i> actions after the next acquisition;
 * in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.Value(c_bool)};
 * {@code with v.get_lock():} is {@code v.run(…)}.
 */
public final class BooleanValue extends Value {
    private static final long serialVersionUID = 1L;

    private final transient RawBoolean flag;

    /**
     * Makes a flag.
     *
     * @param value what it is at first
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public BooleanValue(boolean value) {
        this(Kind.BOOLEAN_VALUE.newCell(0));
        flag.set(value);
    }

    /**
     * Makes a flag whose lock nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * @param value what it is at first
     * @return the flag
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static BooleanValue recovering(boolean value) {
        var made = new BooleanValue(Kind.BOOLEAN_VALUE.newCell(Mutex.RECOVERING));
        made.flag.set(value);
        return made;
    }

    BooleanValue(Cell cell) {
        super(Kind.BOOLEAN_VALUE, cell);
        this.flag = new RawBoolean(cell);
    }

    /**
     * Returns the same flag without its lock.
     *
     * @return the flag, also in weaker modes than volatile
     */
    public RawBoolean raw() {
        checkAlive();
        return flag;
    }

    /**
     * Returns the flag.
     *
     * <p><i>Python:</i> {@code v.value}, which waits for the lock.
     *
     * @return the flag
     * @throws IllegalStateException if the value has been destroyed
     */
    public boolean get() {
        checkAlive();
        return flag.get();
    }

    /**
     * Sets the flag.
     *
     * @param value what it is from now on
     * @throws IllegalStateException if the value has been destroyed
     */
    public void set(boolean value) {
        checkAlive();
        flag.set(value);
    }

    /**
     * Sets the flag.
     *
     * @param value what it is from now on
     * @return what it was just before
     * @throws IllegalStateException if the value has been destroyed
     */
    public boolean getAndSet(boolean value) {
        checkAlive();
        return flag.getAndSet(value);
    }

    /**
     * Sets the flag if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IllegalStateException if the value has been destroyed
     */
    public boolean compareAndSet(boolean expected, boolean value) {
        checkAlive();
        return flag.compareAndSet(expected, value);
    }

    /**
     * Returns a text with the flag, and who has the lock.
     *
     * @return for example {@code BooleanValue@1f32e575[true, unlocked]}
     */
    @Override
    public String toString() {
        return "BooleanValue@" + Integer.toHexString(hashCode()) + "[" + flag + ", " + lockState() + "]";
    }
}
