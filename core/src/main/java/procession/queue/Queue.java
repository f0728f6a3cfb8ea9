// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
public final class Queue<E> extends AbstractWorkQueue<E> {
    /*
     * Overview. The ring has the elements and knows who waits; this class waits. A thread that finds the queue empty, or
     * full, looks for some microseconds whether that changes, has itself added to those who wait, and parks. However it
     * stops to wait, it tries once more before it leaves, unless it was in the list until then: see QueueRing.
     */
    /** How often to look before sleeping: for about as long as it takes to fall asleep and wake up. */
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 8 : 0;

    /** How long not to look: each look takes a cache line from the other end, which is to get ahead by many elements. */
    private static final int PAUSES_A_LOOK = 32;

    private final int capacity;
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
        capacity = capacity(maxsize);
        ring = new QueueRing<>(capacity);
    }

    // Putting

    @Override
    boolean put(E element, long nanos) throws InterruptedException {
        QueueRing.Put outcome = putInTime(element, nanos);
        if (outcome == QueueRing.Put.SHUT_DOWN) {
            throw isShutDown();
        }
        return outcome == QueueRing.Put.DONE;
    }

    @Override
    public void putNowait(E element) {
        switch (ring.tryPut(Objects.requireNonNull(element, "element"))) {
            case FULL -> throw new Full(capacity + " elements");
            case SHUT_DOWN -> throw isShutDown();
            case DONE -> {}
        }
    }

    @Override
    public boolean offer(E element) {
        return ring.tryPut(Objects.requireNonNull(element, "element")) == QueueRing.Put.DONE;
    }

    @Override
    public boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
        return putInTime(element, unit.toNanos(timeout)) == QueueRing.Put.DONE;
    }

    private static ShutDown isShutDown() {
        return new ShutDown("The queue is shut down");
    }

    private QueueRing.Put putInTime(E element, long nanos) throws InterruptedException {
        Objects.requireNonNull(element, "element");
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        QueueRing.Put outcome = ring.tryPut(element);
        return outcome != QueueRing.Put.FULL || nanos <= 0 ? outcome : putLater(element, nanos);
    }

    private QueueRing.Put putLater(E element, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        var waiter = new QueueWaiter(this);
        while (true) {
            lookForRoom();
            QueueRing.Put outcome = ring.tryPut(element);
            long left = left(nanos, start);
            if (outcome != QueueRing.Put.FULL || left <= 0) {
                return outcome;
            }
            if (ring.waitsForRoom(waiter) && !waiter.await(left)) {
                if (!ring.withdrawFromRoom(waiter)) {
                    outcome = ring.tryPut(element); // it is being woken, so there is, or was, a place
                }
                if (outcome != QueueRing.Put.FULL) {
                    return outcome;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private static long left(long nanos, long start) {
        if (nanos <= 0 || nanos == FOREVER) {
            return nanos;
        }
        return nanos - (System.nanoTime() - start);
    }

    private void lookForRoom() {
        for (int i = 0; i < LOOKS && ring.isFull() && !ring.isShutdown(); i++) {
            pause();
        }
    }

    private static void pause() {
        for (int i = 0; i < PAUSES_A_LOOK; i++) {
            Thread.onSpinWait();
        }
    }

    // Getting

    @Override
    public E getNowait() {
        E element = poll();
        if (element == null) {
            throw isShutAndEmpty() ? isShutDown() : new Empty("No element");
        }
        return element;
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
    @Nullable
    E take(long nanos, boolean throwing) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        E element = poll();
        if (element != null) {
            return element;
        }
        return takeLater(nanos, throwing);
    }

    private @Nullable E takeLater(long nanos, boolean throwing) throws InterruptedException {
        long start = System.nanoTime();
        var waiter = new QueueWaiter(this);
        while (true) {
            if (isShutAndEmpty()) {
                if (throwing) {
                    throw new ShutDown("The queue is shut down, and empty");
                }
                return null;
            }
            if (nanos > 0) {
                lookForElement();
            }
            E element = poll();
            long left = left(nanos, start);
            if (element != null || (left <= 0 && !ring.isShutdown())) {
                return element;
            }
            if (ring.waitsForElement(waiter) && !waiter.await(left)) {
                if (!ring.withdrawFromElement(waiter)) {
                    element = poll(); // it is being woken, so there is, or was, an element
                }
                if (element != null) {
                    return element;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private void lookForElement() {
        for (int i = 0; i < LOOKS && ring.isEmpty() && !ring.isShutdown(); i++) {
            pause();
        }
    }

    private boolean isShutAndEmpty() {
        return ring.isShutdown() && ring.size() == 0; // in this order: nothing is put after the shutdown
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
    public boolean removeAll(Collection<?> elements) {
        return removeIf(Objects.requireNonNull(elements, "elements")::contains);
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        Objects.requireNonNull(elements, "elements");
        return removeIf(element -> !elements.contains(element));
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
