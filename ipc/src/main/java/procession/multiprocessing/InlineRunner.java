// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ObjectInputFilter;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.futures.Fn;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.wire.FailureCodec;
import procession.multiprocessing.internal.wire.NotEncodableException;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.worker.CurrentWorker;

/** Runs each task in the thread that submits it, for debugging: a pool of no workers. */
final class InlineRunner implements TaskRunner {
    /*
     * Overview. What a task can see is what it could see in a worker: it works on copies of itself and its arguments, made
     * by the same encoding, and its result is copied too; so what can't travel, and what relies on memory that a worker
     * does not share, shows here. Only a failure is passed on as the object that was thrown, with its stack that leads
     * into the caller.
     *
     * There is one worker, of rank 0, for all threads that submit; its initializer runs before the first task, in the
     * thread that brings this, and its exit hook after the last one, in the thread that ends that or shuts down.
     *
     *     submit: enter ── initializer, once; others wait for it ── tasks ── leave
     *     the last to leave after the shutdown, or the shutdown itself if nobody is in: exit hook ── terminated
     *
     * The lock guards the counts only; no task runs under it.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final String name = "procession-inline-" + POOLS.incrementAndGet();
    private final PoolOptions options;
    private final ObjectCodec arguments;
    private final ObjectCodec results;
    private final AtomicLong taskIds = new AtomicLong();
    private final Worker worker = new InlineWorker();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final CountDownLatch initialized = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();

    /** How many calls of submit are under way. */
    @GuardedBy("lock")
    private int active;

    /** Who runs the initializer, or did so. */
    @GuardedBy("lock")
    private @Nullable Thread initializing;

    @GuardedBy("lock")
    private boolean ended;

    /** Written under the lock. */
    private volatile boolean shutdown;

    /** Written by the thread that runs the initializer. */
    private volatile @Nullable BrokenProcessPoolException broken;

    /**
     * Makes a runner.
     *
     * @param options the initializer and the exit hook; the rest means nothing here
     * @param classes where the classes of tasks are
     * @param filter what results may be made of
     */
    InlineRunner(PoolOptions options, ClassSource classes, @Nullable ObjectInputFilter filter) {
        this.options = options;
        this.arguments = new ObjectCodec(classes.context(), null, classes::others);
        this.results = new ObjectCodec(classes.context(), filter, classes::others);
    }

    /** What a task has for a worker here. */
    private static final class InlineWorker implements Worker {
        private final ConcurrentMap<String, Object> state = new ConcurrentHashMap<>();

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public ConcurrentMap<String, Object> state() {
            return state;
        }

        @Override
        public void progress(double fraction, String note) {
            Objects.requireNonNull(note, "note"); // and nobody waits for it
        }
    }

    // ---- running ----

    @Override
    public boolean isInline() {
        return true;
    }

    @Override
    public long nextTaskId() {
        return taskIds.incrementAndGet();
    }

    @Override
    public void submit(List<Batch> batches) {
        boolean first = enter();
        try {
            if (first) {
                initialize();
            } else {
                awaitInitializer();
            }
            batches.forEach(this::run);
        } finally {
            leave();
        }
    }

    private void run(Batch batch) {
        BrokenProcessPoolException reason = broken;
        if (reason != null) {
            batch.tasks.forEach(task -> task.trySetException(reason));
        } else if (batch.claim()) {
            List<ProcessTask<?>> tasks = new ArrayList<>(batch.tasks);
            for (ProcessTask<?> task : tasks) {
                run(batch, task);
            }
        }
    }

