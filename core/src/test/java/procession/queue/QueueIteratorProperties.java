// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/** What iterators of a {@link Queue} show while elements come and go at all places, between any two of their steps. */
class QueueIteratorProperties {
    private enum Step {
        PUT,
        PUT_MANY,
        TAKE,
        REMOVE_INSIDE,
        DRAIN_AND_PUT_BACK,
        CLEAR,
        BEGIN,
        NEXT,
        NEXT_AND_REMOVE
    }

    /** An iterator, and what must be true of it. */
    private static final class Walk {
        final Iterator<Integer> iterator;
        final Set<Integer> shown = new HashSet<>();

        /** What has been in the queue since the walk began. */
        final Set<Integer> thereAllTheTime;

        Walk(Queue<Integer> queue, List<Integer> model) {
            iterator = queue.iterator();
            thereAllTheTime = new HashSet<>(model);
        }

        Integer next() {
            Integer element = iterator.next();
            assertTrue(shown.add(element), element + " twice");
            return element;
        }
    }

    @Property(tries = 400)
    void iterators_showNothingTwice_andAllThatIsThereAllTheTime(@ForAll("steps") List<Tuple2<Step, Integer>> steps) {
        var queue = new Queue<Integer>();
        List<Integer> model = new ArrayList<>();
        List<Walk> walks = new ArrayList<>();
        int created = 0;
        for (Tuple2<Step, Integer> step : steps) {
            int number = step.get2();
            switch (step.get1()) {
                case PUT -> {
                    queue.putNowait(created);
                    model.add(created++);
                }
                case PUT_MANY -> {
                    for (int i = 0; i < 50; i++) {
                        queue.putNowait(created);
                        model.add(created++);
                    }
                }
                case TAKE -> {
                    Integer taken = queue.poll();
                    assertEquals(model.isEmpty() ? null : model.get(0), taken);
                    gone(model.isEmpty() ? List.of() : List.of(model.remove(0)), walks);
                }
                case REMOVE_INSIDE -> {
                    if (!model.isEmpty()) {
                        Integer element = model.remove(number % model.size());
                        assertTrue(queue.remove((Object) element));
                        gone(List.of(element), walks);
                    }
                }
                case DRAIN_AND_PUT_BACK -> {
                    drainIntoNothing(queue, number);
                    gone(model.subList(0, Math.min(number, model.size())), walks);
                }
                case CLEAR -> {
                    queue.clear();
                    gone(model, walks);
                    model.clear();
                }
                case BEGIN -> walks.add(new Walk(queue, model));
                case NEXT, NEXT_AND_REMOVE -> {
                    if (walks.isEmpty()) {
                        continue;
                    }
                    Walk walk = walks.get(number % walks.size());
                    if (walk.iterator.hasNext()) {
                        Integer element = walk.next();
                        if (step.get1() == Step.NEXT_AND_REMOVE) {
                            walk.iterator.remove();
                            model.remove(element);
                            gone(List.of(element), walks);
                        }
                    }
                }
            }
            assertEquals(model, new ArrayList<>(queue));
            assertEquals(model.size(), queue.size());
        }
        for (Walk walk : walks) {
            while (walk.iterator.hasNext()) {
                Integer unused = walk.next();
            }
            assertTrue(walk.shown.containsAll(walk.thereAllTheTime), walk.thereAllTheTime + " in " + walk.shown);
        }
    }

    /** Takes some elements and gives them back at once, since the collection refuses them. */
    private static void drainIntoNothing(Queue<Integer> queue, int most) {
        List<Integer> full = List.of();
        boolean refused = false;
        try {
            queue.drainTo(full, most);
        } catch (UnsupportedOperationException asExpected) {
            refused = true;
        }
        assertEquals(most > 0 && !queue.isEmpty(), refused);
        assertFalse(full.iterator().hasNext());
    }

    private static void gone(List<Integer> elements, List<Walk> walks) {
        walks.forEach(walk -> elements.forEach(walk.thereAllTheTime::remove));
    }

    @Provide
    static Arbitrary<List<Tuple2<Step, Integer>>> steps() {
        return Arbitraries.of(Step.class)
                .flatMap(step -> Arbitraries.integers().between(0, 80).map(number -> Tuple.of(step, number)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }
}
