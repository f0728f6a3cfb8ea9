// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** The rules of a {@link WorkQueue} that it takes several threads to see. */
public abstract class ConcurrentQueueContract {

    private static final Duration LONG = Duration.ofDays(1);
    private static final int WAITERS = 4;
    private static final int ITEMS = 4_000;

    /**
     * Returns a new queue.
     *
     * @param maxsize its bound
     * @return the queue, empty
     */
    protected abstract WorkQueue<Integer> create(int maxsize);

    /** Does something that waits, in one of the ways in which that can be said. */
    private interface Call {
        void run(WorkQueue<Integer> queue, int element) throws InterruptedException;
    }

    @Test
    void removeIf_ofWhatSomebodyGetsMeanwhile_removesNothing() {
        WorkQueue<Integer> queue = create(5);
        queue.addAll(List.of(1, 2));

        assertFalse(queue.removeIf(element -> {
            queue.drainTo(new ArrayList<>());
            return true;
        }));

        assertEquals(2, queue.unfinishedTasks(), "what was got is not done");
    }

    private static final List<Call> PUTS =
            List.of(WorkQueue::put, (queue, element) -> queue.put(element, LONG), (queue, element) -> {
                if (!queue.offer(element, 1, TimeUnit.DAYS)) {
                    assertTrue(queue.isShutdown());
                    throw new ShutDown("offer");
                }
            });

    private interface Getter {
        Integer get(WorkQueue<Integer> queue) throws InterruptedException;
    }

    private static final List<Getter> GETS =
            List.of(WorkQueue::get, WorkQueue::take, queue -> queue.get(LONG), queue -> {
                Integer element = queue.poll(1, TimeUnit.DAYS);
                if (element == null) {
                    assertTrue(queue.isShutdown());
                    throw new ShutDown("poll");
                }
                return element;
            });

    /** Counts how often each element arrives. */
    private static final class Arrivals {
        private final AtomicIntegerArray counts;

        Arrivals(int elements) {
            counts = new AtomicIntegerArray(elements);
        }

        void add(int element) {
            counts.incrementAndGet(element);
        }

        void assertEachOnce() {
            for (int i = 0; i < counts.length(); i++) {
                assertEquals(1, counts.get(i), "arrivals of " + i);
            }
        }
    }

    // Hand-over

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 4, 4", "2, 2, 2", "3, 1, 4", "3, 4, 1", "64, 2, 2", "0, 2, 2", "0, 4, 4"})
    void elements_areNeitherLostNorDoubled(int maxsize, int producers, int consumers) {
        WorkQueue<Integer> queue = create(maxsize);
        var arrivals = new Arrivals(ITEMS * producers);
        var number = new AtomicInteger();
        var running = new AtomicInteger(producers);
        try (var threads = new ThreadHarness()) {
            threads.startTogether(producers, "producer", () -> {
                int from = number.getAndIncrement() * ITEMS;
                for (int i = 0; i < ITEMS; i++) {
                    PUTS.get(i % PUTS.size()).run(queue, from + i);
                }
                if (running.decrementAndGet() == 0) {
                    queue.shutdown();
                }
            });
            var getters = new AtomicInteger();
            threads.startTogether(consumers, "consumer", () -> {
                int way = getters.getAndIncrement();
                consume(queue, GETS.get(way % GETS.size()), arrivals);
            });
        }
        arrivals.assertEachOnce();
        assertEquals(0, queue.unfinishedTasks());
    }

    private static void consume(WorkQueue<Integer> queue, Getter getter, Arrivals arrivals)
            throws InterruptedException {
        try {
            while (true) {
                arrivals.add(getter.get(queue));
                queue.taskDone();
            }
        } catch (ShutDown end) {
            assertNull(queue.poll());
        }
    }

