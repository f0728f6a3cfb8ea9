// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.launch.ProcessSettings;
import procession.multiprocessing.internal.launch.Rendezvous;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutgoingFrame;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** No worker outlives its parent, however that ends; and no parent is kept alive by its pool. */
@ExtendWith(LeakCheck.class)
class OrphanTest {
    /** How Linux numbers the signal by which a worker ends itself. */
    private static final int SIGIO = 29;

    /** What a worker ends itself with where it has no signal for that. */
    private static final int HALTED = 70;

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

    private void assertWorkersEndWithTheirParent(String kind, List<String> workerOptions) throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("t"));
        Mark pids = new Mark(directory, "pids");
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
            parent.process().destroyForcibly();
            for (String pid : pids.lines()) {
                Await.until("the end of worker " + pid, Delays.large(), () -> Workers.isGone(Long.parseLong(pid)));
            }
            assertEquals(128 + 9, parent.exitCode());
            assertEquals(List.of(), leftIn(temporary));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counting", "in native code"})
    void workers_whoseParentIsKilled_end(String kind) throws Exception {
        assertWorkersEndWithTheirParent(kind, List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void workers_withAnotherCollector_endToo(String collector) throws Exception {
        assertWorkersEndWithTheirParent("counting", List.of(collector));
    }

    /**
     * How quickly it ends is seen from its status, whatever else the machine does: by a signal, which waits for no thread
     * of the JVM, as halt() does for those in native code and for compilers.
     */
    @Test
    void worker_whoseParentIsGone_waitsForNoneOfItsThreads() throws Exception {
        Mark ready = new Mark(directory, "ready");
        Process body = new Process("orphan", () -> {
            while (Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals("main"))) {
                Thread.onSpinWait(); // it does its last preparations
            }
            ready.addPid();
            Workers.never();
        });
        byte[] encoded = ClassServer.encode(new ProcessBody(body, "nobody"), ClassSource.ofCaller());
        WorkerCommand command = WorkerCommand.createAlone(OrphanTest.class.getClassLoader(), List.of());
        Rendezvous meeting = Rendezvous.start(command, "orphan", ProcessSettings.NONE);
        try {
            java.lang.Process orphan = meeting.worker();
            WorkerCommand.introduce(orphan, new byte[FrameDescriptor.TOKEN_BYTES]);
            List<SocketChannel> accepted = new ArrayList<>();
            Await.until("its connection", Delays.large(), () -> {
                SocketChannel channel = meeting.listener().accept();
                return channel != null && accepted.add(channel);
            });
            try (SocketChannel channel = accepted.get(0)) {
                OutgoingFrame run = new OutgoingFrame(FrameDescriptor.RUN, 0, encoded);
                boolean written = false;
                while (!written) {
                    written = run.writeTo(channel);
                }
                ready.await();
            }
            assertTrue(orphan.waitFor(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
            boolean linux = "Linux".equals(System.getProperty("os.name"));
            assertEquals(linux ? 128 + SIGIO : HALTED, orphan.exitValue());
        } finally {
            meeting.abandon();
        }
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
