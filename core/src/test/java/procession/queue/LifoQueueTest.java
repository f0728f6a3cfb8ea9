// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

    /** Equal to anything, after it has used the queue. */
    private static final class Busy {
        /** What it does. */
        interface Use {
            void run() throws InterruptedException;
        }

        private final Use use;

        Busy(Use use) {
            this.use = use;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            try {
                use.run();
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
            return true;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    private static LifoQueue<Object> fill(LifoQueue<Object> queue) {
        queue.clear();
        queue.addAll(List.of(1, 2));
        return queue;
    }

    @Test
    void equals_thatUsesTheQueue_works_butMustNotWait() throws InterruptedException {
        var queue = new LifoQueue<Object>(2);
        queue.addAll(List.of(1, 2));

        assertTrue(queue.contains(new Busy(() -> assertEquals(2, queue.remove()))));
        assertEquals(1, queue.size());
        queue.clear();
        queue.add(1);
        assertThrows(
                IllegalStateException.class,
                () -> queue.remove(new Busy(() -> {
                    queue.clear();
                    queue.take();
                })));
        assertThrows(IllegalStateException.class, () -> fill(queue).contains(new Busy(() -> queue.put(5))));
        assertThrows(IllegalStateException.class, () -> fill(queue).contains(new Busy(queue::join)));

        queue.clear();
        queue.put(3);
        assertEquals(3, queue.take());
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

    @Test
    void iterator_elementsThatWerePutBackBelow_areNotShownAgain() {
        var queue = new LifoQueue<Integer>();
        IntStream.range(10, 20).forEach(queue::add);
        Iterator<Integer> iterator = queue.iterator();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            shown.add(iterator.next()); // it has fetched 15, for hasNext()
        }

        var choosy = new ArrayList<Integer>() {
            @Override
            public boolean add(Integer element) {
                if (size() == 2) {
                    queue.remove();
                    queue.remove();
                    throw new IllegalStateException("enough");
                }
                return super.add(element);
            }
        };
        assertThrows(IllegalStateException.class, () -> queue.drainTo(choosy, 5));

        assertEquals(List.of(17, 16, 15, 12, 11, 10), new ArrayList<>(queue));
        iterator.forEachRemaining(shown::add);
        assertEquals(List.of(19, 18, 17, 16, 15, 12, 11, 10), shown);
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
