// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Thread dumps, as text: of this JVM and of the JVMs that it started. */
public final class Stacks {

    private static final long CHILD_SECONDS = 10;

    private Stacks() {}

    /**
     * Returns the stacks of all threads of this JVM.
     *
     * @return the dump, sorted by name of thread
     */
    public static String all() {
        var byName = new TreeMap<String, String>();
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            byName.put(entry.getKey().getName() + '#' + entry.getKey().getId(), of(entry.getKey(), entry.getValue()));
        }
        return String.join("", byName.values());
    }

    /**
     * Returns the stack of one thread.
     *
     * @param thread the thread
     * @return the dump
     */
    public static String of(Thread thread) {
        return of(thread, thread.getStackTrace());
    }

    /**
     * Returns the stacks of all child processes and their children, as far as the running JDK's {@code jcmd} can get
     * them. A child that is no JVM, or a stopped one, is only named.
     *
     * @return the dumps
     */
    public static String ofChildren() {
        var text = new StringBuilder();
        ProcessHandle.current().descendants().forEach(child -> text.append(ofProcess(child)));
        return text.toString();
    }

    private static String of(Thread thread, StackTraceElement[] frames) {
        var text = new StringBuilder("\"" + thread.getName() + "\" " + thread.getState());
        text.append(thread.isDaemon() ? " daemon\n" : "\n");
        for (StackTraceElement frame : frames) {
            text.append("    at ").append(frame).append('\n');
        }
        return text.toString();
    }

    private static String ofProcess(ProcessHandle process) {
        String title = "--- child " + process.pid() + " "
                + process.info().commandLine().orElse("?") + "\n";
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return title;
        }
        try {
            // Through a file: a pipe would have to be read by a second thread.
            Path output = Files.createTempFile("stacks", ".txt");
            try {
                Process dump = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "Thread.print")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!dump.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)) {
                    dump.destroyForcibly();
                    return title + "(does not answer)\n";
                }
                return title + Files.readString(output, StandardCharsets.UTF_8);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            return title + "(" + e + ")\n";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return title + "(interrupted)\n";
        }
    }
}
