// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/**
 * Iterators for several threads: one that they share, and several that each show everything.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.serialize_iterator} and {@code threading.concurrent_tee}, since 3.15.
 */
public final class Iterators {
    private Iterators() {}

    /**
     * Makes an iterator that several threads share: each item of the source goes to exactly one of them. The source must not
     * be used by anybody else from now on.
     *
     * <p><i>Python:</i> {@code serialize_iterator(iterable)}.
     *
     * @param source where the items come from; it need not be thread-safe, and may be infinite
     * @param <E> the type of the items
     * @return the iterator, which stands in a {@code for} loop as well
     */
    public static <E> SerializedIterator<E> serialized(Iterator<? extends E> source) {
        return new SerializedIterator<>(source);
    }

    /**
     * Makes {@code n} iterators that each show all items of the source, in its order. The source is asked once for each item,
     * when the first of them wants it, and must not be used by anybody else from now on.
     *
     * <pre>{@code
     * var branches = Iterators.tee(List.of("a", "b").iterator(), 2);
     * var other = new Thread(() -> branches.get(1).forEachRemaining(item -> counter++));
     * other.start();
     * branches.get(0).forEachRemaining(System.out::println);
     * other.join();
     * }</pre>
     *
     * <p>Each branch may be used in a thread of its own, and by one thread at a time. Items are kept from when the fastest
     * branch has got them until the slowest has; a branch that is forgotten keeps nothing. A branch waits while another one
     * gets an item from the source; when it is interrupted, it throws {@link CompletionException} around the
     * {@link InterruptedException}, with the interrupt restored, and may be used again. What the source throws goes to the
     * branch that asked; the next one asks again.
     *
     * <p>Memory consistency effects: what the source does for an item <i>happens-before</i> what a thread does that gets the
     * item.
     *
     * <p><i>Python:</i> {@code concurrent_tee(iterable, n=2)}.
     *
     * @param source where the items come from; it need not be thread-safe, and may be infinite
     * @param n how many, from 0
     * @param <E> the type of the items
     * @return the {@code n} iterators, in a list that does not change
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public static <E> List<Iterator<E>> tee(Iterator<? extends E> source, int n) {
        Objects.requireNonNull(source, "source");
        if (n < 0) {
            throw new IllegalArgumentException("n = " + n + ": a tee has 0 branches or more");
        }
        var shared = new SharedSource<E>(source);
        var start = new SharedSource.Item<E>();
        List<Iterator<E>> branches = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            branches.add(new Branch<>(shared, start));
        }
        return Collections.unmodifiableList(branches);
    }

    private static final class Branch<E> implements Iterator<E> {
        private final SharedSource<E> source;
        private SharedSource.Item<E> last;

        Branch(SharedSource<E> source, SharedSource.Item<E> start) {
            this.source = source;
            last = start;
        }

        @Override
        public boolean hasNext() {
            return source.after(last) != null;
        }

        @Override
        public E next() {
            SharedSource.Item<E> item = source.after(last);
            if (item == null) {
                throw new NoSuchElementException("the source has ended");
            }
            last = item;
            return item.value();
        }
    }
}
