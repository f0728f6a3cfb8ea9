// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.time.Duration;
import java.util.Optional;
import procession.internal.Deadline;

/** How long workers may go on with what they do, in one pool. */
final class TaskLimits {
    private final PoolOptions options;

    TaskLimits(PoolOptions options) {
        this.options = options;
    }

    /** Returns how long a worker may go on with what it does, or without doing anything. */
    long nanosUntilLimit(WorkerProcess worker, long now) {
        if (worker.killed) {
            return Long.MAX_VALUE;
        }
        WorkerProcess.Stop stop = worker.stop;
        if (stop != null) {
            return stop.untilNanos() - now;
        }
        ProcessTask<?> task = worker.load.first();
        if (task == null) {
            boolean mayShrink = worker.isFit() && worker.predecessor == null && options.idleNanos() < Long.MAX_VALUE;
            return mayShrink ? worker.idleSinceNanos + options.idleNanos() - now : Long.MAX_VALUE;
        }
        return Math.min(
                left(timeoutOf(task), worker.taskSinceNanos, now),
                left(task.limits.progressTimeout(), worker.heardAtNanos, now));
    }

    /** Returns whether the worker that runs a task may have to be stopped for that. */
    boolean isLimited(ProcessTask<?> task) {
        return timeoutOf(task).isPresent() || task.limits.progressTimeout().isPresent();
    }

    /** Returns how long it is until the memory of a worker is to be looked at. */
    static long nanosUntilSample(WorkerProcess worker, long now) {
        boolean busy = !worker.load.isEmpty() && !worker.killed;
        return busy ? worker.vitals.nanosUntilSample(worker.taskSinceNanos, now) : Long.MAX_VALUE;
    }

    /** Says which limit a task has failed that runs in a worker. */
    String overrun(ProcessTask<?> task, WorkerProcess worker, long now) {
        boolean silent = left(timeoutOf(task), worker.taskSinceNanos, now) > 0;
        return (silent
                        ? "made no progress for "
                                + task.limits.progressTimeout().orElseThrow()
                        : "ran for more than " + timeoutOf(task).orElseThrow())
                + (worker.lastNote.isEmpty() ? "" : "; the last that it said was: " + worker.lastNote);
    }

    private Optional<Duration> timeoutOf(ProcessTask<?> task) {
        return task.limits.timeout().isPresent() ? task.limits.timeout() : options.taskTimeout();
    }

    private static long left(Optional<Duration> limit, long sinceNanos, long now) {
        if (limit.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long span = Deadline.toNanosSaturated(limit.get());
        return span == Long.MAX_VALUE ? span : sinceNanos + span - now;
    }
}
