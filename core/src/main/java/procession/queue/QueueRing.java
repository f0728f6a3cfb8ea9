// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.BitSet;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The elements of a {@link Queue}, and who waits for a change; nothing here waits. */
final class QueueRing<E> {
    /*
     * Overview. A ring with two ends, each with a lock of its own, so that putters and getters meet only when the queue is
     * full or empty. An element's position is how many were put before it; its slot is the position modulo the length.
     *
     *      getters: head.lock                                putters: tail.lock
     *        │                                                  │
     *        ▼ head.position = 3                                ▼ tail.position = 8
     *      [ . . . d e f g h . . . . . . . . ]   size = tail.position - head.position <= capacity
     *        │                                                  │
     *        └─ putters that wait for the head to move          └─ getters that wait for the tail to move
     *
     * Publication. A putter writes the slot and then moves the tail (release); a getter that sees the tail there (acquire)
     * finds the element. A getter empties the slot and then moves the head (release); a putter that sees the head there
     * (acquire) finds the slot empty. Each end remembers how far it may go without looking (limit), which saves most looks.
     *
     * Waiting costs nothing while nobody waits. A getter that finds nothing takes the *tail's* lock, and if the queue is
     * empty, which cannot change meanwhile but by other getters, it adds itself to those who wait there. The next putter
     * holds the same lock, sees it in a field that is in its cache line anyway, removes it from the list, and unparks it
     * when the lock is free. Putters wait at the head in the same way. So no wake-up is lost, and there is no fence:
     *   - Each element that comes wakes one getter, and each place that comes free one putter; shutdown wakes all.
     *   - Who is woken may find that a thread which did not wait was faster; then it waits again, where it was in the order.
     *   - Who is interrupted or times out and is in the list leaves it, and has seen no wake-up. Who is not in the list any
     *     more was woken, and tries once more before it leaves. So no wake-up is received by somebody who does not look.
     *
     * unfinished: see UnfinishedTasks. shutdown is written with both locks, and read with one: no put that began after
     * shutdown() returned succeeds.
     *
     * Interior removal happens at the head, with its lock: the elements before move up by one. Iterators stand at positions
     * and take the head's lock for each step. Each removal leaves a record of where it was, behind the record before; an
     * iterator that knows the last one from its own time replays what came since. Nobody else keeps the records, so that
     * the next collection of the whole heap finds them. What could not be drained is put back below the head, and leaves a
     * record, too: who stands above has seen some of it.
     *
     * The lock order is tail, head. Both are needed to exchange the ring for a longer one or a short one, to put back what
     * could not be drained, and for shutdown. All memory is had before anything changes.
     */
    private static final Object[] NOTHING = {};
    private static final int FIRST_LENGTH = 64;
    private static final int LONGEST = 1 << 30;

    /** A ring of more slots is given back when the queue is empty and somebody waits for an element. */
    private static final int LONG = 1 << 15;

    /** A change of positions: the removal of an element from the inside, or the return of some below the head. */
    private static final class Change {
        static final long NONE = -1;

        /** Where something was removed, or {@link #NONE}. */
        final long removedAt;

        /** Below which everything counts as seen, or {@link #NONE}. */
        final long putBackBelow;

        /** Written once, with the head's lock. */
        @Nullable
        Change next;

        Change(long removedAt, long putBackBelow) {
            this.removedAt = removedAt;
            this.putBackBelow = putBackBelow;
        }
    }

    private final int capacity;
    private final QueueEnd tail = new QueueEnd();
    private final QueueEnd head = new QueueEnd();
    final UnfinishedTasks unfinished = new UnfinishedTasks(tail);

    /** Written with both locks, read with one. A power of two long. */
    private @Nullable Object[] slots = new @Nullable Object[FIRST_LENGTH];

    /** Written with both locks. */
    private volatile boolean shutdown;

    /** Whether the shutdown was immediate; as slots. */
    private boolean dropping;

    /** Of the head's lock. */
    private Change lastChange = new Change(Change.NONE, Change.NONE);

    QueueRing(int capacity) {
        this.capacity = capacity;
    }

    // One element

    BlockingWorkQueue.Put tryPut(E element) {
        QueueWaiter getter = null;
        tail.lock();
        try {
            if (shutdown) {
                return BlockingWorkQueue.Put.SHUT_DOWN;
            }
            long at = tail.position;
            if (at >= tail.limit && !hasRoom(at)) {
                return BlockingWorkQueue.Put.FULL;
            }
            slots[slot(at)] = element;
            tail.moveTo(at + 1);
            if (tail.first != null) {
                getter = tail.removeFirst();
            }
        } finally {
            tail.unlock();
        }
        if (getter != null) {
            getter.wake();
        }
        return BlockingWorkQueue.Put.DONE;
    }

