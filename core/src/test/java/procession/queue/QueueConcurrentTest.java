// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
}
