// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import procession.testing.Delays;
import procession.testing.Exhaustion;
import procession.testing.ThreadHarness;

/** Whatever of the user's runs out of stack or memory, a queue has its elements afterwards, and serves all threads. */
@SuppressWarnings("ReturnValueIgnored") // there is none
class ErrorsInCallbacksTest {
    /** What every method of an element does, if anything. */
    private static volatile @Nullable Exhaustion armed;

    private static void strikeIfArmed() {
        Exhaustion exhaustion = armed;
        if (exhaustion != null) {
            exhaustion.strike();
        }
    }

    @AfterEach
    void disarm() {
        armed = null;
    }

    private static final class Element implements Comparable<Element> {
        private final int number;

        Element(int number) {
            this.number = number;
        }

        @Override
        public int compareTo(Element other) {
            strikeIfArmed();
            return Integer.compare(number, other.number);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            strikeIfArmed();
            return other instanceof Element element && element.number == number;
        }

        @Override
        public int hashCode() {
            strikeIfArmed();
            return number;
        }

        @Override
        public String toString() {
            strikeIfArmed();
            return Integer.toString(number);
        }
    }

    /** Elements, and an end by exhaustion. */
    private static final class EndsInExhaustion extends AbstractCollection<Element> {
        private final Exhaustion exhaustion;
        private final Element element;

        EndsInExhaustion(Exhaustion exhaustion, Element element) {
            this.exhaustion = exhaustion;
            this.element = element;
        }

        @Override
        public Iterator<Element> iterator() {
            return Stream.of(1, 2)
                    .map(place -> place == 1 ? element : new Element(exhaustion.strike()))
                    .iterator();
        }

        @Override
        public int size() {
            return 2;
        }
    }

    /** A collection that has no room for anything. */
    private static final class NoRoom extends ArrayList<Element> {
        private static final long serialVersionUID = 1;

        private final transient Exhaustion exhaustion;

        NoRoom(Exhaustion exhaustion) {
            this.exhaustion = exhaustion;
        }

        @Override
        public boolean add(Element element) {
            return exhaustion.strike() > 0;
        }
    }

    private interface Operation {
        void on(BlockingQueue<Element> queue) throws InterruptedException;
    }

