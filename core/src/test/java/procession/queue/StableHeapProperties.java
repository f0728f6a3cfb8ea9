// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random sequences of operations on the bare store and on a sorted list, with a comparator that fails now and then. */
class StableHeapProperties {

    enum Kind {
        ADD,
        TAKE,
        PUT_BACK,
        REMOVE_INSIDE,
        CLEAR
    }

    /**
     * What is done.
     *
     * @param kind what
     * @param key the key of an element, or the index of one
     * @param comparisons how many comparisons succeed, then one fails; negative: none fails
     */
    record Step(Kind kind, int key, int comparisons) {}

    /** Elements with few keys, so that there are always some that compare as equal. */
    private static final class Element {
        final int key;

        Element(int key) {
            this.key = key;
        }
    }

    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(60, Arbitraries.just(Kind.ADD)),
                Tuple.of(25, Arbitraries.just(Kind.TAKE)),
                Tuple.of(10, Arbitraries.just(Kind.PUT_BACK)),
                Tuple.of(20, Arbitraries.just(Kind.REMOVE_INSIDE)),
                Tuple.of(1, Arbitraries.just(Kind.CLEAR)));
        Arbitrary<Integer> comparisons = Arbitraries.of(-1, -1, -1, 0, 1, 2, 3, 5, 8);
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 9), comparisons)
                .as(Step::new)
                .list()
                .ofMaxSize(150);
    }

    @Property(tries = 2000)
    void heap_isASortedList(@ForAll("steps") List<Step> steps) {
        var pair = new Pair();
        for (Step step : steps) {
            pair.run(step);
            assertEquals(pair.sorted.size(), pair.heap.size());
            if (!pair.sorted.isEmpty()) {
                assertSame(pair.sorted.get(0), pair.heap.peek());
            }
        }
        for (Element element : pair.sorted) {
            assertSame(element, pair.heap.take());
        }
    }

    private static final class Pair {
        private int left = -1;
        private final Comparator<Element> order = Comparator.comparingInt(element -> element.key);
        private final StableHeap<Element> heap = new StableHeap<>((one, other) -> {
            if (left == 0) {
                throw new Failure();
            }
            left--;
            return order.compare(one, other);
        });
        private final List<Element> sorted = new ArrayList<>();

        void run(Step step) {
            if (step.comparisons() < 0) {
                apply(step);
                return;
            }
            // As often as it takes: the first tries fail, and must not have changed anything.
            for (int comparisons = step.comparisons(); ; comparisons++) {
                left = comparisons;
                if (step.kind() == Kind.PUT_BACK) {
                    left = -1; // never fails to put, but may fail to find the place
                }
                List<Element> before = shown();
                try {
                    apply(step);
                    left = -1;
                    return;
                } catch (Failure failure) {
                    left = -1;
                    assertEquals(before, shown());
                }
            }
        }

        private List<Element> shown() {
            List<Element> shown = new ArrayList<>();
            Store.Cursor<Element> cursor = heap.cursor();
            for (Element element = cursor.advance(); element != null; element = cursor.advance()) {
                shown.add(element);
            }
            return shown;
        }

        private void apply(Step step) {
            switch (step.kind()) {
                case ADD -> {
                    var element = new Element(step.key());
                    heap.add(element);
                    insert(element, true);
                }
                case TAKE -> {
                    if (!sorted.isEmpty()) {
                        assertSame(sorted.get(0), heap.take());
                        sorted.remove(0);
                    }
                }
                case PUT_BACK -> {
                    // Of any key: others may have come since it was taken.
                    var element = new Element(step.key());
                    heap.putBack(element);
                    insert(element, false);
                }
                case REMOVE_INSIDE -> removeInside(step.key());
                case CLEAR -> {
                    heap.clear();
                    sorted.clear();
                }
            }
        }

        private void insert(Element element, boolean behindItsEquals) {
            int at = 0;
            while (at < sorted.size()
                    && (sorted.get(at).key < element.key || (behindItsEquals && sorted.get(at).key == element.key))) {
                at++;
            }
            sorted.add(at, element);
        }

        private void removeInside(int index) {
            Store.Cursor<Element> cursor = heap.cursor();
            Element element = cursor.advance();
            for (int i = 0; element != null; i++) {
                Element candidate = element;
                element = cursor.advance();
                if (i == index) {
                    assertEquals(true, cursor.removePrevious());
                    sorted.removeIf(other -> other == candidate);
                    assertEquals(false, cursor.removePrevious());
                    return;
                }
            }
        }
    }

    @Property(tries = 300)
    void cursors_showEachElementThatStays(@ForAll("steps") List<Step> before, @ForAll("steps") List<Step> after) {
        var pair = new Pair();
        before.forEach(pair::run);
        Map<Element, Integer> owed = new HashMap<>(); // elements are equal to themselves only
        Store.Cursor<Element> cursor = pair.heap.cursor();
        List<Element> there = new ArrayList<>(pair.sorted);
        for (Step step : after) {
            pair.run(step);
            Element element = cursor.advance();
            if (element == null) {
                break;
            }
            owed.merge(element, 1, Integer::sum);
        }
        owed.values().forEach(times -> assertEquals(1, times));
        assertEquals(owed.size(), there.stream().filter(owed::containsKey).count());
    }

    @Property(tries = 50)
    void heap_thatGrows_keepsTheOrder(@ForAll int seed) {
        var heap = StableHeap.<Integer>natural();
        var random = new Random(seed);
        int[] keys = random.ints(3_000, 0, 100).toArray();
        for (int key : keys) {
            heap.add(key);
        }
        Arrays.sort(keys);
        for (int key : keys) {
            assertEquals(key, heap.take());
        }
        assertThrows(NullPointerException.class, heap::peek);
    }
}