    private int slot(long position) {
        return (int) position & (slots.length - 1);
    }

    /** Makes the ring longer if it has to be; called with the tail's lock. */
    private boolean hasRoom(long at) {
        long from = head.positionNow();
        if (at - from >= capacity) {
            return false;
        }
        if (at - from >= slots.length) {
            resize(2L * slots.length);
        }
        tail.limit = from + Math.min(capacity, slots.length);
        return true;
    }

    /** Called with the tail's lock, but not with the head's. */
    private void resize(long length) {
        if (length > LONGEST) {
            throw new OutOfMemoryError("a queue of more than " + LONGEST + " elements");
        }
        @Nullable Object[] other = new @Nullable Object[(int) length];
        head.lockAsSecond();
        try {
            for (long at = head.position; at < tail.position; at++) {
                other[(int) at & (other.length - 1)] = slots[slot(at)];
            }
            slots = other;
            tail.limit = tail.position; // so that it is computed again
        } finally {
            head.unlock();
        }
    }

    @Nullable
    E poll() {
        E element;
        QueueWaiter putter = null;
        head.lock();
        try {
            long at = head.position;
            if (at == head.limit && !hasElement(at)) {
                return null;
            }
            int slot = slot(at);
            element = elementIn(slots, slot);
            slots[slot] = null;
            head.moveTo(at + 1);
            if (head.first != null) {
                putter = head.removeFirst();
            }
        } finally {
            head.unlock();
        }
        if (putter != null) {
            putter.wake();
        }
        return element;
    }

    /** Called with the head's lock. */
    private boolean hasElement(long at) {
        head.limit = tail.positionNow();
        return at < head.limit;
    }

    @Nullable
    E peek() {
        head.lock();
        try {
            long at = head.position;
            return at == head.limit && !hasElement(at) ? null : elementIn(slots, slot(at));
        } finally {
            head.unlock();
        }
    }

    // Size

    int size() {
        head.lock();
        try {
            return (int) (tail.positionNow() - head.position);
        } finally {
            head.unlock();
        }
    }

    /** Looks without a lock. */
    boolean isFull() {
        return tail.positionNow() - head.positionNow() >= capacity;
    }

    /** Looks without a lock. */
    boolean isEmpty() {
        return tail.positionNow() == head.positionNow();
    }

    boolean isShutdown() {
        return shutdown;
    }

    // Who waits

    /** Adds a waiter to those who wait for room, unless it need not wait; returns whether it did. */
    boolean waitsForRoom(QueueWaiter waiter) {
        waiter.reset();
        head.lock();
        try {
            if (shutdown || !isFull()) {
                return false;
            }
            head.add(waiter);
            return true;
        } finally {
            head.unlock();
        }
    }

    /** Adds a waiter to those who wait for an element, unless it need not wait; returns whether it did. */
    boolean waitsForElement(QueueWaiter waiter) {
        waiter.reset();
        tail.lock();
        try {
            if (shutdown || !isEmpty()) {
                return false;
            }
            if (slots.length > LONG) {
                resize(FIRST_LENGTH);
            }
            tail.add(waiter);
            return true;
        } finally {
            tail.unlock();
        }
    }

    /** Removes who does not want to wait for room longer; returns {@code false} if it is being woken. */
    boolean withdrawFromRoom(QueueWaiter waiter) {
        return withdraw(head, waiter);
    }

    /** Removes who does not want to wait for an element longer; returns {@code false} if it is being woken. */
    boolean withdrawFromElement(QueueWaiter waiter) {
        return withdraw(tail, waiter);
    }

    private static boolean withdraw(QueueEnd end, QueueWaiter waiter) {
        end.lock();
        try {
            return end.withdraw(waiter);
        } finally {
            end.unlock();
        }
    }

    /** Wakes those who waited at an end and, if no task was left at some time, those who join; without the locks. */
    private void wake(@Nullable QueueWaiter waiters, long zeroAt) {
        unfinished.wakeAll(zeroAt);
        QueueWaiter.wakeAll(waiters);
    }

    // Many elements

    @Nullable
    Object[] takeUpTo(int max) {
        @Nullable Object[] taken;
        QueueWaiter putters;
        head.lock();
        try {
            long at = head.position;
            int count = (int) Math.min(max, tail.positionNow() - at);
            if (count <= 0) {
                return NOTHING;
            }
            taken = new @Nullable Object[count];
            for (int i = 0; i < count; i++) {
                int slot = slot(at + i);
                taken[i] = slots[slot];
                slots[slot] = null;
            }
            putters = leave(at + count);
        } finally {
            head.unlock();
        }
        QueueWaiter.wakeAll(putters);
        return taken;
    }

