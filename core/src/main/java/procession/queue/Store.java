// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;

/**
 * The elements of a {@link LockedQueue} and their order. Not thread-safe: the queue calls everything under its lock, and
 * never looks for an element while there is none.
 *
 * <p><i>Python:</i> the hooks {@code _init}, {@code _qsize}, {@code _put} and {@code _get} of {@code queue.Queue}.
 */
abstract class Store<E> {
    /** The thread that runs code of the user under the lock, such as a comparator: it may come in again. */
    @Nullable
    Thread caller;

    /** Returns the number of elements. */
    abstract int size();

    /** Adds an element where the order wants it. If it throws, nothing has changed. */
    abstract void add(E element);

    /** Removes the next element, of at least one. */
    abstract E take();

    /** Returns the next element, of at least one, and leaves it. */
    abstract E peek();

    /** Makes an element that was taken the next one again. */
    abstract void putBack(E element);

    /** Removes all elements. */
    abstract void clear();

    /** Starts a walk over the elements in the order in which they will be taken, or any other. */
    abstract Cursor<E> cursor();

    /**
     * A walk over the elements, which anything may happen to between two steps. It returns no element twice and leaves out
     * none that is there all the time.
     */
    abstract static class Cursor<E> {
        /** Goes to the next element and returns it, or {@code null} at the end. After the end there is no next call. */
        abstract @Nullable E advance();

        /**
         * Removes the element that was returned by the last call of {@link #advance} but one, which exists.
         *
         * @return whether it was still there
         */
        abstract boolean removePrevious();
    }
}
