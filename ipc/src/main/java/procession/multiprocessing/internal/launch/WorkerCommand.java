// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.CrashReport;

/**
 * The command that starts workers; made once for a pool, and run for each of its workers.
 */
public final class WorkerCommand {
    /** The class whose {@code main} a worker runs. */
    private static final String MAIN_CLASS = "procession.multiprocessing.internal.worker.WorkerMain";

    /** A command line of this length is taken by every system; a longer one goes through a file. */
    private static final int MAX_COMMAND_CHARS = 16_000;

    private final String java;
    private final List<String> options;
    private final List<String> mainClass;
    private final List<String> userOptions;

    private WorkerCommand(String java, List<String> options, List<String> mainClass, List<String> userOptions) {
        this.java = java;
        this.options = options;
        this.mainClass = mainClass;
        this.userOptions = userOptions;
    }

    /**
     * Looks at this JVM and puts the command together.
     *
     * @param context the class loader that sees the tasks
     * @param sizing what each worker gets of the machine
     * @param userOptions JVM options of the user, which win over all others
     * @return the command
     */
    public static WorkerCommand create(ClassLoader context, WorkerSizing sizing, List<String> userOptions) {
        return create(context, sizing.options(), userOptions);
    }

    private static WorkerCommand create(ClassLoader context, List<String> sizing, List<String> userOptions) {
        CodeLocations code = CodeLocations.of(context, WorkerCommand.class, MAIN_CLASS);
        List<String> options = new ArrayList<>();
        options.addAll(sizing);
        options.addAll(ParentOptions.inherited());
        options.addAll(code.options());
        options.addAll(userOptions);
        Path home = Path.of(System.getProperty("java.home"));
        boolean windows = File.separatorChar == '\\';
        String java = home.resolve("bin").resolve(windows ? "java.exe" : "java").toString();
        return new WorkerCommand(java, List.copyOf(options), code.mainClass(), userOptions);
    }

    /**
     * Puts together the command for a process of its own, which is not one of several that share the machine.
     *
     * @param context the class loader that sees what it is to run
     * @param userOptions JVM options of the user, which win over all others
     * @return the command
     */
    public static WorkerCommand createAlone(ClassLoader context, List<String> userOptions) {
        return create(context, WorkerSizing.alone(), userOptions);
    }

    /**
     * Writes the options to a file, where a command line would be too long for them.
     *
     * @return the file, for one process, which removes it in its {@code main}; or {@code null} if none is needed
     * @throws IOException if it can't be written
     */
    @Nullable
    Path writeArguments() throws IOException {
        return isTooLong() ? ArgumentFile.write(options) : null;
    }

    /**
     * Starts a process, which waits to be told where to connect.
     *
     * @param name what the operator sees in the list of processes
     * @param settings its environment, directory and streams
     * @param argumentFile what {@link #writeArguments} has returned
     * @return the process; its output has to be read where it is not redirected
     * @throws IOException if it can't be started
     */
    Process start(String name, ProcessSettings settings, @Nullable Path argumentFile) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java);
        if (argumentFile == null) {
            command.addAll(options);
        } else {
            command.add("@" + argumentFile);
        }
        command.addAll(mainClass);
        command.add(name);
        if (argumentFile != null) {
            command.add(argumentFile.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        ParentOptions.clean(builder.environment());
        settings.applyTo(builder);
        return builder.start();
    }

    /**
     * Returns what a process that has ended wrote of its crash to a file that the user named in its options.
     *
     * @param pid the id that it had
     * @param startedMillis when it was started
     * @return the report, or {@code null} if there is none
     */
    public @Nullable CrashReport crashReport(long pid, long startedMillis) {
        Path file = WorkerSizing.errorFile(userOptions, pid);
        return file == null ? null : CrashReport.in(file, startedMillis);
    }

    private boolean isTooLong() {
        int characters = 0;
        for (String option : options) {
            characters += option.length() + 1;
        }
        return characters > MAX_COMMAND_CHARS;
    }

    /**
     * Tells a process where it is going to connect. From then on it can remove that place, if this JVM is killed.
     *
     * @param process the process
     * @param socket where
     */
    static void announce(Process process, Path socket) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        try {
            DataOutputStream stdin = new DataOutputStream(process.getOutputStream());
            stdin.writeInt(path.length);
            stdin.write(path);
            stdin.flush();
        } catch (IOException alreadyDead) {
            // its exit will be seen, and says more than a broken pipe
        }
    }

    /**
     * Tells a process to connect, and with what to prove itself; that is the last that comes from its stdin.
     *
     * @param process the process, which was told where
     * @param token the secret that it proves itself with
     */
    public static void introduce(Process process, byte[] token) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(token);
        } catch (IOException alreadyDead) {
            // its exit will be seen, and says more than a broken pipe
        }
    }

    @Override
    public String toString() {
        return java + " " + String.join(" ", options) + " " + String.join(" ", mainClass);
    }
}
