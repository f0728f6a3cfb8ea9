// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/** Random sequences of operations on a {@link WorkQueue} and on a plain model of it, which must never differ. */
public abstract class QueueModelContract {

    private static final Duration ZERO = Duration.ZERO;

    /** Large enough that a queue fills several of its segments, small enough that elements repeat. */
    private static final int VALUES = 40;

    /**
     * Returns a new queue.
     *
     * @param maxsize its bound
     * @return the queue, empty
     */
    protected abstract WorkQueue<Integer> create(int maxsize);

    /**
     * Returns which element is the next one.
     *
     * @param elements at least one, in the order in which {@link #put} has put them
     * @return its index
     */
    protected abstract int next(List<Integer> elements);

    /**
     * Puts an element into the model, which is in the order of the queue's iterators if they have one.
     *
     * @param elements the model
     * @param element the element
     */
    protected void put(List<Integer> elements, Integer element) {
        elements.add(element);
    }

    /** What is done; the argument is an element, or a number of them. */
    enum Kind {
        PUT_NOWAIT,
        PUT_ZERO,
        PUT_IF_POSSIBLE,
        ADD,
        OFFER,
        OFFER_ZERO,
        ADD_ALL,
        FILL,
        GET_NOWAIT,
        GET_ZERO,
        GET_IF_POSSIBLE,
        POLL,
        POLL_ZERO,
        TAKE_IF_POSSIBLE,
        REMOVE_NEXT,
        DRAIN,
        DRAIN_INTO_FULL,
        PEEK,
        ELEMENT,
        CONTAINS,
        REMOVE,
        REMOVE_IF,
        REMOVE_ALL,
        RETAIN_MOST,
        ITERATOR_REMOVE,
        CLEAR,
        TASK_DONE,
        SHUTDOWN,
        SHUTDOWN_NOW
    }