    static Stream<Arguments> queues() {
        Map<String, Supplier<BlockingQueue<Element>>> makers = new LinkedHashMap<>();
        makers.put("Queue", Queue::new);
        makers.put("Queue(20)", () -> new Queue<>(20));
        makers.put("LifoQueue", LifoQueue::new);
        makers.put("LifoQueue(20)", () -> new LifoQueue<>(20));
        makers.put("PriorityQueue", PriorityQueue::new);
        makers.put("PriorityQueue(20)", () -> new PriorityQueue<>(20));
        makers.put("SimpleQueue", SimpleQueue::new);
        return makers.entrySet().stream()
                .flatMap(maker -> Arrays.stream(Exhaustion.values())
                        .map(exhaustion -> Arguments.of(maker.getKey(), exhaustion, maker.getValue())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("queues")
    void methodsOfElements(String name, Exhaustion exhaustion, Supplier<BlockingQueue<Element>> maker)
            throws InterruptedException {
        Map<String, Operation> operations = new LinkedHashMap<>();
        Element absent = new Element(100);
        operations.put("contains", queue -> queue.contains(absent));
        operations.put("containsAll", queue -> queue.containsAll(List.of(absent)));
        operations.put("remove(Object)", queue -> queue.remove(absent));
        operations.put("removeAll", queue -> queue.removeAll(List.of(absent)));
        operations.put("retainAll", queue -> queue.retainAll(List.of(absent)));
        operations.put("toString", BlockingQueue::toString);
        operations.forEach((what, operation) -> strikes(name + "." + what, exhaustion, maker.get(), queue -> {
            armed = exhaustion;
            try {
                operation.on(queue);
            } finally {
                armed = null;
            }
        }));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("queues")
    void functionsAndCollections(String name, Exhaustion exhaustion, Supplier<BlockingQueue<Element>> maker) {
        Consumer<Element> consumer = element -> exhaustion.strike();
        Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("removeIf", queue -> queue.removeIf(element -> exhaustion.strike() > 0));
        operations.put("forEach", queue -> queue.forEach(consumer));
        operations.put("iterator.forEachRemaining", queue -> queue.iterator().forEachRemaining(consumer));
        operations.put("spliterator.tryAdvance", queue -> queue.spliterator().tryAdvance(consumer));
        operations.put(
                "spliterator.forEachRemaining", queue -> queue.spliterator().forEachRemaining(consumer));
        operations.put("stream", queue -> queue.stream().forEach(consumer));
        operations.put("drainTo", queue -> queue.drainTo(new NoRoom(exhaustion)));
        operations.put("drainTo, some", queue -> queue.drainTo(new NoRoom(exhaustion), 2));
        operations.put("toArray", queue -> queue.toArray(length -> new Element[exhaustion.strike()]));
        operations.forEach((what, operation) -> strikes(name + "." + what, exhaustion, maker.get(), operation));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("queues")
    void inputOfAddAll_hasAddedWhatCameBefore(
            String name, Exhaustion exhaustion, Supplier<BlockingQueue<Element>> maker) {
        BlockingQueue<Element> queue = filled(maker.get());
        assertThrows(exhaustion.error(), () -> queue.addAll(new EndsInExhaustion(exhaustion, new Element(9))));
        assertEquals(List.of(1, 2, 3, 4, 5, 9), numbers(queue));
        assertServes(name, queue);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("queues")
    void comparison_leavesTheQueueAsItWas(String name, Exhaustion exhaustion, Supplier<BlockingQueue<Element>> maker) {
        if (!(maker.get() instanceof PriorityQueue)) {
            BlockingQueue<Element> queue = filled(maker.get());
            armed = exhaustion;
            assertTrue(queue.offer(new Element(6)), "nobody compares");
            return;
        }
        Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("put", queue -> queue.put(new Element(6)));
        operations.put("add", queue -> queue.add(new Element(6)));
        operations.put("offer", queue -> queue.offer(new Element(6)));
        operations.put("offer, timed", queue -> queue.offer(new Element(6), 1, TimeUnit.SECONDS));
        operations.put("take", BlockingQueue::take);
        operations.put("poll", BlockingQueue::poll);
        operations.put("poll, timed", queue -> queue.poll(1, TimeUnit.SECONDS));
        operations.put("remove", BlockingQueue::remove);
        operations.put("drainTo", queue -> queue.drainTo(new ArrayList<>()));
        operations.put("iterator", queue -> {
            Iterator<Element> iterator = queue.iterator();
            iterator.next();
            iterator.remove();
            iterator.next();
            iterator.remove();
        });
        operations.forEach((what, operation) -> {
            BlockingQueue<Element> queue = filled(maker.get());
            armed = exhaustion;
            Throwable thrown = null;
            try {
                operation.on(queue);
            } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
            } catch (VirtualMachineError struck) {
                thrown = struck;
            } finally {
                armed = null;
            }
            if (!what.equals("drainTo") && !what.equals("iterator")) { // which may need no comparison
                assertTrue(exhaustion.error().isInstance(thrown), name + "." + what + " threw " + thrown);
            }
            if (thrown != null) {
                assertEquals(List.of(1, 2, 3, 4, 5), numbers(queue), what);
            }
            assertServes(name + "." + what, queue);
        });
    }

    private void strikes(String what, Exhaustion exhaustion, BlockingQueue<Element> queue, Operation operation) {
        filled(queue);
        assertThrows(exhaustion.error(), () -> operation.on(queue), what);
        assertEquals(List.of(1, 2, 3, 4, 5), numbers(queue), what);
        assertServes(what, queue);
    }

    /** Puts five elements, in an order that no queue gives them in. */
    private static BlockingQueue<Element> filled(BlockingQueue<Element> queue) {
        for (int number : new int[] {4, 2, 5, 1, 3}) {
            queue.add(new Element(number));
        }
        return queue;
    }

    private static List<Integer> numbers(Collection<Element> elements) {
        List<Integer> numbers =
                new ArrayList<>(elements.stream().map(element -> element.number).toList());
        assertEquals(numbers.size(), elements.size());
        Collections.sort(numbers);
        return numbers;
    }

    /** Checks that all that is there can be got by another thread, that it takes more, and that its count is right. */
    private static void assertServes(String what, BlockingQueue<Element> queue) {
        List<Integer> before = numbers(queue);
        List<Element> got = new ArrayList<>();
        try (var threads = new ThreadHarness()) {
            threads.start("another " + what, () -> {
                queue.put(new Element(50));
                for (int i = 0; i <= before.size(); i++) {
                    got.add(Objects.requireNonNull(queue.poll(Delays.medium().toNanos(), TimeUnit.NANOSECONDS), what));
                }
                if (queue instanceof WorkQueue<?> work) {
                    while (work.unfinishedTasks() > 0) {
                        work.taskDone();
                    }
                    work.join();
                }
            });
        }
        List<Integer> expected = new ArrayList<>(before);
        expected.add(50);
        assertEquals(expected, numbers(got), what);
        assertEquals(0, queue.size(), what);
    }
}
