// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** Programs in which pools once failed: each is a JVM of its own, because what matters is the state of all of it. */
@ExtendWith(LeakCheck.class)
class ParentRegressionTest {
    private static final int ROUNDS = 3;

    @TempDir
    Path directory;

    private static void assertSays(String expected, ProcessHarness.Child child) {
        assertEquals(0, child.exitCode(), () -> child.output() + child.errors());
        assertEquals(expected, child.output().strip(), child::errors);
    }

    /** Every thread of the common pool waits for a task whose worker dies. */
    static final class Saturated {
        public static void main(String[] arguments) throws Exception {
            Mark goOn = new Mark(arguments[0]);
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                Future<?> dying = pool.submit(() -> {
                    goOn.pass();
                    Runtime.getRuntime().halt(7);
                });
                int threads = ForkJoinPool.commonPool().getParallelism();
                for (int i = 0; i < threads; i++) {
                    ForkJoinPool.commonPool().execute(() -> {
                        try {
                            goOn.add("waits");
                            Throwable unused = dying.exception();
                        } catch (Exception failure) {
                            throw new IllegalStateException(failure);
                        }
                    });
                }
                while (goOn.lines().size() < threads) {
                    Thread.onSpinWait();
                }
                Throwable failure = dying.exception(Delays.large());
                System.out.println(threads + " threads, "
                        + (failure == null ? "" : failure.getClass().getSimpleName()));
            }
        }
    }

    @Test
    void commonPool_withoutAFreeThread_hidesNoDeath() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            assertSays(
                    "3 threads, WorkerDiedException",
                    processes.java(
                            Saturated.class,
                            List.of("-Djava.util.concurrent.ForkJoinPool.common.parallelism=3"),
                            new Mark(directory, "go-on").path()));
        }
    }

    /** Submits a task and ends. */
    static final class Hasty {
        public static void main(String[] arguments) throws Exception {
            Mark ran = new Mark(arguments[0]);
            ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
            if (arguments[1].equals("idle")) {
                long deadline = System.nanoTime() + Delays.large().toNanos();
                while (!isIdle(pool) && System.nanoTime() < deadline) {
                    Thread.sleep(2);
                }
            }
            Future<?> unused = pool.submit(() -> ran.add("ran"));
        }

        /** Returns whether the pool would let the program end. */
        private static boolean isIdle(ProcessPoolExecutor pool) {
            return Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.isDaemon() && pool.toString().contains(" " + thread.getName() + "["));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "idle"})
    void submit_asTheLastStatement_isDone(String kind) throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            for (int round = 0; round < ROUNDS; round++) {
                Mark ran = new Mark(directory, "ran-" + round);
                assertSays("", processes.java(Hasty.class, List.of(), ran.path(), kind));
                assertEquals(List.of("ran"), ran.lines());
            }
        }
    }

    /** Says whether a worker has a module. */
    static final class Modular {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                System.out.println(pool.submit(
                                () -> ModuleLayer.boot().findModule("extra.mod").isPresent())
                        .result(Delays.large()));
            }
        }
    }

    @Test
    void program_onTheClassPathWithModulesBesideIt_hasThemInItsWorkers() throws Exception {
        Path source = directory.resolve("module-info.java");
        Path modules = directory.resolve("modules");
        Files.writeString(source, "module extra.mod { }");
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-d",
                                modules.resolve("extra.mod").toString(),
                                source.toString()));
        try (ProcessHarness processes = new ProcessHarness()) {
            assertSays(
                    "true",
                    processes.java(
                            Modular.class, List.of("--module-path", modules.toString(), "--add-modules", "extra.mod")));
        }
    }

    /** Uses four workers at once. */
    static final class Busy {
        public static void main(String[] arguments) throws Exception {
            Mark met = new Mark(arguments[0]);
            List<Future<byte[]>> futures = new ArrayList<>();
            int sum = 0;
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(4)) {
                for (int i = 0; i < 4; i++) {
                    byte[] argument = new byte[1_000_000];
                    futures.add(pool.submit(() -> {
                        met.addPid();
                        while (met.lines().size() < 4) {
                            Thread.sleep(2);
                        }
                        return argument;
                    }));
                }
                for (Future<byte[]> future : futures) {
                    sum += future.result(Delays.large()).length;
                }
            }
            System.out.println(sum);
        }
    }

    @Test
    void directMemory_ofOneMegabyte_isEnough() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            assertSays(
                    "4000000",
                    processes.java(
                            Busy.class, List.of("-XX:MaxDirectMemorySize=1m"), new Mark(directory, "met").path()));
        }
    }

    /** Keeps the futures of more arguments than it has memory for. */
    static final class Hoarder {
        public static void main(String[] arguments) throws Exception {
            List<Future<Integer>> kept = new ArrayList<>();
            long sum = 0;
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                for (int i = 0; i < 40; i++) {
                    kept.add(submitLarge(pool));
                    sum += kept.get(i).result(Delays.large());
                }
            }
            System.out.println(sum + " of " + kept.size());
        }

        private static Future<Integer> submitLarge(ProcessPoolExecutor pool) {
            byte[] argument = new byte[5_000_000];
            return pool.submit(() -> argument.length);
        }
    }

    @Test
    void arguments_ofTasksThatAreDone_areGarbage() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            assertSays("200000000 of 40", processes.java(Hoarder.class, List.of("-Xmx64m", "-XX:+UseSerialGC")));
        }
    }

    /** Runs a task, and says where sockets would be. */
    static final class Simple {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                System.out.println(pool.submit(() -> "done").result(Delays.large()));
            }
        }
    }

    @Test
    void temporaryDirectory_tooLongInBytesOnly_isReplaced() throws Exception {
        // Shorter than a socket's path may be if it is counted in characters.
        String name = "ü".repeat(Math.max(1, (85 - directory.toString().length()) / 2 * 2));
        assertTrue(name.length() > 1, directory::toString);
        Path wide = Files.createDirectories(directory.resolve(name));
        try (ProcessHarness processes = new ProcessHarness()) {
            assertSays("done", processes.java(Simple.class, List.of("-Djava.io.tmpdir=" + wide)));
        }
    }
}
