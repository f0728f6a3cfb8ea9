// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/**
 * The inside of a process pool: one thread that owns its state, decides who runs what, and talks to all workers.
 */
final class PoolLoop {
    /*
     * Overview. Whatever happens - a task is submitted, a worker answers, a process exits, a deadline passes - becomes
     * an event on the pool thread, which alone reads and writes the state below. Other threads only add to the mailbox.
     *
     *   submit, shutdown, cancel ─┐
     *   process exited, stderr end ─┼─► mailbox ─┐
     *                                sockets ────┼─► turn(): read · events · deadlines · assign
     *                                deadlines ──┘
     *
     * Nothing on the pool thread blocks or runs code of the user: sockets don't block, processes are started and killed
     * on threads of their own, results are decoded and callbacks run on the results thread. So the pool thread always
     * comes round, and what it waits for has a deadline.
     *
     * Who-has-what: a batch is removed from pending and noted as assigned before its first byte leaves. A worker answers
     * in order, so the first unanswered task of a dead worker is the one that it was running, if its StartMark says that
     * it had begun: that one fails. The others, which never started, go back to the head of pending.
     *
     * gate guards only the decision "is this pool still open", so that a task is either refused or will be done.
     *
     * The pool thread is not a daemon while there is something to do, so that a program that forgets to close its pool
     * still gets its results; after IDLE_NANOS without work it hands over to a daemon thread, so that the program ends.
     * A submitter that finds it a daemon starts a keeper, a thread that is none and ends when the pool thread is none again:
     * so the program can't end between submit and the next hand-over. Each side writes first and reads then:
     *
     *     submitter:   add to mailbox ── daemon? ── start a keeper
     *     pool thread: say "daemon" ── mailbox empty? ── hand over, or take it back
     *     pool thread: say "not a daemon" ── a keeper? ── release it        submitter: note the keeper ── still a daemon?
     */
    static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final AtomicInteger POOLS = new AtomicInteger();
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EVENTS_A_TURN = 256;
    private static final int MAX_START_FAILURES = 3;

    /** A task whose worker died so many times before it had started is what kills them: too large for their heap, say. */
    private static final int MAX_LOST_DELIVERIES = 3;

    private static final int MAX_RETRY_DOUBLINGS = 7;

    private final String name = "procession-pool-" + POOLS.incrementAndGet();
    private final int maxWorkers;
    private final WorkerCommand command;
    private final byte[] initializer;
    private final ObjectCodec codec;
    private final Selector selector;
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong taskIds = new AtomicLong();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final ThreadPoolExecutor results;

    private final ReentrantLock gate = new ReentrantLock();

    /** Written under gate. */
    private volatile boolean shutdown;

    /** Written under gate; the reason why nothing can be run any more. */
    private volatile @Nullable BrokenProcessPoolException broken;

    /** The thread that runs the loop now; written by that thread, and read by others only to compare with themselves. */
    private volatile @Nullable Thread owner;

    /** Written by the pool thread, as its last act. */
    private volatile boolean over;

    /** Whether the loop runs on a daemon thread; written by the pool thread, before it hands over and after. */
    private volatile boolean daemon;

    /** Releases the thread that keeps the program from ending; set by submitters, taken by whoever releases it. */
    private final AtomicReference<@Nullable CountDownLatch> keeper = new AtomicReference<>();

    // ---- owned by the pool thread ----

    private final Deque<Batch> pending = new ArrayDeque<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Deque<WorkerProcess> idle = new ArrayDeque<>();
    private int workersStarted;
    private int startFailures;
    private long retryAtNanos = System.nanoTime();
    private long idleSinceNanos = System.nanoTime();

