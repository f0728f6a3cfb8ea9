// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python program that measures, and tells what it measured. It is started once, so that Python's own start is not in
 * what it measures.
 *
 * <p>It gets lines {@code NAME NANOSECONDS} and answers each with a JSON line that has a {@code value} or an
 * {@code error}. Its first line says what is {@code ready}, or what is {@code missing}. Not for several threads at once.
 */
final class PythonPeer implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("\\{\"ready\": \"(.*)\"}");
    private static final Pattern MISSING = Pattern.compile("\\{\"missing\": \"(.*)\"}");
    private static final Pattern VALUE = Pattern.compile("\\{\"value\": ([-+.0-9eE]+)}");
    private static final Path OF_THE_SYSTEM = Path.of("/usr/bin/python3");
    private static final long EXIT_SECONDS = 3;

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private final String version;

    private PythonPeer(Process process) throws PeerMissingException, IOException {
        this.process = process;
        commands = process.outputWriter();
        answers = process.inputReader();
        try {
            version = greeting();
        } catch (PeerMissingException | IOException failure) {
            close();
            throw failure;
        }
    }

    /**
     * Starts a program and waits until it is ready: with the {@code python3} on the path, or, if that lacks what the
     * program needs, with that of the system.
     *
     * @param program the program
     * @param kind its argument
     * @return the peer
     * @throws PeerMissingException if there is no {@code python3}, or each lacks what the program needs
     * @throws IOException if the program breaks
     */
    static PythonPeer start(Path program, String kind) throws PeerMissingException, IOException {
        try {
            return start("python3", program, kind);
        } catch (PeerMissingException notThere) {
            if (!Files.isExecutable(OF_THE_SYSTEM)) {
                throw notThere;
            }
            return start(OF_THE_SYSTEM.toString(), program, kind);
        }
    }

    private static PythonPeer start(String python, Path program, String kind) throws PeerMissingException, IOException {
        ProcessBuilder builder = new ProcessBuilder(python, program.toString(), kind);
        builder.redirectError(Redirect.INHERIT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException notFound) {
            throw new PeerMissingException("no python3 on the PATH");
        }
        return new PythonPeer(process);
    }

    private String greeting() throws PeerMissingException, IOException {
        String line = answer();
        Matcher missing = MISSING.matcher(line);
        if (missing.matches()) {
            throw new PeerMissingException(missing.group(1));
        }
        Matcher ready = READY.matcher(line);
        if (!ready.matches()) {
            throw new IOException("python3 said " + line);
        }
        return ready.group(1);
    }

    /** Returns what Python it is, and how it starts its processes. */
    String version() {
        return version;
    }

    /** Makes a contender of one thing that the program can measure. */
    Contender contender(String name) {
        return atLeast -> measure(name, atLeast);
    }

    private double measure(String name, Duration atLeast) throws IOException {
        commands.write(name + " " + atLeast.toNanos() + "\n");
        commands.flush();
        String line = answer();
        Matcher value = VALUE.matcher(line);
        if (!value.matches()) {
            throw new IOException("python3 said " + line);
        }
        return Double.parseDouble(value.group(1));
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new EOFException("python3 ended");
        }
        return line;
    }

    /** Lets the program end, or kills it with its children if it does not. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException alreadyGone) {
            // It is going to be waited for anyway.
        }
        try {
            if (process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
