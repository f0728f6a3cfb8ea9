// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import procession.testing.Delays;
import procession.testing.ProcessHarness;

/**
 * A program as a terminal has it in its foreground: it leads a process group, which Ctrl-C reaches as a whole, and no
 * signal is ignored, as SIGINT and SIGHUP are in all that a shell runs in the background.
 */
final class Foreground {
    /** What puts a program in front of itself into such a group, the first of which that works is taken. */
    private static final List<List<String>> WAYS = List.of(
            List.of("setsid", "env", "--default-signal=INT,HUP"),
            List.of(
                    "perl",
                    "-e",
                    "use POSIX; POSIX::setsid() > 0 or die; $SIG{INT} = $SIG{HUP} = 'DEFAULT'; exec @ARGV or die",
                    "--"));

    private Foreground() {}

    /** Starts a JVM that leads a group. */
    static ProcessHarness.Child java(
            ProcessHarness processes, Class<?> main, List<String> jvmOptions, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(way());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:-UsePerfData"); // without it a killed JVM leaves a file behind
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path", "")
                + File.pathSeparator
                + Path.of(
                        main.getProtectionDomain().getCodeSource().getLocation().toURI()));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return processes.start(command);
    }

    private static List<String> way() throws InterruptedException {
        for (List<String> way : WAYS) {
            if (works(way)) {
                return way;
            }
        }
        throw new AssertionError("this test needs setsid and an env that knows --default-signal, or perl");
    }

    private static boolean works(List<String> way) throws InterruptedException {
        List<String> command = new ArrayList<>(way);
        command.add("true");
        try {
            java.lang.Process trial = new ProcessBuilder(command).start();
            return trial.waitFor(Delays.large().toMillis(), TimeUnit.MILLISECONDS) && trial.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Sends a signal to all processes of the group, as a terminal does. */
    static void kill(ProcessHarness.Child leader, String signal) throws Exception {
        int code = new ProcessBuilder("kill", "-" + signal, "--", "-" + leader.pid())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + signal + " of the group ended with code " + code);
        }
    }
}
