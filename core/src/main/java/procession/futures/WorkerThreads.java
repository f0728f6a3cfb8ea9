// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** At most so many threads, started on demand and used again, over one queue. */
final class WorkerThreads extends TaskThreads {
    /*
     * Overview. Tasks go through one lock-free queue. A worker that finds it empty puts a ticket on the list of idle ones,
     * looks once more, and parks. Whoever adds a task claims a ticket first, if there is one, and releases it after. If
     * there was none, he looks again after he has added the task; and if there is still none, he starts a thread if
     * there may be another. A worker that was released in vain, because a busy one was faster, lists another ticket. So
     * for each task somebody has been released or started, or all are busy and will look.
     *
     *     worker:     list a ticket ── queue empty? ── park           (Dekker: each side writes first and reads then,
     *     submitter:  add to queue ── any ticket? ── release it        and all four accesses are volatile)
     *
     *     ticket:     WAITING ──claim──► CLAIMED ──task added──► RELEASED ──► DROPPED
     *                    │                  └──worker finds another task──► DROPPED
     *                    └──JVM ends──► LET_GO
     *
     * A ticket is for one task: while it is claimed, its worker lists no other, so that no two tasks count on the same
     * worker. A worker that finds a task by itself drops its ticket. If that was claimed meanwhile, the task it was
     * claimed for must not be forgotten: whoever comes second, the submitter with his release or the worker with his
     * drop, sees that by the ticket and looks for somebody else, as if there had been no ticket.
     *
     * A worker lists its ticket just before it completes a future that nobody is called back by, so that who waits for
     * the result and then submits again finds it idle, and no second thread is started.
     *
     * A task is lost by no order of events. The submitter looks at `life` before it adds the task and after; if the pool
     * ended in between, it takes the task out again and is refused, unless somebody was faster, who then ran it or
     * handed it back. A worker ends only if it saw the end of the pool first and an empty queue after.
     *
     * The tasks of a chunk are taken one by one, by the worker that has it or by whoever ends the pool, who takes all that
     * are left. No chunk is registered once the pool ends, and who ends it looks at all that are after that: so he finds
     * each task that no worker takes, wherever its chunk is on its way.
     *
     * Interrupts: the flag belongs to the task. A worker clears it before each task and sets it again if the pool is
     * stopping.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.futures");

    /** How often an idle worker looks at the queue before it parks; some microseconds. */
    private static final int SPINS = 64;

    /** Fewer cancelled tasks than this may stay in the queue. */
    private static final int SWEEP_AT_LEAST = 64;

    private final int maxWorkers;
    private final String threadNamePrefix;
    private final @Nullable Action initializer;

    private final Queue<Runnable> queue;

    /** Those of which some tasks may have been taken by nobody, queued or being run; added to under the lock. */
    private final Set<Chunk> chunks = ConcurrentHashMap.newKeySet();

    @GuardedBy("lock")
    private final Set<Worker> workers = new HashSet<>();

    /** The tickets of idle workers; the last one that became idle is the first to be woken. */
    @GuardedBy("lock")
    private final ArrayList<Ticket> idle = new ArrayList<>();

    @GuardedBy("lock")
    private int threadsStarted;

    /** The size of {@link #idle}, written under the lock. */
    private volatile int idleCount;

    /** The size of {@link #workers}, written under the lock. */
    private volatile int workerCount;

    /** Why no task runs any more; written once, under the lock, before BROKEN is set. */
    private volatile @Nullable Throwable brokenBy;

    private final AtomicInteger cancelledInQueue = new AtomicInteger();
    private volatile int sweepAt = SWEEP_AT_LEAST;

    WorkerThreads(int maxWorkers, String threadNamePrefix, @Nullable Action initializer) {
        this(maxWorkers, threadNamePrefix, initializer, new ConcurrentLinkedQueue<>());
    }

    /** For tests: with a queue that knows what happens. */
    WorkerThreads(int maxWorkers, String threadNamePrefix, @Nullable Action initializer, Queue<Runnable> queue) {
        this.queue = queue;
        this.maxWorkers = maxWorkers;
        this.threadNamePrefix = threadNamePrefix;
        this.initializer = initializer;
    }

    @Override
    void start(Runnable task) {
        if (life != 0) {
            throw refusal();
        }
        Chunk chunk = task instanceof Chunk several ? several : null;
        if (chunk != null) {
            register(chunk);
        }
        Ticket claimed = null;
        boolean released = false;
        boolean added = false;
        try {
            claimed = claim();
            added = queue.add(task);
        } finally {
            if (chunk != null && !added) {
                chunks.remove(chunk);
            }
            if (claimed != null) {
                released = claimed.release();
            }
        }
        if (life != 0 && withdraw(task)) {
            throw refusal();
        }
        if (!released && (idleCount > 0 || workerCount < maxWorkers)) {
            wakeOrStartOne(task);
        }
    }

