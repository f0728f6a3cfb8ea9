// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** Threads that wait for results, and threads that compute them, are interrupted at random moments: no task is lost by it. */
class InterruptedWaitersTest {
    private static final int ROUNDS = 300;

    /** A task takes about as long as it takes from one interrupt to the next. */
    private static int compute(int number, AtomicInteger runs) {
        LockSupport.parkNanos(20_000);
        runs.incrementAndGet();
        return number;
    }

    private interface Wait<T> {
        T once() throws Exception;
    }

    /** Waits until it was not interrupted. */
    private static <T> T through(Wait<T> wait, AtomicInteger interrupts) throws Exception {
        while (true) {
            try {
                return wait.once();
            } catch (InterruptedException again) {
                interrupts.incrementAndGet();
            } catch (CompletionException wrapped) {
                assertInstanceOf(InterruptedException.class, wrapped.getCause());
                Thread.interrupted(); // restored by who may not throw it
                interrupts.incrementAndGet();
            }
        }
    }

    private static void assertGets(int expected, Wait<Integer> wait, AtomicInteger interrupts) throws Exception {
        assertEquals(Integer.valueOf(expected), through(wait, interrupts));
    }

    private static void interruptAtRandom(ThreadHarness threads, List<Thread> victims) {
        threads.start("interrupter", () -> {
            var random = new Random(1);
            while (victims.stream().anyMatch(Thread::isAlive)) {
                victims.get(random.nextInt(victims.size())).interrupt();
                LockSupport.parkNanos(random.nextInt(100_000));
            }
        });
    }

    @Test
    void whoWaits_getsEveryResultInTheEnd() {
        AtomicInteger interrupts = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger submitted = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            try (var threads = new ThreadHarness(Delays.large())) {
                List<Thread> victims = new ArrayList<>();
                for (int waiter = 0; waiter < 3; waiter++) {
                    victims.add(threads.start("waiter-" + waiter, () -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            waitInEachWay(executor, runs, submitted, interrupts);
                        }
                    }));
                }
                interruptAtRandom(threads, victims);
            }
        }
        assertEquals(submitted.get(), runs.get(), "each task ran once");
        assertNotEquals(0, interrupts.get());
    }

    private static void waitInEachWay(
            Executor executor, AtomicInteger runs, AtomicInteger submitted, AtomicInteger interrupts) throws Exception {
        List<Future<Integer>> futures = IntStream.range(0, 5)
                .mapToObj(number -> executor.submit(() -> compute(number, runs)))
                .toList();
        Results<Integer> results = executor.map(number -> compute(number, runs), List.of(0, 1, 2));
        submitted.addAndGet(8);
        assertGets(0, futures.get(0)::result, interrupts);
        assertGets(1, () -> futures.get(1).result(Delays.large()), interrupts);
        assertGets(2, () -> futures.get(2).get(Delays.large().toNanos(), TimeUnit.NANOSECONDS), interrupts);
        assertEquals("null", through(() -> String.valueOf(futures.get(3).exception()), interrupts));
        assertTrue(through(() -> Futures.wait(futures), interrupts).notDone().isEmpty());
        Iterator<Future<Integer>> completed = Futures.asCompleted(futures).iterator();
        int sum = 0;
        for (int i = 0; i < 5; i++) {
            Future<Integer> done = through(completed::next, interrupts);
            sum += through(done::result, interrupts); // which looks for an interrupt first, too
        }
        assertEquals(10, sum);
        assertGets(0, results::next, interrupts);
        assertGets(1, () -> results.next(Delays.large()), interrupts);
        assertGets(2, results::next, interrupts);
    }

    @Test
    void whoSubmits_isTakenOrRefused_neverHalf() {
        AtomicInteger interrupts = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            try (var threads = new ThreadHarness(Delays.large())) {
                List<Thread> victims = new ArrayList<>();
                for (int submitter = 0; submitter < 3; submitter++) {
                    victims.add(threads.start("submitter-" + submitter, () -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            Future<Integer> future = executor.submit(() -> compute(7, runs)); // which never waits
                            executor.execute(() -> compute(8, runs));
                            assertGets(7, future::result, interrupts);
                        }
                    }));
                }
                interruptAtRandom(threads, victims);
            }
        }
        assertEquals(2 * 3 * ROUNDS, runs.get());
        assertNotEquals(0, interrupts.get());
    }

    /** Nobody should interrupt a thread of a pool, but a task can give its thread away. */
    @Test
    void worker_interruptedByStrangers_losesNoTask() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(2)) {
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                workers.add(executor.submit(() -> Thread.currentThread()).result());
            }
            try (var threads = new ThreadHarness(Delays.large())) {
                Thread submitter = threads.start("submitter", () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        List<Future<Integer>> futures = IntStream.range(0, 4)
                                .mapToObj(number -> executor.submit(() -> compute(number, runs)))
                                .toList();
                        for (int number = 0; number < 4; number++) {
                            assertEquals(number, futures.get(number).result(Delays.large()));
                        }
                        assertEquals(
                                List.of(1, 2, 3),
                                executor.map(number -> compute(number, runs), List.of(1, 2, 3), MapOptions.chunksize(2))
                                        .toList());
                    }
                });
                threads.start("interrupter", () -> {
                    var random = new Random(1);
                    while (submitter.isAlive()) {
                        workers.get(random.nextInt(workers.size())).interrupt();
                        LockSupport.parkNanos(random.nextInt(50_000));
                    }
                });
            }
        }
        assertEquals(7 * ROUNDS, runs.get());
    }
}
