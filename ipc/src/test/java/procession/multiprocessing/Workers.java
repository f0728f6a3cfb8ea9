// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import procession.testing.Await;
import procession.testing.Delays;

/** What tests do to worker processes, and in them. */
final class Workers {
    private Workers() {}

    /** In a task: never ends by itself. */
    static void never() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    static long pid() {
        return ProcessHandle.current().pid();
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    static void kill(long pid, String signal) throws IOException, InterruptedException {
        int code = killIfThere(pid, signal);
        if (code != 0) {
            throw new AssertionError("kill -" + signal + " " + pid + " ended with code " + code);
        }
        if (signal.equals("STOP")) {
            Await.until(pid + " is stopped", Delays.large(), () -> isStopped(pid));
        }
    }

    /** Whether all threads of a process stand still; the first one that hears of the signal has to tell the others. */
    private static boolean isStopped(long pid) throws IOException {
        Path threads = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(threads)) {
            return true; // gone, or a platform that does not tell
        }
        try (Stream<Path> each = Files.list(threads)) {
            for (Path thread : each.toList()) {
                String text = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
                if ("TZX".indexOf(text.charAt(text.lastIndexOf(')') + 2)) < 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException endedMeanwhile) {
            return false;
        }
    }

    /** As {@link #kill}, of a process that may be gone meanwhile; returns what the command {@code kill} exits with. */
    @CanIgnoreReturnValue
    static int killIfThere(long pid, String signal) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
    }

    static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /** Whether a process has ended; one that nobody has waited for yet has ended too. */
    static boolean isGone(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        if (!Files.exists(stat)) {
            return true;
        }
        try {
            String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
            char state = text.charAt(text.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException ended) {
            return !Files.exists(stat);
        }
    }
}
