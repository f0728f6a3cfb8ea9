// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.ThreadHarness;

class PriorityQueueConcurrentTest extends ConcurrentQueueContract {

    private static final int ITEMS = 5_000;

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new PriorityQueue<>(maxsize);
    }

    @Test
    void elementsOfOneProducer_thatCompareAsEqual_stayInOrder() {
        var queue = new PriorityQueue<int[]>(Comparator.comparingInt(ignored -> 0));
        var producers = new AtomicInteger();
        var ended = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(2, "producer", () -> {
                int producer = producers.getAndIncrement();
                for (int i = 0; i < ITEMS; i++) {
                    queue.put(new int[] {producer, i});
                }
                if (ended.incrementAndGet() == 2) {
                    queue.shutdown();
                }
            });
            threads.start("consumer", () -> {
                var last = new int[] {-1, -1};
                for (int[] element; (element = pollUntilShutDown(queue)) != null; ) {
                    assertTrue(last[element[0]] < element[1]);
                    last[element[0]] = element[1];
                }
                assertEquals(ITEMS - 1, last[0]);
                assertEquals(ITEMS - 1, last[1]);
            });
        }
    }

    private static <E> @Nullable E pollUntilShutDown(PriorityQueue<E> queue) throws InterruptedException {
        try {
            return queue.get();
        } catch (ShutDown end) {
            return null;
        }
    }

    /** Fails once, in a thread of the given kind. */
    private static final class FailsOnce implements Comparator<Integer> {
        private final String victims;
        private final AtomicBoolean armed = new AtomicBoolean();

        FailsOnce(String victims) {
            this.victims = victims;
        }

        @Override
        public int compare(Integer one, Integer other) {
            if (Thread.currentThread().getName().startsWith(victims) && armed.compareAndSet(true, false)) {
                throw new IllegalArgumentException("once");
            }
            return Integer.compare(one, other);
        }
    }

    @Test
    void comparator_failsInAGetterThatWasWoken_anotherIsWokenInItsPlace() {
        var comparator = new FailsOnce("getter");
        var queue = new PriorityQueue<Integer>(comparator);
        queue.addAll(List.of(1, 2, 3, 4));
        comparator.armed.set(true);
        Queue<Integer> got = new ConcurrentLinkedQueue<>();
        var failures = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            // All four come back at once, for five that wait.
            var sink = new ArrayList<Integer>() {
                private static final long serialVersionUID = 1;

                @Override
                public boolean add(Integer element) {
                    for (int i = 0; i < 5; i++) {
                        Await.blocked(threads.start("getter-" + i, () -> {
                            try {
                                got.add(queue.get());
                            } catch (IllegalArgumentException once) {
                                failures.incrementAndGet();
                            }
                        }));
                    }
                    throw new IllegalStateException();
                }
            };
            assertThrows(IllegalStateException.class, () -> queue.drainTo(sink));
        }
        assertEquals(List.of(1, 2, 3, 4), got.stream().sorted().toList());
        assertEquals(1, failures.get());
    }

    @Test
    void comparator_failsInAPutterThatWasWoken_anotherIsWokenInItsPlace() {
        var comparator = new FailsOnce("putter");
        var queue = new PriorityQueue<Integer>(4, comparator);
        queue.addAll(List.of(1, 2, 3, 4));
        var failures = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 5; i++) {
                int element = 10 + i;
                Await.blocked(threads.start("putter-" + i, () -> {
                    try {
                        queue.put(element);
                    } catch (IllegalArgumentException once) {
                        failures.incrementAndGet();
                    }
                }));
            }
            comparator.armed.set(true);
            queue.clear(); // room for four
        }
        assertEquals(4, queue.size());
        assertEquals(1, failures.get());
    }
}
