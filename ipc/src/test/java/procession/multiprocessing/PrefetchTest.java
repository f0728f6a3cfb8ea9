// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Future;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Workers that are busy with quick tasks are given more of them than they run; nobody may notice but the clock. */
@ExtendWith(LeakCheck.class)
class PrefetchTest {
    private static final int BURST = 400;

    @TempDir
    Path directory;

    /** Submits so many tasks that return at once that workers are given several of them. */
    private static List<Future<Integer>> burst(ProcessPoolExecutor pool) {
        List<Future<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            int number = i;
            futures.add(pool.submit(() -> number));
        }
        return futures;
    }

    private static void check(List<Future<Integer>> burst) throws Exception {
        for (int i = 0; i < burst.size(); i++) {
            assertEquals(i, burst.get(i).result(Delays.large()));
        }
    }

    private static void warmUp(ProcessPoolExecutor pool) throws Exception {
        check(burst(pool));
        check(burst(pool));
    }

    @Test
    void task_thatWaitsForTasksBehindIt_getsThem() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            warmUp(pool);
            for (int round = 0; round < 3; round++) {
                Mark behind = new Mark(directory, "behind-" + round);
                List<Future<Integer>> before = burst(pool);
                Future<Integer> waits = pool.submit(() -> {
                    while (behind.lines().size() < 100) {
                        Thread.sleep(2);
                    }
                    return behind.lines().size();
                });
                List<Future<Integer>> after = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    after.add(pool.submit(() -> {
                        behind.add(number);
                        return number;
                    }));
                }
                assertEquals(100, waits.result(Delays.large()));
                check(before);
                check(after);
                assertEquals(100, new HashSet<>(behind.lines()).size(), "each ran once");
            }
        }
    }

    @Test
    void worker_thatDiesWithTasksAhead_costsTheOneThatItRan() throws Exception {
        Mark runs = new Mark(directory, "runs");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(2)) {
            warmUp(pool);
            List<Future<Integer>> futures = new ArrayList<>(burst(pool));
            for (int i = BURST; i < 2 * BURST; i++) {
                int number = i;
                futures.add(pool.submit(() -> {
                    runs.add(number);
                    if (number % 150 == 0) {
                        Runtime.getRuntime().halt(7);
                    }
                    return number;
                }));
            }
            for (int i = 0; i < futures.size(); i++) {
                if (i >= BURST && i % 150 == 0) {
                    assertInstanceOf(WorkerDiedException.class, futures.get(i).exception(Delays.large()), "task " + i);
                } else {
                    assertEquals(i, futures.get(i).result(Delays.large()));
                }
            }
        }
        assertEquals(BURST, runs.lines().size(), "none ran twice");
        assertEquals(BURST, new HashSet<>(runs.lines()).size());
    }

    @Test
    void shutdownNow_withTasksAhead_endsThemAll() throws Exception {
        Mark started = new Mark(directory, "started");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
        List<Future<Integer>> futures;
        List<Runnable> never;
        try (pool) {
            warmUp(pool);
            futures = new ArrayList<>(burst(pool));
            for (int i = 0; i < 2; i++) {
                futures.add(pool.submit(() -> {
                    started.addPid();
                    Workers.never();
                    return -1;
                }));
            }
            List<Future<Integer>> behind = burst(pool);
            started.await();
            never = pool.shutdownNow();
            for (Future<Integer> future : behind) {
                assertTrue(future.isDone());
            }
            futures.addAll(behind);
        }
        long cancelled = futures.stream().filter(Future::isCancelled).count();
        assertTrue(cancelled > never.size(), "those that ran are cancelled too");
        assertTrue(futures.stream().allMatch(Future::isDone));
    }

    @Test
    void cancel_ofATaskBehindAnother_isDoneAndHarmsNone() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            warmUp(pool);
            long pid = pool.submit(Workers::pid).result(Delays.large());
            List<Future<Integer>> before = burst(pool);
            Future<Integer> waits = pool.submit(() -> {
                goOn.pass();
                return 1;
            });
            Future<Integer> endless = pool.submit(() -> {
                Workers.never();
                return 2;
            });
            List<Future<Integer>> after = burst(pool);
            check(before);
            assertTrue(endless.cancel(true));
            goOn.add("go on");
            assertEquals(1, waits.result(Delays.large()));
            check(after);
            assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()), "which did not start it");
        }
    }

    @Test
    void maxTasksPerChild_holdsForTasksAhead() throws Exception {
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .maxTasksPerChild(100)
                .build()) {
            List<Future<Long>> futures = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
                futures.add(pool.submit(Workers::pid));
            }
            List<Long> pids = new ArrayList<>();
            for (Future<Long> future : futures) {
                pids.add(future.result(Delays.large()));
            }
            Map<Long, Long> counts = pids.stream().collect(Collectors.groupingBy(pid -> pid, Collectors.counting()));
            assertEquals(3, counts.size(), counts::toString);
            assertEquals(100, counts.get(pids.get(0)));
            assertEquals(100, counts.get(pids.get(100)));
        }
    }

    /** What a thread that is interrupted all the time does to the channels on which it writes and reads. */
    @Test
    void interrupts_ofWhoSubmitsAndWaits_harmNoWorker() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            Thread caller = Thread.currentThread();
            Thread interrupter = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    caller.interrupt();
                    Thread.onSpinWait();
                }
            });
            interrupter.start();
            int refused = 0;
            List<Future<Integer>> futures = new ArrayList<>();
            try {
                for (int i = 0; i < 3_000; i++) {
                    int number = i;
                    futures.add(pool.submit(() -> number));
                    try {
                        assertEquals(number, futures.get(i).result(Delays.large()));
                    } catch (InterruptedException asExpected) {
                        refused++;
                    }
                }
            } finally {
                interrupter.interrupt();
                Uninterruptibles.joinUninterruptibly(interrupter);
                boolean unused = Thread.interrupted();
            }
            assertTrue(refused > 0, "it was not interrupted");
            check(futures);
            assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()), "the worker was lost");
            assertNull(pool.submit(() -> null).result(Delays.large()));
        }
    }
}
