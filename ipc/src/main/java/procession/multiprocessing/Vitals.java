// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.concurrent.TimeUnit;
import procession.multiprocessing.internal.os.OomKills;
import procession.multiprocessing.internal.os.ProcessMemory;

/** What is noted of a worker's process while it lives, because nobody can ask for it afterwards. */
final class Vitals {
    /*
     * Overview. Owned by the loop's thread, like the worker. A sample is two small reads from the kernel's own memory,
     * some 30 microseconds, which wait for nothing. It is taken when a task has run for 50 ms, again whenever that time
     * has doubled, and once a second at least while the worker has something to do; also just before the worker is killed
     * by this side. An idle worker is not looked at.
     *
     * Of the kernel's count of out-of-memory kills the one before the last is kept: at the last sample the worker may
     * have been killed already and just not have been gone yet.
     */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final OomKills oomKills;
    private long pid = -1;
    private long lastNanos;
    private long residentBytes;
    private long peakBytes;
    private long oomCount = -1;
    private long oomCountBefore = -1;

    Vitals() {
        this(OomKills.ofThisProcess());
    }

    Vitals(OomKills oomKills) {
        this.oomKills = oomKills;
    }

    /** Notes which process it is, which has just been started. */
    void begin(long processId) {
        pid = processId;
        oomCount = oomKills.count();
        oomCountBefore = oomCount;
        sample();
    }

    /** Takes a sample now, if the process is there. */
    void sample() {
        lastNanos = System.nanoTime();
        if (pid < 0) {
            return;
        }
        long count = oomKills.count();
        ProcessMemory memory = ProcessMemory.of(pid);
        if (memory != null) {
            residentBytes = memory.residentBytes();
            peakBytes = Math.max(peakBytes, memory.peakBytes());
            oomCountBefore = oomCount;
            oomCount = count;
        }
    }

    /** Takes a sample unless the last one was taken within this time. */
    void sampleUnlessFresh(long nanos) {
        if (System.nanoTime() - lastNanos >= nanos) {
            sample();
        }
    }

    /** Returns how long the next sample can wait, for a worker that has been running its task since then. */
    long nanosUntilSample(long taskSinceNanos, long now) {
        return nanosUntilSample(lastNanos, taskSinceNanos, now);
    }

    static long nanosUntilSample(long lastNanos, long taskSinceNanos, long now) {
        long taskWasAt = lastNanos - taskSinceNanos;
        long pause = Math.min(LONGEST_NANOS, Math.max(SHORTEST_NANOS, taskWasAt));
        long due = (taskWasAt > 0 ? lastNanos : taskSinceNanos) + pause;
        return Math.min(due - now, lastNanos + LONGEST_NANOS - now);
    }

    /** Returns how much memory the process had in use at the last sample; 0 where the system does not tell. */
    long residentBytes() {
        return residentBytes;
    }

    /** Returns the most memory that the process was seen to use; 0 where the system does not tell. */
    long peakBytes() {
        return peakBytes;
    }

    /** Returns whether a death by SIGKILL that was not ours is one of those that the kernel has counted. */
    boolean wasKilledForMemory() {
        return oomKills.claim(oomCountBefore);
    }
}
