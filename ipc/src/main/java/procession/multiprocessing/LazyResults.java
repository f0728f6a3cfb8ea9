// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import procession.futures.Outcome;
import procession.futures.Promise;
import procession.futures.Results;
import procession.internal.Deadline;
import procession.internal.progress.ProgressMeter;

/**
 * The results of {@code imap} and {@code imapUnordered}, as values or as outcomes.
 *
 * @param <R> the type of a task's value
 * @param <V> the type of what this iterator returns for it
 */
final class LazyResults<R extends @Nullable Object, V extends @Nullable Object> implements Results<V> {
    /*
     * Overview. A Run holds the tasks that were submitted and not yet taken, and reads the input; this class is what one
     * sees of it. Results.outcomes() is a second view of the same run.
     *
     *     input ──fill()──► open: at most `window` items ──take()──► view
     *                         └── done ──► arrived (unordered only) ──┘
     *
     * fill() goes before every wait, so that the workers have as much to do as the window allows. It goes before a result
     * that is there only when half of the window is free: quick tasks come in bursts then, which workers are given ahead.
     * Each chunk is submitted as soon as it is read, because what is read next may wait for what it does; but those of a
     * collection that holds its items, in bursts of HELD_NANOS, which take one turn of the pool and few writes. An input
     * that takes longer than quickNanos for a chunk is slow, and nobody who could have a result waits for it: what was read
     * last then has a moment to be done before more is read.
     *
     * Who waits for a result runs the pool meanwhile, if it can, so that no other thread has to be woken up for it.
     *
     * Only the iterating thread fills and takes; any thread may close, and the pool's threads say what is done, so open and
     * arrived are guarded by a lock, under which no user code runs and nothing waits but for the condition.
     */
    static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** For how long what was read of a collection may be held back for what is read next. */
    private static final long HELD_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** What part of the time that a chunk takes to be read a result may take without another chunk being read. */
    private static final int MOMENTS_A_READ = 8;

    private final Run<?, R> run;
    private final Function<? super Outcome<R>, ? extends V> view;

    private LazyResults(Run<?, R> run, Function<? super Outcome<R>, ? extends V> view) {
        this.run = run;
        this.view = view;
    }

    /** Starts calling the function for as many items as the window has room for, or up to the first slow chunk. */
    static <T, R extends @Nullable Object> Results<R> start(
            FunctionCalls<T, R> calls,
            Iterator<? extends T> input,
            boolean inBursts,
            int chunksize,
            int window,
            boolean ordered,
            @Nullable ProgressMeter meter,
            long quickNanos) {
        Run<T, R> run = new Run<>(calls, input, inBursts, chunksize, window, ordered, meter, quickNanos);
        if (meter != null) {
            meter.stopWhenForgotten(run);
        }
        run.fill();
        return new LazyResults<R, R>(run, Outcome::value);
    }

    @Override
    public boolean hasNext() {
        return run.hasNext();
    }

    @Override
    public V next() {
        try {
            return view.apply(run.take(null));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        } catch (TimeoutException impossible) {
            throw new AssertionError("timed out without a timeout", impossible);
        }
    }

    @Override
    public V next(Duration timeout) throws InterruptedException, TimeoutException {
        return view.apply(run.take(Deadline.after(timeout)));
    }

    @Override
    public List<V> toList() throws InterruptedException {
        try {
            List<V> all = new ArrayList<>();
            while (run.hasNext()) {
                all.add(view.apply(run.take(null)));
            }
            return all;
        } catch (TimeoutException impossible) {
            throw new AssertionError("timed out without a timeout", impossible);
        } finally {
            close();
        }
    }

