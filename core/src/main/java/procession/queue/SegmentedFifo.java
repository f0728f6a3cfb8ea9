// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Elements in the order in which they came, in a list of short arrays. */
final class SegmentedFifo<E> extends Store<E> {
    /*
     * Overview. Each element has a position, one more than the element before it; a segment holds the positions from its
     * base on.
     *
     *      base      0                  64                       192   (64 positions each; 128 to 191 were removed inside)
     *             [ . . c d ] <──> [ e . g h ] <──────────────> [ i j . . ]
     *                   ^head           ^a hole                       ^tail
     *
     * Adding fills the slot at tail, taking empties the slot at head. An element that is removed inside leaves a hole, and
     * a position never moves, so that a cursor is a position and survives everything. A hole costs one step when head comes
     * by, and a segment of holes is unlinked; so the memory is that of one segment for each element at worst.
     *
     * Invariants:
     *   - head <= every element's position < tail. tail never goes back; head does, in addFirst.
     *   - Bases grow along the list, by LENGTH or more. A segment that was unlinked has the base UNLINKED. One that is used
     *     again gets a new base. So a cursor sees from the base whether the segment that it remembers still holds its
     *     position, and searches from the head if not.
     *   - Slots outside of [head, tail) are null, and so is each hole.
     *   - No segment between the first and the last is all holes. If size is 0, there is one segment, and head = tail.
     *
     * What is put back may get another position than it had, if others were taken or added meanwhile, and a cursor that has
     * shown it would show it again. So putBack leaves a record of where the head was: a cursor goes on there or behind. Each
     * record knows the next one, and a cursor the last one of its own time; nobody else keeps them, so that the garbage
     * collector finds those that no cursor needs.
     *
     * One empty segment is kept, so that a queue which goes up and down allocates nothing.
     */

    private static final int LENGTH = 64;
    private static final long UNLINKED = Long.MAX_VALUE;

    private static final class Segment {
        final @Nullable Object[] slots = new @Nullable Object[LENGTH];
        long base;

        @Nullable
        Segment previous;

        @Nullable
        Segment next;

        Segment(long base) {
            this.base = base;
        }

        boolean holds(long position) {
            return base <= position && position - base < LENGTH;
        }

        boolean isHollow() {
            for (int i = LENGTH - 1; i >= 0; i--) {
                if (slots[i] != null) {
                    return false;
                }
            }
            return true;
        }
    }

    /** That elements were put back. */
    private static final class Return {
        /** Where the head was before: only what is there or behind it has been in its place all the time. */
        final long below;

        @Nullable
        Return next;

        Return(long below) {
            this.below = below;
        }
    }

    private Segment first = new Segment(0);
    private Segment last = first;
    private Return lastReturn = new Return(Long.MIN_VALUE);
    private @Nullable Segment spare;
    private long head;
    private long tail;
    private int size;

    @Override
    int size() {
        return size;
    }

    @Override
    void add(E element) {
        if (!last.holds(tail)) {
            extend();
        }
        last.slots[(int) (tail - last.base)] = element;
        tail++;
        size++;
    }

    @Override
    E take() {
        int index = settle(); // may change first
        E element = elementAt(first, index);
        first.slots[index] = null;
        head++;
        size--;
        if (size == 0) {
            rewind();
        }
        return element;
    }

    @Override
    E peek() {
        int index = settle(); // may change first
        return elementAt(first, index);
    }

    @Override
    void putBack(E element) {
        var record = new Return(head); // allocated first: it may throw
        addFirst(element);
        lastReturn.next = record;
        lastReturn = record;
    }

    /** Adds an element that becomes the next one. */
    void addFirst(E element) {
        if (head == first.base) {
            prepend();
        }
        // Below the end of the first segment: take() may have left head just behind it.
        head = Math.min(head, first.base + LENGTH) - 1;
        first.slots[(int) (head - first.base)] = element;
        size++;
    }

    @Override
    void clear() {
        var empty = new Segment(tail); // allocated first: it may throw
        for (Segment segment = first; segment != null; ) {
            Segment next = segment.next;
            // A cursor may hold on to it, and shouldn't to the elements.
            Arrays.fill(segment.slots, null);
            detach(segment);
            segment = next;
        }
        first = empty;
        last = empty;
        head = tail;
        size = 0;
    }

