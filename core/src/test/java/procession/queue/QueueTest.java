// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QueueTest extends QueueContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new Queue<>(maxsize);
    }

    @Override
    protected List<Integer> order(List<Integer> put) {
        return put;
    }

    @Test
    void constructor_withoutMaxsize_isUnbounded() {
        assertEquals(0, new Queue<String>().maxsize());
        assertEquals(Integer.MAX_VALUE, new Queue<String>().remainingCapacity());
    }

    @Test
    void iterator_goesInOrder() {
        var queue = new Queue<Integer>(200);
        List<Integer> elements = IntStream.range(0, 200).boxed().toList();
        queue.addAll(elements);

        assertEquals(elements, new ArrayList<>(queue));
        assertEquals(elements, List.of(queue.toArray()));
        assertEquals(elements, queue.stream().toList());
        assertEquals(elements.toString(), queue.toString());
    }

    @Test
    void remove_object_removesTheFirstThatIsEqual() {
        var queue = new Queue<String>();
        queue.addAll(List.of("a", "b", "a", "c"));

        queue.remove("a");

        assertEquals(List.of("b", "a", "c"), new ArrayList<>(queue));
    }

    @Test
    void iterator_removesTheLaterOfTwoTwins() {
        var queue = new Queue<String>();
        queue.addAll(List.of("a", "b", "a"));
        Iterator<String> iterator = queue.iterator();
        iterator.next();
        iterator.next();
        iterator.next();

        iterator.remove();

        assertEquals(List.of("a", "b"), new ArrayList<>(queue));
    }

    @Test
    void iterator_goesOnThroughSegmentsThatAreUsedAgain() {
        var queue = new Queue<Integer>();
        IntStream.range(0, 10).forEach(queue::add);
        Iterator<Integer> iterator = queue.iterator();
        assertEquals(0, iterator.next());

        IntStream.range(10, 500).forEach(element -> {
            queue.remove();
            queue.add(element);
        });

        assertEquals(1, iterator.next()); // fetched before, for hasNext()
        List<Integer> rest = new ArrayList<>();
        iterator.forEachRemaining(rest::add);
        assertEquals(IntStream.range(490, 500).boxed().toList(), rest);
    }
}
