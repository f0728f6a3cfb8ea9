// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What {@code removeIf} removes of a queue in which the same objects are several times, and which changes meanwhile. */
class QueueRemoveIfProperties {

    private static final int VALUES = 3;

    enum Step {
        NOTHING,
        TAKE,
        PUT,
        REMOVE,
        REMOVE_BY_ITERATOR,
        REMOVE_IF,
        DRAIN_AND_PUT_BACK
    }

    /** What the filter does when it is asked, and what it answers. */
    record Call(Step step, int number, boolean unwanted) {}

    @Property(tries = 2000)
    void removeIf_removesThoseForWhichItSaidSo(@ForAll("calls") List<Call> calls) {
        var pair = new Pair(calls.size());
        List<Entry> asked = List.copyOf(pair.entries);
        Iterator<Call> next = calls.iterator();
        Iterator<Entry> entries = asked.iterator();

        boolean removed = pair.queue.removeIf(element -> {
            Call call = next.next();
            Entry entry = entries.next();
            assertEquals(entry.value, element);
            entry.unwanted = call.unwanted();
            pair.run(call.step(), call.number());
            return call.unwanted();
        });

        assertEquals(removed, pair.entries.removeIf(entry -> entry.unwanted));
        pair.compare();
    }

    /** An element of the model, which is one among equals. */
    private static final class Entry {
        final int value;
        boolean unwanted;

        Entry(int value) {
            this.value = value;
        }
    }

    private static final class Pair {
        final Queue<Integer> queue = new Queue<>();
        final List<Entry> entries = new ArrayList<>();

        Pair(int size) {
            IntStream.range(0, size).forEach(this::put);
        }

        private void put(int number) {
            queue.add(number % VALUES);
            entries.add(new Entry(number % VALUES));
        }

        void run(Step step, int number) {
            switch (step) {
                case NOTHING -> {}
                case PUT -> put(number);
                case TAKE -> {
                    queue.poll();
                    entries.subList(0, Math.min(1, entries.size())).clear();
                }
                case REMOVE -> {
                    if (queue.remove((Object) (number % VALUES))) {
                        entries.remove(entries.stream()
                                .filter(entry -> entry.value == number % VALUES)
                                .findFirst()
                                .orElseThrow());
                    }
                }
                case REMOVE_BY_ITERATOR -> {
                    if (!entries.isEmpty()) {
                        int index = number % entries.size();
                        Iterator<Integer> iterator = queue.iterator();
                        IntStream.rangeClosed(0, index).forEach(i -> iterator.next());
                        iterator.remove();
                        entries.remove(index);
                    }
                }
                case REMOVE_IF -> {
                    queue.removeIf(value -> value == number % VALUES);
                    entries.removeIf(entry -> entry.value == number % VALUES);
                }
                case DRAIN_AND_PUT_BACK -> {
                    int count = Math.min(number, entries.size());
                    if (count > 0) {
                        assertThrows(UnsupportedOperationException.class, () -> queue.drainTo(List.of(), count));
                    }
                    entries.subList(0, count).replaceAll(entry -> new Entry(entry.value)); // got, and come again
                }
            }
            compare();
        }

        void compare() {
            assertEquals(entries.stream().map(entry -> entry.value).toList(), new ArrayList<>(queue));
            assertTrue(queue.unfinishedTasks() >= entries.size());
        }
    }

    @Provide
    static Arbitrary<List<Call>> calls() {
        Arbitrary<Step> steps = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(Step.NOTHING)), Tuple.of(2, Arbitraries.of(Step.class)));
        return Combinators.combine(steps, Arbitraries.integers().between(0, 40), Arbitraries.of(true, false))
                .as(Call::new)
                .list()
                .ofMaxSize(40);
    }
}
