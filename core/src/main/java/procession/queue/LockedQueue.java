// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A {@link WorkQueue} of one lock around a {@link Store}, which decides the order of the elements. */
abstract class LockedQueue<E> extends AbstractWorkQueue<E> {
    /*
     * Overview. One lock guards everything; three conditions say what changed.
     *
     *      put ──> notFull ···> [ store: at most capacity ] ···> notEmpty ──> get
     *       │                              │                                   │
     *       └─ unfinished + 1              └─ dropped, removed inside: − 1     └─ taskDone: − 1 ··· at 0 ··> allDone ──> join
     *
     * Wake-ups are counted. Each element that comes signals one getter, each place that comes free signals one putter, and
     * only shutdown signals all. That loses nobody:
     *   - Between the signal and the moment when its receiver has the lock, a thread that did not wait may snatch the element
     *     or the place. The receiver then finds nothing and waits again; the next change signals again.
     *   - A waiter that is interrupted or times out either was not signalled, and leaves everything as it was, or was: then
     *     Condition returns normally (with the flag set again, if interrupted), and the loop looks at the store before it
     *     looks at the time that is left. So a signal is never received by somebody who leaves without looking, and no
     *     element is lost, for it is taken under the lock after the last thing that can throw.
     *
     * unfinished  the elements that were put, minus those that are done. It is not tied to the elements in the store: a
     *             taskDone() may come before the get(), so what leaves the store lowers it to zero at most.
     * zeros       how often unfinished has come down to zero. A joiner waits until this changes, not until it sees a zero:
     *             a producer that puts again before the joiner runs would hide it.
     * shutdown    goes from false to true, once. Written under the lock; isShutdown() reads it without.
     *
     * User code does not run under the lock: iterators, removeIf and forEach lock for each step, and drainTo takes first and
     * gives to the collection after. Two queues that are drained into each other do not deadlock. The exceptions are equals(),
     * so that contains and remove(Object) are atomic, and the comparator of a store that has one. If that throws, the store is
     * as it was, and whoever was woken for this element or place wakes the next one instead.
     *
     * Rejected: handing an element directly to the thread that waits longest. It is fairer, and then each element costs a
     * change of threads, because a thread that is running can't go on before the one that is being woken.
     */

    private static final Object[] NOTHING = {};

    private final int capacity;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Condition allDone = lock.newCondition();

    @GuardedBy("lock")
    private final Store<E> store;

    @GuardedBy("lock")
    private long unfinished;

    @GuardedBy("lock")
    private long zeros;

    private volatile boolean shutdown;

    /** Whether the shutdown was immediate. */
    @GuardedBy("lock")
    private boolean dropping;

    LockedQueue(int maxsize, Store<E> store) {
        super(maxsize);
        this.capacity = capacity(maxsize);
        this.store = store;
    }

    // Putting

