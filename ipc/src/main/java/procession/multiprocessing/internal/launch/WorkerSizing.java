// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessMemory;

/**
 * The JVM options that keep several workers on one machine from each taking all of it, and that make them easy to stop.
 */
public final class WorkerSizing {
    /*
     * Overview. What there is to share: for a program, the machine, or the part of it that its container has. A JVM finds
     * out about both by itself, so processors are divided here, and a share of the memory is passed on as a percentage,
     * which each worker's JVM turns into bytes. For a worker of ours that has a pool itself, and for a Process, it is what
     * that JVM was given: its processors and its own largest heap. So a tree of pools does not grow beyond its root's share.
     *
     *   processors   those of this JVM / workers, at least 1
     *   heap         75 % of the memory / workers, at most the 25 % that a JVM takes by default
     *   heap, in a child of ours   75 % of this JVM's largest heap / workers
     *
     * The minimum percentage is set to the same: below about 250 MB a JVM would take half of the memory otherwise, and
     * never less than 126 MB.
     */

    /** The system property that tells a JVM that it is a child of ours. */
    public static final String CHILD = "procession.child";

    /** Share of what there is that the heaps of all workers together may reach, in percent. */
    private static final double HEAPS_PERCENT = 75;

    /** What a JVM takes by default, and so the most that one worker gets, in percent. */
    private static final double DEFAULT_HEAP_PERCENT = 25;

    /** With less a JVM does not start. */
    private static final long LEAST_HEAP_BYTES = 16L << 20;

    private static final String ERROR_FILE = "-XX:ErrorFile=";

    private final int workers;
    private final List<String> userOptions;
    private final int processors;

    /** The largest heap of this JVM if it is a child of ours, else 0. */
    private final long ownHeapBytes;

    private WorkerSizing(int workers, List<String> userOptions, int processors, long ownHeapBytes) {
        this.workers = workers;
        this.userOptions = userOptions;
        this.processors = processors;
        this.ownHeapBytes = ownHeapBytes;
    }

    /**
     * Returns what one of {@code workers} workers of this JVM gets.
     *
     * @param workers how many there may be
     * @param userOptions what the user asked for, which goes before all else
     * @return the decision
     */
    public static WorkerSizing of(int workers, List<String> userOptions) {
        Runtime runtime = Runtime.getRuntime();
        return of(
                workers,
                userOptions,
                runtime.availableProcessors(),
                Boolean.getBoolean(CHILD) ? runtime.maxMemory() : 0);
    }

    static WorkerSizing of(int workers, List<String> userOptions, int processors, long ownHeapBytes) {
        return new WorkerSizing(workers, userOptions, processors, ownHeapBytes);
    }

