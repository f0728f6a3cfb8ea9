// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Future;
import procession.futures.Task;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Workers that are busy with quick tasks are given more of them than they run; nobody may notice but the clock. */
@ExtendWith(LeakCheck.class)
class PrefetchTest {
    private static final int BURST = 400;

    /** The rank of the first worker that is started, whom the pool thinks of first. */
    private static final int FIRST_GIVEN_MORE = 0;

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    /** With these, every task counts as quick, and nothing is taken back because it waits. */
    private static final Prefetch.Limits ALL_AND_FOR_EVER = new Prefetch.Limits(HOUR, HOUR, HOUR);

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

    /** That of a test in which a task waits for what the test does; it must not wait for ever if the test fails. */
    private @Nullable ProcessPoolExecutor opened;

    private static ProcessPoolExecutor.Builder generous() {
        return ProcessPoolExecutor.builder().maxWorkers(1).ahead(ALL_AND_FOR_EVER);
    }

    private ProcessPoolExecutor open(ProcessPoolExecutor.Builder builder) {
        ProcessPoolExecutor pool = builder.build();
        opened = pool;
        return pool;
    }

    @AfterEach
    void kill() {
        ProcessPoolExecutor pool = opened;
        if (pool != null) {
            pool.killWorkers();
            pool.close();
        }
    }

    /** Submits a task that says that it has started, and ends when {@code goOn} is there. */
    private Future<Long> submitGate(ProcessPoolExecutor pool, Mark goOn) throws Exception {
        Mark started = new Mark(directory, "started");
        Future<Long> gate = pool.submit(() -> {
            started.addPid();
            goOn.pass();
            return Workers.pid();
        });
        started.await();
        return gate;
    }