    @Override
    public void putNowait(E element) {
        Objects.requireNonNull(element, "element");
        lock.lock();
        try {
            requireNotShutDown();
            if (store.size() >= capacity) {
                throw new Full(capacity + " elements");
            }
            enqueue(element);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        lock.lock();
        try {
            if (shutdown || store.size() >= capacity) {
                return false;
            }
            enqueue(element);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(element, "element");
        long nanos = unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            if (!awaitRoom(nanos) || shutdown) {
                return false;
            }
            enqueue(element);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    boolean put(E element, long nanos) throws InterruptedException {
        Objects.requireNonNull(element, "element");
        lock.lockInterruptibly();
        try {
            boolean room = awaitRoom(nanos);
            requireNotShutDown();
            if (room) {
                enqueue(element);
            }
            return room;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for room or a shutdown. */
    @GuardedBy("lock")
    private boolean awaitRoom(long nanos) throws InterruptedException {
        long left = nanos;
        while (store.size() >= capacity && !shutdown) {
            if (left <= 0) {
                return false;
            }
            left = await(notFull, left);
        }
        return true;
    }

    @GuardedBy("lock")
    private void enqueue(E element) {
        try {
            store.add(element);
        } catch (Throwable failure) {
            notFull.signal(); // the place is still free
            throw failure;
        }
        unfinished++;
        notEmpty.signal();
    }

    private void requireNotShutDown() {
        if (shutdown) {
            throw new ShutDown("The queue is shut down");
        }
    }

    // Getting

    @Override
    public E getNowait() {
        lock.lock();
        try {
            if (store.size() == 0) {
                requireNotShutDown();
                throw new Empty("No element");
            }
            return dequeue();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable E poll() {
        lock.lock();
        try {
            return store.size() == 0 ? null : dequeue();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable E peek() {
        lock.lock();
        try {
            return store.size() == 0 ? null : store.peek();
        } finally {
            lock.unlock();
        }
    }

    @Override
    @Nullable
    E take(long nanos, boolean throwing) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (store.size() == 0) {
                if (shutdown && throwing) {
                    throw new ShutDown("The queue is shut down, and empty");
                }
                if (shutdown || left <= 0) {
                    return null;
                }
                left = await(notEmpty, left);
            }
            return dequeue();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private E dequeue() {
        E element;
        try {
            element = store.take();
        } catch (Throwable failure) {
            notEmpty.signal(); // the element is still there
            throw failure;
        }
        signalRoom(1);
        return element;
    }

    @Override
    @Nullable
    Object[] takeUpTo(int max) {
        lock.lock();
        try {
            int count = Math.min(max, store.size());
            if (count <= 0) {
                return NOTHING;
            }
            @Nullable Object[] taken = new @Nullable Object[count];
            int i = 0;
            try {
                for (; i < count; i++) {
                    taken[i] = store.take();
                }
            } finally {
                if (i < count) {
                    putBackInto(store, taken, 0, i);
                }
            }
            signalRoom(count);
            return taken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    void putBack(@Nullable Object[] elements, int from) {
        lock.lock();
        try {
            if (dropping) {
                finish(elements.length - from);
                return;
            }
            putBackInto(store, elements, from, elements.length);
            for (int i = from; i < elements.length; i++) {
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void putBackInto(Store<E> locked, @Nullable Object[] elements, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            locked.putBack(elementAt(elements, i));
        }
    }

    @GuardedBy("lock")
    private void signalRoom(int places) {
        for (int i = Math.min(places, capacity - store.size()); i > 0 && lock.hasWaiters(notFull); i--) {
            notFull.signal();
        }
    }

    // Size

    @Override
    public int size() {
        lock.lock();
        try {
            return store.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int remainingCapacity() {
        lock.lock();
        try {
            if (shutdown) {
                return 0;
            }
            return maxsize() > 0 ? Math.max(0, maxsize() - store.size()) : Integer.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    // Tasks

    @Override
    public void taskDone() {
        lock.lock();
        try {
            if (unfinished == 0) {
                throw new IllegalStateException("taskDone() called more often than elements were put");
            }
            finish(1);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long unfinishedTasks() {
        lock.lock();
        try {
            return unfinished;
        } finally {
            lock.unlock();
        }
    }

    @Override
    boolean join(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long before = zeros;
            long left = nanos;
            while (unfinished > 0 && zeros == before) {
                if (left <= 0) {
                    return false;
                }
                left = await(allDone, left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void finish(int tasks) {
        if (unfinished > 0) {
            unfinished = Math.max(0, unfinished - tasks);
            if (unfinished == 0) {
                zeros++;
                allDone.signalAll();
            }
        }
    }

    // Shutting down

    @Override
    public void shutdown(boolean immediate) {
        lock.lock();
        try {
            if (immediate) {
                drop(); // first: it may throw
                dropping = true;
            }
            shutdown = true;
            notFull.signalAll();
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    // The inside

    @Override
    public void clear() {
        lock.lock();
        try {
            int dropped = drop();
            signalRoom(dropped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean contains(@Nullable Object object) {
        if (object == null) {
            return false;
        }
        lock.lock();
        try {
            Store.Cursor<E> cursor = store.cursor();
            for (E element = cursor.advance(); element != null; element = cursor.advance()) {
                if (object.equals(element)) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean remove(@Nullable Object object) {
        if (object == null) {
            return false;
        }
        lock.lock();
        try {
            Store.Cursor<E> cursor = store.cursor();
            for (E element = cursor.advance(); element != null; ) {
                E candidate = element;
                element = cursor.advance();
                if (object.equals(candidate)) {
                    return removePrevious(cursor);
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Object[] toArray() {
        lock.lock();
        try {
            Object[] elements = new Object[store.size()];
            Store.Cursor<E> cursor = store.cursor();
            for (int i = 0; i < elements.length; i++) {
                elements[i] = Objects.requireNonNull(cursor.advance());
            }
            return elements;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Iterator<E> iterator() {
        return new Elements();
    }

    /** Removes all elements, which finishes their tasks, and returns how many there were. */
    @GuardedBy("lock")
    private int drop() {
        int dropped = store.size();
        if (dropped > 0) {
            store.clear();
            finish(dropped);
        }
        return dropped;
    }

    @GuardedBy("lock")
    private boolean removePrevious(Store.Cursor<E> cursor) {
        if (!cursor.removePrevious()) {
            return false;
        }
        finish(1);
        signalRoom(1);
        return true;
    }

    /** Locks for each step; holds the next element, so that {@code next()} has one after {@code hasNext()} said so. */
    private final class Elements implements Iterator<E> {
        private final Store.Cursor<E> cursor;
        private @Nullable E next;
        private boolean removable;

        Elements() {
            lock.lock();
            try {
                cursor = store.cursor();
                next = cursor.advance();
            } finally {
                lock.unlock();
            }
        }

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
            lock.lock();
            try {
                next = cursor.advance();
            } finally {
                lock.unlock();
            }
            removable = true;
            return element;
        }

        @Override
        public void remove() {
            if (!removable) {
                throw new IllegalStateException("remove() without a next() before it");
            }
            removable = false;
            lock.lock();
            try {
                removePrevious(cursor);
            } finally {
                lock.unlock();
            }
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private long await(Condition condition, long nanos) throws InterruptedException {
        store.beforeWait();
        if (nanos == FOREVER) {
            condition.await();
            return FOREVER;
        }
        return condition.awaitNanos(nanos);
    }
}
