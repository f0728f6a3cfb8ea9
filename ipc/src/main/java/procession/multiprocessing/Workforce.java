// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.os.ProgramEnd;

/** The workers of one pool: who is there, who waits for work, and who takes whose place. */
final class Workforce {
    /*
     * Overview. Owned by whoever has the turn of the loop.
     *
     *   started ──► ready ──► idle ◄──► busy ──► retires ──► gone
     *       │         └── waits for the place of its predecessor      ▲
     *       └───────────── from anywhere, if it dies ─────────────────┘
     *
     * A place is what counts against the maximum. A worker that is given its last task gets a successor at once, which
     * takes its place, and its rank, when it has answered; if the task is taken back, the successor waits until there is
     * another last one. One that is too old or too large goes on working until its successor is ready (Recycling). Until
     * then the successor has no place, and is given nothing.
     */

    /**
     * How long tasks outlive the last worker when this program ends. Most programs are gone by then, and whoever waited says
     * nothing; a shutdown hook that waits must be told.
     */
    private static final long LAST_WORDS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final PoolLoop loop;
    private final PoolOptions options;
    private final WorkerCommand command;
    private final Recycling recycling;
    final StartAttempts attempts = new StartAttempts();
    private final List<WorkerProcess> all = new ArrayList<>();
    private final Deque<WorkerProcess> idle = new ArrayDeque<>();
    private int started;

    /** Whether this program was seen to end while tasks waited and no worker was left. */
    private boolean isWithoutAnyAtTheEnd;

    /** When whoever waits for those tasks hears of it then. */
    private long givenUpAtNanos;

    Workforce(PoolLoop loop, PoolOptions options, WorkerCommand command) {
        this.loop = loop;
        this.options = options;
        this.command = command;
        this.recycling = new Recycling(options, loop::log);
    }

    /** Returns all that are not gone, as a view; starting one adds to it. */
    List<WorkerProcess> all() {
        return Collections.unmodifiableList(all);
    }

    boolean anyIdle() {
        return !idle.isEmpty();
    }

    /** Returns whether one of them has something to do, or is on its way in or out. */
    boolean anyBusy() {
        return all.stream().anyMatch(worker -> !worker.waitsForItsPlace() && !idle.contains(worker));
    }

    /** Returns whether there are fewer workers than there may be, and more are going to be started. */
    boolean mayGrow() {
        return places() < options.maxWorkers() && !goesOnWithThese();
    }

    /** Returns whether starting workers was given up, because it failed too often and there are some that do the work. */
    private boolean goesOnWithThese() {
        return attempts.isGivenUp() && readyOnes() > 0;
    }

    /** Returns whether somebody may be started now, if there is a place. */
    private boolean mayStart() {
        return attempts.nanosUntilNext() <= 0 && !goesOnWithThese();
    }

    private long readyOnes() {
        return all.stream()
                .filter(each -> each.state == WorkerProcess.State.READY)
                .count();
    }

    /** Returns how many workers there are, without those that are leaving and those that wait for their place. */
    private int places() {
        int places = 0;
        for (WorkerProcess worker : all) {
            if (worker.state != WorkerProcess.State.EXITING && worker.predecessor == null) {
                places++;
            }
        }
        return places;
    }

    /** Returns how long to wait before the next one is started, or given up, in nanoseconds; zero or less for not at all. */
    long nanosUntilStart() {
        if (isWithoutAnyAtTheEnd) {
            return givenUpAtNanos - System.nanoTime();
        }
        return Math.max(attempts.nanosUntilNext(), readyOnes() > 0 ? attempts.nanosUntilProbe() : 0);
    }

    // ---- who comes ----

    /** Starts workers for so many batches, as far as there may be more and none are on their way to a place that is free. */
    void startFor(int batches) {
        if (ProgramEnd.isUnderWay()) {
            if (all.isEmpty() && !isWithoutAnyAtTheEnd) {
                isWithoutAnyAtTheEnd = true;
                givenUpAtNanos = System.nanoTime() + LAST_WORDS_NANOS;
            } else if (all.isEmpty() && nanosUntilStart() <= 0) {
                loop.breakPool(new BrokenProcessPoolException(
                        loop.name() + " is broken, because its last worker has ended and this program is ending",
                        null));
            }
            return; // those that are there go on, because a shutdown hook may wait for them
        }
        long starting = all.stream()
                .filter(each -> each.isUnready() && each.predecessor == null)
                .count();
        while (starting < batches && mayGrow() && !loop.isBroken() && attempts.nanosUntilNext() <= 0) {
            start(freeRank());
            starting++;
        }
    }

    /** Starts who takes the place of a worker, unless there is a successor for each of so many batches. */
    void startSuccessorFor(int batches, WorkerProcess worker) {
        long successors = all.stream()
                .filter(each -> each.predecessor != null && !each.killed)
                .count();
        if (successors < batches) {
            startSuccessor(worker);
        }
    }

    /** Starts who takes the place of a worker, unless somebody is to do so already, or starts fail. */
    private void startSuccessor(WorkerProcess worker) {
        if (worker.successor == null && !ProgramEnd.isUnderWay() && mayStart()) {
            WorkerProcess successor = start(worker.rank);
            successor.predecessor = worker;
            worker.successor = successor;
        }
    }

