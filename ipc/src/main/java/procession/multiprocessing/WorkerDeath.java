// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.CrashReport;
import procession.multiprocessing.internal.os.ExitStatus;
import procession.multiprocessing.internal.os.ProcessMemory;

/**
 * All that is known of the end of a worker's process; made once it is complete.
 *
 * @param pid the process id, or -1 if there was no process
 * @param status how it ended
 * @param byOomKiller whether the kernel killed it because there was no memory left
 * @param peakBytes the most memory that it was seen to use, 0 if nobody could see it
 * @param crash what its JVM said of its crash
 * @param stderrTail the last lines of its standard error
 */
record WorkerDeath(
        long pid,
        ExitStatus status,
        boolean byOomKiller,
        long peakBytes,
        @Nullable CrashReport crash,
        String stderrTail) {
    private static final int SIGKILL = 9;

    /**
     * What HotSpot says before it exits because of {@code -XX:+ExitOnOutOfMemoryError}; behind what others have printed, if
     * that was no whole line.
     */
    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("Terminating due to java\\.lang\\.OutOfMemoryError: ?(.*)");

    /** The code that it exits with then, without a goodbye. */
    private static final int OUT_OF_MEMORY_CODE = 3;

    private static final Map<String, String> REMEDIES = Map.of(
            "Java heap space", "raise its heap with jvmOptions(\"-Xmx…\"), or give it less at a time",
            "GC overhead limit exceeded", "raise its heap with jvmOptions(\"-Xmx…\"), or give it less at a time",
            "Metaspace", "raise jvmOptions(\"-XX:MaxMetaspaceSize=…\"), or load fewer classes",
            "Compressed class space", "raise jvmOptions(\"-XX:CompressedClassSpaceSize=…\"), or load fewer classes",
            "Requested array size exceeds VM limit", "no array can be that large");

    static WorkerDeath of(
            long pid, ExitStatus status, boolean byUs, Vitals vitals, @Nullable CrashReport crash, String stderrTail) {
        boolean sigkill = status.signal().isPresent() && status.signal().getAsInt() == SIGKILL;
        return new WorkerDeath(
                pid, status, sigkill && !byUs && vitals.wasKilledForMemory(), vitals.peakBytes(), crash, stderrTail);
    }

    /**
     * Returns which memory its JVM ran out of, if it ended because of that. Its end has to be such, too: the words may have
     * come from a JVM that one of its tasks has started.
     */
    @Nullable
    String exhausted() {
        if (status.status() != OUT_OF_MEMORY_CODE || status.saidGoodbye()) {
            return null;
        }
        Matcher said = OUT_OF_MEMORY.matcher(stderrTail);
        return said.find() ? said.group(1).strip() : null;
    }

    /** Says how it ended, and what to do about it: a predicate to "the worker process 17". */
    String inWords() {
        StringBuilder words = new StringBuilder(status.signal().isPresent() ? "was " : "").append(status.inWords());
        String exhausted = exhausted();
        if (byOomKiller) {
            words.append(
                    " by the kernel's OOM killer, because this machine or container ran out of memory (give workers"
                            + " a smaller heap with jvmOptions(\"-Xmx…\"), or have fewer of them)");
        } else if (exhausted != null) {
            words.append(" because it ran out of memory (")
                    .append(exhausted.isEmpty() ? "" : exhausted + ": ")
                    .append(REMEDIES.getOrDefault(exhausted, "raise its heap with jvmOptions(\"-Xmx…\")"))
                    .append(')');
        } else if (crash != null) {
            words.append(" because its JVM crashed");
        }
        return words.toString();
    }

    /** Says how much memory it had used, in words that follow the rest of a message; empty if nobody knows. */
    String memory() {
        return peakBytes > 0
                ? "; it used at most " + ProcessMemory.inWords(peakBytes) + " of memory, as far as was seen"
                : "";
    }

    /** Says what else is known, in words that follow the rest of a message; empty if nothing is. */
    String details() {
        StringBuilder words = new StringBuilder();
        if (crash != null) {
            words.append("; its crash report")
                    .append(crash.file() == null ? "" : " is in " + crash.file() + " and")
                    .append(" begins:\n")
                    .append(indented(crash.head()));
        }
        if (!stderrTail.isEmpty()) {
            words.append(crash == null ? "; " : "\n")
                    .append("the end of its stderr:\n")
                    .append(indented(stderrTail));
        }
        return words.toString();
    }

    static String indented(String lines) {
        return lines.indent(4).stripTrailing();
    }
}
