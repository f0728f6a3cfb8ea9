// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JVM options that keep several workers on one machine from each taking all of it, and that make them easy to stop.
 */
public final class WorkerSizing {
    /** Share of the machine's (or container's) memory that the heaps of all workers together may reach, in percent. */
    private static final double HEAPS_PERCENT = 75;

    /** What a JVM takes by default, and so the most that one worker gets, in percent. */
    private static final double DEFAULT_HEAP_PERCENT = 25;

    private static final String ERROR_FILE = "-XX:ErrorFile=";

    private WorkerSizing() {}

    /**
     * Returns the options of one of {@code workers} workers.
     *
     * @param workers how many there may be
     * @param userOptions what the user asked for, which goes before any of these
     * @return the options, without those that {@code userOptions} contradicts
     */
    public static List<String> options(int workers, List<String> userOptions) {
        if (!isHotSpot()) {
            return List.of(); // another VM, with other options
        }
        List<String> options = new ArrayList<>();
        options.add("-XX:-UsePerfData"); // a killed JVM would leave its file behind
        options.add("-XX:+ExitOnOutOfMemoryError"); // a JVM without memory is not fit to run another task
        options.add("-XX:+DisplayVMOutputToStderr"); // so that what the JVM says at its end is in the tail of stderr
        if (none(userOptions, ERROR_FILE, "-XX:+ErrorFileToStd", "-XX:-ErrorFileToStd")) {
            options.add("-XX:+ErrorFileToStderr"); // where the report of a crash is taken out, see CrashCatcher
        }
        if (none(userOptions, "-XX:ActiveProcessorCount")) {
            int processors = Runtime.getRuntime().availableProcessors();
            options.add("-XX:ActiveProcessorCount=" + Math.max(1, processors / workers));
        }
        if (none(userOptions, "-Xmx", "-XX:MaxRAMPercentage", "-XX:MaxHeapSize", "-XX:MaxRAM")) {
            double percent = Math.min(DEFAULT_HEAP_PERCENT, HEAPS_PERCENT / workers);
            options.add("-XX:MaxRAMPercentage=" + String.format(Locale.ROOT, "%.3f", percent));
        }
        boolean ownCollector =
                userOptions.stream().anyMatch(option -> option.startsWith("-XX:+Use") && option.endsWith("GC"));
        if (!ownCollector) {
            options.add("-XX:+UseSerialGC");
        }
        if (!ownCollector || userOptions.contains("-XX:+UseSerialGC") || userOptions.contains("-XX:+UseParallelGC")) {
            // A counted loop without safepoints would keep halt() waiting when the parent has died.
            options.add("-XX:+UseCountedLoopSafepoints");
            options.add("-XX:LoopStripMiningIter=1000");
        }
        return options;
    }

    /**
     * Returns the options of a process that is not one of several workers.
     *
     * @return the options
     */
    static List<String> alone() {
        return isHotSpot() ? List.of("-XX:-UsePerfData") : List.of(); // a killed JVM would leave its file behind
    }

    /** Returns where a JVM with these options of the user's writes the report of its crash, if they say it. */
    static @Nullable Path errorFile(List<String> userOptions, long pid) {
        String last = null;
        for (String option : userOptions) {
            last = option.startsWith(ERROR_FILE) ? option.substring(ERROR_FILE.length()) : last;
        }
        try {
            return last == null ? null : Path.of(last.replace("%%", "%").replace("%p", Long.toString(pid)));
        } catch (InvalidPathException notOfAFile) {
            return null;
        }
    }

    private static boolean isHotSpot() {
        return System.getProperty("java.vm.name", "").matches(".*(HotSpot|OpenJDK).*");
    }

    private static boolean none(List<String> options, String... prefixes) {
        for (String prefix : prefixes) {
            if (options.stream().anyMatch(option -> option.startsWith(prefix))) {
                return false;
            }
        }
        return true;
    }
}