    @Override
    Cursor<E> cursor() {
        return new PositionCursor();
    }

    /** Returns the length of the list, for tests of what it costs. */
    int segments() {
        int count = 0;
        for (Segment segment = first; segment != null; segment = segment.next) {
            count++;
        }
        return count;
    }

    /** Makes the last segment hold the position tail. */
    private void extend() {
        if (size == 0 || last.isHollow()) {
            last.base = tail; // nothing in it: use it again where it is
            return;
        }
        Segment segment = newSegment(tail);
        segment.previous = last;
        last.next = segment;
        last = segment;
    }

    /** Puts a segment before the first one. */
    private void prepend() {
        Segment segment = newSegment(first.base - LENGTH);
        segment.next = first;
        first.previous = segment;
        first = segment;
    }

    /** Moves head over holes to the first element, which exists, and returns its index in the first segment. */
    private int settle() {
        while (true) {
            if (!first.holds(head)) {
                dropFirst();
            }
            int index = (int) (head - first.base);
            if (first.slots[index] != null) {
                return index;
            }
            head++;
        }
    }

    /** Drops what is before tail when there is no element left. */
    private void rewind() {
        while (first != last) {
            dropFirst();
        }
        head = tail;
    }

    /** Goes on to the second segment, which exists. */
    private void dropFirst() {
        Segment empty = first;
        first = Objects.requireNonNull(empty.next);
        first.previous = null;
        head = first.base;
        detach(empty);
        spare = empty;
    }

    private Segment newSegment(long base) {
        Segment segment = spare;
        if (segment == null) {
            return new Segment(base);
        }
        spare = null;
        segment.base = base;
        return segment;
    }

    private static void detach(Segment segment) {
        segment.base = UNLINKED;
        segment.previous = null;
        segment.next = null;
    }

    /** Tidies up after an element of {@code segment} was removed inside. */
    private void removed(Segment segment) {
        size--;
        if (size == 0) {
            rewind();
        } else if (segment == first) {
            settle();
        } else if (segment != last && segment.isHollow()) {
            Segment before = Objects.requireNonNull(segment.previous);
            Segment after = Objects.requireNonNull(segment.next);
            before.next = after;
            after.previous = before;
            detach(segment);
            spare = segment;
        }
    }

    /** Returns the segment that holds {@code position} or, if there is none, the one that comes first behind it. */
    private @Nullable Segment find(Segment hint, long position) {
        // An unlinked hint is behind every position.
        Segment segment = hint.base <= position ? hint : first;
        while (segment != null && position - segment.base >= LENGTH) {
            segment = segment.next;
        }
        return segment;
    }

    @SuppressWarnings("unchecked") // only add() and addFirst() fill slots
    private E elementAt(Segment segment, int index) {
        return (E) Objects.requireNonNull(segment.slots[index]);
    }

    private final class PositionCursor extends Cursor<E> {
        private Segment segment = first;
        private long position = head - 1;
        private @Nullable E element;
        private Segment previousSegment = first;
        private long previousPosition;
        private @Nullable E previous;
        private Return seen = lastReturn;

        @Override
        @Nullable
        E advance() {
            previous = element;
            previousPosition = position;
            previousSegment = segment;
            long wanted = Math.max(position + 1, head);
            for (Return next = seen.next; next != null; next = next.next) {
                wanted = Math.max(wanted, next.below);
                seen = next;
            }
            for (Segment at = find(segment, wanted); at != null; at = at.next) {
                for (int i = (int) Math.max(wanted - at.base, 0); i < LENGTH; i++) {
                    if (at.slots[i] != null) {
                        segment = at;
                        position = at.base + i;
                        element = elementAt(at, i);
                        return element;
                    }
                }
            }
            element = null;
            return null;
        }

        @Override
        boolean removePrevious() {
            Segment at = find(previousSegment, previousPosition);
            if (at == null || !at.holds(previousPosition)) {
                return false;
            }
            int index = (int) (previousPosition - at.base);
            // Another element may be there: addFirst() uses positions again.
            if (at.slots[index] != previous) {
                return false;
            }
            at.slots[index] = null;
            removed(at);
            return true;
        }
    }
}
