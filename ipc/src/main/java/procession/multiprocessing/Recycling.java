// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessMemory;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.wire.Frame;

/** Decides which workers have to make room for others because of their age or their memory. */
final class Recycling {
    /*
     * Overview. Owned by the loop's thread. A worker is asked about when it is given a task and when it has answered one,
     * never while it idles and never because of what happens in the middle of a task. One that is due goes on working
     * until its successor is ready, and leaves when it has answered what it was given then:
     *
     *   due ──► successor starts ──► successor is ready ──► nothing left to answer ──► retires; the successor has its place
     *
     * So no task waits for the start of a JVM. Only one such successor is started at a time, because workers that were
     * started together are of one age, and all at once would double the number of JVMs.
     *
     * Memory is what the kernel counts as resident; where it does not tell (it does on Linux), the worker itself says
     * after a task how much its heap has taken. A JVM seldom gives memory back, so what is over the limit once stays over
     * it. A worker that is over the limit before its first task would be replaced by one that is too, and so on: then
     * the limit is no longer looked at in this pool.
     */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What a worker is told so that it says how much memory it has. */
    private static final String REPORT_OPTION = "-Dprocession.memory.report=true";

    private enum Reason {
        AGE,
        MEMORY
    }

    private final long maxAgeNanos;
    private final BiConsumer<Level, String> log;
    private final ToLongFunction<WorkerProcess> memory;
    private final Set<Reason> said = EnumSet.noneOf(Reason.class);
    private long maxBytes;

    Recycling(PoolOptions options, BiConsumer<Level, String> log) {
        this(options.maxAgeNanos(), options.maxMemoryBytes(), log, Recycling::memoryOf);
    }

    Recycling(long maxAgeNanos, long maxBytes, BiConsumer<Level, String> log, ToLongFunction<WorkerProcess> memory) {
        this.maxAgeNanos = maxAgeNanos;
        this.maxBytes = maxBytes;
        this.log = log;
        this.memory = memory;
    }

    /** Returns the JVM options that workers need so that their memory is known. */
    static List<String> jvmOptions(long maxBytes) {
        return maxBytes == Long.MAX_VALUE ? List.of() : jvmOptions(ProcessMemory.of(ProcessTree.ownPid()));
    }

    /** Returns the JVM options where the system shows this much of a process, or {@code null}. */
    static List<String> jvmOptions(@Nullable ProcessMemory shown) {
        return shown == null ? List.of(REPORT_OPTION) : List.of();
    }

    static long memoryOf(WorkerProcess worker) {
        worker.vitals.sampleUnlessFresh(FRESH_NANOS);
        long resident = worker.vitals.residentBytes();
        return resident > 0 ? resident : worker.reportedBytes;
    }

    /** A worker has become ready. */
    void isReady(WorkerProcess worker) {
        worker.readySinceNanos = System.nanoTime();
        long bytes = maxBytes < Long.MAX_VALUE ? memory.applyAsLong(worker) : 0;
        if (bytes >= maxBytes) {
            log.accept(
                    Level.WARNING,
                    worker.name + ": a worker has " + ProcessMemory.inWords(bytes) + " of memory before its first task,"
                            + " and maxMemoryPerChild is " + ProcessMemory.inWords(maxBytes) + ", so none could ever"
                            + " stay; the limit is not looked at any more in this pool, raise it");
            maxBytes = Long.MAX_VALUE;
        }
    }

    /** A worker has said itself how much memory it has. */
    static void reported(WorkerProcess worker, Frame frame) {
        byte[] payload = frame.payload();
        if (payload != null && payload.length >= Long.BYTES) {
            worker.reportedBytes = ByteBuffer.wrap(payload).getLong();
        }
    }

    /** Returns whether there is anything to look at, in no time. */
    boolean mayReplace(WorkerProcess worker, List<WorkerProcess> all) {
        boolean limited = maxAgeNanos < Long.MAX_VALUE || maxBytes < Long.MAX_VALUE;
        return limited
                && (worker.successor == null || !worker.isDue)
                && worker.isFit()
                && all.stream().noneMatch(each -> each.predecessor != null && each.isUnready());
    }

    /** Returns whether a worker should be replaced, and says why if it should. */
    boolean isDue(WorkerProcess worker) {
        long age = System.nanoTime() - worker.readySinceNanos;
        if (age >= maxAgeNanos) {
            say(
                    Reason.AGE,
                    worker,
                    "it is " + Duration.ofNanos(age).toMillis() + " ms old, and maxAgePerChild is "
                            + Duration.ofNanos(maxAgeNanos));
            return true;
        }
        long bytes = maxBytes < Long.MAX_VALUE ? memory.applyAsLong(worker) : 0;
        if (bytes >= maxBytes) {
            say(
                    Reason.MEMORY,
                    worker,
                    "it has " + ProcessMemory.inWords(bytes) + " of memory, and maxMemoryPerChild is "
                            + ProcessMemory.inWords(maxBytes));
            return true;
        }
        return false;
    }

    /** Says it once for a pool where it is seen: it is not a warning, but what the options ask for. */
    private void say(Reason reason, WorkerProcess worker, String why) {
        boolean first = said.add(reason);
        log.accept(
                first ? Level.INFO : Level.DEBUG,
                worker + " is replaced by a new worker: " + why
                        + (first ? " (from now on this is logged at level DEBUG)" : ""));
    }
}
