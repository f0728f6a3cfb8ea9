// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.Acquirable;

/**
 * A {@code char} that processes share, with a lock of its own.
 *
 * <pre>{@code
 * var letter = new CharValue('a');
 * var process = new Process(() -> letter.getAndAdd(1)); // atomic, and waits for nobody
 * process.start();
 * letter.run(() -> letter.set(Character.toUpperCase(letter.get()))); // more than one step: with its lock
 * process.join();
 * letter.destroy();
 * }</pre>
 *
 * <p>Its own operations are atomic and never wait; in particular they don't wait for the lock. The lock, which is
 * {@link Acquirable} and re-entrant, is for what takes several of them, by those who all use it. When its holder dies, it
 * is abandoned until somebody calls {@link #recover}, as an {@link procession.multiprocessing.sync.RLock} is: see
 * {@link OwnerDiedException}; unless the value was made by {@link #recovering}. The character itself is sound at every instant.
 *
 * <p>Memory consistency effects: {@link #get()} and {@link #set} are those of a {@code volatile} field, in all processes; the
 * other operations do both. Actions before the release of the lock <i>happen-before</i> actions after the next acquisition;
 * in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.Value('u')}, where {@code v.value += 1} is a race, and
 * {@code with v.get_lock():} is {@code v.run(…)}.
 */
public final class CharValue extends Value {
    private static final long serialVersionUID = 1L;

    private final transient RawChar character;

    /**
     * Makes a character.
     *
     * @param value what it is at first
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public CharValue(char value) {
        this(Kind.CHAR_VALUE.newCell(0));
        character.set(value);
    }

    /**
     * Makes a character whose lock nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * @param value what it is at first
     * @return the character
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static CharValue recovering(char value) {
        var made = new CharValue(Kind.CHAR_VALUE.newCell(Mutex.RECOVERING));
        made.character.set(value);
        return made;
    }

    CharValue(Cell cell) {
        super(Kind.CHAR_VALUE, cell);
        this.character = new RawChar(cell);
    }

    /**
     * Returns the same character without its lock.
     *
     * @return the character, also in weaker modes than volatile
     */
    public RawChar raw() {
        checkAlive();
        return character;
    }

    /**
     * Returns the character.
     *
     * <p><i>Python:</i> {@code v.value}, which waits for the lock.
     *
     * @return the character
     * @throws IllegalStateException if the value has been destroyed
     */
    public char get() {
        checkAlive();
        return character.get();
    }

    /**
     * Sets the character.
     *
     * @param value what it is from now on
     * @throws IllegalStateException if the value has been destroyed
     */
    public void set(char value) {
        checkAlive();
        character.set(value);
    }

    /**
     * Sets the character.
     *
     * @param value what it is from now on
     * @return what it was just before
     * @throws IllegalStateException if the value has been destroyed
     */
    public char getAndSet(char value) {
        checkAlive();
        return character.getAndSet(value);
    }

    /**
     * Adds to the character, which wraps around.
     *
     * @param delta how much
     * @return what it was just before
     * @throws IllegalStateException if the value has been destroyed
     */
    public char getAndAdd(int delta) {
        checkAlive();
        return character.getAndAdd(delta);
    }

    /**
     * Sets the character if it is as expected.
     *
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IllegalStateException if the value has been destroyed
     */
    public boolean compareAndSet(char expected, char value) {
        checkAlive();
        return character.compareAndSet(expected, value);
    }

    /**
     * Sets the character to what a function makes of it, less the bits that a {@code char} has no room for.
     *
     * @param function is called again, with another character, when another thread or process has been faster; should have no
     *     effects of its own
     * @return the new character
     * @throws IllegalStateException if the value has been destroyed
     */
    public char updateAndGet(IntUnaryOperator function) {
        checkAlive();
        return character.updateAndGet(function);
    }

    /**
     * Returns a text with the character, and who has the lock.
     *
     * @return for example {@code CharValue@1f32e575[x, unlocked]}
     */
    @Override
    public String toString() {
        return "CharValue@" + Integer.toHexString(hashCode()) + "[" + character + ", " + lockState() + "]";
    }
}
