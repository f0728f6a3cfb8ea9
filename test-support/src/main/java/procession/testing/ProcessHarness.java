// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the child JVMs of one test: each is a main class of the test class path, its output is captured, and none of
 * them, nor any of their own children, outlives the test.
 *
 * <pre>{@code
 * try (var processes = new ProcessHarness()) {
 *     var child = processes.java(Echo.class, List.of(), "hello");
 *     assertEquals(0, child.exitCode());
 *     assertEquals("hello\n", child.output());
 * }
 * }</pre>
 */
public final class ProcessHarness implements AutoCloseable {

    private final List<Child> children = new ArrayList<>();
    private final Duration limit;

    /** Creates a harness whose children have {@link Delays#large()} to do what is waited for. */
    public ProcessHarness() {
        this(Delays.large());
    }

    /**
     * Creates a harness.
     *
     * @param limit the longest wait for a child's exit or output
     */
    public ProcessHarness(Duration limit) {
        this.limit = limit;
    }

    /**
     * Starts a JVM of the running JDK on this JVM's class path.
     *
     * @param main the class whose {@code main} runs
     * @param jvmOptions options of the JVM
     * @param arguments arguments of the program
     * @return the child
     */
    public Child java(Class<?> main, List<String> jvmOptions, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Without it a killed JVM leaves a file behind, in a directory that the leak check looks at.
        command.add("-XX:-UsePerfData");
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path", "") + File.pathSeparator + locationOf(main));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return start(command);
    }

    /**
     * Starts any program.
     *
     * @param command the program and its arguments
     * @return the child
     */
    public Child start(List<String> command) {
        try {
            Path output = Files.createTempFile("test-child-out", ".txt");
            Path errors = Files.createTempFile("test-child-err", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            var child = new Child(process, output, errors);
            children.add(child);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Kills what is still alive and fails if there was anything: a test has to see its children end.
     *
     * @throws AssertionError if a child, or a child of a child, was still alive
     */
    @Override
    public void close() {
        var alive = new StringBuilder();
        for (Child child : children) {
            List<ProcessHandle> offspring =
                    child.process.descendants().filter(ProcessHandle::isAlive).toList();
            if (child.process.isAlive() || !offspring.isEmpty()) {
                alive.append("\nstill alive: ")
                        .append(child.process.info().commandLine().orElse("?"));
                alive.append(" and its children ")
                        .append(offspring)
                        .append('\n')
                        .append(child.everything());
            }
            offspring.forEach(ProcessHandle::destroyForcibly);
            child.process.destroyForcibly();
            child.awaitExit();
            child.deleteFiles();
        }
        children.clear();
        if (!alive.isEmpty()) {
            throw new AssertionError(alive.toString());
        }
    }

    private static String locationOf(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        return source == null ? "" : new File(source.getLocation().getPath()).getPath();
    }

    /** A child process. */
    public final class Child {
        private final Process process;
        private final Path output;
        private final Path errors;

        private Child(Process process, Path output, Path errors) {
            this.process = process;
            this.output = output;
            this.errors = errors;
        }

        /**
         * Returns the process.
         *
         * @return the process
         */
        public Process process() {
            return process;
        }

        /**
         * Returns the process's number.
         *
         * @return the number
         */
        public long pid() {
            return process.pid();
        }

        /**
         * Waits for the end.
         *
         * @return the exit code, 128 + n after signal n
         * @throws AssertionError if it does not end in time
         */
        public int exitCode() {
            if (!awaitExit()) {
                throw new AssertionError("Has not ended within " + limit + "\n" + everything() + Stacks.ofChildren());
            }
            return process.exitValue();
        }

        /**
         * Waits until the standard output contains {@code text}.
         *
         * @param text what to wait for
         * @return the whole output so far
         * @throws AssertionError if it does not come in time
         */
        public String awaitOutput(String text) {
            boolean there = Await.becomesTrue(limit, () -> output().contains(text) || !process.isAlive());
            if (!there || !output().contains(text)) {
                throw new AssertionError("Did not print \"" + text + "\"\n" + everything());
            }
            return output();
        }

        /**
         * Returns the standard output so far.
         *
         * @return the text
         */
        public String output() {
            return read(output);
        }

        /**
         * Returns the standard error output so far.
         *
         * @return the text
         */
        public String errors() {
            return read(errors);
        }

        /**
         * Kills the process as {@code kill -9} does and waits for its end.
         *
         * @throws AssertionError if it does not end in time
         */
        public void kill() {
            process.destroyForcibly();
            exitCode();
        }

        /**
         * Sends a signal, by the command {@code kill}.
         *
         * @param signal its name without SIG, such as {@code STOP}
         */
        public void kill(String signal) {
            try {
                int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
                if (code != 0) {
                    throw new AssertionError("kill -" + signal + " failed with code " + code);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted", e);
            }
        }

        private boolean awaitExit() {
            try {
                return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted while waiting for process " + pid(), e);
            }
        }

        private String everything() {
            return "--- output\n" + output() + "--- errors\n" + errors();
        }

        private void deleteFiles() {
            try {
                Files.deleteIfExists(output);
                Files.deleteIfExists(errors);
                // A JVM that was asked for its stacks and then killed leaves its socket behind.
                Files.deleteIfExists(Path.of("/tmp", ".java_pid" + pid()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String read(Path file) {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
