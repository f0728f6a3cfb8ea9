// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class SimpleQueueTest {

    private static final Duration LONG = Duration.ofDays(1);

    private static SimpleQueue<Integer> queueOf(Integer... elements) {
        var queue = new SimpleQueue<Integer>();
        queue.addAll(List.of(elements));
        return queue;
    }

    @Test
    void put_byAnyMethod_getByAnyMethod_inOrder() throws InterruptedException {
        var queue = new SimpleQueue<Integer>();
        queue.put(1);
        queue.put(2, Duration.ofDays(-1));
        queue.putNowait(3);
        assertTrue(queue.add(4));
        assertTrue(queue.offer(5));
        assertTrue(queue.offer(6, 0, TimeUnit.DAYS));
        queue.addAll(List.of(7, 8));
        assertEquals(8, queue.qsize());
        assertEquals(8, queue.size());
        assertEquals(Integer.MAX_VALUE, queue.remainingCapacity());
        assertFalse(queue.empty());

        assertEquals(1, queue.peek());
        assertEquals(1, queue.element());
        assertEquals(1, queue.get());
        assertEquals(2, queue.get(Duration.ZERO));
        assertEquals(3, queue.getNowait());
        assertEquals(4, queue.take());
        assertEquals(5, queue.poll());
        assertEquals(6, queue.poll(0, TimeUnit.SECONDS));
        assertEquals(7, queue.remove());
        List<Integer> sink = new ArrayList<>();
        assertEquals(1, queue.drainTo(sink));
        assertEquals(List.of(8), sink);
        assertTrue(queue.empty());
    }

    @Test
    void empty_isReportedByEachMethodInItsWay() throws InterruptedException {
        var queue = new SimpleQueue<Integer>();
        assertThrows(Empty.class, queue::getNowait);
        assertThrows(Empty.class, () -> queue.get(Duration.ZERO));
        assertThrows(Empty.class, () -> queue.get(Duration.ofSeconds(-1)));
        assertThrows(Empty.class, () -> queue.get(Delays.brief()));
        assertThrows(Empty.class, queue::remove);
        assertThrows(Empty.class, queue::element);
        assertNull(queue.poll());
        assertNull(queue.poll(1, TimeUnit.MILLISECONDS));
        assertNull(queue.peek());
    }

    @Test
    void nulls_areRefused() {
        var tester = new NullPointerTester()
                .setDefault(Duration.class, Duration.ZERO)
                .setDefault(TimeUnit.class, TimeUnit.SECONDS);
        tester.testAllPublicInstanceMethods(queueOf(1));
        assertFalse(queueOf().contains(null));
        assertFalse(queueOf().remove(null));
    }

    @Test
    void put_whileInterrupted_putsAndStaysInterrupted() {
        var queue = new SimpleQueue<Integer>();
        Thread.currentThread().interrupt();
        queue.put(1);
        queue.put(2, Duration.ZERO);
        assertTrue(queue.offer(3, 1, TimeUnit.DAYS));
        assertTrue(Thread.interrupted());
        assertEquals(3, queue.size());
    }

    @Test
    void shutdown_refusesNewElementsAndGivesTheOld() throws InterruptedException {
        var queue = queueOf(1, 2);
        queue.shutdown();

        assertTrue(queue.isShutdown());
        assertThrows(ShutDown.class, () -> queue.put(3));
        assertThrows(ShutDown.class, () -> queue.put(3, LONG));
        assertThrows(ShutDown.class, () -> queue.putNowait(3));
        assertThrows(ShutDown.class, () -> queue.add(3));
        assertFalse(queue.offer(3));
        assertFalse(queue.offer(3, 1, TimeUnit.DAYS));
        assertEquals(0, queue.remainingCapacity());
        assertEquals(1, queue.get());
        assertEquals(2, queue.take());
        assertThrows(ShutDown.class, queue::get);
        assertThrows(ShutDown.class, () -> queue.get(LONG));
        assertThrows(ShutDown.class, queue::getNowait);
        assertNull(queue.poll(1, TimeUnit.DAYS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdown_wakesEveryGetter(boolean immediate) {
        var queue = new SimpleQueue<Integer>();
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(threads.start("getter-" + i, () -> assertThrows(ShutDown.class, queue::get)));
                waiting.add(threads.start("timed-" + i, () -> assertThrows(ShutDown.class, () -> queue.get(LONG))));
            }
            waiting.forEach(Await::blocked);
            queue.shutdown(immediate);
        }
    }

    @Test
    void shutdown_immediate_dropsWhatIsThere() {
        var queue = queueOf(1, 2);
        queue.shutdown();
        queue.shutdown(true);
        assertTrue(queue.empty());
        assertThrows(ShutDown.class, queue::getNowait);
    }

    @Test
    void drainTo_itself_isRefused() {
        var queue = queueOf(1);
        Collection<Integer> same = queue;
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(same));
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(same, 0));
        assertThrows(IllegalArgumentException.class, () -> queue.addAll(same));
        assertEquals(1, queue.size());
    }

    @Test
    void inside_isSeenAndRemoved() {
        var queue = queueOf(1, 2, 3, 4, 5, 6);
        assertTrue(queue.contains(3));
        assertTrue(queue.remove((Object) 3));
        assertFalse(queue.remove((Object) 3));
        assertTrue(queue.removeIf(element -> element > 5));
        var iterator = queue.iterator();
        assertEquals(1, iterator.next());
        iterator.remove();
        assertEquals(List.of(2, 4, 5), queue.stream().toList());
        assertEquals("[2, 4, 5]", queue.toString());
        var array = new Integer[3];
        assertSame(array, queue.toArray(array));
        queue.clear();
        assertEquals(0, queue.toArray().length);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2", "2, 3"})
    void elements_areNeitherLostNorDoubled_thoughGettersAreInterrupted(int producers, int consumers) {
        int items = 5_000;
        var queue = new SimpleQueue<Integer>();
        var arrivals = new AtomicIntegerArray(items * producers);
        try (var threads = new ThreadHarness()) {
            List<Thread> getters = new ArrayList<>();
            for (int c = 0; c < consumers; c++) {
                getters.add(threads.start("consumer-" + c, () -> {
                    while (true) {
                        try {
                            arrivals.incrementAndGet(queue.get());
                        } catch (InterruptedException again) {
                            // which is what this is about; the next interrupt may be here already
                        } catch (ShutDown end) {
                            return;
                        }
                    }
                }));
            }
            threads.start("interrupter", () -> {
                for (int i = 0; getters.stream().anyMatch(Thread::isAlive); i++) {
                    getters.get(i % consumers).interrupt();
                    LockSupport.parkNanos(20_000);
                }
            });
            try (var putters = new ThreadHarness()) {
                for (int p = 0; p < producers; p++) {
                    int from = p * items;
                    putters.start("producer-" + p, () -> {
                        for (int i = 0; i < items; i++) {
                            queue.put(from + i);
                        }
                    });
                }
            }
            queue.shutdown();
        }
        for (int i = 0; i < arrivals.length(); i++) {
            assertEquals(1, arrivals.get(i));
        }
    }
}
