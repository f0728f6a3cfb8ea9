// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What workers log comes here. */
@ExtendWith(LeakCheck.class)
class WorkerLogTest {
    private static final String NAME = "procession.test.worker.log";

    /** Keeps what a logger of this JVM gets, and can hold up whoever logs. */
    private static final class Heard extends Handler {
        final List<LogRecord> records = new CopyOnWriteArrayList<>();
        final Logger logger;
        final boolean used;
        volatile CountDownLatch gate = new CountDownLatch(0);

        /** How long it takes for each. */
        volatile Duration work = Duration.ZERO;

        Heard(String name) {
            logger = Logger.getLogger(name);
            used = logger.getUseParentHandlers();
            logger.addHandler(this);
            logger.setUseParentHandlers(false);
        }

        @Override
        public void publish(LogRecord record) {
            try {
                assertTrue(gate.await(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
            }
            Await.sleep(work);
            records.add(record);
        }

        LogRecord await(String text) {
            Await.until(text + " is logged", () -> find(text) != null);
            LogRecord found = find(text);
            if (found == null) {
                throw new AssertionError();
            }
            return found;
        }

        private @Nullable LogRecord find(String text) {
            return records.stream()
                    .filter(record -> record.getMessage().contains(text))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            gate.countDown();
            logger.removeHandler(this);
            logger.setUseParentHandlers(used);
            logger.setLevel(null);
        }
    }

    private static ProcessPoolExecutor.Builder one() {
        return ProcessPoolExecutor.builder().maxWorkers(1);
    }

    @Test
    void log_ofATask_comesHereWithItsNameLevelAndTag() throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor = one().build()) {
            executor.submit(() -> System.getLogger(NAME).log(System.Logger.Level.INFO, "one {0}", 1))
                    .result();
            executor.submit(() -> Logger.getLogger(NAME).warning("two")).result();
            executor.submit(() -> System.getLogger(NAME)
                            .log(System.Logger.Level.ERROR, "three", new IllegalStateException("thrown there")))
                    .result();
            LogRecord first = heard.await("one 1");
            assertEquals(Level.INFO, first.getLevel());
            assertTrue(first.getMessage().matches("\\[procession-pool-\\d+-worker-1 task 1] one 1"), first::getMessage);
            LogRecord second = heard.await("two");
            assertEquals(Level.WARNING, second.getLevel());
            assertTrue(second.getMessage().contains("worker-1 task 2] two"), second::getMessage);
            LogRecord third = heard.await("three");
            assertEquals(Level.SEVERE, third.getLevel());
            assertTrue(third.getMessage().contains("java.lang.IllegalStateException: thrown there"), third::getMessage);
            assertTrue(third.getMessage().contains("at " + WorkerLogTest.class.getName()), third::getMessage);
        } finally {
            heard.close();
        }
        assertEquals(3, heard.records.size());
    }

    @Test
    void levels_areThoseOfTheParent_orWhatTheBuilderSays() throws Exception {
        Heard heard = new Heard(NAME);
        heard.logger.setLevel(Level.FINE);
        try (ProcessPoolExecutor executor = one().build();
                ProcessPoolExecutor quiet =
                        one().logLevel(System.Logger.Level.ERROR).build();
                ProcessPoolExecutor talkative =
                        one().logLevel(System.Logger.Level.TRACE).build()) {
            assertTrue(executor.submit(() -> {
                        Logger.getLogger(NAME).finer("finer");
                        Logger.getLogger(NAME).fine("fine");
                        Logger.getLogger("procession.test.other").fine("other");
                        return !Logger.getLogger("procession.test.other").isLoggable(Level.FINE)
                                && Logger.getLogger(NAME).isLoggable(Level.FINE);
                    })
                    .result());
            quiet.submit(() -> {
                        Logger.getLogger(NAME).warning("warning");
                        Logger.getLogger(NAME).severe("severe");
                    })
                    .result();
            assertTrue(talkative
                    .submit(() -> Logger.getLogger("procession.test.other").isLoggable(Level.FINER))
                    .result());
        } finally {
            heard.close();
        }
        assertEquals(2, heard.records.size(), () -> "" + heard.records);
        heard.await("] fine");
        heard.await("] severe");
    }