    @Test
    void elements_arriveAfterWhatWasWrittenIntoThem() {
        WorkQueue<Integer> queue = create(1);
        var box = new int[ITEMS];
        try (var threads = new ThreadHarness()) {
            threads.start("producer", () -> {
                for (int i = 0; i < ITEMS; i++) {
                    box[i] = i + 1;
                    queue.put(i);
                }
            });
            threads.start("consumer", () -> {
                for (int i = 0; i < ITEMS; i++) {
                    int element = queue.get();
                    assertEquals(element + 1, box[element]);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void maxsize_isNeverExceeded(int maxsize) {
        WorkQueue<Integer> queue = create(maxsize);
        var done = new AtomicBoolean();
        try (var threads = new ThreadHarness()) {
            threads.start("observer", () -> {
                while (!done.get()) {
                    int size = queue.size();
                    assertTrue(size >= 0 && size <= maxsize, "size " + size);
                    assertTrue(queue.toArray().length <= maxsize);
                    int room = queue.remainingCapacity();
                    assertTrue(room >= 0 && room <= maxsize, "room " + room);
                }
            });
            try (var workers = new ThreadHarness()) {
                workers.startTogether(2, "producer", () -> {
                    for (int i = 0; i < ITEMS; i++) {
                        queue.put(i);
                    }
                });
                workers.startTogether(2, "consumer", () -> {
                    for (int i = 0; i < ITEMS; i++) {
                        queue.get();
                    }
                });
            } finally {
                done.set(true);
            }
        }
        assertTrue(queue.empty());
    }

    @Test
    void drainTo_andInsideRemoval_loseNothing() {
        WorkQueue<Integer> queue = create(8);
        var arrivals = new Arrivals(ITEMS);
        try (var threads = new ThreadHarness()) {
            threads.start("producer", () -> {
                for (int i = 0; i < ITEMS; i++) {
                    queue.put(i);
                }
                queue.shutdown();
            });
            threads.start("drainer", () -> {
                List<Integer> sink = new ArrayList<>();
                while (!queue.isShutdown() || !queue.empty()) {
                    queue.drainTo(sink, 3);
                }
                sink.forEach(arrivals::add);
                sink.forEach(element -> queue.taskDone());
            });
            threads.start("remover", () -> {
                while (!queue.isShutdown() || !queue.empty()) {
                    for (Object element : queue.toArray()) {
                        if ((Integer) element % 2 == 1 && queue.remove(element)) {
                            arrivals.add((Integer) element);
                        }
                    }
                }
            });
            threads.start("getter", () -> {
                Integer element;
                while ((element = queue.poll(1, TimeUnit.DAYS)) != null) {
                    arrivals.add(element);
                    queue.taskDone();
                }
            });
        }
        arrivals.assertEachOnce();
        assertEquals(0, queue.unfinishedTasks());
    }

    @Test
    void drainTo_twoQueuesIntoEachOther_doNotDeadlock() {
        WorkQueue<Integer> left = create(0);
        WorkQueue<Integer> right = create(0);
        for (int i = 0; i < 100; i++) {
            left.add(i);
            right.add(100 + i);
        }
        try (var threads = new ThreadHarness()) {
            threads.start("right to left", () -> {
                for (int i = 0; i < 2_000; i++) {
                    right.drainTo(left, 10);
                }
            });
            threads.start("left to right", () -> {
                for (int i = 0; i < 2_000; i++) {
                    left.drainTo(right, 10);
                }
            });
        }
        var arrivals = new Arrivals(200);
        left.forEach(arrivals::add);
        right.forEach(arrivals::add);
        arrivals.assertEachOnce();
    }

    // Wake-ups

    @Test
    void eachElement_wakesOneGetter() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        Queue<Integer> got = new ConcurrentLinkedQueue<>();
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                Getter getter = GETS.get(i % GETS.size());
                waiting.add(threads.start("getter-" + i, () -> got.add(getter.get(queue))));
            }
            waiting.forEach(Await::blocked);
            for (int i = 1; i <= WAITERS; i++) {
                int expected = i;
                queue.put(i);
                Await.until("element " + i + " is got", () -> got.size() == expected);
                assertEquals(
                        WAITERS - i,
                        waiting.stream().filter(ConcurrentQueueContract::waits).count());
            }
        }
    }

    @Test
    void eachPlace_wakesOnePutter() throws InterruptedException {
        WorkQueue<Integer> queue = create(1);
        queue.put(-1);
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                Call put = PUTS.get(i % PUTS.size());
                int element = i;
                waiting.add(threads.start("putter-" + i, () -> put.run(queue, element)));
            }
            waiting.forEach(Await::blocked);
            for (int i = 1; i <= WAITERS; i++) {
                int expected = 1 + i;
                queue.get();
                Await.until("place " + i + " is taken", () -> queue.unfinishedTasks() == expected);
                assertTrue(queue.full());
                assertEquals(
                        WAITERS - i,
                        waiting.stream().filter(ConcurrentQueueContract::waits).count());
            }
        }
    }

    private static boolean waits(Thread thread) {
        // One that has what it wanted may still be on its way out.
        return !Await.becomesTrue(Duration.ofMillis(20), () -> thread.getState() == Thread.State.TERMINATED);
    }

