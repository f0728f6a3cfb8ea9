// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The tasks that no worker has, and the decision who is given which of them. */
final class Assignments {
    /*
     * Overview. Owned by whoever has the turn of the loop.
     *
     * Who-has-what: a batch is removed from pending and noted in the worker's load before its first byte leaves. So it is
     * always in one of the two, and what comes back goes to the head of pending.
     *
     * Ahead: workers that are busy with quick tasks get more of them than they run (Prefetch), but no more than their share.
     * What turns out to wait behind a slow one is taken back: the fence in the worker's StartMark keeps it from starting.
     */
    private final PoolOptions options;
    private final Prefetch.Limits ahead;
    private final Workforce workers;
    private final TaskLimits limits;
    private final Deque<Batch> pending = new ArrayDeque<>();

    Assignments(PoolOptions options, Workforce workers, TaskLimits limits) {
        this.options = options;
        this.ahead = options.ahead();
        this.workers = workers;
        this.limits = limits;
    }

    /** Returns whether no task is left that nobody has. */
    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** Returns what nobody has, in order, as a view. */
    Collection<Batch> pending() {
        return Collections.unmodifiableCollection(pending);
    }

    void add(Batch batch) {
        pending.addLast(batch);
    }

    /** Puts back what somebody had, before everything else and in its own order. */
    void addFirst(List<Batch> batches) {
        for (int i = batches.size() - 1; i >= 0; i--) {
            pending.addFirst(batches.get(i));
        }
    }

    /** Removes what nobody has, and returns it in order. */
    List<Batch> removeAll() {
        List<Batch> all = new ArrayList<>(pending);
        pending.clear();
        return all;
    }

    /** Gives what is pending to workers without work, and starts workers if there are not enough. */
    void assign() {
        while (!pending.isEmpty()) {
            Batch batch = pending.getFirst();
            if (!workers.anyIdle()) {
                if (!batch.tasks.stream().allMatch(ProcessTask::isDone)) {
                    workers.startFor(pending.size());
                    prefetch();
                    return;
                }
                pending.removeFirst();
            } else {
                pending.removeFirst();
                if (batch.claim()) {
                    assign(workers.takeIdle(), batch);
                }
            }
        }
    }

    private void assign(WorkerProcess worker, Batch batch) {
        if (give(worker, batch)) {
            worker.flush();
        } else {
            workers.isIdleStill(worker);
        }
    }

    /** Adds a batch to what a worker has, and returns {@code true}; or fails it, if it can't be sent. */
    private boolean give(WorkerProcess worker, Batch batch) {
        OutgoingFrame frame;
        try {
            frame = batch.frame();
        } catch (OutOfMemoryError | ArithmeticException | IllegalArgumentException tooLarge) {
            batch.tasks.forEach(task -> task.trySetException(new NotTransferableException(
                    "the arguments of " + task.inWords()
                            + " don't fit into memory, or into 2 GiB; use a smaller chunksize"
                            + " or pass them through a file",
                    tooLarge)));
            return false;
        }
        if (limits.isLimited(batch.tasks.getFirst())) {
            worker.rehearseStop();
        }
        worker.give(batch, frame);
        startSuccessorIfFull(worker);
        workers.replaceIfDue(worker);
        return true;
    }

    /** Has somebody started for what is pending when a worker has its last task, but no more than there is to do. */
    private void startSuccessorIfFull(WorkerProcess worker) {
        if (!takesMore(worker) && worker.isFit()) {
            workers.startSuccessorFor(pending.size(), worker);
        }
    }

    /** Returns whether it may run more tasks than those that it has. */
    private boolean takesMore(WorkerProcess worker) {
        return !worker.isReplaced() && (long) worker.tasksDone + worker.load.size() < options.maxTasksPerChild();
    }

    /** Gives workers that are busy with quick tasks some of what is pending, but leaves the others their share. */
    private void prefetch() {
        if (workers.mayGrow()) {
            return; // there will be more workers
        }
        long now = System.nanoTime();
        for (WorkerProcess worker : List.copyOf(workers.all())) { // because some of them may be given a successor
            startSuccessorIfFull(worker); // for what is pending since it was given its last task
            int most = worker.canPrefetch() && now - worker.taskSinceNanos < ahead.besideIdleNanos()
                    ? Math.min(
                            worker.prefetch.room(worker.load.size()),
                            pending.size() / workers.all().size())
                    : 0;
            for (int i = 0; i < most && worker.load.bytes() < Prefetch.MOST_BYTES && takesMore(worker); i++) {
                Batch batch = pending.removeFirst();
                if (batch.bytes() > Prefetch.MOST_BYTES) {
                    pending.addFirst(batch);
                    break;
                }
                if (batch.claim()) {
                    boolean unused = give(worker, batch);
                }
            }
            if (most > 0) {
                worker.flush();
            }
        }
    }

    /** Takes back what a worker was given and has not started, so that others run it. */
    void takeBack(WorkerProcess worker) {
        if (!worker.load.isEmpty() && worker.isFit()) {
            worker.takenBackAtNanos = System.nanoTime();
            addFirst(worker.takeBack());
            if (worker.load.isEmpty()) {
                workers.isLastResort(worker); // because it may be stopped
            }
        }
    }

    /** Returns how long what a worker was given ahead may wait behind the task that it runs. */
    long nanosUntilTakenBack(WorkerProcess worker, long now) {
        if (!worker.load.isAhead() || !worker.isFit()) {
            return Long.MAX_VALUE;
        }
        boolean othersCan = workers.anyIdle() || workers.mayGrow();
        boolean wasTaken = worker.takenBackAtNanos - worker.taskSinceNanos > 0;
        return (wasTaken ? worker.takenBackAtNanos : worker.taskSinceNanos)
                + (othersCan ? ahead.besideIdleNanos() : ahead.besideBusyNanos())
                - now;
    }
}
