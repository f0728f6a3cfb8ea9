// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Says that the worker process that ran a task ended before it had answered: it was killed, called {@code System.exit},
 * ran out of memory or crashed. The task may have run in part, or to its end; the other tasks of the pool go on.
 *
 * <p><i>Python:</i> the part of {@code BrokenProcessPool} that concerns the one task; there, all others fail with it.
 */
public class WorkerDiedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The process id. */
    private final long pid;

    /** The exit code, or the signal's number. */
    private final int status;

    /** Which of the two. */
    private final boolean bySignal;

    /** What it was running, in words. */
    private final String running;

    /** The last lines of its standard error. */
    private final String stderrTail;

    /**
     * Makes an exception.
     *
     * @param pid the process id of the worker
     * @param status its exit code, or the number of the signal that killed it
     * @param bySignal whether {@code status} is a signal
     * @param inWords how it ended, and what it was doing with the task, for the message
     * @param running what it was running, for the message
     * @param stderrTail the last lines of what it wrote to its standard error, or an empty string
     * @param cause what else is known, or {@code null}
     */
    WorkerDiedException(
            long pid,
            int status,
            boolean bySignal,
            String inWords,
            String running,
            String stderrTail,
            @Nullable Throwable cause) {
        super(
                "the worker process " + pid + " " + inWords + " " + running
                        + (stderrTail.isEmpty()
                                ? ""
                                : "; the end of its stderr:\n"
                                        + stderrTail.indent(4).stripTrailing()),
                cause);
        this.pid = pid;
        this.status = status;
        this.bySignal = bySignal;
        this.running = running;
        this.stderrTail = stderrTail;
    }

    /**
     * Returns the process id that the worker had.
     *
     * @return the pid
     */
    public long pid() {
        return pid;
    }

    /**
     * Returns the code that the worker exited with.
     *
     * @return the code, or empty if a signal killed it
     */
    public OptionalInt exitCode() {
        return bySignal ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * Returns the signal that killed the worker. {@code Runtime.halt} with a status above 128 looks the same.
     *
     * @return the number of the signal, 9 for SIGKILL, or empty if the worker exited
     */
    public OptionalInt signal() {
        return bySignal ? OptionalInt.of(status) : OptionalInt.empty();
    }

    /**
     * Returns what the worker was running.
     *
     * @return the task's class and number, in words
     */
    public String running() {
        return running;
    }

    /**
     * Returns the last lines of what the worker wrote to its standard error.
     *
     * @return at most 50 lines and 8 KiB; an empty string if there is nothing
     */
    public String stderrTail() {
        return stderrTail;
    }
}