    /** Returns whether the caller is the first, who has to run the initializer. */
    private boolean enter() {
        BrokenProcessPoolException reason = broken;
        if (reason != null) {
            throw new BrokenProcessPoolException(String.valueOf(reason.getMessage()), reason.getCause());
        }
        lock.lock();
        try {
            if (shutdown) {
                throw new RejectedExecutionException("can't submit a task after shutdown: " + name);
            }
            active++;
            if (initializing == null) {
                initializing = Thread.currentThread();
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void initialize() {
        try {
            if (arguments.decode(options.initializer()) instanceof Callable<?> initializer) {
                asWorker(initializer);
            }
        } catch (Throwable failure) {
            broken = new BrokenProcessPoolException(
                    name + " is broken, because its initializer failed: " + FailureCodec.textOf(failure), failure);
        } finally {
            initialized.countDown();
        }
    }

    private void awaitInitializer() {
        boolean own;
        lock.lock();
        try {
            own = initializing == Thread.currentThread(); // which may submit something itself
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (!own && initialized.getCount() > 0) {
            try {
                initialized.await();
            } catch (InterruptedException later) {
                interrupted = true; // restored below
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Batch batch, ProcessTask<?> task) {
        if (task.isDone()) {
            return; // cancelled by one before it
        }
        try {
            complete(task, travelled(asWorker(callable(batch, task))));
        } catch (Throwable failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // it is the caller's thread, who may have to know
            }
            task.trySetException(failure);
        } finally {
            task.forgetArguments();
        }
    }

    @SuppressWarnings("unchecked") // the pool put functions and their own items together
    private Callable<?> callable(Batch batch, ProcessTask<?> task) {
        byte[] shared = batch.function();
        Object decoded = decoded(task.encoded);
        if (shared == null) {
            return (Callable<?>) decoded;
        }
        Fn<Object, Object> function = (Fn<Object, Object>) decoded(shared);
        return () -> function.apply(decoded);
    }

    private Object decoded(byte[] bytes) {
        try {
            return Objects.requireNonNull(arguments.decode(bytes), "a task and an item are never null");
        } catch (Exception | LinkageError unreadable) {
            throw new NotTransferableException(
                    "a worker could not read the task: " + FailureCodec.textOf(unreadable), unreadable);
        }
    }

    /** Returns a result as it comes back from a worker. */
    private @Nullable Object travelled(@Nullable Object result) {
        try {
            return results.decode(ObjectCodec.encode(result));
        } catch (NotEncodableException failure) {
            throw new NotTransferableException(
                    "the result of the task can't travel back: " + failure.getMessage(), failure);
        } catch (Exception | LinkageError unreadable) {
            throw new NotTransferableException(
                    "the result of the task can't be read when it comes back: " + FailureCodec.textOf(unreadable),
                    unreadable);
        }
    }

    private @Nullable Object asWorker(Callable<?> call) throws Exception {
        Worker before = CurrentWorker.setInline(worker);
        try {
            return call.call();
        } finally {
            CurrentWorker.setInline(before);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // it called what the caller submitted, and T says what may be null
    private static void complete(ProcessTask<?> task, @Nullable Object result) {
        ((ProcessTask<@Nullable Object>) task).trySetResult(result);
    }

    @Override
    public void stop(ProcessTask<?> task) {
        // a thread can't be killed; the future is cancelled all the same
    }

    @Override
    public void runOutside(Runnable command) {
        command.run();
    }

    @Override
    public boolean isCallbackThread() {
        return false;
    }

    // ---- ending ----

    private void leave() {
        lock.lock();
        try {
            active--;
        } finally {
            lock.unlock();
        }
        endIfOver();
    }

    @Override
    public void shutdown() {
        lock.lock();
        try {
            shutdown = true;
        } finally {
            lock.unlock();
        }
        endIfOver();
    }

    private void endIfOver() {
        boolean used;
        lock.lock();
        try {
            if (!shutdown || active > 0 || ended) {
                return;
            }
            ended = true;
            used = initializing != null && broken == null;
        } finally {
            lock.unlock();
        }
        try {
            if (used && arguments.decode(options.exitHook()) instanceof Callable<?> hook) {
                asWorker(hook);
            }
        } catch (Throwable failure) {
            LOGGER.log(Level.WARNING, name + ": the exit hook failed", failure);
        } finally {
            terminated.countDown();
        }
    }

    @Override
    public List<ProcessTask<?>> shutdownAndCancelPending() {
        shutdown();
        return List.of();
    }

    @Override
    public List<ProcessTask<?>> shutdownNow() {
        return shutdownAndCancelPending();
    }

    @Override
    public void endWorkers(boolean force) {
        shutdown();
    }

    @Override
    public boolean isShutdown() {
        return shutdown || broken != null;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long nanos) throws InterruptedException {
        return terminated.await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public String toString() {
        return name + "[no workers, runs tasks in their callers" + (isShutdown() ? ", shut down" : "") + "]";
    }
}
