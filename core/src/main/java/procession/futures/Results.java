// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@link Executor#map(Fn, Iterable) Executor.map}, in the order of the items, as they become ready.
 *
 * <p>It is an iterator and, for a {@code for} loop, an iterable of itself; it can be gone through once. An item whose
 * task failed makes {@link #next()} throw (an unchecked exception as itself, a checked one inside a
 * {@link CompletionException}), and the items after it can still be taken. Closing cancels what has not started;
 * taking the last result closes by itself. One thread at a time may iterate; any thread may close.
 *
 * <p>Memory consistency effects: actions of an item's task <i>happen-before</i> actions after its result was taken.
 *
 * <p><i>Python:</i> the iterator that {@code Executor.map} returns, with the behaviour of 3.16: a failed item does not
 * end the iteration.
 *
 * @param <R> the type of a result
 */
@SuppressWarnings("IterableAndIterator") // as Python's iterators are: for a for loop, which goes through it once
public interface Results<R extends @Nullable Object> extends Iterator<R>, Iterable<R>, AutoCloseable {
    /**
     * Returns whether there is another result to take; does not wait for it.
     *
     * @return {@code true} if {@link #next()} will return or throw an item's outcome
     */
    @Override
    boolean hasNext();

    /**
     * Waits until the next result is there and returns it, or throws what its task threw.
     *
     * @return the result
     * @throws CompletionException around a checked exception of the task; around a {@link TimeoutException} if the
     *     time that {@link MapOptions#timeout} allows has elapsed, which ends the iteration; around an
     *     {@link InterruptedException} if interrupted, with the interrupt flag restored and nothing taken
     * @throws java.util.concurrent.CancellationException if the item's task was cancelled
     * @throws NoSuchElementException if there are no more
     */
    @Override
    R next();

    /**
     * Waits until the next result is there, for {@code timeout} at most, and returns it, or throws what its task threw.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the result
     * @throws TimeoutException if the time elapsed first; nothing is taken, and a later call can have the result
     * @throws CompletionException as for {@link #next()}
     * @throws InterruptedException if interrupted while waiting; nothing is taken
     * @throws NoSuchElementException if there are no more
     */
    R next(Duration timeout) throws InterruptedException, TimeoutException;

    /**
     * Takes all results that remain, in order. If another thread closes this meanwhile, they end where {@link #close()}
     * ends them, and those before are returned.
     *
     * @return the results, in a new list
     * @throws CompletionException as for {@link #next()}; the first failure cancels the rest
     * @throws InterruptedException if interrupted while waiting; cancels the rest
     */
    List<R> toList() throws InterruptedException;

    /**
     * Returns the results that remain as a sequential, ordered stream, to be used instead of this iterator; closing
     * the stream closes this, and closing this ends the stream.
     *
     * @return the stream
     */
    Stream<R> stream();

    /**
     * Returns the same results as values that tell success from failure instead of throwing, to be used instead of
     * this iterator.
     *
     * @return an iterator over what became of each item; only a failure of the input, the timeout of the map, and
     *     interruption make it throw
     */
    Results<Outcome<R>> outcomes();

    /**
     * Returns this iterator itself.
     *
     * @return this
     */
    @Override
    default Iterator<R> iterator() {
        return this;
    }

    /**
     * Cancels every item that has not started and ends the iteration; does nothing if it has ended. Items that run
     * finish, and nobody waits for them. A thread that waits in {@link #next()} meanwhile gets the result that it waits for
     * if its task runs, and a {@link NoSuchElementException} if not; in {@link #toList()} and the {@link #stream()}, that
     * is the last one or the end.
     */
    @Override
    void close();
}
