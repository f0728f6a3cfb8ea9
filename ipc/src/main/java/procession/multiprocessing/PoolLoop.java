// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
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
     * Overview. All state of this class, of Assignments and of Workforce is owned by whoever has the turn, but for the few
     * fields that say otherwise.
     *
     *   submit ──► pending ──► given to a worker: an idle one, or ahead to a busy one ──► answered ──► idle again
     *                 ▲                     │
     *                 ├── not started, and waits behind a slow one: taken back
     *                 └── not started ──────┴── its worker died, or had to be killed: the task that it ran fails its limits
     *
     * Assignments decides who is given what, and Workforce who is there to be given something. A worker answers in order,
     * so the first unanswered task of a dead worker is the one that it was running, if its StartMark says that it had
     * begun: that one fails. The others, which never started, go back to the head of pending.
     *
     * Stopping a task (it is cancelled, or ran for too long): the worker is told to start nothing more and to say where
     * the task is; on its answer, or after STOP_NANOS without one, it is killed. If the task's own answer comes first, the
     * worker is told to go on. So a kill never meets the next task.
     *
     * gate guards only the decision "is this pool still open", so that a task is either refused or will be done.
     */
    static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final AtomicInteger POOLS = new AtomicInteger();
    private static final long STOP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A task whose worker died so many times before it had started is what kills them: too large for their heap, say. */
    private static final int MAX_LOST_DELIVERIES = 3;

    /** An array of bytes, of up to 2 GiB, is copied when it is decoded. */
    private static final int MOST_BYTES_DECODED_IN_A_TURN = 64 * 1024;

    private final PoolOptions options;
    private final TaskLimits limits;
    private final ObjectCodec codec;
    private final ClassServer classes;
    private final AtomicLong taskIds = new AtomicLong();

    private final ReentrantLock gate = new ReentrantLock();

    /** Written under gate. */
    private volatile boolean shutdown;

    /** Written under gate; the reason why nothing can be run any more. */
    private volatile @Nullable BrokenProcessPoolException broken;

    final Workforce workers;
    private final Assignments assignments;
    private final PoolNotices notices;

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
        this.codec = new ObjectCodec(source.context(), filter, source::others);
        this.classes = new ClassServer(name(), source);
        this.workers = new Workforce(this, options, command);
        this.assignments = new Assignments(options, workers, limits);
        this.notices = new PoolNotices(name(), sizing, this::logLater);
    }

    // ---- called by any thread ----

    Prefetch.Limits ahead() {
        return options.ahead();
    }

    long nextTaskId() {
        return taskIds.incrementAndGet();
    }

    ClassServer classes() {
        return classes;
    }

    /** Takes batches that will be done, or throws and takes none of them. */
    void submit(List<Batch> batches) {
        gate.lock();
        try {
            BrokenProcessPoolException reason = broken;
            if (reason != null) {
                throw another(reason);
            }
            if (shutdown) {
                throw new RejectedExecutionException("can't submit a task after shutdown: " + name());
            }
            addWork(() -> add(batches));
        } finally {
            gate.unlock();
        }
        takeTurn();
    }

    private void add(List<Batch> batches) {
        try {
            batches.forEach(assignments::add);
        } catch (Throwable noMemory) {
            batches.forEach(batch -> batch.tasks.forEach(task -> task.trySetException(noMemory)));
            throw noMemory; // which ends the pool, that does not know of all of them
        }
    }

    /** Returns an exception of its own for each future and each caller. */
    private static BrokenProcessPoolException another(BrokenProcessPoolException reason) {
        return new BrokenProcessPoolException(String.valueOf(reason.getMessage()), reason.getCause());
    }

    /** Stops the worker that runs a task, if one does; the task itself is cancelled already. */
    void stop(ProcessTask<?> task) {
        post(() -> {
            task.toBeStopped = true;
            for (WorkerProcess worker : workers.all()) {
                if (worker.load.contains(task)) {
                    if (worker.load.first() != task) {
                        assignments.takeBack(worker);
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
            workers.all().forEach(assignments::takeBack);
            for (Batch batch : assignments.pending()) {
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
            for (WorkerProcess worker : workers.all()) {
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
            for (WorkerProcess worker : workers.all()) {
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

    boolean isBroken() {
        return broken != null;
    }

    // ---- in a turn: turns ----

    @Override
    boolean hasWork() {
        return !assignments.isEmpty() || workers.anyBusy();
    }

    @Override
    long nanosUntilDeadline() {
        long now = System.nanoTime();
        long wait = Long.MAX_VALUE;
        for (WorkerProcess worker : workers.all()) {
            if (worker.hasDeadline()) {
                wait = Math.min(wait, worker.deadlineNanos - now);
            }
            wait = Math.min(
                    wait, Math.min(limits.nanosUntilLimit(worker, now), TaskLimits.nanosUntilSample(worker, now)));
            wait = Math.min(wait, assignments.nanosUntilTakenBack(worker, now));
        }
        long untilStart = workers.nanosUntilStart();
        if (!assignments.isEmpty() && untilStart > 0) { // if it is over, what could be started was
            wait = Math.min(wait, untilStart);
        }
        return wait;
    }

    @Override
    boolean afterWork() {
        if (!workers.anyIdle() && workers.mayGrow()) {
            return assignments.isEmpty();
        }
        assignments.assign();
        return true;
    }

    @Override
    void afterEvents() {
        enforceDeadlines();
        if (breaking != null) {
            breakPool(breaking);
            breaking = null;
        }
        assignments.assign();
        if (allIsGiven()) {
            windDown();
        }
    }

    private void enforceDeadlines() {
        long now = System.nanoTime();
        for (int i = workers.all().size() - 1; i >= 0; i--) { // backwards, because a worker that is buried is removed
            WorkerProcess worker = workers.all().get(i);
            if (limits.nanosUntilLimit(worker, now) <= 0) {
                enforceLimit(worker, now);
            }
            if (TaskLimits.nanosUntilSample(worker, now) <= 0) {
                worker.vitals.sample();
            }
            if (assignments.nanosUntilTakenBack(worker, now) <= 0) {
                assignments.takeBack(worker);
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
            workers.retireIfIdle(worker);
        } else {
            stop(worker, task, limits.overrun(task, worker, now));
        }
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
            workers.isReady(worker);
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
        workers.replaceIfDue(worker);
        if (worker.stop != null && worker.stop.task() == task && !worker.killed) {
            worker.stop = null; // it ended before it was stopped, and the worker may already run the next one
            worker.tell(new OutgoingFrame(FrameDescriptor.RESUME, 0, new byte[0]));
        }
        ProcessTask<?> next = worker.load.first();
        if (next == null) {
            workers.isIdle(worker);
        } else {
            worker.taskStarts();
            if (next.toBeStopped) {
                stop(worker, next, null);
            }
        }
        complete(task, frame);
    }

    private void complete(ProcessTask<?> task, Frame frame) {
        if (isDecodedInATurn(frame)) {
            Failures.complete(task, frame, codec);
        } else {
            decodeLater(() -> Failures.complete(task, frame, codec));
        }
        task.forgetArguments();
    }

    /** Returns whether decoding it takes no time, and runs no code of any class but the JDK's. */
    static boolean isDecodedInATurn(Frame frame) {
        byte[] payload = frame.payload();
        return frame.type() == FrameDescriptor.RESULT
                && payload != null
                && payload.length <= MOST_BYTES_DECODED_IN_A_TURN
                && ObjectCodec.isPlain(payload);
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
            assignments.addFirst(List.of(batch.alone(task)));
        } else {
            task.failLimits(failure);
            task.forgetArguments();
        }
    }

    /** A worker could not even be started as a process. */
    void startFailed(WorkerProcess worker, IOException reason) {
        worker.startFailure = new IOException("a worker process can't be started: " + reason.getMessage(), reason);
        workers.isNotStarted(worker);
    }

    /** A worker is about to end, and must not be given anything any more. */
    void isUnfit(WorkerProcess worker) {
        workers.isUnfit(worker);
    }

    /** A worker's process is gone, and all that it ever sent has been received. */
    void workerIsGone(WorkerProcess worker) {
        workers.isGone(worker);
        if (!worker.load.isEmpty()) {
            lost(worker);
        } else if (worker.state == WorkerProcess.State.READY && !worker.killed) {
            warn(worker.name + ": the idle worker process " + worker.pid() + " "
                    + worker.death().inWords() + "; another takes its place when there is work");
        } else if (worker.isUnready() && !(worker.killed && worker.startFailure == null)) {
            workers.countStartFailure(worker);
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
            assignments.addFirst(worker.load.removeBehind(Load.NO_TASK));
        }
    }

    /** Logs what happened to a worker, unless it is the end of this program that happens to it. */
    void warn(String message) {
        if (!ProgramEnd.isUnderWay()) {
            log(Level.WARNING, message);
        }
    }

    void breakPool(BrokenProcessPoolException reason) {
        closeGate(reason);
        for (Runnable event = mailbox().poll(); event != null; event = mailbox().poll()) {
            event.run(); // what was accepted before the gate closed fails with the rest
        }
        failPending(reason);
        List.copyOf(workers.all()).forEach(WorkerProcess::kill);
    }

    /** Breaks the pool at the end of this turn. */
    void breakSoon(BrokenProcessPoolException reason) {
        breaking = reason;
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
        for (Batch batch : assignments.removeAll()) {
            batch.tasks.forEach(task -> task.trySetException(another(reason)));
        }
    }

    /** Returns whether workers have all that they will ever be given, unless something comes back. */
    boolean allIsGiven() {
        return shutdown && assignments.isEmpty();
    }

    /** Lets workers go that have nothing to do any more; the last one out ends the loop. */
    private void windDown() {
        workers.letGo();
        if (workers.all().isEmpty() && isAllDecoded() && mailbox().isEmpty()) {
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
        workers.all().forEach(worker -> worker.load.forEach(task -> task.trySetException(another(reason))));
        workers.all().forEach(WorkerProcess::abandon);
    }

    @Override
    public String toString() {
        return name() + "[at most " + options.maxWorkers() + " workers"
                + (broken != null ? ", broken" : shutdown ? ", shut down" : "") + "]";
    }
}