    /** Each way in which room comes up. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void room_wakesThePutters(int way) throws InterruptedException {
        WorkQueue<Integer> queue = create(3);
        queue.addAll(List.of(1, 2, 3));
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            int places = way < 4 ? 1 : 3;
            for (int i = 0; i < places; i++) {
                int element = 10 + i;
                waiting.add(threads.start("putter-" + i, () -> queue.put(element)));
            }
            waiting.forEach(Await::blocked);
            switch (way) {
                case 0 -> queue.getNowait();
                case 1 -> queue.remove();
                case 2 -> assertTrue(queue.remove((Object) 2));
                case 3 -> {
                    var iterator = queue.iterator();
                    iterator.next();
                    iterator.remove();
                }
                case 4 -> queue.clear();
                case 5 -> assertEquals(3, queue.drainTo(new ArrayList<>()));
                case 6 -> assertTrue(queue.removeIf(element -> element < 10));
                default -> assertTrue(queue.removeAll(List.of(1, 2, 3)));
            }
            threads.join();
        }
        assertTrue(queue.full());
    }

    @Test
    void elementsThatComeBackFromAFailedDrain_wakeTheGetters() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.addAll(List.of(1, 2));
        Queue<Integer> got = new ConcurrentLinkedQueue<>();
        try (var threads = new ThreadHarness()) {
            assertThrows(
                    IllegalStateException.class,
                    () -> queue.drainTo(new ArrayList<>() {
                        private static final long serialVersionUID = 1;

                        @Override
                        public boolean add(Integer element) {
                            // The queue is empty here, and so they wait.
                            Await.blocked(threads.start("getter", () -> got.add(queue.get())));
                            Await.blocked(threads.start("getter", () -> got.add(queue.get())));
                            throw new IllegalStateException();
                        }
                    }));
        }
        assertEquals(List.of(1, 2), got.stream().sorted().toList());
        assertEquals(2, queue.unfinishedTasks());
    }

    @Test
    void timeout_ofAWaiter_doesNotSwallowTheWakeUpOfAnother() {
        for (int round = 0; round < 200; round++) {
            WorkQueue<Integer> queue = create(1);
            int nanos = 20_000 + round * 1_000;
            try (var threads = new ThreadHarness()) {
                Queue<Integer> got = new ConcurrentLinkedQueue<>();
                threads.start("impatient", () -> {
                    Integer element = queue.poll(nanos, TimeUnit.NANOSECONDS);
                    if (element != null) {
                        got.add(element);
                        queue.put(element + 1);
                    }
                });
                threads.start("patient", () -> got.add(queue.get()));
                threads.start("putter", () -> queue.put(1));
                threads.join();
                assertFalse(got.isEmpty());
            }
        }
    }

    // Interrupts

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 3, 3", "2, 2, 2", "0, 2, 2"})
    void interrupts_loseNothing(int maxsize, int producers, int consumers) {
        var random = new Random(42);
        var interrupts = new AtomicInteger();
        // A round may be over before it was interrupted once.
        Await.until("some interrupts have hit", () -> {
            passThroughInterrupts(maxsize, producers, consumers, random, interrupts);
            return interrupts.get() > 100;
        });
    }

    private void passThroughInterrupts(
            int maxsize, int producers, int consumers, Random random, AtomicInteger interrupts) {
        int items = maxsize == 0 ? 20_000 : 1_000; // who seldom waits is through before it is interrupted
        WorkQueue<Integer> queue = create(maxsize);
        var arrivals = new Arrivals(items * producers);
        var running = new AtomicInteger(producers);
        try (var threads = new ThreadHarness()) {
            List<Thread> victims = new ArrayList<>();
            for (int p = 0; p < producers; p++) {
                int from = p * items;
                victims.add(threads.start("producer-" + p, () -> {
                    for (int i = 0; i < items; i++) {
                        putThroughInterrupts(queue, PUTS.get(i % PUTS.size()), from + i, interrupts);
                    }
                    if (running.decrementAndGet() == 0) {
                        queue.shutdown();
                    }
                }));
            }
            for (int c = 0; c < consumers; c++) {
                Getter getter = GETS.get(c % GETS.size());
                victims.add(threads.start("consumer-" + c, () -> {
                    while (true) {
                        try {
                            consume(queue, getter, arrivals);
                            return;
                        } catch (InterruptedException e) {
                            interrupts.incrementAndGet();
                        }
                    }
                }));
            }
            threads.start("interrupter", () -> {
                while (victims.stream().anyMatch(Thread::isAlive)) {
                    victims.get(random.nextInt(victims.size())).interrupt();
                    // So that between two interrupts the others get somewhere, most of the time.
                    LockSupport.parkNanos(random.nextInt(30_000));
                }
            });
        }
        arrivals.assertEachOnce();
        assertEquals(0, queue.unfinishedTasks());
    }

    private static void putThroughInterrupts(
            WorkQueue<Integer> queue, Call put, int element, AtomicInteger interrupts) {
        while (true) {
            try {
                put.run(queue, element);
                return;
            } catch (InterruptedException e) {
                interrupts.incrementAndGet();
            }
        }
    }

    @Test
    void interruptedJoiners_returnAfterTheLastTask_andNotBefore() {
        int rounds = 200;
        WorkQueue<Integer> queue = create(0);
        var interrupts = new AtomicInteger();
        var done = new AtomicInteger();
        var all = new Phaser(3); // which interrupts do not break
        try (var threads = new ThreadHarness(Delays.large())) {
            List<Thread> joiners = new ArrayList<>();
            for (int j = 0; j < 2; j++) {
                boolean timed = j == 1;
                joiners.add(threads.start("joiner-" + j, () -> {
                    for (int round = 1; round <= rounds; round++) {
                        all.arriveAndAwaitAdvance();
                        joinThroughInterrupts(queue, timed, interrupts);
                        assertEquals(round, done.get());
                        all.arriveAndAwaitAdvance();
                    }
                }));
            }
            threads.start("worker", () -> {
                for (int round = 1; round <= rounds; round++) {
                    queue.put(round);
                    all.arriveAndAwaitAdvance();
                    queue.get();
                    LockSupport.parkNanos(50_000); // so that the others come to wait
                    done.incrementAndGet();
                    queue.taskDone();
                    all.arriveAndAwaitAdvance();
                }
            });
            threads.start("interrupter", () -> {
                var random = new Random(1);
                while (joiners.stream().anyMatch(Thread::isAlive)) {
                    joiners.get(random.nextInt(2)).interrupt();
                    LockSupport.parkNanos(random.nextInt(50_000));
                }
            });
        }
        assertNotEquals(0, interrupts.get());
    }

    private static void joinThroughInterrupts(WorkQueue<Integer> queue, boolean timed, AtomicInteger interrupts) {
        while (true) {
            try {
                if (timed) {
                    assertTrue(queue.join(Delays.large()));
                } else {
                    queue.join();
                }
                return;
            } catch (InterruptedException e) {
                interrupts.incrementAndGet();
            }
        }
    }

    @Test
    void interrupt_ofAWaiter_endsItsWaitOnly() throws InterruptedException {
        WorkQueue<Integer> queue = create(1);
        try (var threads = new ThreadHarness()) {
            var got = new CountDownLatch(1);
            Thread interrupted =
                    threads.start("interrupted", () -> assertThrows(InterruptedException.class, queue::get));
            Await.blocked(interrupted);
            Thread patient = threads.start("patient", () -> {
                assertNotNull(queue.get());
                got.countDown();
            });
            Await.blocked(patient);

            interrupted.interrupt();
            Await.until("the interrupted thread ends", () -> !interrupted.isAlive());
            assertEquals(1, got.getCount());
            queue.put(1);
        }
        assertTrue(queue.empty());
    }

    // Shutting down

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdown_wakesEveryPutter(boolean immediate) throws InterruptedException {
        WorkQueue<Integer> queue = create(1);
        queue.put(0);
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 2 * PUTS.size(); i++) {
                Call put = PUTS.get(i % PUTS.size());
                int element = i;
                waiting.add(threads.start(
                        "putter-" + i, () -> assertThrows(ShutDown.class, () -> put.run(queue, element))));
            }
            waiting.forEach(Await::blocked);
            queue.shutdown(immediate);
        }
        assertEquals(immediate ? 0 : 1, queue.size());
        assertEquals(immediate ? 0 : 1, queue.unfinishedTasks());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdown_wakesEveryGetter(boolean immediate) {
        WorkQueue<Integer> queue = create(1);
        try (var threads = new ThreadHarness()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 2 * GETS.size(); i++) {
                Getter getter = GETS.get(i % GETS.size());
                waiting.add(threads.start("getter-" + i, () -> assertThrows(ShutDown.class, () -> getter.get(queue))));
            }
            waiting.forEach(Await::blocked);
            queue.shutdown(immediate);
        }
    }

    @Test
    void shutdown_immediate_wakesTheJoiners() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.addAll(List.of(1, 2, 3));
        try (var threads = new ThreadHarness()) {
            Await.blocked(threads.start("joiner", queue::join));
            queue.shutdown(true);
        }
    }

    @Test
    void shutdown_immediate_leavesTheJoinersToWhatWasGot() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.addAll(List.of(1, 2, 3));
        queue.get();
        try (var threads = new ThreadHarness()) {
            var joined = new AtomicBoolean();
            Thread joiner = threads.start("joiner", () -> {
                queue.join();
                joined.set(true);
            });
            Await.blocked(joiner);
            queue.shutdown(true);
            Await.blocked(joiner);
            assertFalse(joined.get());
            queue.taskDone();
        }
    }

    @Test
    void shutdown_amidPutsAndGets_accountsForEachElement() {
        for (int round = 0; round < 100; round++) {
            boolean immediate = round % 2 == 0;
            WorkQueue<Integer> queue = create(round % 4);
            var put = new AtomicInteger();
            var got = new AtomicInteger();
            try (var threads = new ThreadHarness()) {
                threads.startTogether(2, "producer", () -> {
                    try {
                        while (true) {
                            queue.put(1);
                            put.incrementAndGet();
                        }
                    } catch (ShutDown end) {
                        assertTrue(queue.isShutdown());
                    }
                });
                threads.startTogether(2, "consumer", () -> {
                    try {
                        while (true) {
                            queue.get();
                            got.incrementAndGet();
                        }
                    } catch (ShutDown end) {
                        assertTrue(queue.isShutdown());
                    }
                });
                Await.until("it runs", () -> got.get() > 20);
                queue.shutdown(immediate);
                threads.join();
            }
            assertTrue(queue.empty());
            if (immediate) {
                assertTrue(got.get() <= put.get());
            } else {
                assertEquals(put.get(), got.get());
            }
            assertEquals(got.get(), queue.unfinishedTasks());
        }
    }

    // Joining

    @Test
    void join_returnsAtZero_andNotBefore() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.addAll(List.of(1, 2, 3));
        try (var threads = new ThreadHarness()) {
            var joined = new AtomicInteger();
            List<Thread> joiners = new ArrayList<>();
            joiners.add(threads.start("joiner", () -> {
                queue.join();
                joined.incrementAndGet();
            }));
            joiners.add(threads.start("joiner with a timeout", () -> {
                assertTrue(queue.join(LONG));
                joined.incrementAndGet();
            }));
            joiners.forEach(Await::blocked);

            assertTrue(queue.remove((Object) 1));
            queue.clear();
            queue.put(4);
            Await.until("the joiners see that zero", () -> joined.get() == 2);
            assertEquals(1, queue.unfinishedTasks());
        }
    }

    @Test
    void join_waitsForTheLastTaskDone() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        queue.addAll(List.of(1, 2, 3));
        queue.drainTo(new ArrayList<>());
        try (var threads = new ThreadHarness()) {
            var mayReturn = new AtomicBoolean();
            Thread joiner = threads.start("joiner", () -> {
                queue.join();
                assertTrue(mayReturn.get());
            });
            Await.blocked(joiner);
            queue.taskDone();
            queue.taskDone();
            Await.blocked(joiner);
            mayReturn.set(true);
            queue.taskDone();
        }
    }

    @Test
    void join_seesAZeroThatIsOverBeforeItRuns() throws InterruptedException {
        WorkQueue<Integer> queue = create(0);
        for (int round = 0; round < 100; round++) {
            queue.put(round);
            try (var threads = new ThreadHarness()) {
                Await.blocked(threads.start("joiner", queue::join));
                queue.get();
                queue.taskDone();
                queue.put(-round);
                threads.join();
                queue.get();
                queue.taskDone();
            }
        }
    }

    @Test
    void join_ofManyRounds_neverHangs() {
        WorkQueue<Integer> queue = create(2);
        var results = new int[ITEMS];
        try (var threads = new ThreadHarness()) {
            threads.start("producer", () -> {
                for (int i = 0; i < ITEMS; i += 4) {
                    for (int j = i; j < i + 4; j++) {
                        queue.put(j);
                    }
                    queue.join();
                    // Plain reads: join has to order them.
                    for (int j = i; j < i + 4; j++) {
                        assertEquals(j + 1, results[j]);
                    }
                }
                queue.shutdown();
            });
            threads.startTogether(2, "consumer", () -> {
                try {
                    while (true) {
                        int element = queue.get();
                        results[element] = element + 1;
                        queue.taskDone();
                    }
                } catch (ShutDown end) {
                    assertTrue(queue.isShutdown());
                }
            });
        }
        assertEquals(ITEMS, Arrays.stream(results).filter(result -> result > 0).count());
    }
}