    private void register(Chunk chunk) {
        lock.lock();
        try {
            if (life != 0) {
                throw refusal();
            }
            chunks.add(chunk);
        } finally {
            lock.unlock();
        }
    }

    private void wakeOrStartOne(@Nullable Runnable task) {
        while (!queue.isEmpty()) { // else somebody was faster
            Ticket claimed = claim();
            if (claimed == null) {
                if (workerCount < maxWorkers) {
                    addWorker(task);
                }
                return;
            }
            if (claimed.release()) {
                return;
            }
        }
    }

    private RejectedExecutionException refusal() {
        if (has(BROKEN)) {
            return broken();
        }
        return new RejectedExecutionException("cannot take new tasks after shutdown: " + describe());
    }

    /** Makes a new exception each time, for each of the futures that fail. */
    private BrokenThreadPoolException broken() {
        return new BrokenThreadPoolException(
                "an initializer of " + threadNamePrefix + " failed, so the pool runs no tasks any more", brokenBy);
    }

    /** Takes a task back; returns {@code false} if somebody else has taken it. */
    private boolean withdraw(Runnable task) {
        boolean withdrawn = queue.removeIf(new FirstThatIs(task));
        if (withdrawn) {
            lock.lock();
            try {
                terminateIfDone();
            } finally {
                lock.unlock();
            }
        }
        if (withdrawn && task instanceof Chunk chunk) {
            chunks.remove(chunk);
            return chunk.takeAll();
        }
        return withdrawn;
    }

    /** Matches one object, by identity, once. */
    private static final class FirstThatIs implements Predicate<Runnable> {
        private final Runnable wanted;
        private boolean found;

        FirstThatIs(Runnable wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean test(Runnable candidate) {
            boolean matches = !found && candidate == wanted;
            found |= matches;
            return matches;
        }
    }

