// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.CrashReport;

/**
 * Says that the worker process that ran a task ended before it had answered: it was killed, called {@code System.exit},
 * ran out of memory or crashed. The task may have run in part, or to its end; the other tasks of the pool go on.
 *
 * <p>The message has all that is known of the death, and the methods below have it piece by piece: how the process ended
 * and at whose hand, how much memory it had used, which task and which item of a {@code map} it was running, how often
 * that was tried, what its JVM reported of a crash, and the last that it wrote to its standard error.
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

    /** Who sent the signal. */
    private final boolean byOomKiller;

    /** Whether its JVM gave up for lack of memory. */
    private final boolean outOfMemory;

    /** The most memory that it was seen to use, or 0. */
    private final long peakBytes;

    /** What it was running, in words. */
    private final String running;

    /** Where the item was in its input, or -1. */
    private final long itemIndex;

    /** How often the task was run. */
    private final int attempts;

    /** Where the report of the crash is, or {@code null}. */
    private final @Nullable String crashFile;

    /** What matters of that report, or an empty string. */
    private final String crashHead;

    /** The last lines of its standard error. */
    private final String stderrTail;

    WorkerDiedException(WorkerDeath death, String message, ProcessTask<?> task) {
        super(message);
        this.pid = death.pid();
        this.status = death.status().signal().orElse(death.status().status());
        this.bySignal = death.status().signal().isPresent();
        this.byOomKiller = death.byOomKiller();
        this.outOfMemory = death.exhausted() != null;
        this.peakBytes = death.peakBytes();
        this.running = task.inWords();
        this.itemIndex = task.position();
        this.attempts = task.attempts.count();
        CrashReport crash = death.crash();
        this.crashFile = crash == null || crash.file() == null
                ? null
                : crash.file().toAbsolutePath().toString();
        this.crashHead = crash == null ? "" : crash.head();
        this.stderrTail = death.stderrTail();
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
     * Returns whether the kernel killed the worker because there was no memory left. That is what its counter of such
     * kills says: of the control group of this program, or of the machine where there is none.
     *
     * <p>The remedy is a smaller heap ({@code jvmOptions("-Xmx…")}), fewer workers, or more memory.
     *
     * @return {@code true} if it did; {@code false} where the system does not tell, too (it does on Linux)
     */
    public boolean killedByOomKiller() {
        return byOomKiller;
    }

    /**
     * Returns whether the worker's JVM ended itself because of an {@code OutOfMemoryError}: a JVM without memory is not
     * fit to go on. The message says which memory, and what to do.
     *
     * @return {@code true} if it did
     */
    public boolean outOfMemory() {
        return outOfMemory;
    }

    /**
     * Returns the most memory that the worker was seen to use. It is looked at about once a second, so what it did in its
     * last moments may be missing.
     *
     * @return bytes in memory (resident set), or empty where the system does not tell (it does on Linux)
     */
    public OptionalLong peakMemoryBytes() {
        return peakBytes > 0 ? OptionalLong.of(peakBytes) : OptionalLong.empty();
    }

    /**
     * Returns what the worker was running.
     *
     * @return the task's class and number, in words, and which item of a {@code map} it was
     */
    public String running() {
        return running;
    }

    /**
     * Returns which item of a {@code map}, {@code imap} or {@code starmap} the worker was running.
     *
     * @return the item's position in the input, from 0, or empty for a task of its own
     */
    public OptionalLong itemIndex() {
        return itemIndex < 0 ? OptionalLong.empty() : OptionalLong.of(itemIndex);
    }

    /**
     * Returns how often the task was run, this time included, each time in another process. What came of the earlier
     * runs is in {@link #getSuppressed()}, the last ten at most.
     *
     * @return 1, or more with {@link procession.futures.TaskOptions#retries retries}
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Returns the report that the worker's JVM wrote when it crashed, known as its {@code hs_err} file: of an error in
     * native code or in the JVM itself. The file is in the temporary directory, for this user alone, and stays there; with
     * {@code jvmOptions("-XX:ErrorFile=…")} it is where that says.
     *
     * @return the file, or empty if there was no crash, or no report
     */
    public Optional<Path> crashReport() {
        return Optional.ofNullable(crashFile).map(Path::of);
    }

    /**
     * Returns what matters most of the {@linkplain #crashReport() crash report}: the signal, where it happened, and the
     * stack.
     *
     * @return at most 40 lines; an empty string if there was no crash, or no report
     */
    public String crashReportHead() {
        return crashHead;
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