    /** Moves the head behind elements that have left, and returns who is to be woken; called with the head's lock. */
    private @Nullable QueueWaiter leave(long to) {
        long left = to - head.position;
        head.limit = Math.max(head.limit, to);
        head.moveTo(to);
        return head.first == null ? null : head.removeFirst(left);
    }

    /** Puts {@code elements} back from {@code from} on, unless an immediate shutdown would have dropped them. */
    void putBack(@Nullable Object[] elements, int from) {
        int count = elements.length - from;
        QueueWaiter getters = null;
        long zeroAt = UnfinishedTasks.SOME_LEFT;
        tail.lock();
        try {
            while (tail.position - head.positionNow() + count > slots.length) {
                resize(2L * slots.length);
            }
            head.lockAsSecond();
            try {
                if (dropping) {
                    zeroAt = unfinished.finish(count);
                } else {
                    remember(new Change(Change.NONE, head.position));
                    long to = head.position - count;
                    for (int i = 0; i < count; i++) {
                        slots[slot(to + i)] = elements[from + i];
                    }
                    head.moveTo(to);
                    tail.limit = tail.position; // so that it is computed again
                    getters = tail.removeFirst(count);
                }
            } finally {
                head.unlock();
            }
        } finally {
            tail.unlock();
        }
        wake(getters, zeroAt);
    }

    private void remember(Change change) {
        lastChange.next = change;
        lastChange = change;
    }

    void shutdown(boolean immediate) {
        QueueWaiter getters;
        QueueWaiter putters;
        long zeroAt = UnfinishedTasks.SOME_LEFT;
        tail.lock();
        try {
            head.lockAsSecond();
            try {
                if (immediate) {
                    zeroAt = unfinished.finish(drop());
                    dropping = true;
                }
                shutdown = true;
                getters = tail.removeFirst(Long.MAX_VALUE);
                putters = head.removeFirst(Long.MAX_VALUE);
            } finally {
                head.unlock();
            }
        } finally {
            tail.unlock();
        }
        wake(getters, zeroAt);
        QueueWaiter.wakeAll(putters);
    }

    /** Empties the ring, and returns how many elements there were; called with the head's lock. */
    private long drop() {
        long from = head.position;
        long to = tail.positionNow();
        for (long at = from; at < to; at++) {
            slots[slot(at)] = null;
        }
        head.limit = to;
        head.moveTo(to);
        return to - from;
    }

    void clear() {
        long zeroAt;
        QueueWaiter putters;
        head.lock();
        try {
            long dropped = drop();
            zeroAt = unfinished.finish(dropped);
            putters = head.removeFirst(dropped);
        } finally {
            head.unlock();
        }
        wake(putters, zeroAt);
    }

    Object[] toArray() {
        head.lock();
        try {
            return copy();
        } finally {
            head.unlock();
        }
    }

    /** Called with the head's lock. */
    private Object[] copy() {
        long from = head.position;
        Object[] elements = new Object[(int) (tail.positionNow() - from)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = elementIn(slots, slot(from + i));
        }
        return elements;
    }

    /**
     * Removes what the filter wants, which is asked without a lock and once for each element. What has been got meanwhile
     * is not removed, also if it was put back.
     */
    boolean removeIf(Predicate<? super E> filter) {
        Change known;
        long from;
        @Nullable Object[] elements;
        head.lock();
        try {
            known = lastChange;
            from = head.position;
            elements = copy();
        } finally {
            head.unlock();
        }
        BitSet unwanted = new BitSet();
        for (int i = 0; i < elements.length; i++) {
            unwanted.set(i, filter.test(elementIn(elements, i)));
        }
        if (unwanted.isEmpty()) {
            return false;
        }
        var positions = new Positions(unwanted.stream().mapToLong(i -> from + i).toArray(), known);
        positions.follow(lastChangeNow()); // what there is to do of it without the lock
        return removeAll(positions);
    }

    private Change lastChangeNow() {
        head.lock();
        try {
            return lastChange;
        } finally {
            head.unlock();
        }
    }

    /** Removes what is still there, in one go; returns {@code false} if nothing is. */
    private boolean removeAll(Positions unwanted) {
        long zeroAt;
        QueueWaiter putters;
        head.lock();
        try {
            unwanted.follow(lastChange);
            unwanted.dropBelow(head.position);
            Change[] changes = unwanted.removals();
            if (changes.length == 0) {
                return false;
            }
            int i = changes.length - 1;
            long to = changes[i].removedAt;
            for (long at = to; at >= head.position; at--) {
                if (i >= 0 && changes[i].removedAt == at) {
                    i--;
                } else {
                    slots[slot(to--)] = slots[slot(at)];
                }
            }
            for (long at = head.position; at <= to; at++) {
                slots[slot(at)] = null;
            }
            for (Change change : changes) {
                remember(change);
            }
            putters = leave(to + 1);
            zeroAt = unfinished.finish(changes.length); // with the lock: who finds it gone finds it done
        } finally {
            head.unlock();
        }
        wake(putters, zeroAt);
        return true;
    }