    /** Claims the worker that became idle last, who is to be released afterwards; {@code null} if there is none. */
    private @Nullable Ticket claim() {
        if (idleCount == 0) {
            return null;
        }
        lock.lock();
        try {
            if (idle.isEmpty()) {
                return null;
            }
            Ticket claimed = idle.remove(idle.size() - 1);
            claimed.state.set(Ticket.CLAIMED);
            idleCount = idle.size();
            return claimed;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private List<Ticket> claimAll() {
        List<Ticket> all = new ArrayList<>(idle);
        idle.clear();
        idleCount = 0;
        return all;
    }

    /** Starts another thread if there may be one and is something for it to do. */
    private void addWorker(@Nullable Runnable task) {
        Worker worker = null;
        try {
            lock.lock();
            try {
                if (workers.size() >= maxWorkers || has(BROKEN) || (life != 0 && queue.isEmpty())) {
                    return;
                }
                worker = new Worker(threadNamePrefix + "_" + threadsStarted++);
                workers.add(worker);
                workerCount = workers.size();
                if (workers.size() == 1) {
                    ExitWatch.add(this);
                }
            } finally {
                lock.unlock();
            }
            worker.thread.start();
        } catch (Throwable noThread) {
            boolean others = worker == null ? workerCount > 0 : remove(worker);
            if (task == null || others) {
                // Those who are there will come to the task.
                LOGGER.log(System.Logger.Level.WARNING, "could not start a thread of " + threadNamePrefix, noThread);
            } else if (withdraw(task)) {
                throw noThread;
            }
        }
    }

    /** Strikes a worker off; returns whether others are left. */
    private boolean remove(Worker worker) {
        lock.lock();
        try {
            workers.remove(worker);
            workerCount = workers.size();
            if (workers.isEmpty()) {
                ExitWatch.remove(this);
            }
            terminateIfDone();
            return !workers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    @GuardedBy("lock")
    void terminateIfDone() {
        if (has(SHUT_DOWN) && !isTerminated() && !isDeciding() && workers.isEmpty() && queue.isEmpty()) {
            terminate();
        }
    }

    /** Called before callbacks of the user's run in this thread, which may be a worker that has called itself idle. */
    static void busyAfterAll() {
        if (Thread.currentThread() instanceof WorkerThread thread) {
            thread.worker.dropTicket(false);
        }
    }

    /** Returns whether {@code thread} belongs to a pool. */
    static boolean isWorker(Thread thread) {
        return thread instanceof WorkerThread;
    }

    /** Returns whether there is nothing to do, for now. */
    boolean isIdle() {
        lock.lock();
        try {
            return !isDeciding() && queue.isEmpty() && idle.size() == workers.size();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads that have nothing to do; the pool stays as it is. */
    void letIdleOnesGo() {
        List<Ticket> gone;
        lock.lock();
        try {
            gone = claimAll();
        } finally {
            lock.unlock();
        }
        gone.forEach(Ticket::letGo);
    }

    @Override
    void shutdown() {
        end(SHUT_DOWN);
    }

    private void end(int bits) {
        lock.lock();
        try {
            life |= bits;
            idle.clear();
            idleCount = 0;
            terminateIfDone();
            // All of them, the busy ones too: a submitter that ran out of stack may have forgotten whom it had claimed.
            for (Worker worker : workers) {
                LockSupport.unpark(worker.thread);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    List<Runnable> shutdownNow() {
        end(SHUT_DOWN);
        // First of all the rest of the chunks, so that no interrupted worker goes on to the next task of its own.
        List<Runnable> neverStarted = new ArrayList<>();
        drainTo(neverStarted);
        end(STOPPING);
        lock.lock();
        try {
            workers.forEach(worker -> worker.thread.interrupt());
        } finally {
            lock.unlock();
        }
        return neverStarted;
    }

    @Override
    void drainFuturesTo(List<? super PoolTask<?>> sink) {
        queue.removeIf(task -> {
            if (task instanceof Chunk chunk) {
                chunk.drainTo(sink::add);
                return true;
            }
            return task instanceof PoolTask<?> future && sink.add(future);
        });
        drainChunksTo(sink);
    }

    private void drainTo(List<Runnable> sink) {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            drainTo(task, sink);
        }
        drainChunksTo(sink);
    }

    private void drainChunksTo(List<? super PoolTask<?>> sink) {
        chunks.removeIf(chunk -> {
            chunk.drainTo(sink::add);
            return true;
        });
        lock.lock();
        try {
            terminateIfDone();
        } finally {
            lock.unlock();
        }
    }

    private static void drainTo(Runnable task, List<Runnable> sink) {
        if (task instanceof Chunk chunk) {
            chunk.drainTo(sink::add);
        } else if (!isDone(task)) {
            sink.add(task);
        }
    }

    /** Fails everything that has not started. */
    private void breakDown(Throwable cause) {
        LOGGER.log(System.Logger.Level.ERROR, "the initializer of " + threadNamePrefix + " failed", cause);
        lock.lock();
        try {
            if (!has(BROKEN)) {
                brokenBy = cause;
            }
        } finally {
            lock.unlock();
        }
        end(BROKEN);
        List<Runnable> failed = new ArrayList<>();
        drainTo(failed);
        for (Runnable task : failed) {
            if (task instanceof PoolTask<?> future) {
                future.trySetException(broken());
            } else {
                report(broken());
            }
        }
        AbstractExecutor.cancelAll(failed);
    }

    @Override
    void taskCancelled() {
        // Sweeping costs as much as the queue is long, so it waits until that many tasks were cancelled.
        int cancelled = cancelledInQueue.incrementAndGet();
        if (cancelled >= sweepAt && cancelledInQueue.compareAndSet(cancelled, 0)) {
            queue.removeIf(WorkerThreads::isDone);
            chunks.removeIf(Chunk::isDone);
            sweepAt = Math.max(SWEEP_AT_LEAST, queue.size());
            lock.lock();
            try {
                terminateIfDone();
            } finally {
                lock.unlock();
            }
        }
    }

    private static boolean isDone(Runnable task) {
        if (task instanceof Chunk chunk) {
            return chunk.isDone();
        }
        return task instanceof PoolTask<?> future && future.isDone();
    }

    @Override
    String describe() {
        return threadNamePrefix + "["
                + (isTerminated() ? "terminated" : has(BROKEN) ? "broken" : isShutdown() ? "shut down" : "running")
                + ", " + workerCount + " of " + maxWorkers + " threads, " + idleCount + " idle, " + queue.size()
                + " queued]";
    }

    /** Says that a worker is idle. */
    private static final class Ticket {
        static final int WAITING = 0;
        static final int CLAIMED = 1;
        static final int RELEASED = 2;
        static final int LET_GO = 3;
        static final int DROPPED = 4;

        private final Thread thread;
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private volatile boolean parked;

        Ticket(Thread thread) {
            this.thread = thread;
        }

        /** Wakes the worker; returns {@code false} if that has dropped this, and so does not come. */
        boolean release() {
            return enter(RELEASED) != DROPPED;
        }

        void letGo() {
            enter(LET_GO);
        }

        private int enter(int next) {
            int before = state.getAndSet(next);
            if (parked) {
                LockSupport.unpark(thread);
            }
            return before;
        }

        /** Waits until this is released; may return earlier. */
        void park(Object blocker) {
            parked = true;
            if (state.get() < RELEASED) {
                LockSupport.park(blocker);
            }
            parked = false;
        }
    }

    private static final class WorkerThread extends Thread {
        final Worker worker;

        WorkerThread(Worker worker, String name) {
            super(null, worker, name, 0, false);
            this.worker = worker;
        }
    }

    /** One thread, and what it does. */
    final class Worker implements Runnable {
        final Thread thread;

        /** What says that this is idle, if it is; of this thread. */
        private @Nullable Ticket ticket;

        Worker(String name) {
            // Without the submitter's inheritable thread-locals: it may be gone long before the thread is.
            thread = new WorkerThread(this, name);
            thread.setDaemon(false);
            adopt(thread);
        }

        @Override
        public void run() {
            try {
                if (initialize()) {
                    while (runNext()) {
                        // in a method of its own, whose frame does not keep the last task while this waits
                    }
                }
            } finally {
                dropTicket(false);
                remove(this);
                if (!queue.isEmpty()) { // let go, or ended by an error of the JVM's
                    addWorker(null);
                }
            }
        }

        private boolean runNext() {
            Runnable task = nextTask();
            if (task == null) {
                return false;
            }
            beforeTask();
            run(task);
            return true;
        }

        private boolean initialize() {
            if (initializer != null) {
                try {
                    initializer.execute();
                } catch (Throwable failure) {
                    breakDown(failure);
                    return false;
                }
            }
            return true;
        }

        private void run(Runnable task) {
            try {
                if (task instanceof PoolTask<?> future) {
                    future.run(this);
                } else if (task instanceof Chunk all) {
                    try {
                        all.run(this);
                    } finally {
                        chunks.remove(all);
                    }
                } else {
                    runPlain(task);
                }
            } catch (Throwable failure) {
                report(failure);
            }
        }

        /** Leaves to a task no interrupt but that of a pool that is stopping. */
        void beforeTask() {
            Thread.interrupted();
            if (has(STOPPING)) {
                thread.interrupt();
            }
        }

        /** Called when the task has returned and its future is completed next, with nobody to call back. */
        void aboutToComplete() {
            try {
                if (ticket == null && life == 0 && queue.isEmpty()) {
                    list();
                }
            } catch (OutOfMemoryError laterThen) {
                // the future comes first
            }
        }

        /** Waits for a task; returns {@code null} at the end of the pool. */
        private @Nullable Runnable nextTask() {
            for (int looks = 0; ; looks++) {
                int lifeBefore = life;
                Ticket own = ticket;
                boolean released = own != null && own.state.get() == Ticket.RELEASED;
                Runnable task = queue.poll();
                if (task != null || lifeBefore != 0) {
                    dropTicket(released);
                    return task;
                }
                if (own != null && own.state.get() == Ticket.LET_GO) {
                    return null;
                } else if (own == null || released) {
                    list();
                    looks = 0;
                } else if (looks < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.interrupted(); // benign: only a task is ever meant, and parking would not wait
                    own.park(WorkerThreads.this);
                }
            }
        }

        private void list() {
            Ticket fresh = new Ticket(thread);
            lock.lock();
            try {
                if (life == 0) {
                    idle.add(fresh);
                    idleCount = idle.size();
                    ticket = fresh;
                }
            } finally {
                lock.unlock();
            }
        }

        /**
         * Is not idle any more.
         *
         * @param paid whether the ticket was released before this looked at the queue, and so has done its duty
         */
        private void dropTicket(boolean paid) {
            Ticket own = ticket;
            ticket = null;
            if (own == null || paid || unlist(own)) {
                return;
            }
            if (own.state.getAndSet(Ticket.DROPPED) == Ticket.RELEASED) {
                try {
                    wakeOrStartOne(null); // for the task that this was released for, while it took another one
                } catch (Throwable noThread) {
                    // those who are there will come to the task; this has one of its own to run
                }
            }
        }

        /** Returns {@code false} if somebody has claimed the ticket, or released it or let it go. */
        private boolean unlist(Ticket own) {
            lock.lock();
            try {
                boolean waiting = own.state.get() == Ticket.WAITING;
                if (waiting) {
                    idle.remove(own);
                    idleCount = idle.size();
                }
                return waiting;
            } finally {
                lock.unlock();
            }
        }
    }
}
