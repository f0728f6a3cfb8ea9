// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Elements in the order of a comparator and, where that sees no difference, in the order in which they came. */
final class StableHeap<E> extends Store<E> {
    /*
     * Overview. A binary heap in two arrays, the elements and the tickets that they drew when they came. No element is behind
     * one of its two children: neither by the comparator nor, if that says 0, by the ticket. No two tickets are equal.
     *
     *              a 3                 index    0    1    2    3    4
     *            /     \               elements a    b    a    c    b
     *         b 1       a 5            tickets  3    1    5    4    2
     *        /   \
     *     c 4     b 2                  the children of index i are 2i + 1 and 2i + 2
     *
     * The comparator is user code. It may throw, run out of stack or memory, and call the queue. So every operation compares
     * first and moves after: while comparisons run, nothing has changed, and while elements move, no user code runs.
     *   - On the way up from a leaf, comparisons find how many forebears go down one place, and then they go.
     *   - On the way down from a hole to a leaf, each comparison says which child would go up, and this way is noted. The last
     *     element, which is to fill the hole, came from a leaf, and so it mostly belongs near one: comparisons look for its
     *     place from below, and then the children above that place go up. So there is about one comparison on each level, not
     *     two.
     * comparing is true meanwhile, and refuses each change that comes in between: that can only be the comparator's own,
     * because the queue holds its lock.
     *
     * A cursor has its own copy of the elements, and their tickets to know them by, for a place in a heap means nothing after
     * the next operation.
     *
     * putBack() draws a ticket below all others, so that an element which was the next one is that again among its equals. If
     * the comparator fails there, the element goes to the top without having been compared: an order that can't be computed
     * is no reason to lose it.
     */

    private static final int INITIAL = 16;
    private static final int LARGEST = Integer.MAX_VALUE - 8; // some JVMs keep a few words for themselves

    /** Of a heap of so many elements there are no more levels. */
    private static final int LEVELS = 31;

    private final Comparator<? super E> comparator;
    private @Nullable Object[] elements = new @Nullable Object[INITIAL];
    private long[] tickets = new long[INITIAL];
    private final int[] way = new int[LEVELS];
    private int size;
    private long nextTicket;
    private long previousTicket = -1;
    private boolean comparing;

    StableHeap(Comparator<? super E> comparator) {
        this.comparator = Objects.requireNonNull(comparator, "comparator");
    }

    /** Returns a heap in the natural order, to which an element that has none can't be added. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // checked when an element is added
    static <E> StableHeap<E> natural() {
        return new StableHeap<>((Comparator) Comparator.naturalOrder());
    }

    @Override
    int size() {
        return size;
    }

    @Override
    void add(E element) {
        requireNotComparing();
        int target = placeOf(element, nextTicket);
        lower(size, target);
        elements[target] = element;
        tickets[target] = nextTicket++;
        size++;
    }

    @Override
    E take() {
        requireNotComparing();
        E first = elementAt(0);
        removeAt(0);
        return first;
    }

    @Override
    E peek() {
        return elementAt(0);
    }

    @Override
    void putBack(E element) {
        requireNotComparing();
        int target = placeOrTopOf(element);
        lower(size, target);
        elements[target] = element;
        tickets[target] = previousTicket--;
        size++;
    }

    @Override
    void clear() {
        requireNotComparing();
        Arrays.fill(elements, 0, size, null);
        size = 0;
    }

    @Override
    Cursor<E> cursor() {
        return new CopyCursor();
    }

    /** Returns where a new element has to go, and makes room. Nothing else has changed, also if it throws. */
    private int placeOf(E element, long ticket) {
        reserve();
        Thread outer = beginComparing();
        try {
            if (size == 0) {
                // For what it throws: an element that can't be compared would be in the way of all others.
                comparator.compare(element, element);
            }
            return rise(size, element, ticket);
        } finally {
            endComparing(outer);
        }
    }

    private @Nullable Thread beginComparing() {
        Thread outer = caller;
        caller = Thread.currentThread();
        comparing = true;
        return outer;
    }

    private void endComparing(@Nullable Thread outer) {
        comparing = false;
        caller = outer;
    }

    private int placeOrTopOf(E element) {
        try {
            return placeOf(element, previousTicket);
        } catch (Throwable ofTheComparator) { // the caller is on its way out with something else already
            reserve(); // or of this, and then again
            return 0;
        }
    }

