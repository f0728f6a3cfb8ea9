// SPDX-License-Identifier: Apache-2.0
package procession.queue;

/** Elements in the opposite of the order in which they came: those of a {@link SegmentedFifo} that grows at its head. */
final class SegmentedLifo<E> extends Store<E> {
    /*
     * Overview. A fifo gives the element at its head first, and can add one there. Here nothing else is ever done, and so
     * the last one in is the first one out. Positions go down instead of up; they stay where they are, as there, so that
     * a cursor survives everything.
     *
     *     head, add and take here                    the first that came
     *      v                                          v
     *     [ . . h g ] <──> [ f . d c ] <──> [ b a ] tail
     */

    private final SegmentedFifo<E> elements = new SegmentedFifo<>();

    @Override
    int size() {
        return elements.size();
    }

    @Override
    void add(E element) {
        elements.addFirst(element);
    }

    @Override
    E take() {
        return elements.take();
    }

    @Override
    E peek() {
        return elements.peek();
    }

    @Override
    void putBack(E element) {
        elements.putBack(element);
    }

    @Override
    void clear() {
        elements.clear();
    }

    @Override
    Cursor<E> cursor() {
        return elements.cursor();
    }

    /** Returns the length of the list, for tests of what it costs. */
    int segments() {
        return elements.segments();
    }
}
