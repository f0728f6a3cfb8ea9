// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.launch.WorkerSizing;
import procession.multiprocessing.internal.os.ProgramEnd;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The inside of a process pool: decides who runs what, and what becomes of it. */
final class PoolLoop extends EventLoop {
    /*
     * Overview. All state below is owned by whoever has the turn, but for the few fields that say otherwise.
     *
     *   submit ──► pending ──► given to a worker: an idle one, or ahead to a busy one ──► answered ──► idle again
     *                 ▲                     │
     *                 ├── not started, and waits behind a slow one: taken back
     *                 └── not started ──────┴── its worker died, or had to be killed: the task that it ran fails its limits
     *
     * Who-has-what: a batch is removed from pending and noted in the worker's load before its first byte leaves. A worker
     * answers in order, so the first unanswered task of a dead worker is the one that it was running, if its StartMark says
     * that it had begun: that one fails. The others, which never started, go back to the head of pending.
     *
     * Ahead: workers that are busy with quick tasks get more of them than they run (Prefetch), but no more than their share.
     * What turns out to wait behind a slow one is taken back: the fence in the worker's StartMark keeps it from starting.
     *
     * Stopping a task (it is cancelled, or ran for too long): the worker is told to start nothing more and to say where
     * the task is; on its answer, or after STOP_NANOS without one, it is killed. If the task's own answer comes first, the
     * worker is told to go on. So a kill never meets the next task.
     *
     * Recycling: a worker that is given its last task gets a successor at once, which takes its place, and its rank, when
     * it has answered. One that is too old or too large goes on working until its successor is ready.
     *
     * gate guards only the decision "is this pool still open", so that a task is either refused or will be done.
     */
    static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final AtomicInteger POOLS = new AtomicInteger();
    private static final long STOP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A task whose worker died so many times before it had started is what kills them: too large for their heap, say. */
    private static final int MAX_LOST_DELIVERIES = 3;

    /** How long a task may wait behind a slow one that was thought to be quick, when another worker could run it. */
    private static final long WAIT_BESIDE_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How long it may, when the others are busy: with tasks, maybe, that were submitted after it. */
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final PoolOptions options;
    private final TaskLimits limits;
    private final WorkerCommand command;
    private final ObjectCodec codec;
    private final ClassServer classes;
    private final AtomicLong taskIds = new AtomicLong();

    private final ReentrantLock gate = new ReentrantLock();

    /** Written under gate. */
    private volatile boolean shutdown;

    /** Written under gate; the reason why nothing can be run any more. */
    private volatile @Nullable BrokenProcessPoolException broken;

    private final Deque<Batch> pending = new ArrayDeque<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Deque<WorkerProcess> idle = new ArrayDeque<>();
    private int workersStarted;
    private final StartAttempts attempts = new StartAttempts();

    private final PoolNotices notices;
    private final Recycling recycling;

    /** Whether what has not started must not start any more, because all workers are being ended. */
    private boolean noMoreStarts;

    /** Why the pool is to be broken at the end of this turn. */
    private @Nullable BrokenProcessPoolException breaking;

    PoolLoop(
            PoolOptions options,
            WorkerCommand command,
            WorkerSizing sizing,
            ClassSource source,
            @Nullable ObjectInputFilter filter)
            throws IOException {
        super("procession-pool-" + POOLS.incrementAndGet());
        this.options = options;
        this.limits = new TaskLimits(options);
        this.command = command;
        this.codec = new ObjectCodec(source.context(), filter, source::others);
        this.classes = new ClassServer(name(), source);
        this.recycling = new Recycling(options, this::log);
        this.notices = new PoolNotices(name(), sizing, this::logLater);
    }

    // ---- called by any thread ----

    long nextTaskId() {
        return taskIds.incrementAndGet();
    }

    ClassServer classes() {
        return classes;
    }

    /** Takes a batch that will be done, or throws. */
    void submit(Batch batch) {
        gate.lock();
        try {
            BrokenProcessPoolException reason = broken;
            if (reason != null) {
                throw another(reason);
            }
            if (shutdown) {
                throw new RejectedExecutionException("can't submit a task after shutdown: " + name());
            }
            addWork(() -> pending.add(batch));
        } finally {
            gate.unlock();
        }
        takeTurn();
    }

