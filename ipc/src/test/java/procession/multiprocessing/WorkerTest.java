// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Action;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.Results;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What a worker knows of itself, and when one makes room for another. */
@ExtendWith(LeakCheck.class)
class WorkerTest {
    @TempDir
    Path directory;

    private static ProcessPoolExecutor.Builder workers(int max) {
        return ProcessPoolExecutor.builder().maxWorkers(max);
    }

    /** Runs one task in each of so many workers, at the same time, and returns the rank of each process. */
    private Map<Long, Integer> ranks(ProcessPoolExecutor pool, int workers, String name) throws Exception {
        Mark met = new Mark(directory, name);
        List<Future<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            futures.add(pool.submit(() -> {
                met.add(Workers.pid() + " " + Worker.current().rank());
                while (met.lines().size() < workers) {
                    Thread.sleep(2);
                }
                return Worker.current().rank();
            }));
        }
        for (Future<Integer> future : futures) {
            future.result(Delays.large());
        }
        return met.lines().stream()
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> Long.valueOf(words[0]), words -> Integer.valueOf(words[1])));
    }

    // ---- reports of interrupted threads ----

    /** The interrupt of a thread that writes to a channel closes it, and a worker whose channel is closed is dead. */
    @Test
    void progressAndLog_ofInterruptedThreads_costTheWorkerNothing() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long before = pool.submit(Workers::pid).result(Delays.large());
            boolean[] still = pool.submit(() -> {
                        Thread task = Thread.currentThread();
                        task.interrupt();
                        Worker.current().progress(0.1, "of the task");
                        boolean ofTheTask = Thread.interrupted();
                        boolean[] ofAnother = new boolean[1];
                        Thread another = new Thread(() -> {
                            Thread.currentThread().interrupt();
                            Worker.current().progress(0.2, "of another thread");
                            System.getLogger("interrupted").log(System.Logger.Level.INFO, "of another thread");
                            ofAnother[0] = Thread.currentThread().isInterrupted();
                        });
                        another.start();
                        another.join();
                        Thread interrupter = new Thread(() -> {
                            while (Worker.current().state().get("done") == null) {
                                task.interrupt();
                            }
                        });
                        interrupter.start();
                        for (int i = 0; i < 2000; i++) {
                            Worker.current().progress(0.3, "step " + i);
                        }
                        Worker.current().state().put("done", true);
                        while (interrupter.isAlive()) {
                            Thread.onSpinWait();
                        }
                        return new boolean[] {ofTheTask, ofAnother[0], Thread.interrupted()};
                    })
                    .result(Delays.large());
            assertArrayEquals(new boolean[] {true, true, true}, still);
            assertEquals(before, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    // ---- who am I ----

    @Test
    void rank_isUniqueAndThatOfThePredecessor() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(3)) {
            Map<Long, Integer> first = ranks(pool, 3, "first");
            assertEquals(Set.of(0, 1, 2), new HashSet<>(first.values()));
            long victim = first.entrySet().stream()
                    .filter(entry -> entry.getValue() == 1)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            Workers.kill(victim);
            Await.until("it is gone", () -> Workers.isGone(victim));
            Map<Long, Integer> second = ranks(pool, 3, "second");
            assertEquals(Set.of(0, 1, 2), new HashSet<>(second.values()));
            first.remove(victim);
            first.forEach((pid, rank) -> assertEquals(rank, second.get(pid), "those that live keep theirs"));
        }
    }

    @Test
    void state_survivesTasksAndNotTheWorker() throws Exception {
        try (ProcessPoolExecutor pool = workers(1)
                .initializer(() -> Worker.current().state().put("from the initializer", Workers.pid()))
                .build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            assertEquals(
                    pid,
                    pool.submit(() -> Worker.current().state().get("from the initializer"))
                            .result(Delays.large()));
            for (int i = 1; i <= 3; i++) {
                assertEquals(
                        i,
                        pool.submit(() -> Worker.current()
                                        .state()
                                        .merge("count", 1, (old, one) -> (Integer) old + (Integer) one))
                                .result(Delays.large()));
            }
            assertInstanceOf(
                    WorkerDiedException.class,
                    pool.submit(() -> Runtime.getRuntime().halt(7)).exception(Delays.large()));
            assertEquals(
                    "[from the initializer]",
                    pool.submit(() -> Worker.current().state().keySet().toString())
                            .result(Delays.large()));
        }
    }

    @Test
    void current_outsideOfAWorker_throws() {
        String message = String.valueOf(
                assertThrows(IllegalStateException.class, Worker::current).getMessage());
        assertTrue(message.contains("not a worker"), message);
    }

    @Test
    void current_onAnotherThreadOfAWorker_isTheSame() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    "same",
                    pool.submit(() -> {
                                Worker[] seen = new Worker[1];
                                Thread other = new Thread(() -> seen[0] = Worker.current());
                                other.start();
                                other.join();
                                return seen[0] == Worker.current() ? "same" : "another";
                            })
                            .result(Delays.large()));
        }
    }

    @Test
    void current_inInitializerAndExitHook_isThere() throws Exception {
        Mark said = new Mark(directory, "said");
        try (ProcessPoolExecutor pool = workers(1)
                .initializer(() -> {
                    Worker.current().progress("initializes");
                    Worker.current().state().put("kept", "kept");
                    said.add("initializer " + Worker.current().rank());
                })
                .exitHook(() -> {
                    Worker.current().progress("ends");
                    said.add("exit hook " + Worker.current().rank() + " "
                            + Worker.current().state().get("kept"));
                })
                .build()) {
            assertEquals(0, pool.submit(() -> Worker.current().rank()).result(Delays.large()));
        }
        assertEquals(List.of("initializer 0", "exit hook 0 kept"), said.lines());
    }

    // ---- exit hooks ----

    @Test
    void exitHook_runsInEachWorkerWhenThePoolIsClosed() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        Set<String> pids;
        try (ProcessPoolExecutor pool = workers(2).exitHook(hooks::addPid).build()) {
            pids = ranks(pool, 2, "met").keySet().stream().map(String::valueOf).collect(Collectors.toSet());
            assertEquals(List.of(), hooks.lines());
        }
        assertEquals(2, hooks.lines().size());
        assertEquals(pids, new HashSet<>(hooks.lines()));
    }

    @Test
    void exitHook_runsWhenAWorkerHasDoneItsTasks() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        Set<String> pids = new HashSet<>();
        try (ProcessPoolExecutor pool =
                workers(1).maxTasksPerChild(1).exitHook(hooks::addPid).build()) {
            for (int i = 0; i < 3; i++) {
                pids.add(pool.submit(Workers::pid).result(Delays.large()).toString());
            }
        }
        assertEquals(3, pids.size());
        assertEquals(3, hooks.lines().size());
        assertEquals(pids, new HashSet<>(hooks.lines()));
    }

    @Test
    void exitHook_runsWhenAWorkerWasIdleForTooLong() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        try (ProcessPoolExecutor pool =
                workers(1).idleTimeout(Delays.brief()).exitHook(hooks::addPid).build()) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            assertEquals(pid, hooks.awaitPid());
            Await.until("its end", Delays.large(), () -> Workers.isGone(pid));
        }
        assertEquals(1, hooks.lines().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exitHook_doesNotRunInAWorkerThatIsKilled(boolean byThePool) throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        ProcessPoolExecutor pool = workers(1).exitHook(hooks::addPid).build();
        long pid = pool.submit(Workers::pid).result(Delays.large());
        if (byThePool) {
            pool.killWorkers();
        } else {
            Workers.kill(pid);
            Await.until("its end", () -> Workers.isGone(pid));
            pool.close();
        }
        assertTrue(pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertTrue(Workers.isGone(pid));
        assertEquals(List.of(), hooks.lines());
    }

    @Test
    void exitHook_thatThrows_isPrintedAndChangesNothing() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        try (Captured printed = new Captured()) {
            try (ProcessPoolExecutor pool = workers(1)
                    .exitHook(() -> {
                        hooks.addPid();
                        throw new IllegalStateException("in the exit hook, on purpose");
                    })
                    .build()) {
                assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
            }
            printed.awaitErr("in the exit hook, on purpose");
        }
        assertEquals(1, hooks.lines().size());
    }

    @Test
    void exitHook_thatDoesNotEnd_isKilled() throws Exception {
        Mark hooks = new Mark(directory, "hooks");
        try (ProcessPoolExecutor pool = workers(1)
                .exitHook(() -> {
                    hooks.addPid();
                    Workers.never();
                })
                .build()) {
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
        assertTrue(Workers.isGone(hooks.awaitPid()));
    }

    // ---- recycling ----

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 1", "2, 2", "3, 3", "7, 2", "40, 1", "1000, 2"})
    void maxTasksPerChild_replacesWorkersAndStrandsNoTask(int tasks, int max) throws Exception {
        List<Future<Long>> futures = new ArrayList<>();
        Map<Long, Integer> tasksOf = new HashMap<>();
        int count = Math.min(40, 6 * tasks);
        try (ProcessPoolExecutor pool = workers(max).maxTasksPerChild(tasks).build()) {
            for (int i = 0; i < count; i++) {
                futures.add(pool.submit(Workers::pid));
            }
            for (Future<Long> future : futures) {
                tasksOf.merge(future.result(Delays.large()), 1, Integer::sum);
            }
            tasksOf.forEach((pid, done) -> assertTrue(done <= tasks, done + " tasks in one worker"));
            assertTrue(tasksOf.size() >= (count + tasks - 1) / tasks, tasksOf::toString);
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void maxTasksPerChild_oneAfterTheOther_replacesThemToo() throws Exception {
        List<Long> pids = new ArrayList<>();
        try (ProcessPoolExecutor pool = workers(1).maxTasksPerChild(2).build()) {
            for (int i = 0; i < 6; i++) {
                pids.add(pool.submit(Workers::pid).result(Delays.large()));
            }
        }
        for (int i = 0; i < 6; i += 2) {
            assertEquals(pids.get(i), pids.get(i + 1));
        }
        assertEquals(3, new HashSet<>(pids).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void maxTasksPerChild_withChunks_losesNoItem(int tasks) throws Exception {
        try (ProcessPoolExecutor pool = workers(2).maxTasksPerChild(tasks).build();
                Results<Integer> results = pool.map(
                        item -> item * item, IntStream.range(0, 12).boxed().toList(), MapOptions.chunksize(4))) {
            for (int i = 0; i < 12; i++) {
                assertEquals(i * i, results.next());
            }
        }
    }

    @Test
    void maxTasksPerChild_whoseLastTaskDies_isReplaced() throws Exception {
        try (ProcessPoolExecutor pool = workers(1).maxTasksPerChild(2).build()) {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                futures.add(pool.submit(() -> {
                    if (number % 2 == 1) {
                        Runtime.getRuntime().halt(7);
                    }
                    return number;
                }));
            }
            for (int i = 0; i < 8; i++) {
                if (i % 2 == 1) {
                    assertInstanceOf(WorkerDiedException.class, futures.get(i).exception(Delays.large()));
                } else {
                    assertEquals(i, futures.get(i).result(Delays.large()));
                }
            }
        }
    }

    @Test
    void maxTasksPerChild_keepsRanksInRange() throws Exception {
        try (ProcessPoolExecutor pool = workers(2).maxTasksPerChild(1).build()) {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                futures.add(pool.submit(() -> Worker.current().rank()));
            }
            Set<Integer> seen = new HashSet<>();
            for (Future<Integer> future : futures) {
                seen.add(future.result(Delays.large()));
            }
            assertTrue(Set.of(0, 1).containsAll(seen), seen::toString);
        }
    }

    // ---- idleness ----

    @Test
    void idleTimeout_endsWorkersAndLaterTasksStartOthers() throws Exception {
        try (ProcessPoolExecutor pool = workers(2).idleTimeout(Delays.brief()).build()) {
            for (int round = 0; round < 2; round++) {
                Set<Long> pids = ranks(pool, 2, "round-" + round).keySet();
                assertEquals(2, pids.size());
                Await.until(
                        "no more workers",
                        Delays.large(),
                        () -> Workers.children().isEmpty());
                for (long pid : pids) {
                    assertTrue(Workers.isGone(pid));
                }
            }
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void idleTimeout_doesNotCountWork() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        try (ProcessPoolExecutor pool = workers(1).idleTimeout(Delays.brief()).build()) {
            Future<Long> future = pool.submit(() -> {
                started.addPid();
                goOn.pass();
                return Workers.pid();
            });
            long pid = started.awaitPid();
            Await.sleep(Delays.small());
            assertFalse(Workers.isGone(pid));
            goOn.add("go on");
            assertEquals(pid, future.result(Delays.large()));
        }
    }

    @Test
    void idleTimeout_andTasksAtTheSameMoment_loseNone() throws Exception {
        Duration idle = Delays.brief().dividedBy(5);
        Set<Long> pids = new HashSet<>();
        try (ProcessPoolExecutor pool = workers(1).idleTimeout(idle).build()) {
            for (int i = 0; i < 8; i++) {
                pids.add(pool.submit(Workers::pid).result(Delays.large()));
                Await.sleep(idle.minusMillis(2).plusMillis(i % 5));
            }
        }
        assertFalse(pids.contains(Workers.pid()));
    }

    // ---- arguments ----

    @Test
    void builder_outOfRange_refuses() {
        for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertRefused("maxWorkers", wrong, builder -> builder.maxWorkers(wrong));
            assertRefused("maxTasksPerChild", wrong, builder -> builder.maxTasksPerChild(wrong));
        }
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertRefused("startTimeout", wrong, builder -> builder.startTimeout(wrong));
            assertRefused("idleTimeout", wrong, builder -> builder.idleTimeout(wrong));
            assertRefused("taskTimeout", wrong, builder -> builder.taskTimeout(wrong));
        }
        for (String wrong : List.of("", "Xmx1g", " -Xmx1g")) {
            assertRefused("jvmOptions", "\"" + wrong + "\"", builder -> builder.jvmOptions("-Xmx1g", wrong));
        }
        assertThrows(IllegalArgumentException.class, () -> new ProcessPoolExecutor(0));
    }

    private static void assertRefused(
            String name, Object value, Function<ProcessPoolExecutor.Builder, ProcessPoolExecutor.Builder> call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> call.apply(ProcessPoolExecutor.builder()))
                        .getMessage());
        assertTrue(message.contains(name), message);
        assertTrue(message.contains(value.toString()), message);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tested
    void builder_null_refuses() {
        ProcessPoolExecutor.Builder builder = ProcessPoolExecutor.builder();
        assertThrows(NullPointerException.class, () -> builder.initializer(null));
        assertThrows(NullPointerException.class, () -> builder.exitHook(null));
        assertThrows(NullPointerException.class, () -> builder.startTimeout(null));
        assertThrows(NullPointerException.class, () -> builder.idleTimeout(null));
        assertThrows(NullPointerException.class, () -> builder.taskTimeout(null));
        assertThrows(NullPointerException.class, () -> builder.objectInputFilter(null));
        assertThrows(NullPointerException.class, () -> builder.jvmOptions((String) null));
    }

    @Test
    void builder_actionThatCannotTravel_isRefusedByName() {
        Object local = new Object();
        Action action = () -> System.out.println(local);
        for (ProcessPoolExecutor.Builder builder : List.of(
                ProcessPoolExecutor.builder().initializer(action),
                ProcessPoolExecutor.builder().exitHook(action))) {
            NotTransferableException refused = assertThrows(NotTransferableException.class, builder::build);
            assertTrue(String.valueOf(refused.getMessage()).contains("java.lang.Object"), refused::toString);
        }
    }

    @Test
    void builder_durationsOfCenturies_areNoLimits() throws Exception {
        Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
        try (ProcessPoolExecutor pool = workers(1)
                .startTimeout(ages)
                .idleTimeout(ages)
                .taskTimeout(ages)
                .build()) {
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }
}
