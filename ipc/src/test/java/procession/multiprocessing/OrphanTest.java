// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** No worker outlives its parent, however that ends; and no parent is kept alive by its pool. */
@ExtendWith(LeakCheck.class)
class OrphanTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path directory;

    /** A program with a busy and an idle worker, which waits to be killed. */
    static final class Parent {
        static volatile long sink;

        public static void main(String[] arguments) throws Exception {
            Mark pids = new Mark(arguments[0]);
            String kind = arguments[1];
            ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                    .maxWorkers(2)
                    .jvmOptions(Arrays.copyOfRange(arguments, 2, arguments.length))
                    .build();
            List<Future<?>> futures = Stream.of(1, 2)
                    .<Future<?>>map(number -> pool.submit(() -> {
                        warmUp();
                        pids.addPid();
                        while (pids.lines().size() < 2) {
                            Thread.onSpinWait();
                        }
                        if (number == 1 && kind.equals("counting")) {
                            countForEver();
                        } else if (number == 1) {
                            new ServerSocket(0).accept();
                        }
                    }))
                    .toList();
            futures.get(0).get();
        }

        /** A loop of the kind that a JIT compiler makes without a way to stop it. */
        private static long count(int limit) {
            long sum = 0;
            for (int i = 0; i < limit; i++) {
                sum += (long) i * i ^ sum >>> 3;
            }
            return sum;
        }

        /** Returns once the loop is compiled. */
        static void warmUp() {
            for (int i = 0; i < 20_000; i++) {
                sink = count(1_000);
            }
        }

        @SuppressWarnings("InfiniteLoopStatement")
        static void countForEver() {
            while (true) {
                sink = count(Integer.MAX_VALUE);
            }
        }
    }

    private static List<String> leftIn(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            // The JVM leaves this one in every temporary directory that it is given.
            return files.map(Path::toString)
                    .filter(file -> !file.contains("hsperfdata"))
                    .toList();
        }
    }

    /** Returns how long both workers outlived their parent, in nanoseconds. */
    private long outlived(int round, String kind, List<String> workerOptions) throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t" + round));
        Mark pids = new Mark(directory, "pids-" + round);
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child parent = processes.java(
                    Parent.class,
                    List.of("-Djava.io.tmpdir=" + temporary),
                    Stream.concat(Stream.of(pids.path(), kind), workerOptions.stream())
                            .toArray(String[]::new));
            Await.until("both workers", Delays.large(), () -> {
                assertTrue(parent.process().isAlive(), parent::errors);
                return pids.lines().size() == 2;
            });
            long killed = System.nanoTime();
            parent.process().destroyForcibly();
            for (String pid : pids.lines()) {
                Await.until(
                        "the end of worker " + pid,
                        Duration.ofSeconds(2).plus(Delays.medium()),
                        () -> Workers.isGone(Long.parseLong(pid)));
            }
            long took = System.nanoTime() - killed;
            assertEquals(128 + 9, parent.exitCode());
            assertEquals(List.of(), leftIn(temporary));
            return took;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counting", "in native code"})
    void workers_whoseParentIsKilled_endAtOnce(String kind) throws Exception {
        long[] millis = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            millis[round] = outlived(round, kind, List.of()) / 1_000_000;
        }
        System.out.println("workers " + kind + " outlived their parent by (ms) " + Arrays.toString(millis));
        long best = Arrays.stream(millis).min().orElseThrow(); // a busy machine delays some, halt() would delay all
        assertTrue(best < Math.max(100, Delays.brief().multipliedBy(2).toMillis()), () -> Arrays.toString(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void workers_withAnotherCollector_endToo(String collector) throws Exception {
        long millis = outlived(0, "counting", List.of(collector)) / 1_000_000;
        System.out.println("workers with " + collector + " outlived their parent by (ms) " + millis);
        assertTrue(millis < Delays.medium().toMillis(), () -> millis + " ms");
    }

    /** A program that is killed while its workers start. */
    static final class HastyParent {
        public static void main(String[] arguments) throws Exception {
            ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
            Future<Integer> first = pool.submit(() -> 1);
            Future<Integer> second = pool.submit(() -> 2);
            System.out.println("submitted");
            System.out.println(first.result() + second.result());
            Workers.never();
        }
    }

    @Test
    void workers_whoseParentIsKilledWhileTheyStart_endToo() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            Path temporary = Files.createDirectory(directory.resolve("t"));
            ProcessHarness.Child parent = processes.java(HastyParent.class, List.of("-Djava.io.tmpdir=" + temporary));
            Await.until(
                    "two processes",
                    Delays.large(),
                    () -> parent.process().children().count() == 2);
            List<ProcessHandle> workers = parent.process().children().toList();
            parent.kill();
            for (ProcessHandle worker : workers) {
                Await.until("the end of worker " + worker.pid(), Delays.large(), () -> Workers.isGone(worker.pid()));
            }
            assertEquals(List.of(), leftIn(temporary));
        }
    }

    /** A program that forgets to close its pool. */
    static final class ForgetfulParent {
        public static void main(String[] arguments) throws Exception {
            Mark done = new Mark(arguments[0]);
            ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
            for (int i = 0; i < 10; i++) {
                int number = i;
                pool.submit(() -> done.add(number)).addDoneCallback(future -> System.out.println("done " + number));
            }
        }
    }

    @Test
    void program_thatForgetsToClose_endsWithItsTasksDone() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            Path temporary = Files.createDirectory(directory.resolve("t"));
            Mark done = new Mark(directory, "done");
            ProcessHarness.Child parent =
                    processes.java(ForgetfulParent.class, List.of("-Djava.io.tmpdir=" + temporary), done.path());
            assertEquals(0, parent.exitCode(), parent::errors);
            assertEquals(10, done.lines().size());
            assertEquals(
                    10,
                    parent.output()
                            .lines()
                            .filter(line -> line.startsWith("done "))
                            .count());
            assertEquals("", parent.errors());
            assertEquals(List.of(), leftIn(temporary));
        }
    }

    /** A program that exits in the middle of its tasks. */
    static final class ExitingParent {
        public static void main(String[] arguments) throws Exception {
            Mark pids = new Mark(arguments[0]);
            ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
            for (int i = 0; i < 2; i++) {
                pool.submit(() -> {
                            pids.addPid();
                            Workers.never();
                        })
                        .addDoneCallback(done -> System.out.println("done"));
            }
            while (pids.lines().size() < 2) {
                Thread.onSpinWait();
            }
            System.exit(5);
        }
    }

    @Test
    void program_thatExits_takesItsWorkersAlong() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            Path temporary = Files.createDirectory(directory.resolve("t"));
            Mark pids = new Mark(directory, "pids");
            ProcessHarness.Child parent =
                    processes.java(ExitingParent.class, List.of("-Djava.io.tmpdir=" + temporary), pids.path());
            assertEquals(5, parent.exitCode(), parent::errors);
            for (String pid : pids.lines()) {
                Await.until("the end of worker " + pid, () -> Workers.isGone(Long.parseLong(pid)));
            }
            assertEquals(List.of(), leftIn(temporary));
        }
    }
}
