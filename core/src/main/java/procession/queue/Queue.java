// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A first-in-first-out {@link WorkQueue}, bounded or not.
 *
 * <pre>{@code
 * var queue = new Queue<Path>(100);
 * Runnable worker = () -> {
 *     try {
 *         while (true) {
 *             process(queue.get());
 *             queue.taskDone();
 *         }
 *     } catch (ShutDown | InterruptedException end) {
 *         // no more work
 *     }
 * };
 * executor.submit(worker);
 * for (Path path : paths) {
 *     queue.put(path); // waits while 100 are in the queue
 * }
 * queue.join(); // all are processed
 * queue.shutdown(); // the workers end
 * }</pre>
 *
 * <p>Elements come out in the order in which they went in. Threads that wait are woken in the order in which they came, one
 * for each element or each place; a thread that did not wait may be faster than one that was just woken. Before a thread
 * sleeps, it looks for some microseconds whether it has to. All methods may be called by any thread at any time.
 *
 * <p>Who puts and who gets disturb each other only while the queue is full or empty, or while something else is done to all
 * of it. Putting and getting take constant time and, in the long run, allocate nothing; the queue doubles its memory when
 * that is full, and gives a large one back when somebody waits for an element. Removing one element from the inside takes
 * time in proportion to the elements before, and so does the removal of many by one call. No code of its user's runs while
 * it is locked. If {@link #drainTo} has to put elements back after a shutdown, getters may have ended that would have
 * taken them.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an element <i>happen-before</i> actions in another
 * thread after it took or saw that element; those of tasks and of a shutdown are in {@link WorkQueue}.
 *
 * <p><i>Python:</i> {@code queue.Queue}.
 *
 * @param <E> the type of the elements
 */
public final class Queue<E> extends BlockingWorkQueue<E> {
    /*
     * Overview. The ring has the elements and knows who waits; see there. Who waits is in BlockingWorkQueue.
     */
    private final QueueRing<E> ring;

    /** Creates an unbounded queue. */
    public Queue() {
        this(0);
    }

    /**
     * Creates a queue.
     *
     * @param maxsize the largest number of elements, exactly; zero or negative: the queue is unbounded
     */
    public Queue(int maxsize) {
        super(maxsize);
        ring = new QueueRing<>(capacity(maxsize));
    }

    // Putting and getting

    @Override
    Put tryPut(E element) {
        return ring.tryPut(element);
    }

    @Override
    public @Nullable E poll() {
        return ring.poll();
    }

    @Override
    public @Nullable E peek() {
        return ring.peek();
    }

    @Override
    boolean looksFull() {
        return ring.isFull();
    }

    @Override
    boolean looksEmpty() {
        return ring.isEmpty();
    }

    @Override
    boolean waitsForRoom(QueueWaiter waiter) {
        return ring.waitsForRoom(waiter);
    }

    @Override
    boolean waitsForElement(QueueWaiter waiter) {
        return ring.waitsForElement(waiter);
    }

    @Override
    boolean withdrawFromRoom(QueueWaiter waiter) {
        return ring.withdrawFromRoom(waiter);
    }

    @Override
    boolean withdrawFromElement(QueueWaiter waiter) {
        return ring.withdrawFromElement(waiter);
    }

    // Size

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public int remainingCapacity() {
        if (ring.isShutdown()) {
            return 0;
        }
        return maxsize() > 0 ? Math.max(0, maxsize() - ring.size()) : Integer.MAX_VALUE;
    }

    // Tasks

    @Override
    public void taskDone() {
        if (!ring.unfinished.finishOne()) {
            throw new IllegalStateException("taskDone() called more often than elements were put");
        }
    }

    @Override
    boolean join(long nanos) throws InterruptedException {
        return ring.unfinished.join(nanos);
    }

    @Override
    @Nullable
    Object[] takeUpTo(int max) {
        return ring.takeUpTo(max);
    }

    @Override
    void putBack(@Nullable Object[] elements, int from) {
        ring.putBack(elements, from);
    }

    @Override
    public long unfinishedTasks() {
        return ring.unfinished.count();
    }

    // Shutting down

    @Override
    public void shutdown(boolean immediate) {
        ring.shutdown(immediate);
    }

    @Override
    public boolean isShutdown() {
        return ring.isShutdown();
    }

    // The inside

    @Override
    public void clear() {
        ring.clear();
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        return ring.removeIf(Objects.requireNonNull(filter, "filter"));
    }

    @Override
    public boolean contains(@Nullable Object object) {
        if (object != null) {
            QueueRing<E>.Cursor cursor = ring.new Cursor();
            for (E element = cursor.advance(); element != null; element = cursor.advance()) {
                if (object.equals(element)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public boolean remove(@Nullable Object object) {
        if (object != null) {
            QueueRing<E>.Cursor cursor = ring.new Cursor();
            for (E element = cursor.advance(); element != null; element = cursor.advance()) {
                if (object.equals(element) && cursor.remove(element)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public Object[] toArray() {
        return ring.toArray();
    }

    @Override
    public Iterator<E> iterator() {
        return new Elements();
    }

    /** Holds the next element, so that {@code next()} has one after {@code hasNext()} said so. */
    private final class Elements implements Iterator<E> {
        private final QueueRing<E>.Cursor cursor = ring.new Cursor();
        private @Nullable E next = cursor.advance();
        private @Nullable E removable;

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public E next() {
            E element = next;
            if (element == null) {
                throw new NoSuchElementException();
            }
            next = cursor.advance();
            removable = element;
            return element;
        }

        @Override
        public void remove() {
            E element = removable;
            if (element == null) {
                throw new IllegalStateException("remove() without a next() before it");
            }
            removable = null;
            cursor.removePrevious(element);
        }
    }
}