    /** Where some elements are, in ascending order, while others are removed; for one thread. */
    private static final class Positions {
        private final long[] positions;
        private int count;
        private Change followed;

        Positions(long[] positions, Change known) {
            this.positions = positions;
            this.count = positions.length;
            this.followed = known;
        }

        /** Follows the elements until after a change that was seen with the head's lock. */
        void follow(Change until) {
            while (followed != until) {
                Change change = Objects.requireNonNull(followed.next);
                if (change.removedAt == Change.NONE) {
                    dropBelow(change.putBackBelow); // it had left
                    followed = change;
                } else {
                    followRemovals(change, until);
                }
            }
        }

        /** Follows removals that ascend: each element moves up by as many as there are behind it. */
        private void followRemovals(Change first, Change until) {
            int behind = 1;
            Change end = first;
            for (Change next = end.next; end != until && next != null && next.removedAt > end.removedAt; behind++) {
                end = next;
                next = end.next;
            }
            Change removal = first;
            int kept = 0;
            for (int i = 0; i < count; i++) {
                long position = positions[i];
                while (behind > 0 && removal.removedAt < position) {
                    behind--;
                    if (behind > 0) {
                        removal = Objects.requireNonNull(removal.next);
                    }
                }
                if (behind == 0 || removal.removedAt != position) {
                    positions[kept++] = position + behind;
                }
            }
            count = kept;
            followed = end;
        }

        /** Forgets the elements that have left. */
        void dropBelow(long position) {
            int left = 0;
            while (left < count && positions[left] < position) {
                left++;
            }
            count -= left;
            System.arraycopy(positions, left, positions, 0, count);
        }

        /** Returns the changes that it takes to remove the elements, in this order. */
        Change[] removals() {
            Change[] changes = new Change[count];
            for (int i = 0; i < count; i++) {
                changes[i] = new Change(positions[i], Change.NONE);
            }
            return changes;
        }
    }

    /**
     * A walk over the elements, which anything may happen to between two steps. It returns no element twice and leaves out
     * none that is there all the time; for one thread.
     */
    final class Cursor {
        private Change replayed;

        /** Of the element that comes next; what is below it has been seen or is gone. */
        private long next;

        /** Of the element that was returned last, and the one before; -1 for one that is gone. */
        private long last = -1;

        private long previous = -1;

        Cursor() {
            head.lock();
            try {
                replayed = lastChange;
                next = head.position;
            } finally {
                head.unlock();
            }
        }

        /** Goes to the next element and returns it, or {@code null} at the end. */
        @Nullable
        E advance() {
            head.lock();
            try {
                replay();
                next = Math.max(next, head.position);
                previous = last;
                if (next >= tail.positionNow()) {
                    last = -1;
                    return null;
                }
                last = next++;
                return elementIn(slots, slot(last));
            } finally {
                head.unlock();
            }
        }

        /** Removes the element that was returned last, if it is still there. */
        boolean remove(E element) {
            return remove(element, false);
        }

        /** Removes the element that was returned before the last, if it is still there. */
        void removePrevious(E element) {
            remove(element, true);
        }

        private boolean remove(E element, boolean theOneBefore) {
            long zeroAt;
            QueueWaiter putter;
            head.lock();
            try {
                replay();
                long at = theOneBefore ? previous : last;
                if (at < head.position || slots[slot(at)] != element) {
                    return false;
                }
                Change change = new Change(at, Change.NONE);
                for (long to = at; to > head.position; to--) {
                    slots[slot(to)] = slots[slot(to - 1)];
                }
                slots[slot(head.position)] = null;
                remember(change);
                putter = leave(head.position + 1);
                zeroAt = unfinished.finish(1); // with the lock: who finds it gone finds it done
            } finally {
                head.unlock();
            }
            wake(putter, zeroAt);
            return true;
        }

        /** Follows the elements that have moved up by one, because one behind them was removed. */
        private void replay() {
            for (Change change = replayed.next; change != null; change = change.next) {
                long at = change.removedAt;
                if (at == Change.NONE) {
                    next = Math.max(next, change.putBackBelow);
                } else {
                    previous = moved(previous, at);
                    last = moved(last, at);
                    if (next <= at) {
                        next++;
                    }
                }
                replayed = change;
            }
        }

        private static long moved(long position, long removedAt) {
            if (position == removedAt) {
                return -1;
            }
            return position >= 0 && position < removedAt ? position + 1 : position;
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a slot in use holds an element
    E elementIn(@Nullable Object[] array, int index) {
        return (E) array[index];
    }
}
