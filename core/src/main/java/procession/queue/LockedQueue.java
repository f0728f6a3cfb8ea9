// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A {@link WorkQueue} of one lock around a {@link Store}, which decides the order of the elements. */
abstract class LockedQueue<E> extends BlockingWorkQueue<E> {
    /*
     * Overview. One lock guards everything; three lines of waiters say who is to know of a change.
     *
     *      put ──> putters ···> [ store: at most capacity ] ···> getters ──> get
     *       │                              │                                   │
     *       └─ unfinished + 1              └─ dropped, removed inside: − 1     └─ taskDone: − 1 ··· at 0 ··> joiners ──> join
     *
     * Who has to wait adds itself to a line with the lock, so that whoever changes something sees it there; who changes
     * something takes those it has to wake out of the line with the lock, and wakes them without. Each element that comes
     * wakes one getter, each place that comes free one putter, and only shutdown wakes all. That loses nobody:
     *   - Between the wake-up and the moment when its receiver has the lock, a thread that did not wait may snatch the element
     *     or the place. The receiver then finds nothing and waits again, where it was in the line; the next change wakes again.
     *   - A waiter that is interrupted or times out either is in the line still, and has seen no wake-up; or it is not, and
     *     then it tries once more before it leaves: see BlockingWorkQueue.
     *
     * unfinished  the elements that were put, minus those that are done. It is not tied to the elements in the store: a
     *             taskDone() may come before the get(), so what leaves the store lowers it to zero at most. When it comes down
     *             to zero, all joiners leave their line, and that is what they wait for, not the sight of a zero: a producer
     *             that puts again before the joiner runs would hide it.
     * shutdown    goes from false to true, once. Written under the lock; isShutdown() reads it without.
     * sizeSeen    the size of the store, for those who look without the lock whether waiting is worth it.
     *
     * User code does not run under the lock: iterators, removeIf and forEach lock for each step, and drainTo takes first and
     * gives to the collection after. Two queues that are drained into each other do not deadlock. The exceptions are equals(),
     * so that contains and remove(Object) are atomic, and the comparator of a store that has one. If that throws, the store is
     * as it was, and whoever was woken for this element or place wakes the next one instead. The store knows the thread whose
     * code it calls, and so the lock, which is not reentrant, lets that come in again; but it must not wait.
     *
     * Rejected: handing an element directly to the thread that waits longest. It is fairer, and then each element costs a
     * change of threads, because a thread that is running can't go on before the one that is being woken.
     */

    private static final Object[] NOTHING = {};

    private static final VarHandle SIZE_SEEN;