    record Step(Kind kind, int argument) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        // A shutdown ends most of what is interesting, and a clear empties what was built up: both seldom.
        Arbitrary<Kind> kinds = Arbitraries.of(Kind.class).filter(kind -> kind.compareTo(Kind.CLEAR) < 0);
        Arbitrary<Kind> rare = Arbitraries.of(Kind.CLEAR, Kind.SHUTDOWN, Kind.SHUTDOWN_NOW);
        Arbitrary<Kind> kind = Arbitraries.frequencyOf(
                Tuple.of(40, kinds), Tuple.of(6, Arbitraries.just(Kind.TASK_DONE)), Tuple.of(1, rare));
        return Combinators.combine(kind, Arbitraries.integers().between(0, VALUES - 1))
                .as(Step::new)
                .list()
                .ofMaxSize(120);
    }

    @Provide
    Arbitrary<Integer> bounds() {
        return Arbitraries.of(-1, 0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 100);
    }

    @Property(tries = 1500)
    void queue_isTheModel(@ForAll("bounds") int maxsize, @ForAll("steps") List<Step> steps)
            throws InterruptedException {
        var pair = new Pair(create(maxsize), maxsize);
        for (Step step : steps) {
            pair.run(step);
            pair.compare();
        }
        pair.compareOrder();
    }

    /** The queue, the model, and the same step on both. */
    private final class Pair {
        private final WorkQueue<Integer> queue;
        private final int maxsize;

        private final List<Integer> elements = new ArrayList<>();
        private long unfinished;
        private boolean shutdown;

        Pair(WorkQueue<Integer> queue, int maxsize) {
            this.queue = queue;
            this.maxsize = maxsize;
        }

        void compare() throws InterruptedException {
            assertEquals(elements.size(), queue.qsize());
            assertEquals(elements.size(), queue.size());
            assertEquals(elements.isEmpty(), queue.empty());
            assertEquals(elements.isEmpty(), queue.isEmpty());
            assertEquals(maxsize > 0 && elements.size() >= maxsize, queue.full());
            assertEquals(room(), queue.remainingCapacity());
            assertEquals(unfinished, queue.unfinishedTasks());
            assertEquals(unfinished == 0, queue.join(ZERO));
            assertEquals(shutdown, queue.isShutdown());
            assertEquals(
                    elements.stream().sorted().toList(), queue.stream().sorted().toList());
            assertEquals(elements.isEmpty() ? null : elements.get(next(elements)), queue.peek());
        }

        void compareOrder() {
            while (!elements.isEmpty()) {
                assertEquals(takenFromModel(), queue.poll());
            }
            assertNull(queue.poll());
        }

        void run(Step step) throws InterruptedException {
            int argument = step.argument();
            switch (step.kind()) {
                case PUT_NOWAIT -> putOrThrow(argument, () -> queue.putNowait(argument));
                case PUT_ZERO -> putOrThrow(argument, () -> queue.put(argument, ZERO));
                case ADD -> putOrThrow(argument, () -> queue.add(argument));
                case PUT_IF_POSSIBLE -> {
                    if (shutdown || room() > 0) {
                        putOrThrow(argument, () -> queue.put(argument));
                    }
                }
                case OFFER -> assertEquals(putIntoModel(argument), queue.offer(argument));
                case OFFER_ZERO -> assertEquals(putIntoModel(argument), queue.offer(argument, 0, TimeUnit.SECONDS));
                case ADD_ALL -> addAll(List.of(argument, argument + 1, argument));
                case FILL -> addAll(Collections.nCopies(Math.min(room(), 3 * argument), argument));
                case GET_NOWAIT -> getOrThrow(queue::getNowait);
                case GET_ZERO -> getOrThrow(() -> queue.get(ZERO));
                case GET_IF_POSSIBLE -> getIfPossible(queue::get);
                case TAKE_IF_POSSIBLE -> getIfPossible(queue::take);
                case POLL -> assertEquals(polledFromModel(), queue.poll());
                case POLL_ZERO -> assertEquals(polledFromModel(), queue.poll(0, TimeUnit.SECONDS));
                case REMOVE_NEXT -> emptyOr(queue::remove);
                case DRAIN -> drain(argument);
                case DRAIN_INTO_FULL -> drainIntoFull(1 + argument);
                case PEEK -> assertEquals(elements.isEmpty() ? null : elements.get(next(elements)), queue.peek());
                case ELEMENT -> element();
                case CONTAINS -> assertEquals(elements.contains(argument), queue.contains(argument));
                case REMOVE -> removeInside(all -> all.remove((Object) argument));
                case REMOVE_IF -> removeInside(all -> all.removeIf(element -> element % 5 == argument % 5));
                case REMOVE_ALL -> removeInside(all -> all.removeAll(List.of(argument, argument + 1)));
                case RETAIN_MOST -> {
                    List<Integer> most = IntStream.range(0, VALUES + 1)
                            .filter(element -> element % 7 != argument % 7)
                            .boxed()
                            .toList();
                    removeInside(all -> all.retainAll(most));
                }
                case ITERATOR_REMOVE -> iteratorRemove(argument);
                case CLEAR -> {
                    queue.clear();
                    dropFromModel();
                }
                case TASK_DONE -> taskDone();
                case SHUTDOWN -> {
                    queue.shutdown();
                    shutdown = true;
                }
                case SHUTDOWN_NOW -> {
                    queue.shutdown(true);
                    shutdown = true;
                    dropFromModel();
                }
            }
        }

        private int room() {
            if (shutdown) {
                return 0;
            }
            return maxsize > 0 ? Math.max(0, maxsize - elements.size()) : Integer.MAX_VALUE;
        }

        private boolean putIntoModel(int element) {
            if (room() == 0) {
                return false;
            }
            put(elements, element);
            unfinished++;
            return true;
        }

        private void putOrThrow(int element, Executable put) {
            if (shutdown) {
                assertThrows(ShutDown.class, put);
            } else if (putIntoModel(element)) {
                assertDoesNotThrow(put);
            } else {
                assertThrows(Full.class, put);
            }
        }

        private void addAll(List<Integer> more) {
            boolean all = true;
            for (Integer element : more) {
                all = all && putIntoModel(element);
            }
            if (all) {
                assertEquals(!more.isEmpty(), queue.addAll(more));
            } else {
                Class<? extends RuntimeException> why = shutdown ? ShutDown.class : Full.class;
                assertThrows(why, () -> queue.addAll(more));
            }
        }

        private Integer takenFromModel() {
            return elements.remove(next(elements));
        }

        private @Nullable Integer polledFromModel() {
            return elements.isEmpty() ? null : takenFromModel();
        }

        private void getOrThrow(Callable<Integer> get) {
            if (!elements.isEmpty()) {
                assertEquals(takenFromModel(), assertDoesNotThrow(get::call));
            } else {
                Class<? extends RuntimeException> why = shutdown ? ShutDown.class : Empty.class;
                assertThrows(why, get::call);
            }
        }

        private void getIfPossible(Callable<Integer> get) {
            if (shutdown || !elements.isEmpty()) {
                getOrThrow(get);
            }
        }

        private void emptyOr(Supplier<Integer> get) {
            if (elements.isEmpty()) {
                assertThrows(Empty.class, get::get);
            } else {
                assertEquals(takenFromModel(), get.get());
            }
        }

        private void element() {
            if (elements.isEmpty()) {
                assertThrows(Empty.class, queue::element);
            } else {
                assertEquals(elements.get(next(elements)), queue.element());
            }
        }

        private void drain(int max) {
            List<Integer> expected = new ArrayList<>();
            while (expected.size() < max && !elements.isEmpty()) {
                expected.add(takenFromModel());
            }
            List<Integer> sink = new ArrayList<>();
            assertEquals(expected.size(), queue.drainTo(sink, max));
            assertEquals(expected, sink);
        }

        private void drainIntoFull(int room) {
            WorkQueue<Integer> sink = create(room);
            if (elements.size() <= room) {
                assertEquals(elements.size(), queue.drainTo(sink));
                elements.clear();
            } else {
                assertThrows(Full.class, () -> queue.drainTo(sink));
                assertEquals(room, sink.size());
                for (int i = 0; i < room; i++) {
                    takenFromModel();
                }
            }
        }

        private void removeInside(Predicate<Collection<Integer>> removal) {
            int before = elements.size();
            assertEquals(removal.test(elements), removal.test(queue));
            unfinished = Math.max(0, unfinished - (before - elements.size()));
        }

        private void iteratorRemove(int at) {
            Iterator<Integer> iterator = queue.iterator();
            for (int i = 0; iterator.hasNext(); i++) {
                Integer element = iterator.next();
                if (i == at) {
                    iterator.remove();
                    elements.remove(indexForIterator(element, at));
                    unfinished = Math.max(0, unfinished - 1);
                    return;
                }
            }
        }

        private int indexForIterator(Integer element, int at) {
            return elements.get(at).equals(element) ? at : elements.indexOf(element);
        }

        private void taskDone() {
            if (unfinished == 0) {
                assertThrows(IllegalStateException.class, queue::taskDone);
            } else {
                queue.taskDone();
                unfinished--;
            }
        }

        private void dropFromModel() {
            unfinished = Math.max(0, unfinished - elements.size());
            elements.clear();
        }
    }
}
