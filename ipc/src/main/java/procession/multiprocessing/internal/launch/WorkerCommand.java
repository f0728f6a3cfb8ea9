// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The command that starts workers; made once for a pool, and run for each of its workers.
 */
public final class WorkerCommand {
    /** The class whose {@code main} a worker runs. */
    private static final String MAIN_CLASS = "procession.multiprocessing.internal.worker.WorkerMain";

    private final String java;
    private final List<String> options;
    private final List<String> mainClass;

    private WorkerCommand(String java, List<String> options, List<String> mainClass) {
        this.java = java;
        this.options = options;
        this.mainClass = mainClass;
    }

    /**
     * Looks at this JVM and puts the command together.
     *
     * @param context the class loader that sees the tasks
     * @param workers how many workers there may be at once
     * @param userOptions JVM options of the user, which win over all others
     * @return the command
     */
    public static WorkerCommand create(ClassLoader context, int workers, List<String> userOptions) {
        return create(context, WorkerSizing.options(workers, userOptions), userOptions);
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
        return new WorkerCommand(java, List.copyOf(options), code.mainClass());
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
     * Starts one worker.
     *
     * @param meeting where it is to connect
     * @param name what the operator sees in the list of processes
     * @param token the secret that it proves itself with
     * @return the process; its output has to be read
     * @throws IOException if it can't be started
     */
    public Process start(Rendezvous meeting, String name, byte[] token) throws IOException {
        return start(meeting, name, token, ProcessSettings.NONE);
    }

    /**
     * Starts one process.
     *
     * @param meeting where it is to connect
     * @param name what the operator sees in the list of processes
     * @param token the secret that it proves itself with
     * @param settings its environment, directory and streams
     * @return the process; its output has to be read where it is not redirected
     * @throws IOException if it can't be started
     */
    public Process start(Rendezvous meeting, String name, byte[] token, ProcessSettings settings) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java);
        command.add(meeting.argumentFile(options));
        command.addAll(mainClass);
        command.add(meeting.socket().toString());
        command.add(name);
        ProcessBuilder builder = new ProcessBuilder(command);
        ParentOptions.clean(builder.environment());
        settings.applyTo(builder);
        Process process = builder.start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(HexFormat.of().formatHex(token).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException alreadyDead) {
            // its exit will be seen, and says more than a broken pipe
        }
        return process;
    }

    @Override
    public String toString() {
        return java + " " + String.join(" ", options) + " " + String.join(" ", mainClass);
    }
}