    /**
     * Returns the options.
     *
     * @return the options, without those that the user's own contradict
     */
    public List<String> options() {
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
        if (hasOwnProcessors()) {
            options.add("-XX:ActiveProcessorCount=" + processorsEach());
        }
        if (hasOwnHeap() && ownHeapBytes > 0) {
            options.add("-XX:MaxHeapSize=" + nestedHeapBytes());
        } else if (hasOwnHeap()) {
            String percent = String.format(Locale.ROOT, "%.3f", heapPercent());
            options.add("-XX:MaxRAMPercentage=" + percent);
            if (none(userOptions, "-XX:MinRAMPercentage")) {
                options.add("-XX:MinRAMPercentage=" + percent);
            }
        }
        boolean ownCollector = collector() != null;
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

    private boolean hasOwnProcessors() {
        return none(userOptions, "-XX:ActiveProcessorCount");
    }

    private int processorsEach() {
        return Math.max(1, processors / workers);
    }

    private boolean hasOwnHeap() {
        return none(userOptions, "-Xmx", "-XX:MaxRAMPercentage", "-XX:MaxHeapSize", "-XX:MaxRAM");
    }

    private double heapPercent() {
        return Math.min(DEFAULT_HEAP_PERCENT, HEAPS_PERCENT / workers);
    }

    private long nestedHeapBytes() {
        return Math.max(LEAST_HEAP_BYTES, (long) (ownHeapBytes * HEAPS_PERCENT / 100 / workers));
    }

    private @Nullable String collector() {
        for (String option : userOptions) {
            if (option.startsWith("-XX:+Use") && option.endsWith("GC")) {
                return option.substring("-XX:+Use".length());
            }
        }
        return null;
    }

    /**
     * Says the decision in a line; looks at the machine for that, which takes milliseconds.
     *
     * @return the line
     */
    public String inWords() {
        if (!isHotSpot()) {
            return "at most " + workers + " workers with the options " + userOptions
                    + ": their share is not set, because this JVM is not HotSpot";
        }
        String collector = collector();
        return "at most " + workers + (workers == 1 ? " worker" : " workers, each") + " with "
                + (hasOwnProcessors()
                        ? processorsEach() + " of the " + processors + " processors that this JVM may use"
                        : "the processors of its options")
                + ", " + heapInWords() + " and "
                + (collector == null ? "the serial collector, which needs the least memory" : collector)
                + (userOptions.isEmpty() ? "" : "; jvmOptions are " + userOptions);
    }

    private String heapInWords() {
        if (!hasOwnHeap()) {
            return "the heap of its options";
        } else if (ownHeapBytes > 0) {
            return "a heap of at most " + ProcessMemory.inWords(nestedHeapBytes()) + ", its part of the "
                    + ProcessMemory.inWords(ownHeapBytes) + " that its parent, a child itself, may have";
        }
        long memory = memoryBytes();
        return "a heap of at most " + String.format(Locale.ROOT, "%.1f", heapPercent()) + " % of the memory"
                + (memory > 0
                        ? ", " + ProcessMemory.inWords((long) (memory * heapPercent() / 100)) + " of "
                                + ProcessMemory.inWords(memory)
                        : "");
    }

    /**
     * Says what is more than there is.
     *
     * @return the line, or {@code null} if nothing is
     */
    public @Nullable String excess() {
        if (ownHeapBytes > 0 && workers > processors && hasOwnProcessors()) {
            return workers + " workers, and this process, a child itself, has "
                    + (processors == 1 ? "one processor" : processors + " processors")
                    + ": with its siblings that is more than the machine has; leave maxWorkers out to use this share";
        }
        long heap = userHeapBytes();
        long memory = heap > 0 ? memoryBytes() : 0;
        if (memory > 0 && heap > memory / workers) {
            return workers + " workers with a heap of " + ProcessMemory.inWords(heap)
                    + " each, and the memory of this machine or container is " + ProcessMemory.inWords(memory)
                    + ": the kernel may kill some if they use it";
        }
        return null;
    }

    /**
     * Returns whether {@link #excess} may have something to say; asking that takes no time.
     *
     * @return {@code false} if it surely has not
     */
    public boolean mayExceed() {
        return userHeapBytes() > 0 || (ownHeapBytes > 0 && workers > processors);
    }

    private long userHeapBytes() {
        long heap = 0;
        for (String option : userOptions) {
            if (option.startsWith("-Xmx")) {
                heap = bytes(option.substring("-Xmx".length()));
            }
        }
        return heap;
    }

    private static long bytes(String size) {
        int unit = size.isEmpty() ? -1 : "bkmgt".indexOf(Character.toLowerCase(size.charAt(size.length() - 1)));
        try {
            return Long.parseLong(unit < 0 ? size : size.substring(0, size.length() - 1)) << (10 * Math.max(0, unit));
        } catch (NumberFormatException refusedByTheJvm) {
            return 0;
        }
    }

    private static long memoryBytes() {
        try {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean system
                    ? system.getTotalMemorySize() // of the container, if this is one
                    : 0;
        } catch (LinkageError notInThisRuntime) {
            return 0;
        }
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