    private static <T> List<Future<T>> submit(ProcessPoolExecutor pool, int tasks, Task<T> task) {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            futures.add(pool.submit(task));
        }
        return futures;
    }

    /** Waits until so many are with a worker, which runs another one: since nobody can run them meanwhile, they are ahead. */
    private static void awaitAhead(int count, List<? extends Future<?>> behind) {
        Await.until(
                count + " tasks are ahead",
                Delays.large(),
                () -> behind.stream().filter(Future::running).count() == count);
    }

    private static void awaitTurn(ProcessPoolExecutor pool) throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        ((LoopRunner) pool.loop()).loop().post(latch::countDown);
        assertTrue(latch.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
    }

    private static long ready(ProcessPoolExecutor pool) throws Exception {
        return count(pool, worker -> worker.state == WorkerProcess.State.READY);
    }

    private static long count(ProcessPoolExecutor pool, Predicate<WorkerProcess> wanted) throws Exception {
        PoolLoop loop = ((LoopRunner) pool.loop()).loop();
        CompletableFuture<Long> count = new CompletableFuture<>();
        loop.post(
                () -> count.complete(loop.workers.all().stream().filter(wanted).count()));
        return count.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void worker_thatDiesWithTasksAhead_costsTheOneThatItRan() throws Exception {
        Mark never = new Mark(directory, "never");
        Mark runs = new Mark(directory, "runs");
        ProcessPoolExecutor pool = open(generous());
        Future<Long> gate = submitGate(pool, never);
        List<Future<Integer>> behind = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            behind.add(pool.submit(() -> {
                runs.add(number);
                return number;
            }));
        }
        awaitAhead(20, behind);
        Workers.kill(new Mark(directory, "started").awaitPid());
        assertInstanceOf(WorkerDiedException.class, gate.exception(Delays.large()));
        check(behind);
        pool.close();
        assertEquals(20, runs.lines().size(), "none ran twice");
        assertEquals(20, new HashSet<>(runs.lines()).size());
    }

    @Test
    void shutdownNow_withTasksAhead_returnsThemAsNeverStarted() throws Exception {
        Mark never = new Mark(directory, "never");
        Mark runs = new Mark(directory, "runs");
        ProcessPoolExecutor pool = open(generous());
        Future<Long> gate = submitGate(pool, never);
        List<Future<String>> behind = submit(pool, 20, () -> {
            runs.add("ran");
            return "ran";
        });
        awaitAhead(20, behind);
        assertEquals(20, pool.shutdownNow().size());
        assertTrue(behind.stream().allMatch(Future::isCancelled));
        Await.until("the gate is cancelled", Delays.large(), gate::isCancelled);
        pool.close();
        assertEquals(List.of(), runs.lines());
    }

    @Test
    void cancel_ofATaskAhead_keepsItFromStarting_andHarmsNone() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark ran = new Mark(directory, "ran");
        ProcessPoolExecutor pool = open(generous());
        Future<Long> gate = submitGate(pool, goOn);
        List<Future<Long>> before = submit(pool, 5, Workers::pid);
        Future<?> unwanted = pool.submit(() -> {
            ran.add("ran");
            Workers.never();
        });
        List<Future<Long>> after = submit(pool, 5, Workers::pid);
        awaitAhead(1, List.of(unwanted));
        awaitAhead(5, after);
        assertFalse(unwanted.cancel(), "too late, as in Python");
        assertTrue(unwanted.cancel(true));
        awaitTurn(pool);
        goOn.add("go on");
        long pid = gate.result(Delays.large());
        for (List<Future<Long>> each : List.of(before, after)) {
            for (Future<Long> future : each) {
                assertEquals(pid, future.result(Delays.large()), "the worker was killed");
            }
        }
        pool.close();
        assertEquals(List.of(), ran.lines());
    }

    @Test
    void maxTasksPerChild_boundsTasksAhead() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        ProcessPoolExecutor pool = open(generous().maxTasksPerChild(10));
        Future<Long> gate = submitGate(pool, goOn);
        List<Future<Long>> futures = submit(pool, 24, Workers::pid);
        awaitAhead(9, futures);
        futures.add(0, gate);
        goOn.add("go on");
        assertEquals(List.of(10L, 10L, 5L), runs(futures));
        pool.close();
    }

    /** Returns how many tasks each worker ran, in the order of their first ones. */
    private static List<Long> runs(List<Future<Long>> futures) throws Exception {
        Map<Long, Long> counts = new LinkedHashMap<>();
        for (Future<Long> future : futures) {
            counts.merge(future.result(Delays.large()), 1L, Long::sum);
        }
        return List.copyOf(counts.values());
    }

    @Test
    void maxTasksPerChild_isReached_alsoByAWorkerWhoseTasksWereTakenBack() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        ProcessPoolExecutor pool = open(generous().maxTasksPerChild(10));
        Future<Long> gate = submitGate(pool, goOn);
        List<Future<Long>> futures = submit(pool, 24, Workers::pid);
        awaitAhead(9, futures);
        assertTrue(futures.remove(0).cancel(true));
        Await.until("the successor is ready", Delays.large(), () -> ready(pool) == 2);
        futures.add(0, gate);
        goOn.add("go on");
        assertEquals(List.of(10L, 10L, 4L), runs(futures));
        pool.close();
    }

    /** The worker has a successor for tasks that were cancelled, which has its place before its exit hook has ended. */
    @Test
    void idleTimeout_ofAWorkerWithASuccessor_leavesItItsPlace() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark hook = new Mark(directory, "hook");
        Mark hookGoesOn = new Mark(directory, "hook-goes-on");
        ProcessPoolExecutor pool =
                open(generous().maxTasksPerChild(10).idleTimeout(Delays.small()).exitHook(() -> {
                    hook.addPid();
                    hookGoesOn.pass();
                }));
        Future<Long> gate = submitGate(pool, goOn);
        List<Future<Long>> futures = submit(pool, 10, Workers::pid);
        awaitAhead(9, futures);
        Await.until("the successor is ready", Delays.large(), () -> ready(pool) == 2);
        futures.forEach(future -> future.cancel(true));
        awaitTurn(pool);
        goOn.add("go on");
        long old = gate.result(Delays.large());
        assertEquals(old, hook.awaitPid());
        Future<Integer> rank = pool.submit(() -> Worker.current().rank());
        assertEquals(0, rank.result(Delays.large()), "there are more workers than there may be");
        hookGoesOn.add("go on");
        pool.close();
    }

    @Test
    void successors_areNoMoreThanTheTasksThatWait() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark started = new Mark(directory, "started");
        ProcessPoolExecutor pool = open(generous().maxWorkers(2).maxTasksPerChild(1));
        List<Future<Long>> futures = new ArrayList<>(submit(pool, 2, () -> {
            started.addPid();
            goOn.pass();
            return Workers.pid();
        }));
        Await.until("both run", Delays.large(), () -> started.lines().size() == 2);
        for (int waiting = 1; waiting <= 2; waiting++) {
            int expected = 2 + waiting;
            futures.add(pool.submit(Workers::pid));
            Await.until("a successor starts", Delays.large(), () -> count(pool, each -> true) >= expected);
            awaitTurn(pool);
            assertEquals(expected, count(pool, each -> true), "while a successor starts");
            Await.until("it is ready", Delays.large(), () -> ready(pool) == expected);
            awaitTurn(pool);
            assertEquals(expected, count(pool, each -> true), "while a successor waits");
        }
        goOn.add("go on");
        assertEquals(List.of(1L, 1L, 1L, 1L), runs(futures));
        pool.close();
    }

    @Test
    void successorOfABusyWorker_keepsNoOtherFromBeingStarted() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark ended = new Mark(directory, "ended");
        Mark started = new Mark(directory, "started");
        Mark ranks = new Mark(directory, "ranks");
        Mark successor = new Mark(directory, "successor");
        Action initializer = () -> {
            int rank = Worker.current().rank();
            boolean second = ranks.lines().contains(Integer.toString(rank));
            ranks.add(rank);
            if (second && successor.lines().isEmpty()) {
                successor.add(rank);
                goOn.pass();
            }
        };
        ProcessPoolExecutor pool =
                open(generous().maxWorkers(2).maxTasksPerChild(1).initializer(initializer));
        List<Future<Integer>> gates = submit(pool, 2, () -> {
            int rank = Worker.current().rank();
            started.addPid();
            while (goOn.lines().isEmpty() && !ended.lines().contains(Integer.toString(rank))) {
                Thread.sleep(2);
            }
            return rank;
        });
        Await.until("both run", Delays.large(), () -> started.lines().size() == 2);
        Future<Integer> behind = pool.submit(() -> Worker.current().rank());
        int other = 1 - Integer.parseInt(successor.await());
        ended.add(other);
        assertEquals(other, behind.result(Delays.large()), "it waits for the successor");
        goOn.add("go on");
        for (Future<Integer> gate : gates) {
            gate.result(Delays.large());
        }
        pool.close();
    }

    @Test
    void successor_thatFailsToStart_isNotStartedAgainAtOnce() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark turns = new Mark(directory, "turns");
        ProcessPoolExecutor pool = open(generous().maxTasksPerChild(1).initializer(() -> {
            if (turns.lines().size() == 1) {
                throw new IllegalStateException("on purpose: a successor that does not start");
            }
        }));
        Future<Long> gate = submitGate(pool, goOn);
        turns.add("from now on it fails");
        Future<Long> behind = pool.submit(Workers::pid);
        Workforce workers = ((LoopRunner) pool.loop()).loop().workers;
        try (Logged logged = new Logged()) {
            Await.until("four successors have failed", Delays.large(), () -> {
                long early = count(pool, each -> each.isUnready() && workers.nanosUntilStart() > 0);
                assertEquals(0, early, "one starts before the time has come");
                return logged.lines("did not start").size() >= 4;
            });
        }
        turns.add("from now on it works");
        Await.until("the successor is ready", Delays.large(), () -> ready(pool) == 2);
        goOn.add("go on");
        assertEquals(List.of(1L, 1L), runs(List.of(gate, behind)));
        pool.close();
    }

    @Test
    void tasksBehindASlowOne_areTakenBackForAnotherWorker() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Mark started = new Mark(directory, "started");
        Mark behind = new Mark(directory, "behind");
        Prefetch.Limits impatient = new Prefetch.Limits(HOUR, HOUR, TimeUnit.MILLISECONDS.toNanos(20));
        ProcessPoolExecutor pool = open(generous().maxWorkers(2).ahead(impatient));
        List<Future<Integer>> gates = submit(pool, 2, () -> {
            started.add("started");
            int rank = Worker.current().rank();
            while (rank == FIRST_GIVEN_MORE
                    ? behind.lines().size() < 10
                    : goOn.lines().isEmpty()) {
                Thread.sleep(2);
            }
            return rank;
        });
        Await.until("both run", Delays.large(), () -> started.lines().size() == 2);
        List<Future<Integer>> futures = submit(pool, 10, () -> {
            int rank = Worker.current().rank();
            behind.add(rank);
            return rank;
        });
        goOn.add("go on");
        for (Future<Integer> gate : gates) {
            gate.result(Delays.large());
        }
        for (Future<Integer> future : futures) {
            future.result(Delays.large());
        }
        pool.close();
        assertEquals(10, behind.lines().size(), "each ran once");
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