    /** Removes the element at {@code index}, whose place goes to the last one, or to one of the elements between. */
    private void removeAt(int index) {
        int last = size - 1;
        if (index == last) {
            dropLast();
            return;
        }
        E moved = elementAt(last);
        long ticket = tickets[last];
        int target;
        int levels = 0;
        Thread outer = beginComparing();
        try {
            // Where the hole came from below another branch, the last element may belong above it.
            target = index == 0 ? index : rise(index, moved, ticket);
            if (target == index) {
                levels = descend(index, last, moved, ticket);
            }
        } finally {
            endComparing(outer);
        }
        if (target == index) {
            target = raise(index, levels);
        } else {
            lower(index, target);
        }
        elements[target] = moved;
        tickets[target] = ticket;
        dropLast();
    }

    /** Returns how far up from {@code index} an element would rise. */
    private int rise(int index, E element, long ticket) {
        int place = index;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (isBefore(parent, element, ticket)) {
                break;
            }
            place = parent;
        }
        return place;
    }

    /** Moves the forebears of {@code index}, from {@code target} on, down by one level. */
    private void lower(int index, int target) {
        int place = index;
        while (place > target) {
            int parent = (place - 1) >>> 1;
            move(parent, place);
            place = parent;
        }
    }

    /**
     * Finds the way from a hole to the place of {@code moved} below it, and notes it in {@link #way}.
     *
     * @return how many levels below the hole that is
     */
    private int descend(int hole, int end, E moved, long ticket) {
        int levels = 0;
        int place = hole;
        for (int child = 2 * place + 1; child < end; child = 2 * place + 1) {
            place = child + 1 < end && isBefore(child + 1, child) ? child + 1 : child;
            way[levels++] = place;
        }
        while (levels > 0 && !isBefore(way[levels - 1], moved, ticket)) {
            levels--;
        }
        return levels;
    }

    /** Moves the elements on the first {@code levels} of the way up by one, and returns the place that this leaves. */
    private int raise(int hole, int levels) {
        int place = hole;
        for (int level = 0; level < levels; level++) {
            move(way[level], place);
            place = way[level];
        }
        return place;
    }

    private void move(int from, int to) {
        elements[to] = elements[from];
        tickets[to] = tickets[from];
    }

    private void dropLast() {
        size--;
        elements[size] = null;
    }

    /** Returns whether the element at {@code index} comes before another one. */
    private boolean isBefore(int index, E other, long ticket) {
        int order = comparator.compare(elementAt(index), other);
        return order < 0 || (order == 0 && tickets[index] < ticket);
    }

    private boolean isBefore(int index, int other) {
        int order = comparator.compare(elementAt(index), elementAt(other));
        return order < 0 || (order == 0 && tickets[index] < tickets[other]);
    }

    private void reserve() {
        int length = elements.length;
        if (size < length) {
            return;
        }
        if (length == LARGEST) {
            throw new OutOfMemoryError("A queue of " + size + " elements");
        }
        int longer = (int) Math.min(LARGEST, length + (length < 1024 ? length : (long) length >> 1));
        long[] moreTickets = Arrays.copyOf(tickets, longer); // both first: the second may throw, too
        elements = Arrays.copyOf(elements, longer);
        tickets = moreTickets;
    }

    private void requireNotComparing() {
        if (comparing) {
            throw new IllegalStateException("A comparator or compareTo() uses the PriorityQueue that it is called by;"
                    + " let it look at its two elements only");
        }
    }

    @SuppressWarnings("unchecked") // only add() and putBack() fill places
    private E elementAt(int index) {
        return (E) Objects.requireNonNull(elements[index]);
    }

    private final class CopyCursor extends Cursor<E> {
        private final @Nullable Object[] copy = Arrays.copyOf(elements, size);
        private final long[] names = Arrays.copyOf(tickets, size);
        private int next;

        @Override
        @SuppressWarnings("unchecked") // a copy of what was added
        @Nullable
        E advance() {
            if (next >= copy.length) {
                next = copy.length + 1;
                return null;
            }
            return (E) copy[next++];
        }

        @Override
        boolean removePrevious() {
            requireNotComparing();
            long ticket = names[next - 2];
            for (int i = 0; i < size; i++) {
                if (tickets[i] == ticket) {
                    removeAt(i);
                    return true;
                }
            }
            return false;
        }
    }
}