    @Test
    void log_beforeADeath_comesAllTheSame() throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor = one().build()) {
            Throwable failure = executor.submit(() -> {
                        for (int i = 0; i < 100; i++) {
                            Logger.getLogger(NAME).info("line " + i);
                        }
                        Runtime.getRuntime().halt(9);
                    })
                    .exception();
            assertInstanceOf(WorkerDiedException.class, failure);
        } finally {
            heard.close();
        }
        assertEquals(100, heard.records.size());
    }

    @Test
    void log_withoutEnd_isDropped_andThatIsSaid_whileTheHandlersHang() throws Exception {
        Heard heard = new Heard(NAME);
        Heard ours = new Heard("procession.multiprocessing");
        heard.gate = new CountDownLatch(1);
        int lines = 3_000;
        try (ProcessPoolExecutor executor =
                ProcessPoolExecutor.builder().maxWorkers(2).build()) {
            String line = "x".repeat(2_000);
            int logged = executor.submit(() -> {
                        for (int i = 0; i < lines; i++) {
                            Logger.getLogger(NAME).info(line);
                        }
                        return lines;
                    })
                    .result();
            assertEquals(lines, logged); // the task went on, and so did the pool
            assertEquals(1, executor.submit(() -> 1).result());
            heard.gate.countDown();
            LogRecord said = ours.await("log messages were dropped");
            int dropped =
                    Integer.parseInt(said.getMessage().replaceAll("^\\[.*] (\\d+) log messages were dropped.*$", "$1"));
            Await.until("the others are logged", () -> heard.records.size() == lines - dropped);
            assertTrue(dropped > lines / 2, () -> dropped + " dropped");
        } finally {
            heard.close();
            ours.close();
        }
    }

    @Test
    void log_thatIsTakenInTime_isComplete() throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor = one().build()) {
            String line = "y".repeat(10_000);
            executor.submit(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            Logger.getLogger(NAME).info(line);
                        }
                    })
                    .result();
        } finally {
            heard.close();
        }
        assertEquals(1_000, heard.records.size());
        assertTrue(heard.records.get(999).getMessage().endsWith("yyy"));
    }

    @Test
    void log_ofAWorkerOfAWorker_comesHereWithBothTags() throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor = one().build()) {
            executor.submit(() -> {
                        try (ProcessPoolExecutor inner = one().build()) {
                            inner.submit(() -> Logger.getLogger(NAME).info("from within"))
                                    .result();
                        }
                    })
                    .result();
            LogRecord record = heard.await("from within");
            assertTrue(
                    record.getMessage()
                            .matches("\\[procession-pool-\\d+-worker-1 task 1] \\[procession-pool-1-worker-1 task 1] "
                                    + "from within"),
                    record::getMessage);
        } finally {
            heard.close();
        }
    }

    @Test
    void log_whoseMessageCannotBeMade_hurtsNobody() throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor = one().build()) {
            executor.submit(() -> {
                        Logger.getLogger(NAME).log(Level.INFO, "{0}", new Wordless());
                        Logger.getLogger(NAME).info("z".repeat(100_000));
                    })
                    .result();
            LogRecord cut = heard.await("zzz");
            assertTrue(cut.getMessage().endsWith("(cut)"), "is cut");
            assertTrue(cut.getMessage().length() < 20_000);
        } finally {
            heard.close();
        }
    }

    private static final class Wordless {
        @Override
        public String toString() {
            throw new UnsupportedOperationException("no words");
        }
    }

    @Test
    void log_ofAProcess_comesHereWithItsName_unlessItsOutputDoesNot(@TempDir Path directory) throws Exception {
        Heard heard = new Heard(NAME);
        Path file = directory.resolve("output");
        try (Process process =
                        new Process("logging", () -> Logger.getLogger(NAME).info("from a process"));
                Process apart = Process.builder(() -> Logger.getLogger(NAME).info("apart"))
                        .output(ProcessOutput.file(file))
                        .build()) {
            process.start();
            apart.start();
            assertEquals(
                    "[logging] from a process", heard.await("from a process").getMessage());
            apart.join();
            assertTrue(Files.readString(file).contains("apart"));
        } finally {
            heard.close();
        }
        assertEquals(1, heard.records.size());
    }

    /** Logs before it needs a class that only its parent has. */
    private static final String TALKER = "class Talker { public static Action make() { return () -> {"
            + " java.util.logging.Logger.getLogger(\"" + NAME + "\").info(\"before the class\");"
            + " System.exit(new Needed().code()); }; } }";

    private static final String NEEDED = "class Needed { public int code() { return 5; } }";

    @Test
    void log_ofAProcess_holdsUpNoClasses_whileTheHandlersHang(@TempDir Path directory) throws Exception {
        Heard heard = new Heard(NAME);
        heard.gate = new CountDownLatch(1);
        try {
            InMemory loader = InMemory.of(directory, TALKER, NEEDED);
            Process process = loader.asContext(() -> new Process((Action) loader.made("Talker")));
            assertEquals(5, Children.run(process));
            assertEquals(List.of(), heard.records);
            heard.gate.countDown();
            heard.await("before the class");
        } finally {
            heard.close();
        }
    }

    @Test
    void joinOfAProcess_comesBehindSlowHandlers() throws Exception {
        Heard heard = new Heard(NAME);
        heard.work = Duration.ofMillis(500); // whatever the delays of tests are: join() waits for some seconds at most
        try {
            assertEquals(0, Children.run(new Process(() -> {
                for (int i = 0; i < 3; i++) {
                    Logger.getLogger(NAME).info("line " + i);
                }
            })));
            assertEquals(3, heard.records.size());
        } finally {
            heard.close();
        }
    }

    /** A code that would be taken for SIGKILL, were it not known that the process had said goodbye. */
    @Test
    void joinOfAProcess_isNotHeldUpByHandlersThatHang_andKnowsItsExitCode() throws Exception {
        Heard heard = new Heard(NAME);
        heard.gate = new CountDownLatch(1);
        try {
            Process process = new Process(() -> {
                Logger.getLogger(NAME).info("the last");
                System.exit(137);
            });
            assertEquals(137, Children.run(process));
            assertEquals(List.of(), heard.records);
            heard.gate.countDown();
            heard.await("the last");
            assertEquals(137, process.exitcode().orElseThrow());
        } finally {
            heard.close();
        }
    }

    @Test
    void handlerThatThrows_losesItsOwnLineOnly() throws Exception {
        Heard heard = new Heard(NAME);
        Handler rude = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getMessage().contains("bad")) {
                    throw new IllegalStateException("rude");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        heard.logger.addHandler(rude);
        try (ProcessPoolExecutor executor = one().build()) {
            executor.submit(() -> {
                        Logger.getLogger(NAME).info("bad");
                        Logger.getLogger(NAME).info("good");
                    })
                    .result();
            heard.await("good");
        } finally {
            heard.logger.removeHandler(rude);
            heard.close();
        }
    }

    /** Begins with logging before the worker's own code runs. */
    static final class Agent {
        public static void premain(String options) {
            Logger.getLogger(NAME).fine("nobody listens yet");
        }
    }

    private static Path jarOf(Class<?> agent, Path directory) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", agent.getName());
        Path jar = directory.resolve("agent.jar");
        try (OutputStream file = Files.newOutputStream(jar)) {
            new JarOutputStream(file, manifest).close(); // its class is on the class path
        }
        return jar;
    }

    @Test
    void log_ofAWorkerWhoseAgentHasLoggedBefore_comesHereToo(@TempDir Path directory) throws Exception {
        Heard heard = new Heard(NAME);
        try (ProcessPoolExecutor executor =
                one().jvmOptions("-javaagent:" + jarOf(Agent.class, directory)).build()) {
            executor.submit(() -> Logger.getLogger(NAME).info("behind the agent"))
                    .result(Delays.large());
            heard.await("behind the agent");
        } finally {
            heard.close();
        }
    }

    @Test
    void jvmOptionsThatConfigureLogs_win() throws Exception {
        Heard heard = new Heard(NAME);
        try (Captured captured = new Captured();
                ProcessPoolExecutor executor = one().jvmOptions(
                                "-Djava.util.logging.config.file=/nonexistent/logging.properties")
                        .build()) {
            executor.submit(() -> Logger.getLogger(NAME).info("not forwarded")).result();
            assertFalse(captured.out().contains("not forwarded"));
        } finally {
            heard.close();
        }
        assertEquals(List.of(), heard.records);
    }
}
