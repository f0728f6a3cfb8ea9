// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class QueueConcurrentTest extends ConcurrentQueueContract {

    private static final int ITEMS = 10_000;

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new Queue<>(maxsize);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 0})
    void elementsOfOneProducer_stayInOrder(int maxsize) {
        var queue = new Queue<int[]>(maxsize);
        var producers = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(3, "producer", () -> {
                int producer = producers.getAndIncrement();
                for (int i = 0; i < ITEMS; i++) {
                    queue.put(new int[] {producer, i});
                }
                if (queue.unfinishedTasks() == 3 * ITEMS) {
                    queue.shutdown();
                }
            });
            threads.startTogether(2, "consumer", () -> {
                var last = new int[3];
                Arrays.fill(last, -1);
                for (int[] element; (element = queue.poll(1, TimeUnit.DAYS)) != null; ) {
                    assertTrue(last[element[0]] < element[1]);
                    last[element[0]] = element[1];
                }
            });
        }
        assertEquals(3 * ITEMS, queue.unfinishedTasks());
    }

    @Test
    void take_inAForkJoinPool_letsItRunTheTaskThatPuts() throws Exception {
        var pool = new ForkJoinPool(1);
        try {
            var queue = new Queue<Integer>(1);
            var first = new CountDownLatch(1);
            var taken = pool.submit(() -> {
                first.countDown();
                return queue.take();
            });
            first.await();
            pool.submit(() -> queue.add(7)).get(Delays.large().toSeconds(), TimeUnit.SECONDS);
            assertEquals(7, taken.get(Delays.large().toSeconds(), TimeUnit.SECONDS));
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(Delays.large().toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void waiters_areServedInTheOrderInWhichTheyCame() {
        var queue = new Queue<Integer>();
        var served = new Queue<String>();
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 4; i++) {
                String name = "getter-" + i;
                Await.blocked(threads.start(name, () -> {
                    queue.get();
                    served.add(name);
                }));
            }
            for (int i = 0; i < 4; i++) {
                queue.add(i);
                int count = i + 1;
                Await.until("one more is served", () -> served.size() == count);
            }
        }
        assertEquals("[getter-0, getter-1, getter-2, getter-3]", served.toString());
    }
}
