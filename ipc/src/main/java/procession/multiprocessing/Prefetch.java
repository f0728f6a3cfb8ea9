// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.concurrent.TimeUnit;

/** Decides how much one worker is given beyond what it runs, by how quick its last tasks were. */
final class Prefetch {
    /*
     * Overview. A task that takes less time than its way to the worker and back is run by a worker that mostly waits, if it
     * is given one task at a time. Such a worker is given about a millisecond of work ahead, written at once. For all
     * others there is nothing to gain, and a task that waits behind another could not go elsewhere. How long tasks take is
     * the running mean of the times between answers; a single slow one counts as no more than LONGEST_NANOS, so that it
     * is forgotten soon. Nothing is known of the first, which count as too slow.
     */
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final int MOST_TASKS = 64;
    private static final int WEIGHT = 8;

    /** More than this is no quick task's, and would have to fit into the worker's memory beside what it runs. */
    static final int MOST_BYTES = 64 * 1024;

    private final Limits limits;
    private long meanNanos = FIRST_NANOS;

    Prefetch(Limits limits) {
        this.limits = limits;
    }

    /**
     * How far ahead workers are given tasks.
     *
     * @param workNanos how much work a worker is given; a task that takes no more than half of that is quick
     * @param besideIdleNanos how long a task may wait behind a slow one that was thought to be quick, when another worker
     *     could run it
     * @param besideBusyNanos how long it may when the others are busy: with tasks, maybe, that were submitted after it
     */
    record Limits(long workNanos, long besideIdleNanos, long besideBusyNanos) {
        static final Limits DEFAULT = new Limits(
                TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(20));
    }

    /** Takes note of how long a task took, as far as can be seen from here. */
    void answered(long nanos) {
        meanNanos += (Math.min(nanos, LONGEST_NANOS) - meanNanos) / WEIGHT;
    }

    /** Returns how many tasks more a worker gets that has so many; 0 as long as these are about enough. */
    int room(int tasks) {
        if (meanNanos > limits.workNanos() / 2) {
            return 0;
        }
        int most = (int) Math.min(MOST_TASKS, limits.workNanos() / Math.max(1, meanNanos));
        return 2 * tasks > most ? 0 : most - tasks;
    }
}