    static {
        try {
            SIZE_SEEN = MethodHandles.lookup().findVarHandle(LockedQueue.class, "sizeSeen", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int capacity;

    private final StoreLock lock = new StoreLock();

    // Of the lock, all of these.

    private final Store<E> store;
    private final WaitingLine getters = new WaitingLine();
    private final WaitingLine putters = new WaitingLine();
    private final WaitingLine joiners = new WaitingLine();
    private long unfinished;

    /** How often the thread with the lock has taken it again. */
    private int again;

    /** Whether the shutdown was immediate. */
    private boolean dropping;

    private volatile boolean shutdown;

    @SuppressWarnings("unused") // by SIZE_SEEN
    private int sizeSeen;

    LockedQueue(int maxsize, Store<E> store) {
        super(maxsize);
        this.capacity = capacity(maxsize);
        this.store = store;
    }

    // The lock

    private void lock() {
        if (!lock.tryLock()) {
            if (store.caller == Thread.currentThread()) { // benign: only this thread writes its own name there
                again++;
            } else {
                lock.lockLater();
            }
        }
    }

    private void unlock() {
        if (again > 0) {
            again--;
        } else {
            lock.unlock();
        }
    }

    /** Called when a thread is going to wait after it has let go of the lock, which then has to be free. */
    private void requireNotAgain() {
        if (again > 0) {
            throw new IllegalStateException(
                    "A comparator, compareTo() or equals() would wait in the queue that it is called by");
        }
    }

    /** Shows the size to those who look without the lock. */
    private void showSize() {
        SIZE_SEEN.setOpaque(this, store.size()); // pairs with looksFull() and looksEmpty()
    }

    // One element

    @Override
    Put tryPut(E element) {
        QueueWaiter woken = null;
        lock();
        try {
            if (shutdown) {
                return Put.SHUT_DOWN;
            }
            if (store.size() >= capacity) {
                return Put.FULL;
            }
            try {
                store.add(element);
            } catch (Throwable failure) {
                woken = putters.removeFirst(); // the place is still free
                throw failure;
            }
            unfinished++;
            showSize();
            woken = getters.removeFirst();
            return Put.DONE;
        } finally {
            unlock();
            QueueWaiter.wakeAll(woken);
        }
    }

    @Override
    public @Nullable E poll() {
        QueueWaiter woken = null;
        lock();
        try {
            if (store.size() == 0) {
                return null;
            }
            E element;
            try {
                element = store.take();
            } catch (Throwable failure) {
                woken = getters.removeFirst(); // the element is still there
                throw failure;
            }
            showSize();
            woken = leave(1);
            return element;
        } finally {
            unlock();
            QueueWaiter.wakeAll(woken);
        }
    }

    /** Takes those out of the line who are to be woken because there are so many places more. */
    private @Nullable QueueWaiter leave(int places) {
        // Fewer, if more than the capacity had been put back.
        return putters.first == null ? null : putters.removeFirst(Math.min(places, capacity - store.size()));
    }

    @Override
    public @Nullable E peek() {
        lock();
        try {
            return store.size() == 0 ? null : store.peek();
        } finally {
            unlock();
        }
    }

    // Who waits

    @Override
    boolean looksFull() {
        return (int) SIZE_SEEN.getOpaque(this) >= capacity; // pairs with showSize()
    }

    @Override
    boolean looksEmpty() {
        return (int) SIZE_SEEN.getOpaque(this) == 0; // pairs with showSize()
    }

    @Override
    boolean waitsForRoom(QueueWaiter waiter) {
        waiter.reset();
        lock();
        try {
            if (shutdown || store.size() < capacity) {
                return false;
            }
            requireNotAgain();
            putters.add(waiter);
            return true;
        } finally {
            unlock();
        }
    }

    @Override
    boolean waitsForElement(QueueWaiter waiter) {
        waiter.reset();
        lock();
        try {
            if (shutdown || store.size() > 0) {
                return false;
            }
            requireNotAgain();
            getters.add(waiter);
            return true;
        } finally {
            unlock();
        }
    }

    @Override
    boolean withdrawFromRoom(QueueWaiter waiter) {
        return withdraw(putters, waiter);
    }

    @Override
    boolean withdrawFromElement(QueueWaiter waiter) {
        return withdraw(getters, waiter);
    }

    private boolean withdraw(WaitingLine line, QueueWaiter waiter) {
        lock();
        try {
            return line.withdraw(waiter);
        } finally {
            unlock();
        }
    }

    private static void wake(@Nullable QueueWaiter some, @Nullable QueueWaiter others) {
        QueueWaiter.wakeAll(some);
        QueueWaiter.wakeAll(others);
    }

    // Many elements

    @Override
    @Nullable
    Object[] takeUpTo(int max) {
        QueueWaiter woken = null;
        lock();
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
            showSize();
            woken = leave(count);
            return taken;
        } finally {
            unlock();
            QueueWaiter.wakeAll(woken);
        }
    }

    @Override
    void putBack(@Nullable Object[] elements, int from) {
        QueueWaiter woken = null;
        lock();
        try {
            int count = elements.length - from;
            if (dropping) {
                woken = finish(count);
                return;
            }
            putBackInto(store, elements, from, elements.length);
            showSize();
            woken = getters.removeFirst(count);
        } finally {
            unlock();
            QueueWaiter.wakeAll(woken);
        }
    }

    private void putBackInto(Store<E> locked, @Nullable Object[] elements, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            locked.putBack(elementAt(elements, i));
        }
    }

    // Size

    @Override
    public int size() {
        lock();
        try {
            return store.size();
        } finally {
            unlock();
        }
    }

    @Override
    public int remainingCapacity() {
        lock();
        try {
            if (shutdown) {
                return 0;
            }
            return maxsize() > 0 ? Math.max(0, maxsize() - store.size()) : Integer.MAX_VALUE;
        } finally {
            unlock();
        }
    }

    // Tasks

    @Override
    public void taskDone() {
        QueueWaiter woken = null;
        lock();
        try {
            if (unfinished == 0) {
                throw new IllegalStateException("taskDone() called more often than elements were put");
            }
            woken = finish(1);
        } finally {
            unlock();
            QueueWaiter.wakeAll(woken);
        }
    }

    @Override
    public long unfinishedTasks() {
        lock();
        try {
            return unfinished;
        } finally {
            unlock();
        }
    }

    @Override
    boolean join(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long start = System.nanoTime();
        var waiter = new QueueWaiter(this);
        lock();
        try {
            if (unfinished == 0) {
                return true;
            }
            if (nanos <= 0) {
                return false;
            }
            requireNotAgain();
            joiners.add(waiter);
        } finally {
            unlock();
        }
        if (waiter.await(left(nanos, start)) || !withdraw(joiners, waiter)) {
            return true;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return false;
    }

    /** Counts so many tasks as done, and takes those out of the line who are to be woken because none is left. */
    private @Nullable QueueWaiter finish(int tasks) {
        if (unfinished > 0) {
            unfinished = Math.max(0, unfinished - tasks);
            if (unfinished == 0) {
                return joiners.removeFirst(Long.MAX_VALUE);
            }
        }
        return null;
    }

    // Shutting down

    @Override
    public void shutdown(boolean immediate) {
        QueueWaiter join = null;
        QueueWaiter get = null;
        QueueWaiter put = null;
        lock();
        try {
            if (immediate) {
                join = finish(drop()); // first: it may throw
                dropping = true;
            }
            shutdown = true;
            get = getters.removeFirst(Long.MAX_VALUE);
            put = putters.removeFirst(Long.MAX_VALUE);
        } finally {
            unlock();
            QueueWaiter.wakeAll(join);
            wake(get, put);
        }
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    // The inside

    @Override
    public void clear() {
        QueueWaiter join = null;
        QueueWaiter put = null;
        lock();
        try {
            int dropped = drop();
            join = finish(dropped);
            put = leave(dropped);
        } finally {
            unlock();
            wake(join, put);
        }
    }

    /** Removes all elements, and returns how many there were. */
    private int drop() {
        int dropped = store.size();
        if (dropped > 0) {
            store.clear();
            showSize();
        }
        return dropped;
    }

    @Override
    public boolean contains(@Nullable Object object) {
        if (object == null) {
            return false;
        }
        lock();
        Thread outer = store.caller;
        try {
            store.caller = Thread.currentThread();
            Store.Cursor<E> cursor = store.cursor();
            for (E element = cursor.advance(); element != null; element = cursor.advance()) {
                if (object.equals(element)) {
                    return true;
                }
            }
            return false;
        } finally {
            store.caller = outer;
            unlock();
        }
    }

    @Override
    public boolean remove(@Nullable Object object) {
        if (object == null) {
            return false;
        }
        QueueWaiter join = null;
        QueueWaiter put = null;
        lock();
        Thread outer = store.caller;
        try {
            store.caller = Thread.currentThread();
            Store.Cursor<E> cursor = store.cursor();
            for (E element = cursor.advance(); element != null; ) {
                E candidate = element;
                element = cursor.advance();
                if (object.equals(candidate)) {
                    if (!cursor.removePrevious()) {
                        return false;
                    }
                    showSize();
                    join = finish(1);
                    put = leave(1);
                    return true;
                }
            }
            return false;
        } finally {
            store.caller = outer;
            unlock();
            wake(join, put);
        }
    }

    private boolean removePrevious(Store.Cursor<E> cursor) {
        QueueWaiter join = null;
        QueueWaiter put = null;
        lock();
        try {
            if (!cursor.removePrevious()) {
                return false;
            }
            showSize();
            join = finish(1);
            put = leave(1);
            return true;
        } finally {
            unlock();
            wake(join, put);
        }
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        Objects.requireNonNull(filter, "filter");
        boolean removed = false;
        for (Elements elements = new Elements(); elements.hasNext(); ) {
            if (filter.test(elements.next())) {
                removed |= elements.removeIfThere();
            }
        }
        return removed;
    }

    @Override
    public Object[] toArray() {
        lock();
        try {
            Object[] elements = new Object[store.size()];
            Store.Cursor<E> cursor = store.cursor();
            for (int i = 0; i < elements.length; i++) {
                elements[i] = Objects.requireNonNull(cursor.advance());
            }
            return elements;
        } finally {
            unlock();
        }
    }

    @Override
    public Iterator<E> iterator() {
        return new Elements();
    }

    /** Locks for each step; holds the next element, so that {@code next()} has one after {@code hasNext()} said so. */
    private final class Elements implements Iterator<E> {
        private final Store.Cursor<E> cursor;
        private @Nullable E next;
        private boolean removable;

        Elements() {
            lock();
            try {
                cursor = store.cursor();
                next = cursor.advance();
            } finally {
                unlock();
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
            lock();
            try {
                next = cursor.advance();
            } finally {
                unlock();
            }
            removable = true;
            return element;
        }

        @Override
        public void remove() {
            removeIfThere();
        }

        @CanIgnoreReturnValue
        boolean removeIfThere() {
            if (!removable) {
                throw new IllegalStateException("remove() without a next() before it");
            }
            removable = false;
            return removePrevious(cursor);
        }
    }
}
