// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Delays;

class PriorityQueueTest extends QueueContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new PriorityQueue<>(maxsize);
    }

    @Override
    protected List<Integer> order(List<Integer> put) {
        return put.stream().sorted().toList();
    }

    private record Job(int urgency, int number) {}

    /** A comparator that does what the test says before it compares. */
    private static final class Disturbed implements Comparator<Integer> {
        private final AtomicReference<@Nullable Runnable> disturbance = new AtomicReference<>();
        private final AtomicInteger quiet = new AtomicInteger();

        void afterComparisons(int comparisons, @Nullable Runnable what) {
            quiet.set(comparisons);
            disturbance.set(what);
        }

        @Override
        public int compare(Integer one, Integer other) {
            Runnable what = disturbance.get();
            if (what != null && quiet.getAndDecrement() <= 0) {
                what.run();
            }
            return Integer.compare(one, other);
        }
    }

    private static void fail(Error error) {
        throw error;
    }

    // The order

    @Test
    void constructors_takeABoundAndAnOrder() {
        assertEquals(0, new PriorityQueue<String>().maxsize());
        assertEquals(3, new PriorityQueue<String>(3).maxsize());
        assertEquals(0, new PriorityQueue<>(Comparator.<String>reverseOrder()).maxsize());
        assertEquals(3, new PriorityQueue<>(3, Comparator.<String>reverseOrder()).maxsize());
        assertThrows(NullPointerException.class, PriorityQueueTest::withoutComparator);
    }

    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // is the purpose
    private static void withoutComparator() {
        Comparator<String> none = null;
        assertEquals(0, new PriorityQueue<>(none).size());
    }

    @Test
    void comparator_saysTheOrder() {
        var queue = new PriorityQueue<>(Comparator.<Integer>reverseOrder());
        queue.addAll(List.of(3, 1, 5, 2, 4));

        List<Integer> got = new ArrayList<>();
        queue.drainTo(got);

        assertEquals(List.of(5, 4, 3, 2, 1), got);
    }

    @Test
    void elementsThatCompareAsEqual_comeInTheOrderInWhichTheyWerePut() {
        var queue = new PriorityQueue<>(Comparator.comparing(Job::urgency));
        var random = new Random(1);
        List<Job> jobs = new ArrayList<>();
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 20; i++) {
                var job = new Job(random.nextInt(4), round * 20 + i);
                jobs.add(job);
                queue.add(job);
            }
            for (int i = 0; i < 10; i++) {
                Job expected =
                        jobs.stream().min(Comparator.comparing(Job::urgency)).orElseThrow();
                assertSame(expected, queue.remove());
                jobs.remove(expected);
            }
        }
        jobs.sort(Comparator.comparing(Job::urgency));
        List<Job> rest = new ArrayList<>();
        queue.drainTo(rest);
        assertEquals(jobs, rest);
    }

    @Test
    void drainTo_sinkThrows_whatGoesBackIsFirstAmongItsEquals() {
        var queue = new PriorityQueue<>(Comparator.comparing(Job::urgency));
        List<Job> jobs = IntStream.range(0, 6).mapToObj(i -> new Job(1, i)).toList();
        queue.addAll(jobs);
        List<Job> sink = new ArrayList<>() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean add(Job job) {
                queue.add(new Job(0, 100)); // before those that go back
                queue.add(new Job(1, 101)); // behind them
                throw new IllegalStateException();
            }
        };

        assertThrows(IllegalStateException.class, () -> queue.drainTo(sink));

        List<Integer> numbers = queue.size() == 8 ? numbersOf(queue) : List.of();
        assertEquals(List.of(100, 0, 1, 2, 3, 4, 5, 101), numbers);
    }

    private static List<Integer> numbersOf(PriorityQueue<Job> queue) {
        List<Integer> numbers = new ArrayList<>();
        for (Job job; (job = queue.poll()) != null; ) {
            numbers.add(job.number());
        }
        return numbers;
    }

    // Elements that can't be compared

    @Test
    void put_ofWhatHasNoOrder_isRefusedEvenAsTheFirst() {
        var queue = new PriorityQueue<Object>();
        assertThrows(ClassCastException.class, () -> queue.put(new Object()));
        assertThrows(ClassCastException.class, () -> queue.offer(new Object()));
        assertEquals(0, queue.size());
        assertEquals(0, queue.unfinishedTasks());

        queue.add("a");
        assertThrows(ClassCastException.class, () -> queue.putNowait(1));
        assertEquals(List.of("a"), List.of(queue.toArray()));
        assertEquals(1, queue.unfinishedTasks());
    }

    /** Each operation that compares, stopped at each of its comparisons, by each kind of failure. */
    @Test
    void comparator_throws_leavesTheQueueAsItWas() {
        List<Error> failures = List.of(
                new AssertionError("of the comparator"), new OutOfMemoryError("pretended"), new StackOverflowError());
        List<Consumer<PriorityQueue<Integer>>> operations = List.of(
                queue -> queue.add(3),
                queue -> queue.offer(100),
                queue -> queue.remove(),
                queue -> queue.poll(),
                queue -> queue.remove((Object) 4),
                queue -> queue.remove((Object) 30),
                queue -> queue.drainTo(new ArrayList<>()),
                queue -> queue.removeIf(element -> element > 10));
        for (Error failure : failures) {
            for (Consumer<PriorityQueue<Integer>> operation : operations) {
                for (int comparisons = 0; comparisons < 6; comparisons++) {
                    var comparator = new Disturbed();
                    var queue = new PriorityQueue<>(comparator);
                    List<Integer> elements = IntStream.range(0, 40).boxed().toList();
                    queue.addAll(elements);
                    comparator.afterComparisons(comparisons, () -> fail(failure));
                    try {
                        operation.accept(queue);
                    } catch (Error thrown) {
                        assertSame(failure, thrown);
                        // Bulk removals stop between two steps.
                        assertEquals(queue.size(), queue.unfinishedTasks());
                    }
                    comparator.afterComparisons(0, null);
                    assertSortedAndWhole(queue, elements);
                }
            }
        }
    }

    private static void assertSortedAndWhole(PriorityQueue<Integer> queue, List<Integer> elements) {
        int size = queue.size();
        List<Integer> got = new ArrayList<>();
        for (Integer element; (element = queue.poll()) != null; ) {
            got.add(element);
        }
        assertEquals(size, got.size());
        assertEquals(got.stream().sorted().toList(), got);
        assertTrue(got.size() >= elements.size() - 30, got::toString);
    }

    @Test
    void comparator_throwsInTheMiddleOfADrain_nothingIsTaken() {
        var comparator = new Disturbed();
        var queue = new PriorityQueue<>(comparator);
        List<Integer> elements = IntStream.range(0, 100).boxed().toList();
        queue.addAll(elements);
        comparator.afterComparisons(100, () -> fail(new StackOverflowError()));
        List<Integer> sink = new ArrayList<>();

        assertThrows(StackOverflowError.class, () -> queue.drainTo(sink));

        comparator.afterComparisons(0, null);
        assertEquals(List.of(), sink);
        assertEquals(100, queue.size());
        queue.drainTo(sink);
        assertEquals(elements, sink);
    }

    @Test
    void comparator_throwsWhenElementsGoBack_theyAreNotLost() {
        var comparator = new Disturbed();
        var queue = new PriorityQueue<>(comparator);
        List<Integer> elements = IntStream.range(0, 50).boxed().toList();
        queue.addAll(elements);
        List<Integer> sink = new ArrayList<>() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean add(Integer element) {
                comparator.afterComparisons(0, () -> fail(new OutOfMemoryError("pretended")));
                throw new IllegalStateException("of the sink");
            }
        };

        assertThrows(IllegalStateException.class, () -> queue.drainTo(sink, 20));

        comparator.afterComparisons(0, null);
        assertEquals(50, queue.unfinishedTasks());
        List<Integer> got = new ArrayList<>();
        queue.drainTo(got);
        assertEquals(elements, got);
    }

    @Test
    void comparator_overflowsTheStack_leavesTheQueueUsable() {
        var queue = new PriorityQueue<Integer>((one, other) -> one == 13 || other == 13 ? descend(1) : one - other);
        queue.addAll(List.of(3, 1, 2));

        assertThrows(StackOverflowError.class, () -> queue.put(13));

        assertEquals(3, queue.unfinishedTasks());
        List<Integer> got = new ArrayList<>();
        queue.drainTo(got);
        assertEquals(List.of(1, 2, 3), got);
    }

    @SuppressWarnings("InfiniteRecursion") // is the purpose
    private static int descend(int depth) {
        return descend(depth + 1) + 1;
    }

    // Comparators that use the queue

    @Test
    void comparator_thatUsesTheQueue_isRefused() {
        List<Consumer<PriorityQueue<Integer>>> uses = List.of(
                queue -> queue.add(1),
                queue -> queue.offer(1),
                PriorityQueue::remove,
                PriorityQueue::poll,
                queue -> queue.remove((Object) 5),
                queue -> queue.drainTo(new ArrayList<>()),
                queue -> queue.shutdown(true),
                PriorityQueue::clear,
                queue -> queue.removeIf(element -> true));
        List<Consumer<PriorityQueue<Integer>>> operations =
                List.of(queue -> queue.add(2), PriorityQueue::remove, queue -> queue.remove((Object) 5));
        for (Consumer<PriorityQueue<Integer>> use : uses) {
            for (Consumer<PriorityQueue<Integer>> operation : operations) {
                var comparator = new Disturbed();
                var queue = new PriorityQueue<>(comparator);
                List<Integer> elements = IntStream.range(0, 20).boxed().toList();
                queue.addAll(elements);
                comparator.afterComparisons(0, () -> use.accept(queue));

                var thrown = assertThrows(IllegalStateException.class, () -> operation.accept(queue));

                assertTrue(String.valueOf(thrown.getMessage()).contains("comparator"), thrown::toString);
                comparator.afterComparisons(0, null);
                assertFalse(queue.isShutdown());
                assertEquals(20, queue.unfinishedTasks());
                List<Integer> got = new ArrayList<>();
                queue.drainTo(got);
                assertEquals(elements, got);
            }
        }
    }

    @Test
    void comparator_thatWouldWaitInTheQueue_isRefused() {
        List<Waiting> waits = List.of(
                queue -> queue.put(1),
                queue -> queue.put(1, Delays.large()),
                queue -> queue.offer(1, 1, TimeUnit.DAYS),
                WorkQueue::join,
                queue -> queue.join(Delays.large()));
        for (Waiting wait : waits) {
            var comparator = new Disturbed();
            var queue = new PriorityQueue<>(3, comparator);
            queue.addAll(List.of(1, 2, 3));
            comparator.afterComparisons(0, () -> {
                try {
                    wait.in(queue);
                } catch (InterruptedException impossible) {
                    throw new AssertionError(impossible);
                }
            });

            assertThrows(IllegalStateException.class, queue::remove);

            comparator.afterComparisons(0, null);
            assertEquals(3, queue.size());
        }
    }

    private interface Waiting {
        void in(WorkQueue<Integer> queue) throws InterruptedException;
    }

    @Test
    void comparator_thatOnlyLooksAtTheQueue_works() throws InterruptedException {
        var comparator = new Disturbed();
        var queue = new PriorityQueue<>(comparator);
        queue.addAll(List.of(5, 3, 1));
        comparator.afterComparisons(0, () -> {
            assertEquals(3, queue.size());
            assertEquals(1, queue.peek());
            assertTrue(queue.contains(5));
            assertEquals(3, queue.toArray().length);
        });

        queue.put(2, Duration.ZERO);

        comparator.afterComparisons(0, null);
        assertEquals(1, queue.get());
        assertEquals(2, queue.get());
    }

    @Test
    void iterator_showsWhatWasThereWhenItBegan() {
        var queue = new PriorityQueue<Integer>();
        queue.addAll(List.of(4, 2, 3, 1));
        var iterator = queue.iterator();
        queue.addAll(List.of(0, 9));
        List<Integer> shown = new ArrayList<>();

        iterator.forEachRemaining(shown::add);

        assertEquals(List.of(1, 2, 3, 4), shown.stream().sorted().toList());
    }
}