    PoolLoop(int maxWorkers, WorkerCommand command, byte[] initializer, ObjectCodec codec) throws IOException {
        this.maxWorkers = maxWorkers;
        this.command = command;
        this.initializer = initializer;
        this.codec = codec;
        this.selector = Selector.open();
        this.results = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name + "-results");
            thread.setDaemon(false);
            return thread;
        });
        this.results.allowCoreThreadTimeOut(true);
        handOver(false);
    }

    // ---- called by any thread ----

    String name() {
        return name;
    }

    long nextTaskId() {
        return taskIds.incrementAndGet();
    }

    /** Takes a batch that will be done, or throws. */
    void submit(Batch batch) {
        gate.lock();
        try {
            BrokenProcessPoolException reason = broken;
            if (reason != null) {
                throw new BrokenProcessPoolException(String.valueOf(reason.getMessage()), reason.getCause());
            }
            if (shutdown) {
                throw new RejectedExecutionException("can't submit a task after shutdown: " + name);
            }
            mailbox.add(() -> pending.add(batch));
        } finally {
            gate.unlock();
        }
        if (daemon) {
            keepAlive();
        }
        wakeUp();
    }

    /** Keeps the program from ending before the pool thread has seen that there is something to do. */
    private void keepAlive() {
        CountDownLatch latch = new CountDownLatch(1);
        if (keeper.compareAndSet(null, latch)) {
            new Thread(
                            () -> {
                                try {
                                    latch.await();
                                } catch (InterruptedException nobodyNeedsIt) {
                                    // whoever interrupts all threads wants the program to end
                                }
                            },
                            name + "-keeper")
                    .start();
            if (!daemon || over) {
                releaseKeeper();
            }
        }
    }

    private void releaseKeeper() {
        CountDownLatch latch = keeper.getAndSet(null);
        if (latch != null) {
            latch.countDown();
        }
    }

    /** Adds an event; it is dropped if the pool is over. */
    void post(Runnable event) {
        mailbox.add(event);
        wakeUp();
    }

    private void wakeUp() {
        if (Thread.currentThread() != owner) {
            selector.wakeup();
        }
    }

    /** Runs something of the user's here and now, or on the results thread if this is the pool thread. */
    void runOutside(Runnable command) {
        if (Thread.currentThread() == owner) {
            results.execute(command);
        } else {
            command.run();
        }
    }

    /** Kills the worker that runs a task, if one does; the task itself is cancelled already. */
    void stop(ProcessTask<?> task) {
        post(() -> {
            for (WorkerProcess worker : workers) {
                Batch assigned = worker.assigned;
                if (assigned != null && assigned.tasks.peekFirst() == task) {
                    worker.kill();
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
        List<ProcessTask<?>> never = new ArrayList<>();
        CountDownLatch collected = new CountDownLatch(1);
        close(() -> {
            for (Batch batch : pending) {
                for (ProcessTask<?> task : batch.tasks) {
                    if (!task.claimed && task.cancel()) {
                        never.add(task);
                    }
                }
            }
            collected.countDown();
        });
        boolean interrupted = false;
        while (true) {
            try {
                if (collected.await(1, TimeUnit.SECONDS) || over) {
                    break;
                }
            } catch (InterruptedException later) {
                interrupted = true; // restored below
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return never;
    }

    /** Kills the workers that run a task, whose futures are cancelled. */
    void stopRunning() {
        post(() -> {
            for (WorkerProcess worker : workers) {
                Batch assigned = worker.assigned;
                if (assigned != null) {
                    assigned.tasks.forEach(task -> task.cancel(false));
                    worker.kill();
                }
            }
        });
    }

    /** Ends every worker process, by force or by request; what they run fails. */
    void endWorkers(boolean force) {
        post(() -> {
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
            mailbox.add(event);
        } finally {
            gate.unlock();
        }
        wakeUp();
    }

    boolean isShutdown() {
        return shutdown;
    }

    boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    boolean awaitTermination(long nanos) throws InterruptedException {
        return terminated.await(nanos, TimeUnit.NANOSECONDS);
    }

    // ---- the pool thread ----

    Selector selector() {
        return selector;
    }

    private void handOver(boolean toDaemon) {
        Thread next = new Thread(this::run, name);
        next.setDaemon(toDaemon);
        next.start();
    }

    /** Hands over if the thread is not of the kind that is needed; returns whether it did. */
    private boolean handOverIfNeeded() {
        boolean busy = !pending.isEmpty() || workers.size() > idle.size();
        if (busy) {
            idleSinceNanos = System.nanoTime();
        }
        if (daemon && !busy && mailbox.isEmpty()) {
            releaseKeeper(); // what it was started for is over already, or was cancelled; submitters wake this up after
        }
        if (over || busy != daemon || (!busy && System.nanoTime() - idleSinceNanos < IDLE_NANOS)) {
            return false;
        }
        if (!busy) {
            daemon = true;
            if (!mailbox.isEmpty()) {
                daemon = false;
                releaseKeeper(); // of a submitter who believed it
                return false;
            }
        }
        handOver(!busy);
        return true;
    }

    private void run() {
        owner = Thread.currentThread();
        daemon = Thread.currentThread().isDaemon();
        if (!daemon) {
            releaseKeeper();
        }
        try {
            while (!over) {
                turn();
                if (handOverIfNeeded()) {
                    return;
                }
            }
        } catch (Throwable failure) {
            LOGGER.log(Level.ERROR, name + " failed; its tasks fail and its workers are killed", failure);
            abandon(failure);
        }
    }

    private void turn() throws IOException {
        long wait = mailbox.isEmpty() ? nanosUntilDeadline() : 0;
        if (wait <= 0) {
            selector.selectNow(key -> ((WorkerProcess) key.attachment()).selected(key));
        } else {
            long millis = wait == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(wait) + 1;
            selector.select(key -> ((WorkerProcess) key.attachment()).selected(key), millis);
        }
        int events = 0; // bounded, so that many submitters don't keep the answers waiting
        for (Runnable event = mailbox.poll(); event != null; event = ++events < EVENTS_A_TURN ? mailbox.poll() : null) {
            event.run();
        }
        enforceDeadlines();
        assignPending();
        if (shutdown && pending.isEmpty()) {
            windDown();
        }
    }

    private long nanosUntilDeadline() {
        long now = System.nanoTime();
        long wait = Long.MAX_VALUE;
        for (WorkerProcess worker : workers) {
            if (worker.hasDeadline()) {
                wait = Math.min(wait, worker.deadlineNanos - now);
            }
        }
        if (!pending.isEmpty() && workers.size() < maxWorkers) {
            wait = Math.min(wait, retryAtNanos - now);
        }
        if (!daemon && pending.isEmpty() && workers.size() == idle.size()) {
            wait = Math.min(wait, idleSinceNanos + IDLE_NANOS - now);
        }
        return wait;
    }

    private void enforceDeadlines() {
        long now = System.nanoTime();
        for (int i = workers.size() - 1; i >= 0; i--) { // backwards, because a worker that is buried is removed
            WorkerProcess worker = workers.get(i);
            if (worker.hasDeadline() && worker.deadlineNanos - now <= 0) {
                worker.deadlineNanos = now + EXIT_NANOS; // for what is done about it
                worker.isLate();
            }
        }
    }

    /** Gives what is pending to workers without work, and starts workers if there are not enough. */
    private void assignPending() {
        while (!pending.isEmpty()) {
            Batch batch = pending.getFirst();
            if (idle.isEmpty()) {
                if (!batch.tasks.stream().allMatch(ProcessTask::isDone)) {
                    startWorkers();
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
        OutgoingFrame frame;
        try {
            frame = batch.frame();
        } catch (OutOfMemoryError | ArithmeticException | IllegalArgumentException tooLarge) {
            idle.addLast(worker);
            batch.tasks.forEach(task -> task.trySetException(new NotTransferableException(
                    "the arguments of " + task.inWords()
                            + " don't fit into memory, or into 2 GiB; use a smaller chunksize"
                            + " or pass them through a file",
                    tooLarge)));
            return;
        }
        worker.assigned = batch;
        worker.send(frame);
    }

    private void startWorkers() {
        long starting = workers.stream()
                .filter(worker ->
                        worker.state == WorkerProcess.State.STARTING || worker.state == WorkerProcess.State.GREETED)
                .count();
        while (starting < pending.size()
                && workers.size() < maxWorkers
                && broken == null
                && retryAtNanos - System.nanoTime() <= 0) {
            WorkerProcess worker = new WorkerProcess(this, ++workersStarted, System.nanoTime() + START_NANOS);
            workers.add(worker);
            starting++;
            Thread starter = new Thread(() -> worker.start(command), worker.name + "-stdout");
            starter.setDaemon(true);
            starter.start();
        }
    }

    /** A worker has proved that it is ours. */
    void greeted(WorkerProcess worker) {
        worker.send(new OutgoingFrame(FrameDescriptor.INIT, 0, initializer));
    }

    /** A worker that is ours has sent a frame. */
    void received(WorkerProcess worker, Frame frame) {
        Batch assigned = worker.assigned;
        switch (frame.type()) {
            case FrameDescriptor.READY -> {
                startFailures = 0;
                worker.state = WorkerProcess.State.READY;
                if (worker.isFit()) {
                    idle.addLast(worker);
                }
            }
            case FrameDescriptor.INIT_FAILED -> {
                worker.startFailure = new IOException("the initializer failed in the worker process " + worker.pid()
                        + ": " + Failures.inWords(frame));
                worker.kill();
            }
            case FrameDescriptor.RESULT, FrameDescriptor.FAILURE -> {
                ProcessTask<?> task = assigned == null ? null : assigned.tasks.peekFirst();
                if (assigned == null || task == null || task.id != frame.taskId()) {
                    LOGGER.log(Level.ERROR, worker + " answered a task that it was not given; it is killed");
                    worker.kill();
                    return;
                }
                assigned.tasks.removeFirst();
                if (assigned.tasks.isEmpty()) {
                    worker.assigned = null;
                    if (worker.isFit()) {
                        idle.addLast(worker);
                    }
                }
                complete(task, frame);
            }
            default -> {
                LOGGER.log(Level.ERROR, worker + " sent a frame of unknown type " + frame.type() + "; it is killed");
                worker.kill();
            }
        }
    }

    private void complete(ProcessTask<?> task, Frame frame) {
        if (frame.type() == FrameDescriptor.RESULT && frame.payload() != null && ObjectCodec.isPlain(frame.payload())) {
            Failures.complete(task, frame, codec); // runs no code of any class but the JDK's
        } else {
            results.execute(() -> Failures.complete(task, frame, codec));
        }
    }

    /** A worker could not even be started as a process. */
    void startFailed(WorkerProcess worker, IOException reason) {
        worker.startFailure = new IOException("a worker process can't be started: " + reason.getMessage(), reason);
        workers.remove(worker);
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
        Batch assigned = worker.assigned;
        boolean wasReady = worker.state == WorkerProcess.State.READY || worker.state == WorkerProcess.State.EXITING;
        if (assigned != null) {
            ProcessTask<?> first = assigned.tasks.getFirst();
            if (worker.hadStarted(first) || ++first.lostDeliveries >= MAX_LOST_DELIVERIES) {
                assigned.tasks.removeFirst();
                first.trySetException(Failures.died(worker, first));
            }
            if (!assigned.tasks.isEmpty()) {
                pending.addFirst(assigned);
            }
        } else if (worker.state == WorkerProcess.State.READY && !worker.killed) {
            LOGGER.log(
                    Level.WARNING,
                    worker.name + ": the idle worker process " + worker.pid() + " "
                            + worker.exitStatus().inWords() + "; another takes its place when there is work");
        } else if (!wasReady && !(worker.killed && worker.startFailure == null)) {
            countStartFailure(worker);
        }
    }

    private void countStartFailure(WorkerProcess worker) {
        startFailures++;
        long wait = FIRST_RETRY_NANOS << Math.min(startFailures - 1, MAX_RETRY_DOUBLINGS);
        retryAtNanos = System.nanoTime() + wait;
        String reason = worker.startFailureInWords();
        boolean noneWorks = workers.stream().noneMatch(each -> each.state == WorkerProcess.State.READY);
        LOGGER.log(Level.WARNING, worker.name + " did not start (" + startFailures + " in a row): " + reason);
        if (startFailures >= MAX_START_FAILURES && noneWorks) {
            breakPool(new BrokenProcessPoolException(
                    name + " is broken, because " + startFailures + " workers in a row failed to start; the last one: "
                            + reason,
                    worker.startFailure));
        }
    }

    private void breakPool(BrokenProcessPoolException reason) {
        gate.lock();
        try {
            broken = reason;
            shutdown = true;
        } finally {
            gate.unlock();
        }
        for (Runnable event = mailbox.poll(); event != null; event = mailbox.poll()) {
            event.run(); // what was accepted before the gate closed fails with the rest
        }
        failPending(reason);
        workers.forEach(WorkerProcess::kill);
    }

    private void failPending(BrokenProcessPoolException reason) {
        for (Batch batch = pending.poll(); batch != null; batch = pending.poll()) {
            batch.tasks.forEach(task -> task.trySetException(
                    new BrokenProcessPoolException(String.valueOf(reason.getMessage()), reason.getCause())));
        }
    }

    /** Lets workers go that have nothing to do any more; the last one out ends the loop. */
    private void windDown() {
        for (WorkerProcess worker = idle.poll(); worker != null; worker = idle.poll()) {
            worker.retire();
        }
        for (WorkerProcess worker : workers) {
            boolean unready =
                    worker.state == WorkerProcess.State.STARTING || worker.state == WorkerProcess.State.GREETED;
            if (unready && !worker.killed) {
                worker.kill();
            }
        }
        if (workers.isEmpty() && mailbox.isEmpty()) {
            over = true;
            closeQuietly(selector);
            end();
        }
    }

    private void end() {
        releaseKeeper();
        results.execute(terminated::countDown); // behind every result that is still to be decoded
        results.shutdown();
    }

    /** What is left to do when the loop itself has failed: nobody must wait for ever. */
    private void abandon(Throwable failure) {
        over = true;
        BrokenProcessPoolException reason = new BrokenProcessPoolException(name + " failed: " + failure, failure);
        try {
            breakPool(reason);
            for (WorkerProcess worker : workers) {
                Batch assigned = worker.assigned;
                if (assigned != null) {
                    assigned.tasks.forEach(task -> task.trySetException(reason));
                }
            }
        } finally {
            closeQuietly(selector);
            end();
        }
    }

    static void closeQuietly(@Nullable Closeable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (IOException unusableAnyway) {
                // what is being given up need not be in order
            }
        }
    }

    @Override
    public String toString() {
        return name + "[at most " + maxWorkers + " workers"
                + (broken != null ? ", broken" : shutdown ? ", shut down" : "") + "]";
    }
}
