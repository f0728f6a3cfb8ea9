// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.nio.CharBuffer;
import java.util.function.IntUnaryOperator;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.Acquirable;

/**
 * An array of {@code char} that processes share, with a lock of its own.
 *
 * <pre>{@code
 * var letters = new CharArray(3);
 * var process = new Process(() -> letters.set(1, 'x')); // atomic, and waits for nobody
 * process.start();
 * letters.run(() -> letters.set(0, letters.get(1))); // more than one step: with its lock
 * process.join();
 * letters.destroy();
 * }</pre>
 *
 * <p>The operations on one element are atomic and never wait; in particular they don't wait for the lock. The lock,
 * which is {@link Acquirable} and re-entrant, is for what takes several of them, by those who all use it. When its
 * holder dies, it is abandoned until somebody calls {@link #recover}: see {@link OwnerDiedException}; unless the array
 * was made by {@link #recovering}. Each element is sound at every instant.
 *
 * <p>Indices are {@code long}, and there may be as many elements as there is memory. All of it is taken when the array
 * is made, so that no later store fails.
 *
 * <p>Memory consistency effects: {@link #get} and {@link #set} are those of a {@code volatile} field, in all
 * processes; the other operations on one element do both. Copies, {@link #fill(char)} and views are those of ordinary
 * arrays. Actions before the release of the lock <i>happen-before</i> actions after the next acquisition; in other
 * processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.Array('u', n)}, where {@code a[i] += 1} is a race, and
 * {@code with a.get_lock():} is {@code a.run(…)}.
 */
public final class CharArray extends Array {
    private static final long serialVersionUID = 1L;

    private final transient RawCharArray elements;

    /**
     * Makes an array, whose elements are all 0.
     *
     * @param length how many
     * @throws IllegalArgumentException if the length is negative, or no memory could be so large
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public CharArray(long length) {
        this(Kind.CHAR_ARRAY.newArray(length, Character.BYTES, 0));
    }

    /**
     * Makes an array with a copy of some elements.
     *
     * @param values the elements
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public CharArray(char[] values) {
        this(values.length);
        elements.copyFrom(0, values, 0, values.length);
    }

    /**
     * Makes an array with these elements.
     *
     * <p><i>Python:</i> {@code multiprocessing.Array('u', [1, 2, 3])}
     *
     * @param values the elements
     * @return the array
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static CharArray of(char... values) {
        return new CharArray(values);
    }

    /**
     * Makes an array whose lock nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * @param length how many elements
     * @return the array, whose elements are all 0
     * @throws IllegalArgumentException if the length is negative, or no memory could be so large
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static CharArray recovering(long length) {
        return new CharArray(Kind.CHAR_ARRAY.newArray(length, Character.BYTES, Mutex.RECOVERING));
    }

    CharArray(Cell cell) {
        this(cell, new RawCharArray(cell));
    }

    private CharArray(Cell cell, RawCharArray elements) {
        super(Kind.CHAR_ARRAY, cell, elements);
        this.elements = elements;
    }

    /**
     * Returns the same array without its lock.
     *
     * @return the array, also in weaker modes than volatile
     * @throws IllegalStateException if the array has been destroyed
     */
    public RawCharArray raw() {
        checkAlive();
        return elements;
    }

    /**
     * Returns an element.
     *
     * @param index which one
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     * @throws IllegalStateException if the array has been destroyed
     */
    public char get(long index) {
        checkAlive();
        return elements.get(index);
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     * @throws IllegalStateException if the array has been destroyed
     */
    public void set(long index, char value) {
        checkAlive();
        elements.set(index, value);
    }

    /**
     * Sets an element.
     *
     * @param index which one
     * @param value what it is from now on
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     * @throws IllegalStateException if the array has been destroyed
     */
    public char getAndSet(long index, char value) {
        checkAlive();
        return elements.getAndSet(index, value);
    }

    /**
     * Adds to an element, which wraps around.
     *
     * @param index which one
     * @param delta how much
     * @return what it was just before
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     * @throws IllegalStateException if the array has been destroyed
     */
    public char getAndAdd(long index, int delta) {
        checkAlive();
        return elements.getAndAdd(index, delta);
    }

    /**
     * Sets an element if it is as expected.
     *
     * @param index which one
     * @param expected what it has to be
     * @param value what it is then from now on
     * @return whether it was as expected, and so is set
     * @throws IndexOutOfBoundsException if there is no such element; the message has the index and the length
     * @throws IllegalStateException if the array has been destroyed
     */
    public boolean compareAndSet(long index, char expected, char value) {
        checkAlive();
        return elements.compareAndSet(index, expected, value);
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
     * @throws IllegalStateException if the array has been destroyed
     */
    public char updateAndGet(long index, IntUnaryOperator function) {
        checkAlive();
        return elements.updateAndGet(index, function);
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
     * @throws IllegalStateException if the array has been destroyed
     */
    public void copyTo(long index, char[] target, int offset, int count) {
        checkAlive();
        elements.copyTo(index, target, offset, count);
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
     * @throws IllegalStateException if the array has been destroyed
     */
    public void copyFrom(long index, char[] source, int offset, int count) {
        checkAlive();
        elements.copyFrom(index, source, offset, count);
    }

    /**
     * Returns a copy of all elements.
     *
     * <p><i>Python:</i> {@code a[:]}
     *
     * @return a new array
     * @throws IllegalStateException if they are more than a Java array has room for, or the array has been destroyed
     */
    public char[] toArray() {
        checkAlive();
        return elements.toArray();
    }

    /**
     * Sets all elements, one after the other.
     *
     * @param value what they are from now on
     * @throws IllegalStateException if the array has been destroyed
     */
    public void fill(char value) {
        checkAlive();
        elements.fill(value);
    }

    /**
     * Sets elements, one after the other.
     *
     * @param from the first of them
     * @param to one after the last
     * @param value what they are from now on
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalStateException if the array has been destroyed
     */
    public void fill(long from, long to, char value) {
        checkAlive();
        elements.fill(from, to, value);
    }

    /**
     * Returns a view of all elements. It stays readable and writable for as long as it is used, also after {@link
     * CharArray#destroy}.
     *
     * @return a view, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     * @throws IllegalStateException if the array has been destroyed
     */
    public CharBuffer buffer() {
        checkAlive();
        return elements.buffer();
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
     * @throws IllegalStateException if the array has been destroyed
     */
    public CharBuffer buffer(long from, int count) {
        checkAlive();
        return elements.buffer(from, count);
    }
}