    /** Returns an exception of its own for each future and each caller. */
    private static BrokenProcessPoolException another(BrokenProcessPoolException reason) {
        return new BrokenProcessPoolException(String.valueOf(reason.getMessage()), reason.getCause());
    }

    /** Stops the worker that runs a task, if one does; the task itself is cancelled already. */
    void stop(ProcessTask<?> task) {
        post(() -> {
            task.toBeStopped = true;
            for (WorkerProcess worker : workers) {
                if (worker.load.contains(task)) {
                    if (worker.load.first() != task) {
                        takeBack(worker);
                    }
                    if (worker.load.first() == task) {
                        stop(worker, task, null);
                    }
                }
            }
        });
    }

    /** Refuses new tasks from now on, and ends when the old ones are done. */
    void shutdown() {
        close(() -> {});
    }

    /** Refuses new tasks from now on, and cancels those that have not started; returns those. */
    List<ProcessTask<?>> shutdownAndCancelPending() {
        return shutdownAndCancelPending(() -> {});
    }

    /** As above, and does something more in the same event, before a worker can be let go because of the first. */
    private List<ProcessTask<?>> shutdownAndCancelPending(Runnable more) {
        List<ProcessTask<?>> never = new ArrayList<>();
        CountDownLatch collected = new CountDownLatch(1);
        close(() -> {
            workers.forEach(this::takeBack);
            for (Batch batch : pending) {
                for (ProcessTask<?> task : batch.tasks) {
                    if (task.cancel(false)) { // it has not started, whether or not a worker had it once
                        never.add(task);
                    }
                }
            }
            more.run();
            collected.countDown();
        });
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                done = isOver() || collected.await(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException later) {
                interrupted = true; // restored below
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return never;
    }

    /** As {@link #shutdownAndCancelPending()}, and kills the workers that run a task, whose futures are cancelled. */
    List<ProcessTask<?>> shutdownNow() {
        return shutdownAndCancelPending(() -> {
            noMoreStarts = true;
            for (WorkerProcess worker : workers) {
                if (!worker.load.isEmpty()) {
                    worker.load.forEach(task -> task.cancel(false));
                    worker.kill();
                }
            }
        });
    }

    /** As {@link #shutdownAndCancelPending()}, and ends every process, by force or by request; what they run fails. */
    void endWorkers(boolean force) {
        List<ProcessTask<?>> unused = shutdownAndCancelPending(() -> {
            noMoreStarts = true;
            for (WorkerProcess worker : workers) {
                if (force) {
                    worker.kill();
                } else {
                    worker.terminate();
                }
            }
        });
    }

    private void close(Runnable event) {
        gate.lock();
        try {
            shutdown = true;
            post(event);
        } finally {
            gate.unlock();
        }
    }

    boolean isShutdown() {
        return shutdown;
    }

    // ---- in a turn: turns ----

    @Override
    boolean hasWork() {
        return !pending.isEmpty()
                || workers.stream().anyMatch(worker -> !worker.waitsForItsPlace() && !idle.contains(worker));
    }

    @Override
    long nanosUntilDeadline() {
        long now = System.nanoTime();
        long wait = Long.MAX_VALUE;
        for (WorkerProcess worker : workers) {
            if (worker.hasDeadline()) {
                wait = Math.min(wait, worker.deadlineNanos - now);
            }
            wait = Math.min(
                    wait, Math.min(limits.nanosUntilLimit(worker, now), TaskLimits.nanosUntilSample(worker, now)));
            wait = Math.min(wait, nanosUntilTakenBack(worker, now));
        }
        long untilStart = attempts.nanosUntilNext();
        if (!pending.isEmpty() && untilStart > 0) { // if it is over, what could be started was
            wait = Math.min(wait, untilStart);
        }
        return wait;
    }

    /** Returns how long what a worker was given ahead may wait behind the task that it runs. */
    private long nanosUntilTakenBack(WorkerProcess worker, long now) {
        if (!worker.load.isAhead() || !worker.isFit()) {
            return Long.MAX_VALUE;
        }
        boolean othersCan = !idle.isEmpty() || places() < options.maxWorkers();
        boolean wasTaken = worker.takenBackAtNanos - worker.taskSinceNanos > 0;
        return (wasTaken ? worker.takenBackAtNanos : worker.taskSinceNanos)
                + (othersCan ? WAIT_BESIDE_IDLE_NANOS : WAIT_NANOS)
                - now;
    }

    @Override
    boolean afterWork() {
        if (idle.isEmpty() && places() < options.maxWorkers()) {
            return pending.isEmpty();
        }
        assignPending();
        return true;
    }

    @Override
    void afterEvents() {
        enforceDeadlines();
        if (breaking != null) {
            breakPool(breaking);
            breaking = null;
        }
        assignPending();
        if (shutdown && pending.isEmpty()) {
            windDown();
        }
    }

    private void enforceDeadlines() {
        long now = System.nanoTime();
        for (int i = workers.size() - 1; i >= 0; i--) { // backwards, because a worker that is buried is removed
            WorkerProcess worker = workers.get(i);
            if (limits.nanosUntilLimit(worker, now) <= 0) {
                enforceLimit(worker, now);
            }
            if (TaskLimits.nanosUntilSample(worker, now) <= 0) {
                worker.vitals.sample();
            }
            if (nanosUntilTakenBack(worker, now) <= 0) {
                takeBack(worker);
            }
            if (worker.hasDeadline() && worker.deadlineNanos - now <= 0) {
                worker.deadlineNanos = now + EXIT_NANOS; // for what is done about it
                worker.isLate();
            }
        }
    }

    private void enforceLimit(WorkerProcess worker, long now) {
        ProcessTask<?> task = worker.load.first();
        if (worker.stop != null) {
            stopped(worker, null);
        } else if (task == null) {
            if (idle.remove(worker)) {
                worker.retire();
            }
        } else {
            stop(worker, task, limits.overrun(task, worker, now));
        }
    }

    // ---- in a turn: giving out work ----

    /** Returns how many workers there are, without those that are leaving and those that wait for their place. */
    private int places() {
        int places = 0;
        for (WorkerProcess worker : workers) {
            if (worker.state != WorkerProcess.State.EXITING && worker.predecessor == null) {
                places++;
            }
        }
        return places;
    }

    /** Gives what is pending to workers without work, and starts workers if there are not enough. */
    private void assignPending() {
        while (!pending.isEmpty()) {
            Batch batch = pending.getFirst();
            if (idle.isEmpty()) {
                if (!batch.tasks.stream().allMatch(ProcessTask::isDone)) {
                    startWorkers();
                    prefetch();
                    return;
                }
                pending.removeFirst();
            } else {
                pending.removeFirst();
                if (batch.claim()) {
                    assign(idle.removeLast(), batch);
                }
            }
        }
    }

    private void assign(WorkerProcess worker, Batch batch) {
        if (give(worker, batch)) {
            worker.flush();
        } else {
            idle.addLast(worker);
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
        worker.give(batch, frame);
        if (!takesMore(worker) && !pending.isEmpty()) {
            startSuccessor(worker);
        }
        recycleIfDue(worker);
        return true;
    }

    private void startSuccessor(WorkerProcess worker) {
        if (worker.successor == null && !ProgramEnd.isUnderWay()) {
            WorkerProcess successor = startWorker(worker.rank);
            successor.predecessor = worker;
            worker.successor = successor;
        }
    }

    /** Returns whether it may run more tasks than those that it has. */
    private boolean takesMore(WorkerProcess worker) {
        return !worker.isReplaced() && (long) worker.tasksDone + worker.load.size() < options.maxTasksPerChild();
    }

    /** Gives workers that are busy with quick tasks some of what is pending, but leaves the others their share. */
    private void prefetch() {
        if (options.maxWorkers() > places()) {
            return; // there will be more workers
        }
        long now = System.nanoTime();
        for (WorkerProcess worker : List.copyOf(workers)) { // because some of them may be given a successor
            int most = worker.canPrefetch() && now - worker.taskSinceNanos < WAIT_BESIDE_IDLE_NANOS
                    ? Math.min(worker.prefetch.room(worker.load.size()), pending.size() / workers.size())
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
    private void takeBack(WorkerProcess worker) {
        if (!worker.load.isEmpty() && worker.isFit()) {
            worker.takenBackAtNanos = System.nanoTime();
            addFirst(worker.takeBack());
            if (worker.load.isEmpty()) {
                isIdle(worker);
                if (idle.removeLastOccurrence(worker)) {
                    idle.addFirst(worker); // the last to be given something: it may be stopped
                }
            }
        }
    }

    /** Starts the successor of a worker that is too old or too large, unless another one is being started. */
    private void recycleIfDue(WorkerProcess worker) {
        boolean mayStart = !(shutdown && pending.isEmpty()) && attempts.nanosUntilNext() <= 0;
        if (mayStart && recycling.mayReplace(worker, workers) && recycling.isDue(worker)) {
            startSuccessor(worker);
        }
    }

    private void startWorkers() {
        if (ProgramEnd.isUnderWay()) {
            if (workers.isEmpty()) {
                breakPool(new BrokenProcessPoolException(
                        name() + " is broken, because its last worker has ended and this program is ending", null));
            }
            return; // those that are there go on, because a shutdown hook may wait for them
        }
        long starting = workers.stream().filter(WorkerProcess::isUnready).count();
        while (starting < pending.size()
                && places() < options.maxWorkers()
                && broken == null
                && attempts.nanosUntilNext() <= 0) {
            startWorker(freeRank());
            starting++;
        }
    }

    private int freeRank() {
        int rank = 0;
        while (isTaken(rank)) {
            rank++;
        }
        return rank;
    }

    private boolean isTaken(int rank) {
        for (WorkerProcess worker : workers) {
            if (worker.rank == rank && worker.state != WorkerProcess.State.EXITING) {
                return true;
            }
        }
        return false;
    }

    private WorkerProcess startWorker(int rank) {
        WorkerProcess worker =
                new WorkerProcess(this, ++workersStarted, rank, System.nanoTime() + options.startNanos());
        workers.add(worker);
        onOwnThread(() -> {
            try {
                PoolThreads.daemon(worker.name, () -> worker.start(command)).start();
            } catch (OutOfMemoryError noThread) {
                post(() -> startFailed(worker, new IOException(noThread)));
            }
        });
        return worker;
    }

    /** A worker has proved that it is ours. */
    void greeted(WorkerProcess worker) {
        worker.tell(options.init(worker.rank));
    }

    // ---- in a turn: what workers send ----

    /** A worker that is ours has sent a frame. */
    void received(WorkerProcess worker, Frame frame) {
        switch (frame.type()) {
            case FrameDescriptor.READY -> isReady(worker);
            case FrameDescriptor.INIT_FAILED ->
                worker.startFailed(new IOException("the initializer failed in the worker process " + worker.pid() + ": "
                        + Failures.inWords(frame)));
            case FrameDescriptor.RESULT, FrameDescriptor.FAILURE -> answered(worker, frame);
            case FrameDescriptor.PROGRESS -> worker.progressed(frame);
            case FrameDescriptor.STACK -> stopped(worker, frame);
            case FrameDescriptor.MEMORY -> Recycling.reported(worker, frame);
            case FrameDescriptor.FETCH -> classes.asked(frame, worker, this);
            case FrameDescriptor.LOG, FrameDescriptor.LOG_LEVELS_ASKED -> ForwardedLog.received(this, worker, frame);
            case FrameDescriptor.OUTPUT, FrameDescriptor.OUTPUT_SO_FAR ->
                CapturedOutput.received(worker.load.first(), frame);
            default -> misbehaved(worker, "sent a frame of unknown type " + frame.type());
        }
    }

    private void misbehaved(WorkerProcess worker, String how) {
        log(Level.ERROR, worker + " " + how + "; it is killed");
        worker.startFailed(new IOException(worker + " " + how));
    }

    private void isReady(WorkerProcess worker) {
        if (worker.state == WorkerProcess.State.GREETED) {
            attempts.succeeded();
            worker.state = WorkerProcess.State.READY;
            recycling.isReady(worker);
            isIdle(worker);
            WorkerProcess old = worker.predecessor;
            if (old != null && idle.remove(old)) {
                isIdle(old); // which leaves now
            }
        } else if (worker.state != WorkerProcess.State.EXITING) {
            misbehaved(worker, "said a second time that it is ready");
        }
    }

    private void answered(WorkerProcess worker, Frame frame) {
        ProcessTask<?> task = worker.load.first();
        if (task == null || task.id != frame.taskId()) {
            if (!worker.killed) { // else it is the answer of a task that was given up just before
                misbehaved(worker, "answered a task that it was not given");
            }
            return;
        }
        Batch unused = worker.load.removeFirst();
        worker.tasksDone++;
        worker.prefetch.answered(System.nanoTime() - worker.taskSinceNanos);
        notices.answered();
        recycleIfDue(worker);
        if (worker.stop != null && worker.stop.task() == task && !worker.killed) {
            worker.stop = null; // it ended before it was stopped, and the worker may already run the next one
            worker.tell(new OutgoingFrame(FrameDescriptor.RESUME, 0, new byte[0]));
        }
        ProcessTask<?> next = worker.load.first();
        if (next == null) {
            isIdle(worker);
        } else {
            worker.taskStarts();
            if (next.toBeStopped) {
                stop(worker, next, null);
            }
        }
        complete(task, frame);
    }

    /** A worker has nothing to do: it waits for something, or leaves its place to another. */
    private void isIdle(WorkerProcess worker) {
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

    private void leavesItsPlace(WorkerProcess worker) {
        WorkerProcess successor = worker.successor;
        if (successor != null) {
            worker.successor = null;
            successor.predecessor = null;
            isIdle(successor);
        }
    }

    private void complete(ProcessTask<?> task, Frame frame) {
        if (frame.type() == FrameDescriptor.RESULT && frame.payload() != null && ObjectCodec.isPlain(frame.payload())) {
            Failures.complete(task, frame, codec); // runs no code of any class but the JDK's
        } else {
            decodeLater(() -> Failures.complete(task, frame, codec));
        }
        task.forgetArguments();
    }

    // ---- in a turn: stopping and dying ----

    private void stop(WorkerProcess worker, ProcessTask<?> task, @Nullable String overrun) {
        if (worker.stop == null && !worker.killed) {
            worker.stop = new WorkerProcess.Stop(task, overrun, System.nanoTime() + STOP_NANOS);
            isUnfit(worker);
            worker.tell(new OutgoingFrame(FrameDescriptor.FREEZE, task.id, new byte[0]));
        }
    }

    /** A worker has said where its task is, or did not do so in time: from now on it starts nothing more. */
    private void stopped(WorkerProcess worker, @Nullable Frame stack) {
        WorkerProcess.Stop stop = worker.stop;
        if (stop == null || worker.killed || (stack != null && stack.taskId() != stop.task().id)) {
            return; // an answer to an earlier stop, whose task ended by itself
        }
        worker.kill();
        if (worker.load.first() == stop.task()) {
            Batch batch = worker.load.removeFirst();
            failedLimits(batch, stop.task(), Failures.overran(worker, stop, stack));
        }
    }

    /** Runs a task again that had to be killed or whose worker died, if it may be; else completes it. */
    private void failedLimits(Batch batch, ProcessTask<?> task, Throwable failure) {
        if (task.retriesLeft > 0 && !task.isDone() && !noMoreStarts) {
            task.tryAgain(failure);
            pending.addFirst(batch.alone(task));
        } else {
            task.failLimits(failure);
            task.forgetArguments();
        }
    }

    /** A worker could not even be started as a process. */
    void startFailed(WorkerProcess worker, IOException reason) {
        worker.startFailure = new IOException("a worker process can't be started: " + reason.getMessage(), reason);
        workers.remove(worker);
        if (worker.predecessor != null) {
            worker.predecessor.successor = null;
        }
        countStartFailure(worker);
    }

    /** A worker is about to end, and must not be given anything any more. */
    void isUnfit(WorkerProcess worker) {
        idle.remove(worker);
    }

    /** A worker's process is gone, and all that it ever sent has been received. */
    void workerIsGone(WorkerProcess worker) {
        workers.remove(worker);
        idle.remove(worker);
        leavesItsPlace(worker);
        if (worker.predecessor != null) {
            worker.predecessor.successor = null;
        }
        if (!worker.load.isEmpty()) {
            lost(worker);
        } else if (worker.state == WorkerProcess.State.READY && !worker.killed) {
            warn(worker.name + ": the idle worker process " + worker.pid() + " "
                    + worker.death().inWords() + "; another takes its place when there is work");
        } else if (worker.isUnready() && !(worker.killed && worker.startFailure == null)) {
            countStartFailure(worker);
        }
    }

    private void lost(WorkerProcess worker) {
        ProcessTask<?> first = Objects.requireNonNull(worker.load.first());
        boolean started = worker.hadStarted(first);
        if (started || (!worker.killed && ++first.lostDeliveries >= MAX_LOST_DELIVERIES)) {
            Batch batch = worker.load.removeFirst();
            WorkerProcess.Stop stop = worker.stop;
            notices.died(worker, first);
            failedLimits(
                    batch,
                    first,
                    stop != null && stop.task() == first && stop.overrun() != null
                            ? Failures.overran(worker, stop, null)
                            : Failures.died(worker, first, started));
        }
        if (noMoreStarts) {
            worker.load.forEach(task -> task.cancel(false));
        } else {
            addFirst(worker.load.removeBehind(Load.NO_TASK));
        }
    }

    private void addFirst(List<Batch> batches) {
        for (int i = batches.size() - 1; i >= 0; i--) {
            pending.addFirst(batches.get(i));
        }
    }

    private void countStartFailure(WorkerProcess worker) {
        if (attempts.wasInterrupted(worker)) {
            return;
        }
        int failures = attempts.failed();
        String reason = worker.startFailureInWords();
        boolean noneWorks = workers.stream().noneMatch(each -> each.state == WorkerProcess.State.READY);
        warn(worker.name + " did not start (" + failures + " in a row): " + reason);
        if (attempts.isHopeless() && noneWorks) {
            breaking = new BrokenProcessPoolException(
                    name() + " is broken, because " + failures + " workers in a row failed to start; the last one: "
                            + reason,
                    worker.startFailure);
        }
    }

    /** Logs what happened to a worker, unless it is the end of this program that happens to it. */
    private void warn(String message) {
        if (!ProgramEnd.isUnderWay()) {
            log(Level.WARNING, message);
        }
    }

    private void breakPool(BrokenProcessPoolException reason) {
        closeGate(reason);
        for (Runnable event = mailbox().poll(); event != null; event = mailbox().poll()) {
            event.run(); // what was accepted before the gate closed fails with the rest
        }
        failPending(reason);
        List.copyOf(workers).forEach(WorkerProcess::kill);
    }

    private void closeGate(BrokenProcessPoolException reason) {
        gate.lock();
        try {
            broken = reason;
            shutdown = true;
        } finally {
            gate.unlock();
        }
    }

    private void failPending(BrokenProcessPoolException reason) {
        for (Batch batch = pending.poll(); batch != null; batch = pending.poll()) {
            batch.tasks.forEach(task -> task.trySetException(another(reason)));
        }
    }

    /** Lets workers go that have nothing to do any more; the last one out ends the loop. */
    private void windDown() {
        boolean mayBeNeeded = workers.stream().anyMatch(worker -> worker.load.isAhead());
        while (!idle.isEmpty() && !mayBeNeeded) {
            idle.remove().retire();
        }
        for (WorkerProcess worker : workers) {
            if ((worker.isUnready() || worker.predecessor != null) && !worker.killed) {
                worker.kill();
            }
        }
        if (workers.isEmpty() && isAllDecoded() && mailbox().isEmpty()) {
            finish();
        }
    }

    @Override
    void abandon(Throwable failure) {
        BrokenProcessPoolException reason = new BrokenProcessPoolException(name() + " failed: " + failure, failure);
        closeGate(reason);
        for (Runnable event = mailbox().poll(); event != null; event = mailbox().poll()) {
            try {
                event.run();
            } catch (RuntimeException | Error again) {
                failure.addSuppressed(again); // the tasks that the other events bring must fail all the same
            }
        }
        failPending(reason);
        workers.forEach(worker -> worker.load.forEach(task -> task.trySetException(another(reason))));
        workers.forEach(WorkerProcess::abandon);
    }

    @Override
    public String toString() {
        return name() + "[at most " + options.maxWorkers() + " workers"
                + (broken != null ? ", broken" : shutdown ? ", shut down" : "") + "]";
    }
}
