// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An iterator that several threads share: each item goes to one of them, and every thread sees the end.
 *
 * <p>With an ordinary iterator, another thread may take the item between {@code hasNext()} and {@code next()}. Here
 * {@link #hasNext()} <em>claims</em> an item for the calling thread, and {@link #next()} hands out what that thread has
 * claimed. So a plain loop will do, in as many threads as one likes:
 * <pre>{@code
 * var numbers = Iterators.serialized(List.of(1, 2, 3, 4).iterator());
 * Runnable consumer = () -> {
 *     for (int number : numbers) {
 *         System.out.println(number);
 *     }
 * };
 * var other = new Thread(consumer);
 * other.start();
 * consumer.run();
 * other.join();
 * }</pre>
 *
 * <p>A thread that was told {@code true} by {@code hasNext()} has to call {@code next()}: nobody else gets the item that it
 * has claimed. {@link #tryAdvance} does both in one.
 *
 * <p>The source is used by one thread at a time, and not any more once it has ended. Threads wait while one of them gets an
 * item from the source; what the source throws goes to that thread, and the next one asks the source again. A thread that is
 * interrupted while it waits gets {@link CompletionException} around the {@link InterruptedException}, with the interrupt
 * restored; no item is lost.
 *
 * <p>Memory consistency effects: what the source does for one item <i>happens-before</i> what it does for the next, and
 * before what the thread does that gets the item.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.serialize_iterator}, since 3.15.
 *
 * @param <E> the type of the items
 */
@SuppressWarnings("IterableAndIterator") // each loop goes on where the others are, and says so
public final class SerializedIterator<E> implements Iterator<E>, Iterable<E> {
    private final SharedSource<E> source;

    @SuppressWarnings("ThreadLocalUsage") // a claim belongs to a thread and to this iterator
    private final ThreadLocal<SharedSource.@Nullable Item<E>> claims = new ThreadLocal<>();

    SerializedIterator(Iterator<? extends E> source) {
        this.source = new SharedSource<>(source);
    }

    /**
     * Claims an item for the calling thread, unless that has one that it has not fetched yet.
     *
     * @return {@code true} if there is an item, which {@link #next()} will return to this thread; {@code false} at the end
     * @throws CompletionException if interrupted while another thread gets an item
     * @throws IllegalStateException if called by the source
     */
    @Override
    public boolean hasNext() {
        // The first get() makes room for the claim, so that set() can't fail with an item in its hand.
        if (claims.get() != null) {
            return true;
        }
        SharedSource.Item<E> item = source.take();
        if (item == null) {
            claims.remove();
            return false;
        }
        claims.set(item);
        return true;
    }

    /**
     * Returns the item that the calling thread has claimed, or the next one.
     *
     * @return the item, which no other thread gets
     * @throws NoSuchElementException at the end
     * @throws CompletionException if interrupted while another thread gets an item
     * @throws IllegalStateException if called by the source
     */
    @Override
    public E next() {
        SharedSource.Item<E> item = claimedOrNext();
        if (item == null) {
            throw new NoSuchElementException("the source has ended");
        }
        return item.value();
    }

    /**
     * Hands the item that the calling thread has claimed, or the next one, to {@code action}, while other threads go on.
     *
     * @param action what is done with the item
     * @return {@code false} at the end; nothing has been done then
     * @throws CompletionException if interrupted while another thread gets an item
     * @throws IllegalStateException if called by the source
     */
    public boolean tryAdvance(Consumer<? super E> action) {
        Objects.requireNonNull(action, "action");
        SharedSource.Item<E> item = claimedOrNext();
        if (item == null) {
            return false;
        }
        action.accept(item.value());
        return true;
    }

    /**
     * Returns this iterator, so that it may stand in a {@code for} loop; each loop goes on where the others are.
     *
     * @return this
     */
    @Override
    public Iterator<E> iterator() {
        return this;
    }

    private SharedSource.@Nullable Item<E> claimedOrNext() {
        SharedSource.Item<E> claimed = claims.get();
        claims.remove();
        return claimed != null ? claimed : source.take();
    }
}
