// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.util.Map;
import java.util.OptionalInt;

/**
 * How a process ended, from what the JDK reports.
 *
 * <p>The JDK maps a death by signal N to 128 + N, which a program can also pass to {@code exit}. A worker says goodbye
 * before an orderly exit, so a status above 128 without a goodbye is taken for a signal. A JVM also runs its shutdown
 * hooks, and so says goodbye, on HUP, INT and TERM: these three are taken for signals always. What stays ambiguous is
 * {@code Runtime.halt} with a status above 128.
 *
 * @param status what the JDK reports
 * @param saidGoodbye whether the process announced its exit
 */
public record ExitStatus(int status, boolean saidGoodbye) {
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 31;
    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(SIGHUP, "SIGHUP"),
            Map.entry(SIGINT, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(14, "SIGALRM"),
            Map.entry(SIGTERM, "SIGTERM"));

    /**
     * Returns the signal that ended the process.
     *
     * @return its number, or empty if the process exited by itself
     */
    public OptionalInt signal() {
        int signal = status - SIGNAL_BASE;
        if (signal < 1 || signal > LAST_SIGNAL) {
            return OptionalInt.empty();
        }
        boolean handledByJvm = signal == SIGHUP || signal == SIGINT || signal == SIGTERM;
        return saidGoodbye && !handledByJvm ? OptionalInt.empty() : OptionalInt.of(signal);
    }

    /**
     * Returns the exit code.
     *
     * @return the code, or empty if a signal ended the process
     */
    public OptionalInt exitCode() {
        return signal().isPresent() ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * Returns whether it was a signal that a terminal sends to all programs in its foreground: SIGINT for Ctrl-C, SIGHUP
     * when it is closed.
     *
     * @return {@code true} if it was one of these, as far as one can tell
     */
    public boolean isByTerminal() {
        int signal = signal().orElse(0);
        return signal == SIGINT || signal == SIGHUP;
    }

    /**
     * Says it in words.
     *
     * @return for example {@code "killed by signal 9 (SIGKILL)"} or {@code "exited with code 3"}
     */
    public String inWords() {
        OptionalInt signal = signal();
        if (signal.isEmpty()) {
            return "exited with code " + status;
        }
        String name = NAMES.get(signal.getAsInt());
        return "killed by signal " + signal.getAsInt() + (name == null ? "" : " (" + name + ")");
    }
}
