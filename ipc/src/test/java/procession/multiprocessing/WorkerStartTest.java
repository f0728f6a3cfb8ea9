// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Task;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Between the start of a worker and its first answer there is nothing that could be done later, or not at all. */
@ExtendWith(LeakCheck.class)
class WorkerStartTest {
    private static final String WORKER = "procession.multiprocessing.internal.worker.WorkerMain";
    private static final String LOGGING = "java.util.logging.LogManager";
    private static final String LOGGING_OF_OURS = "procession.multiprocessing.internal.worker.LogConfiguration";
    private static final String CONCATENATION = "makeConcatWithConstants";

    @TempDir
    Path directory;

    @Test
    void logging_ofATaskThatLogsNothing_isNotStarted() throws Exception {
        assertEquals(Set.of(WORKER), loadedOf(() -> "quiet", WORKER, LOGGING, LOGGING_OF_OURS));
    }

    @Test
    void logging_ofATaskThatLogs_isStarted() throws Exception {
        Task<String> talkative = () -> {
            Logger.getLogger("procession.test.start").fine("nobody listens");
            return "talkative";
        };
        assertEquals(Set.of(WORKER, LOGGING, LOGGING_OF_OURS), loadedOf(talkative, WORKER, LOGGING, LOGGING_OF_OURS));
    }

    @Test
    void strings_areAddedWithoutInvokeDynamic_whoseFirstUseTakesMilliseconds() throws Exception {
        Path classes = Path.of(ProcessPoolExecutor.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            assertEquals(
                    List.of(),
                    files.filter(WorkerStartTest::addsByInvokeDynamic).toList());
        }
    }

    private static boolean addsByInvokeDynamic(Path file) {
        try {
            return file.toString().endsWith(".class")
                    && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CONCATENATION);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Returns which of the classes a worker has loaded for a task. */
    private Set<String> loadedOf(Task<String> task, String... classes) throws Exception {
        Path log = directory.resolve("classes.txt");
        try (ProcessPoolExecutor pool = ProcessPoolExecutor.builder()
                .maxWorkers(1)
                .jvmOptions("-Xlog:class+load:file=" + log)
                .build()) {
            String unused = pool.submit(task).result(Delays.large());
        }
        List<String> loaded = classesIn(log);
        return Stream.of(classes).filter(loaded::contains).collect(Collectors.toSet());
    }

    private static List<String> classesIn(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .map(line -> line.substring(line.indexOf("] ") + 2).split(" ", 2)[0])
                .toList();
    }
}
