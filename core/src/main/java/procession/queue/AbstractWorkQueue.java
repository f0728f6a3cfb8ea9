// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/** What every {@link WorkQueue} here does in the same way: it says in many manners what few methods do. */
abstract class AbstractWorkQueue<E> extends AbstractQueue<E> implements WorkQueue<E> {
    /** A time that never ends. */
    static final long FOREVER = Long.MAX_VALUE;

    private final int maxsize;

    AbstractWorkQueue(int maxsize) {
        this.maxsize = maxsize;
    }

    /** Returns the largest number of elements. */
    static int capacity(int maxsize) {
        return maxsize > 0 ? maxsize : Integer.MAX_VALUE;
    }

    /** Puts an element, or returns {@code false} when the time is over; throws for a shut down queue. */
    abstract boolean put(E element, long nanos) throws InterruptedException;

    /** Takes an element, or returns {@code null} when the time is over, or for a shut down queue unless that throws. */
    abstract @Nullable E take(long nanos, boolean throwing) throws InterruptedException;

    /** Takes so many elements at most, at once. */
    abstract @Nullable Object[] takeUpTo(int max);

    /** Puts {@code elements} back from {@code from} on, unless an immediate shutdown would have dropped them. */
    abstract void putBack(@Nullable Object[] elements, int from);

    /** Waits until no task is left, or returns {@code false} when the time is over. */
    abstract boolean join(long nanos) throws InterruptedException;

    @Override
    public void put(E element) throws InterruptedException {
        put(element, FOREVER);
    }

    @Override
    public void put(E element, Duration timeout) throws InterruptedException {
        if (!put(element, Deadline.toNanosSaturated(timeout))) {
            throw new Full(maxsize + " elements, and no room within " + timeout);
        }
    }

    @Override
    public boolean add(E element) {
        putNowait(element);
        return true;
    }

    @Override
    public E take() throws InterruptedException {
        return Objects.requireNonNull(take(FOREVER, true)); // it waits for ever, or throws
    }

    @Override
    public E get(Duration timeout) throws InterruptedException {
        E element = take(Deadline.toNanosSaturated(timeout), true);
        if (element == null) {
            throw new Empty("No element within " + timeout);
        }
        return element;
    }

    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return take(unit.toNanos(timeout), false);
    }

    @Override
    public E remove() {
        return requireElement(poll());
    }

    @Override
    public E element() {
        return requireElement(peek());
    }

    private static <E> E requireElement(@Nullable E element) {
        if (element == null) {
            throw new Empty("No element");
        }
        return element;
    }

    @Override
    public int drainTo(Collection<? super E> sink) {
        return drainTo(sink, Integer.MAX_VALUE);
    }

    @Override
    public int drainTo(Collection<? super E> sink, int max) {
        Objects.requireNonNull(sink, "sink");
        if (sink == this) {
            throw new IllegalArgumentException("A queue can't be drained into itself");
        }
        @Nullable Object[] taken = takeUpTo(max);
        int given = 0;
        try {
            for (; given < taken.length; given++) {
                sink.add(elementAt(taken, given));
            }
        } finally {
            if (given < taken.length) {
                putBack(taken, given);
            }
        }
        return given;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the array holds what the queue held
    final E elementAt(@Nullable Object[] elements, int index) {
        return (E) elements[index];
    }

    @Override
    public boolean removeAll(Collection<?> elements) {
        return removeIf(Objects.requireNonNull(elements, "elements")::contains);
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        Objects.requireNonNull(elements, "elements");
        return removeIf(element -> !elements.contains(element));
    }

    @Override
    public int maxsize() {
        return maxsize;
    }

    @Override
    public void join() throws InterruptedException {
        join(FOREVER);
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return join(Deadline.toNanosSaturated(timeout));
    }

    @Override
    @SuppressWarnings("unchecked") // the contract: T is what the caller says, checked when it is stored
    public <T> T[] toArray(T[] array) {
        Object[] elements = toArray();
        if (array.length < elements.length) {
            return (T[]) Arrays.copyOf(elements, elements.length, array.getClass());
        }
        System.arraycopy(elements, 0, array, 0, elements.length);
        if (array.length > elements.length) {
            ((@Nullable Object[]) array)[elements.length] = null;
        }
        return array;
    }

    @Override
    public Spliterator<E> spliterator() {
        // Not the default one, which would promise the size.
        return Spliterators.spliteratorUnknownSize(
                iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT);
    }
}
