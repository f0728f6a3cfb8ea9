// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** At most so many threads, started on demand and used again, over one queue. */
final class WorkerThreads extends TaskThreads {
    /*
     * Overview. Tasks go through one lock-free queue. A worker that finds it empty puts itself on the list of idle ones,
     * looks once more, and parks; whoever adds a task looks at that list afterwards, and takes one worker off it and
     * wakes it, or else starts a thread if there may be another. A worker that was woken in vain, because a busy one was
     * faster, goes back on the list. So each task has woken or started somebody, or all are busy and will look.
     *
     *     worker:     list itself ── queue empty? ── park            (Dekker: each side writes first and reads then,
     *     submitter:  add to queue ── anybody listed? ── unpark       and all four accesses are volatile)
     *
     * A worker lists itself just before it completes a future that nobody is called back by, so that who waits for the
     * result and then submits again finds it idle, and no second thread is started.
     *
     * A task is lost by no order of events. The submitter looks at `life` before it adds the task and after; if the pool
     * ended in between, it takes the task out again and is refused, unless somebody was faster, who then ran it or
     * handed it back. A worker ends only if it saw the end of the pool first and an empty queue after.
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

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

    @GuardedBy("lock")
    private final Set<Worker> workers = new HashSet<>();

    /** The idle workers; the last one that became idle is the first to be woken. */
    @GuardedBy("lock")
    private final ArrayList<Worker> idle = new ArrayList<>();

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
        this.maxWorkers = maxWorkers;
        this.threadNamePrefix = threadNamePrefix;
        this.initializer = initializer;
    }

    @Override
    void start(Runnable task) {
        if (life != 0) {
            throw refusal();
        }
        queue.add(task);
        if (life != 0 && withdraw(task)) {
            throw refusal();
        }
        if (!wakeOne() && workerCount < maxWorkers) {
            addWorker(task);
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

    /** Wakes the worker that became idle last; returns {@code false} if there is none. */
    private boolean wakeOne() {
        if (idleCount == 0) {
            return false;
        }
        Worker woken;
        lock.lock();
        try {
            if (idle.isEmpty()) {
                return false;
            }
            woken = idle.remove(idle.size() - 1);
            woken.listed = false;
            idleCount = idle.size();
        } finally {
            lock.unlock();
        }
        woken.unpark();
        return true;
    }

    @GuardedBy("lock")
    private List<Worker> takeAllIdle() {
        List<Worker> all = new ArrayList<>(idle);
        for (Worker worker : all) {
            worker.listed = false;
        }
        idle.clear();
        idleCount = 0;
        return all;
    }

    /** Starts another thread if there may be one and is something for it to do. */
    private void addWorker(@Nullable Runnable task) {
        Worker worker;
        lock.lock();
        try {
            if (workers.size() >= maxWorkers || has(BROKEN) || (life != 0 && queue.isEmpty())) {
                return;
            }
            worker = new Worker(threadNamePrefix + "_" + threadsStarted++);
            workers.add(worker);
            workerCount = workers.size();
        } finally {
            lock.unlock();
        }
        try {
            worker.thread.start();
        } catch (Throwable noThread) {
            boolean others = remove(worker);
            if (task == null || others) {
                // Those who are there will come to the task.
                LOGGER.log(System.Logger.Level.WARNING, "could not start " + worker.thread.getName(), noThread);
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
            if (worker.listed) {
                unlist(worker);
            }
            terminateIfDone();
            return !workers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void unlist(Worker worker) {
        idle.remove(worker);
        worker.listed = false;
        idleCount = idle.size();
    }

    @GuardedBy("lock")
    private void terminateIfDone() {
        if (has(SHUT_DOWN) && !isTerminated() && workers.isEmpty() && queue.isEmpty()) {
            terminate();
        }
    }

    @Override
    void shutdown() {
        end(SHUT_DOWN);
    }

    private void end(int bits) {
        List<Worker> woken;
        lock.lock();
        try {
            life |= bits;
            woken = takeAllIdle();
            if ((bits & STOPPING) != 0) {
                workers.forEach(worker -> worker.thread.interrupt());
            }
            terminateIfDone();
        } finally {
            lock.unlock();
        }
        woken.forEach(Worker::unpark);
    }

    @Override
    List<Runnable> shutdownNow() {
        end(SHUT_DOWN | STOPPING);
        List<Runnable> neverStarted = new ArrayList<>();
        drainTo(neverStarted);
        return neverStarted;
    }

    @Override
    void drainTo(List<Runnable> sink) {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            drainTo(task, sink);
        }
        lock.lock();
        try {
            for (Worker worker : workers) {
                Chunk running = worker.chunk;
                if (running != null) {
                    running.drainTo(sink::add);
                }
            }
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

    /** One thread, and what it does. */
    final class Worker implements Runnable {
        final Thread thread;

        /** Whether this is among the idle ones; written under the lock. */
        private volatile boolean listed;

        private volatile boolean parked;

        /** The chunk that is being run, for those who refuse the rest of it. */
        private volatile @Nullable Chunk chunk;

        Worker(String name) {
            // Without the submitter's inheritable thread-locals: it may be gone long before the thread is.
            thread = new Thread(null, this, name, 0, false);
            thread.setDaemon(false);
        }

        @Override
        public void run() {
            try {
                if (initialize()) {
                    for (Runnable task = nextTask(); task != null; task = nextTask()) {
                        beforeTask();
                        run(task);
                    }
                }
            } finally {
                remove(this);
                if (!queue.isEmpty()) { // ended by an error of the JVM's
                    addWorker(null);
                }
            }
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
                    chunk = all;
                    all.run(this);
                    chunk = null;
                } else {
                    task.run();
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
            if (!listed && life == 0 && queue.isEmpty()) {
                list();
            }
        }

        /** Waits for a task; returns {@code null} at the end of the pool. */
        private @Nullable Runnable nextTask() {
            for (int looks = 0; ; looks++) {
                int lifeBefore = life;
                Runnable task = queue.poll();
                if (task != null || lifeBefore != 0) {
                    stopBeingIdle();
                    return task;
                }
                if (!listed) {
                    list();
                    looks = 0;
                } else if (looks < SPINS) {
                    Thread.onSpinWait();
                } else {
                    park();
                }
            }
        }

        private void list() {
            lock.lock();
            try {
                if (life == 0) {
                    idle.add(this);
                    listed = true;
                    idleCount = idle.size();
                }
            } finally {
                lock.unlock();
            }
        }

        private void stopBeingIdle() {
            if (listed) {
                lock.lock();
                try {
                    if (listed) {
                        unlist(this);
                    }
                } finally {
                    lock.unlock();
                }
            }
        }

        private void park() {
            Thread.interrupted(); // benign: nobody but a task is meant, and with the flag set parking would not wait
            parked = true;
            if (listed) {
                LockSupport.park(WorkerThreads.this);
            }
            parked = false;
        }

        /** Wakes the worker, which was taken off the list before. */
        void unpark() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }
    }
}
