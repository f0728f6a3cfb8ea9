// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LifoQueueTest extends QueueContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new LifoQueue<>(maxsize);
    }

    @Override
    protected List<Integer> order(List<Integer> put) {
        return reversed(put);
    }

    private static <E> List<E> reversed(List<E> elements) {
        List<E> reversed = new ArrayList<>(elements);
        Collections.reverse(reversed);
        return reversed;
    }

    @Test
    void constructor_withoutMaxsize_isUnbounded() {
        assertEquals(0, new LifoQueue<String>().maxsize());
        assertEquals(Integer.MAX_VALUE, new LifoQueue<String>().remainingCapacity());
    }

    @Test
    void iterator_goesFromTheLastToTheFirst() {
        var queue = new LifoQueue<Integer>(200);
        List<Integer> elements = IntStream.range(0, 200).boxed().toList();
        queue.addAll(elements);

        assertEquals(reversed(elements), new ArrayList<>(queue));
        assertEquals(reversed(elements), List.of(queue.toArray()));
        assertEquals(reversed(elements), queue.stream().toList());
        assertEquals(reversed(elements).toString(), queue.toString());
    }

    @Test
    void remove_object_removesTheLastThatIsEqual() {
        var queue = new LifoQueue<String>();
        queue.addAll(List.of("a", "b", "a", "c"));

        queue.remove("a");

        assertEquals(List.of("c", "b", "a"), new ArrayList<>(queue));
    }

    @Test
    void iterator_goesOnBelowElementsThatComeAndGo() {
        var queue = new LifoQueue<Integer>();
        IntStream.range(0, 300).forEach(queue::add);
        Iterator<Integer> iterator = queue.iterator();
        for (int i = 299; i > 200; i--) {
            assertEquals(i, iterator.next());
        }
        for (int i = 0; i < 250; i++) {
            queue.remove();
        }
        IntStream.range(1000, 1200).forEach(queue::add);
        assertEquals(200, iterator.next()); // fetched before, for hasNext()

        List<Integer> rest = new ArrayList<>();
        iterator.forEachRemaining(rest::add);

        assertTrue(rest.containsAll(IntStream.range(0, 50).boxed().toList()), rest::toString);
        assertEquals(rest.size(), rest.stream().distinct().count());
        assertEquals(
                List.of(49, 48),
                rest.stream().filter(element -> element < 50).limit(2).toList());
    }

    /** A stack that goes up and down at the border of two segments keeps one of them for that. */
    @Test
    void store_atTheBorderOfASegment_keepsItsSegments() {
        var store = new SegmentedLifo<Integer>();
        IntStream.range(0, 128).forEach(store::add);
        for (int i = 0; i < 1000; i++) {
            store.add(i);
            assertTrue(store.segments() <= 4);
            assertEquals(i, store.take());
            assertEquals(127, store.peek());
        }
        for (int i = 127; i >= 0; i--) {
            assertEquals(i, store.take());
        }
        assertEquals(1, store.segments());
    }
}