    /** Starts the successor of a worker that is too old or too large, unless another one is being started. */
    void replaceIfDue(WorkerProcess worker) {
        if (!loop.allIsGiven() && mayStart() && recycling.mayReplace(worker, all) && recycling.isDue(worker)) {
            worker.isDue = true;
            startSuccessor(worker);
        }
    }

    private WorkerProcess start(int rank) {
        WorkerProcess worker = new WorkerProcess(loop, ++started, rank, System.nanoTime() + options.startNanos());
        worker.startRound = attempts.starts();
        all.add(worker);
        loop.onOwnThread(() -> {
            try {
                PoolThreads.daemon(worker.name, () -> worker.start(command)).start();
            } catch (OutOfMemoryError noThread) {
                loop.post(() -> loop.startFailed(worker, new IOException(noThread)));
            }
        });
        return worker;
    }

    private int freeRank() {
        int rank = 0;
        while (isTaken(rank)) {
            rank++;
        }
        return rank;
    }

    private boolean isTaken(int rank) {
        for (WorkerProcess worker : all) {
            if (worker.rank == rank && worker.state != WorkerProcess.State.EXITING) {
                return true;
            }
        }
        return false;
    }

    /** A worker has said that it can be given tasks. */
    void isReady(WorkerProcess worker) {
        attempts.succeeded();
        worker.state = WorkerProcess.State.READY;
        recycling.isReady(worker);
        isIdle(worker);
        WorkerProcess old = worker.predecessor;
        if (old != null && old.isReplaced() && idle.remove(old)) {
            isIdle(old); // which leaves now
        }
    }

    // ---- who works ----

    /** Returns the worker that had something to do last, which is idle no longer. */
    WorkerProcess takeIdle() {
        return idle.removeLast();
    }

    /** A worker has nothing to do: it waits for something, or leaves its place to another. */
    void isIdle(WorkerProcess worker) {
        if (!worker.isFit() || worker.predecessor != null) {
            return;
        }
        if (worker.isReplaced() || worker.tasksDone >= options.maxTasksPerChild()) {
            worker.retire();
            leavesItsPlace(worker);
        } else {
            worker.idleSinceNanos = System.nanoTime();
            idle.addLast(worker);
        }
    }

    /** As {@link #isIdle}, for a worker that is to be the last to be given something. */
    void isLastResort(WorkerProcess worker) {
        isIdle(worker);
        if (idle.removeLastOccurrence(worker)) {
            idle.addFirst(worker);
        }
    }

    /** A worker was to be given something, and was not. */
    void isIdleStill(WorkerProcess worker) {
        idle.addLast(worker);
    }

    /** A worker must not be given anything any more. */
    void isUnfit(WorkerProcess worker) {
        idle.remove(worker);
    }

    // ---- who goes ----

    /** Lets a worker go that has had nothing to do for too long. */
    void retireIfIdle(WorkerProcess worker) {
        if (idle.remove(worker)) {
            worker.retire();
            leavesItsPlace(worker);
        }
    }

    /** Lets those go that have nothing to do any more, because no task is left that nobody has. */
    void letGo() {
        boolean mayBeNeeded = all.stream().anyMatch(worker -> worker.load.isAhead());
        while (!idle.isEmpty() && !mayBeNeeded) {
            idle.remove().retire();
        }
        for (WorkerProcess worker : all) {
            if ((worker.isUnready() || worker.predecessor != null) && !worker.killed) {
                worker.kill();
            }
        }
    }

    private void leavesItsPlace(WorkerProcess worker) {
        WorkerProcess successor = worker.successor;
        if (successor != null) {
            worker.successor = null;
            successor.predecessor = null;
            isIdle(successor);
        }
    }

    /** A worker could not even be started as a process. */
    void isNotStarted(WorkerProcess worker) {
        all.remove(worker);
        isNoSuccessor(worker);
        countStartFailure(worker);
    }

    /** A worker's process is gone. */
    void isGone(WorkerProcess worker) {
        all.remove(worker);
        idle.remove(worker);
        leavesItsPlace(worker);
        isNoSuccessor(worker);
        if (!worker.isUnready()) {
            attempts.workerIsGone();
        }
    }

    private static void isNoSuccessor(WorkerProcess worker) {
        if (worker.predecessor != null) {
            worker.predecessor.successor = null;
        }
    }

    /** Notes that a worker ended on its way to its first task, which breaks the pool if it is one too many. */
    void countStartFailure(WorkerProcess worker) {
        if (attempts.wasInterrupted(worker)) {
            return;
        }
        int failures = attempts.failed(worker.startRound);
        String reason = worker.startFailureInWords();
        long working = readyOnes();
        loop.warn(worker.name + " did not start (" + failures + " in a row): " + reason);
        if (attempts.isHopeless() && working == 0) {
            loop.breakSoon(new BrokenProcessPoolException(
                    loop.name() + " is broken, because " + failures
                            + " workers in a row failed to start; the last one: " + reason,
                    worker.startFailure));
        } else if (attempts.givesUpNow()) {
            loop.warn(loop.name() + " goes on with the " + working
                    + " worker(s) that it has and tries to start more only once"
                    + " a minute or when one of them is gone, because " + failures
                    + " in a row failed to start; the last one: " + reason);
        }
    }
}