    @Override
    public Stream<V> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false)
                .onClose(this::close);
    }

    @Override
    public Results<Outcome<V>> outcomes() {
        return new LazyResults<R, Outcome<V>>(run, this::outcome);
    }

    private Outcome<V> outcome(Outcome<R> outcome) {
        Throwable failure = outcome.failure();
        return failure == null ? Outcome.success(view.apply(outcome)) : Outcome.failure(failure);
    }

    @Override
    public void close() {
        run.close();
    }

    @Override
    public String toString() {
        return run.toString();
    }

    private static final class Run<T, R extends @Nullable Object> {
        private final FunctionCalls<T, R> calls;
        private final Iterator<? extends T> input;
        private final boolean inBursts;
        private final int window;
        private final int chunk;
        private final boolean ordered;
        private final @Nullable ProgressMeter meter;
        private final long quickNanos;

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition somethingIsDone = lock.newCondition();

        /** What was submitted and not taken, in the order of the input. */
        @GuardedBy("lock")
        private final Set<Promise<R>> open = new LinkedHashSet<>();

        /** What of it is done, in the order in which it became that; empty if the order is that of the input. */
        @GuardedBy("lock")
        private final Queue<Promise<R>> arrived = new ArrayDeque<>();

        @GuardedBy("lock")
        private boolean closed;

        /** Whether there is nothing more to read; of the iterating thread, as are the next. */
        private boolean exhausted;

        /** What was read and is about to be submitted; empty outside of {@link #fill}. */
        private final ArrayList<ProcessTask<R>> heldTasks = new ArrayList<>();

        private final ArrayList<Batch> held = new ArrayList<>();

        /** How long it took to read the last chunk. */
        private long readNanos;

        /** Why there is nothing more to read, if it was not the end; thrown in its place. */
        private @Nullable Throwable inputFailure;

        Run(
                FunctionCalls<T, R> calls,
                Iterator<? extends T> input,
                boolean inBursts,
                int chunksize,
                int window,
                boolean ordered,
                @Nullable ProgressMeter meter,
                long quickNanos) {
            this.meter = meter;
            this.quickNanos = quickNanos;
            this.calls = calls;
            this.input = input;
            this.inBursts = inBursts;
            this.window = window;
            this.ordered = ordered;
            // Two chunks at least fit into the window, so that one can run while the results of the other are taken.
            chunk = Math.min(chunksize, Math.max(1, window / 2));
        }

        /** Submits chunks for as long as the window has room for one and the input is quick; at least one of them. */
        void fill() {
            boolean wasExhausted = exhausted;
            readNanos = 0;
            long heldSince = System.nanoTime();
            try {
                while (!exhausted && !inputIsSlow() && room() >= chunk) {
                    long start = System.nanoTime();
                    List<T> items = read();
                    readNanos = System.nanoTime() - start;
                    if (!items.isEmpty()) {
                        open(items);
                    }
                    if (!inBursts || System.nanoTime() - heldSince > HELD_NANOS) {
                        submit();
                        heldSince = System.nanoTime();
                    }
                }
            } finally {
                submit();
            }
            if (!wasExhausted && exhausted && meter != null) {
                meter.inputEnded(); // after all that there is has been counted
            }
        }

        private boolean inputIsSlow() {
            return readNanos > quickNanos;
        }

        private boolean isToBeFilled() {
            int room = exhausted ? 0 : room();
            return room >= chunk && (!isNextDone() || (room >= window - room && !inputIsSlow()));
        }

        private int room() {
            lock.lock();
            try {
                return closed ? 0 : window - open.size();
            } finally {
                lock.unlock();
            }
        }

        /** Reads a chunk, less if the input ends or fails first. */
        private List<T> read() {
            List<T> items = new ArrayList<>(Math.min(chunk, 1024));
            try {
                while (items.size() < chunk) {
                    if (!input.hasNext()) {
                        exhausted = true;
                        break;
                    }
                    items.add(Objects.requireNonNull(input.next(), "item"));
                }
            } catch (Throwable failure) {
                endInput(failure);
            }
            return items;
        }

        /** Makes tasks for items, which are among the results from now on, and holds them. */
        private void open(List<T> items) {
            List<Promise<R>> all = new ArrayList<>(items.size());
            List<ProcessTask<R>> tasks = new ArrayList<>(items.size());
            for (T item : items) {
                try {
                    ProcessTask<R> task = calls.task(item, this::isDone);
                    tasks.add(task);
                    all.add(task);
                } catch (NotTransferableException itemCannotTravel) {
                    Promise<R> failed = new Promise<>();
                    failed.setException(itemCannotTravel);
                    all.add(failed);
                    if (meter != null) {
                        meter.submitted(1);
                        meter.done(false);
                    }
                }
            }
            if (!tasks.isEmpty()) {
                held.ensureCapacity(held.size() + 1);
                heldTasks.ensureCapacity(heldTasks.size() + tasks.size());
            }
            Batch batch = calls.batch(tasks);
            if (isOpened(all) && !tasks.isEmpty()) { // from here on nothing may fail, or they would be awaited for ever
                heldTasks.addAll(tasks);
                held.add(batch);
            }
        }

        /** Submits what is held. */
        private void submit() {
            if (held.isEmpty()) {
                return;
            }
            try {
                calls.submit(List.copyOf(held));
                if (meter != null) {
                    meter.submitted(heldTasks.size());
                }
            } catch (RuntimeException | Error refused) {
                lock.lock();
                try {
                    heldTasks.forEach(open::remove);
                } finally {
                    lock.unlock();
                }
                endInput(refused);
            } finally {
                held.clear();
                heldTasks.clear();
            }
        }

        /** Notes what is about to be submitted, unless the results are closed. */
        private boolean isOpened(List<Promise<R>> all) {
            lock.lock();
            try {
                if (!closed) {
                    open.addAll(all);
                    if (!ordered) {
                        for (Promise<R> each : all) {
                            if (each.isDone()) {
                                arrived.add(each);
                            }
                        }
                    }
                }
                return !closed;
            } finally {
                lock.unlock();
            }
        }

        /** Called by the pool's threads, and by whoever cancels. */
        private void isDone(Promise<R> task) {
            if (meter != null) {
                meter.done(AsyncResult.outcomeOf(task).succeeded());
            }
            boolean isNext = false;
            lock.lock();
            try {
                if (open.contains(task)) { // else it was closed, or refused
                    if (!ordered) {
                        arrived.add(task);
                    }
                    isNext = !ordered || head() == task;
                    if (isNext) {
                        somethingIsDone.signal();
                    }
                }
            } finally {
                lock.unlock();
            }
            if (isNext) {
                calls.runner().isDone(this);
            }
        }

        private void endInput(Throwable failure) {
            exhausted = true;
            Throwable first = inputFailure;
            if (first == null) {
                inputFailure = failure;
            } else if (first != failure) {
                first.addSuppressed(failure);
            }
        }

        boolean hasNext() {
            if (!isAnyOpen()) {
                fill();
            }
            boolean more = isAnyOpen() || (inputFailure != null && !isClosed());
            if (!more && meter != null) {
                meter.finish(); // before the caller goes on, who may print to the same terminal
            }
            return more;
        }

        private boolean isAnyOpen() {
            lock.lock();
            try {
                return !open.isEmpty();
            } finally {
                lock.unlock();
            }
        }

        private boolean isClosed() {
            lock.lock();
            try {
                return closed;
            } finally {
                lock.unlock();
            }
        }

        @GuardedBy("lock")
        private Promise<R> head() {
            return open.iterator().next();
        }

        /** Waits for what comes next, in whichever order, and takes it. */
        Outcome<R> take(@Nullable Deadline deadline) throws InterruptedException, TimeoutException {
            while (isToBeFilled()) {
                fill();
                if (inputIsSlow()) {
                    long moment = readNanos / MOMENTS_A_READ;
                    awaitNextDone(deadline == null ? moment : Math.min(moment, deadline.remainingNanos()));
                    if (deadline != null && deadline.passed()) {
                        break;
                    }
                }
            }
            Promise<R> next = await(deadline);
            if (next != null) {
                return AsyncResult.outcomeOf(next);
            }
            Throwable failure = inputFailure;
            if (failure != null && !isClosed()) {
                inputFailure = null;
                close();
                Outcome.failure(failure).value(); // throws it, as the failure of an item is thrown
            }
            throw new NoSuchElementException("no more results");
        }

        private boolean isNextDone() {
            lock.lock();
            try {
                return isNextDoneLocked();
            } finally {
                lock.unlock();
            }
        }

        @GuardedBy("lock")
        private boolean isNextDoneLocked() {
            return ordered ? !open.isEmpty() && head().isDone() : !arrived.isEmpty();
        }

        /** Waits until there is something to take, or the time is over, which it may be at once. */
        private void awaitNextDone(long nanos) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                long left = nanos;
                while (left > 0 && !open.isEmpty() && !isNextDoneLocked()) {
                    left = somethingIsDone.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }

        /** Returns {@code null} if nothing is open. */
        private @Nullable Promise<R> await(@Nullable Deadline deadline) throws InterruptedException, TimeoutException {
            if (isNothingToAwait()) {
                return takeDone(deadline);
            }
            long nanos = deadline == null ? Long.MAX_VALUE : deadline.remainingNanos();
            boolean follows = calls.runner().leadOrFollow(this, this::isNothingToAwait, nanos);
            try {
                return takeDone(deadline);
            } finally {
                if (follows) {
                    calls.runner().followerIsGone();
                }
            }
        }

        private boolean isNothingToAwait() {
            lock.lock();
            try {
                return open.isEmpty() || isNextDoneLocked();
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Promise<R> takeDone(@Nullable Deadline deadline)
                throws InterruptedException, TimeoutException {
            lock.lockInterruptibly();
            try {
                while (!open.isEmpty()) {
                    Promise<R> next = ordered ? head() : arrived.poll();
                    if (next != null && next.isDone()) {
                        open.remove(next);
                        return next;
                    }
                    if (deadline == null) {
                        somethingIsDone.await();
                    } else if (deadline.passed()) {
                        throw new TimeoutException("the next result is not there yet");
                    } else {
                        boolean unused = somethingIsDone.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                    }
                }
                return null;
            } finally {
                lock.unlock();
            }
        }

        void close() {
            List<Promise<R>> rest;
            lock.lock();
            try {
                closed = true;
                rest = new ArrayList<>(open);
                open.clear();
                arrived.clear();
                somethingIsDone.signalAll();
            } finally {
                lock.unlock();
            }
            calls.runner().isDone(this);
            if (meter != null && !rest.isEmpty()) {
                meter.stop(); // what is cancelled is no progress
            }
            // From the last, so that workers don't start the second while the first is being cancelled.
            for (int i = rest.size() - 1; i >= 0; i--) {
                rest.get(i).cancel();
            }
            if (meter != null) {
                meter.finish();
            }
        }

        @Override
        public String toString() {
            lock.lock();
            try {
                long done = open.stream().filter(Promise::isDone).count();
                return "Results["
                        + (closed ? "closed" : open.size() + " submitted and not taken, " + done + " of them done")
                        + "]";
            } finally {
                lock.unlock();
            }
        }
    }
}
