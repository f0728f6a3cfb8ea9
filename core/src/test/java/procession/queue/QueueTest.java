// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
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

    @Test
    void iterator_elementsThatWerePutBackAbove_areNotShownAgain() {
        var queue = new Queue<Integer>();
        IntStream.range(10, 20).forEach(queue::add);
        Iterator<Integer> iterator = queue.iterator();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            shown.add(iterator.next()); // it has fetched 14, for hasNext()
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

        assertEquals(List.of(12, 13, 14, 17, 18, 19), new ArrayList<>(queue));
        iterator.forEachRemaining(shown::add);
        assertEquals(List.of(10, 11, 12, 13, 14), shown.subList(0, 5));
        assertEquals(shown.size(), new HashSet<>(shown).size(), shown::toString);
        assertTrue(shown.containsAll(List.of(17, 18, 19)), shown::toString);
    }

    @Test
    void removeIf_asksOnceForEachElement_andKeepsTheOrder() {
        var queue = new Queue<Integer>();
        IntStream.range(0, 1_000).forEach(queue::add);
        Iterator<Integer> iterator = queue.iterator();
        IntStream.range(0, 10).forEach(i -> assertEquals(i, iterator.next()));
        List<Integer> asked = new ArrayList<>();

        assertTrue(queue.removeIf(element -> asked.add(element) && element % 3 != 0));

        List<Integer> rest =
                IntStream.range(0, 1_000).filter(i -> i % 3 == 0).boxed().toList();
        assertEquals(IntStream.range(0, 1_000).boxed().toList(), asked);
        assertEquals(rest, new ArrayList<>(queue));
        assertEquals(rest.size(), queue.unfinishedTasks());
        List<Integer> shown = new ArrayList<>();
        iterator.forEachRemaining(shown::add);
        assertEquals(10, shown.remove(0)); // fetched before, for hasNext()
        assertEquals(rest.subList(4, rest.size()), shown);
        assertFalse(queue.removeIf(element -> element < 0));
    }

    @Test
    void removeIf_whileItsFilterTakesAndRemoves_removesWhatIsStillThere() {
        var queue = new Queue<Integer>();
        IntStream.range(0, 100).forEach(queue::add);

        assertTrue(queue.removeIf(element -> {
            if (element == 50) {
                assertEquals(0, queue.remove());
                assertEquals(1, queue.remove());
                assertTrue(queue.remove((Object) 60));
                queue.add(100);
            }
            return element % 2 == 0;
        }));

        assertEquals(
                IntStream.rangeClosed(3, 100)
                        .filter(i -> i % 2 == 1 || i == 100)
                        .boxed()
                        .toList(),
                new ArrayList<>(queue));
    }

    @Test
    void removeIf_ofTwins_removesTheOneThatTheFilterMeant() {
        var queue = new Queue<String>();
        queue.addAll(List.of("a", "b", "c", "a", "d"));
        List<String> asked = new ArrayList<>();

        assertTrue(queue.removeIf(element -> {
            asked.add(element);
            if (element.equals("c")) {
                assertTrue(queue.remove("b")); // moves the first twin
            }
            return asked.size() == 4;
        }));

        assertEquals(List.of("a", "c", "d"), new ArrayList<>(queue));
    }

    @Test
    void unbounded_growsAndGivesTheMemoryBack() throws InterruptedException {
        var queue = new Queue<Integer>();
        List<Integer> elements = IntStream.range(0, 100_000).boxed().toList();
        queue.addAll(elements);
        List<Integer> taken = new ArrayList<>();
        assertEquals(100_000, queue.drainTo(taken));
        assertEquals(elements, taken);

        assertThrows(Empty.class, () -> queue.get(Duration.ofNanos(1)));
        queue.addAll(elements);

        for (int i = 0; i < 100_000; i++) {
            assertEquals(i, queue.take());
        }
    }
}
