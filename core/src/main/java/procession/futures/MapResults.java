// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.internal.Positioned;
import procession.internal.progress.ProgressMeter;

/**
 * The results of a {@code map} over any executor, as values or as outcomes.
 *
 * @param <R> the type of a task's value
 * @param <V> the type of what this iterator returns for it
 */
final class MapResults<R extends @Nullable Object, V extends @Nullable Object> implements Results<V> {
    /*
     * Overview. A Run holds the futures that were submitted and not yet taken, and reads the input; this class is what
     * one sees of it. Results.outcomes() is a second view of the same run.
     *
     *     input ──fill()──► [ head ── … ── tail ]  ──take()──► view
     *                        at most `window` items
     *
     * fill() goes before every wait, so that the executor has as much to do as the window allows. Only the iterating
     * thread fills and takes; any thread may close, so the futures are guarded by a lock, under which no user code runs:
     * the input is read, tasks are dispatched and futures are cancelled outside of it.
     */
    private final Run<?, R> run;
    private final View<R, V> view;

    private MapResults(Run<?, R> run, View<R, V> view) {
        this.run = run;
        this.view = view;
    }

    /** Starts a map; submits all of the input, or as much as the window has room for. */
    static <T, R extends @Nullable Object> Results<R> start(
            AbstractExecutor executor,
            Fn<? super T, ? extends R> function,
            Iterable<? extends T> items,
            MapOptions.Chain options) {
        Deadline deadline = options.timeout().map(Deadline::after).orElse(null);
        Iterator<? extends T> input = items.iterator();
        ProgressMeter meter = options.progress()
                .map(display -> ProgressMeter.start(display, items))
                .orElse(null);
        Run<T, R> run = new Run<>(executor, function, input, options, deadline, meter);
        if (meter != null) {
            meter.stopWhenForgotten(run);
        }
        run.fill();
        run.throwIfInputFailed();
        return new MapResults<R, R>(run, MapResults::valueOf);
    }

    /** What an iterator returns for a future that is done. */
    private interface View<R extends @Nullable Object, V extends @Nullable Object> {
        V of(Future<R> done);
    }

    private static <R extends @Nullable Object> R valueOf(Future<R> done) {
        try {
            return TaskFailure.resultOf(done);
        } catch (ExecutionException failure) {
            throw TaskFailure.unchecked(failure);
        }
    }

    private static <R extends @Nullable Object> Outcome<R> outcomeOf(Future<R> done) {
        try {
            return Outcome.success(TaskFailure.resultOf(done));
        } catch (ExecutionException failure) {
            return Outcome.failure(TaskFailure.causeOf(failure));
        } catch (CancellationException cancelled) {
            return Outcome.failure(cancelled);
        }
    }

    @Override
    public boolean hasNext() {
        return run.hasNext();
    }

    @Override
    public V next() {
        try {
            return view.of(run.take());
        } catch (InterruptedException interrupted) {
            throw interruptedHere(interrupted);
        }
    }

    @Override
    public V next(Duration timeout) throws InterruptedException, TimeoutException {
        return view.of(run.take(Deadline.after(timeout)));
    }

    @Override
    public List<V> toList() throws InterruptedException {
        try {
            List<V> all = new ArrayList<>();
            for (Future<R> done = takeIfMore(); done != null; done = takeIfMore()) {
                all.add(view.of(done));
            }
            return all;
        } finally {
            close();
        }
    }

    /** Waits for the next one; returns {@code null} at the end, though it come while this waits, as closing makes it. */
    private @Nullable Future<R> takeIfMore() throws InterruptedException {
        return run.hasNext() ? run.takeUnlessClosed() : null;
    }

    @Override
    public Stream<V> stream() {
        return StreamSupport.stream(new Remaining(), false).onClose(this::close);
    }

    /** What remains; an iterator's own spliterator would take a result to be there because there was one to wait for. */
    private final class Remaining extends Spliterators.AbstractSpliterator<V> {
        Remaining() {
            super(Long.MAX_VALUE, Spliterator.ORDERED);
        }

        @Override
        public boolean tryAdvance(Consumer<? super V> action) {
            Future<R> done;
            try {
                done = takeIfMore();
            } catch (InterruptedException interrupted) {
                throw interruptedHere(interrupted);
            }
            if (done != null) {
                action.accept(view.of(done));
            }
            return done != null;
        }
    }

    private static CompletionException interruptedHere(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new CompletionException(interrupted);
    }

    @Override
    public Results<Outcome<V>> outcomes() {
        return new MapResults<R, Outcome<V>>(run, this::outcome);
    }

    private Outcome<V> outcome(Future<R> done) {
        Outcome<R> outcome = outcomeOf(done);
        Throwable failure = outcome.failure();
        return failure == null ? Outcome.success(view.of(done)) : Outcome.failure(failure);
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
        private final AbstractExecutor executor;
        private final Fn<? super T, ? extends R> function;
        private final Iterator<? extends T> input;
        private final @Nullable Deadline deadline;
        private final @Nullable ProgressMeter meter;
        private final int window;
        private final int chunk;

        private final ReentrantLock lock = new ReentrantLock();

        @GuardedBy("lock")
        private final Deque<Future<R>> pending = new ArrayDeque<>();

        @GuardedBy("lock")
        private boolean closed;

        /** Whether there is nothing more to read; of the iterating thread, as is the next. */
        private boolean exhausted;

        /** How many items were submitted; of the iterating thread. */
        private long submitted;

        /** Why there is nothing more to read, if it was not the end; thrown in its place. */
        private @Nullable Throwable inputFailure;

        Run(
                AbstractExecutor executor,
                Fn<? super T, ? extends R> function,
                Iterator<? extends T> input,
                MapOptions.Chain options,
                @Nullable Deadline deadline,
                @Nullable ProgressMeter meter) {
            this.meter = meter;
            this.executor = executor;
            this.function = function;
            this.input = input;
            this.deadline = deadline;
            window = options.buffersize().orElse(Integer.MAX_VALUE);
            // Two chunks at least fit into the window, so that one can run while the results of the other are taken.
            chunk = Math.min(options.chunksize(), Math.max(1, window / 2));
        }

        /** Submits chunks for as long as the window has room for one. */
        void fill() {
            while (!exhausted && room() >= chunk) {
                List<T> items = read();
                if (!items.isEmpty()) {
                    submit(items);
                }
                if (exhausted && meter != null) {
                    meter.inputEnded();
                }
            }
        }

        private int room() {
            lock.lock();
            try {
                return closed ? 0 : window - pending.size();
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
            } catch (Throwable failure) { // checked ones too, which some compilers don't check
                endInput(failure);
            }
            return items;
        }

        private void submit(List<T> items) {
            List<Future<R>> futures;
            try {
                futures = executor.<T, R>dispatchItems(function, items);
            } catch (Throwable refused) {
                endInput(refused);
                return;
            }
            for (Future<R> future : futures) {
                if (future instanceof Positioned item) {
                    item.position(submitted);
                }
                submitted++;
            }
            if (meter != null) {
                meter.submitted(futures.size());
                futures.forEach(future -> countWhenDone(future, meter));
            }
            boolean tooLate;
            lock.lock();
            try {
                tooLate = closed;
                if (!tooLate) {
                    pending.addAll(futures);
                }
            } finally {
                lock.unlock();
            }
            if (tooLate) {
                futures.forEach(Future::cancel);
            }
        }

        /** Must not keep this object reachable from its tasks: a meter stops when nobody wants the results any more. */
        private static void countWhenDone(Future<?> future, ProgressMeter meter) {
            if (future instanceof Promise<?> promise) {
                promise.addQuickListener(() -> meter.done(hasSucceeded(promise)));
            } else {
                future.addDoneCallback(done -> meter.done(hasSucceeded(done)));
            }
        }

        private static boolean hasSucceeded(Future<?> done) {
            try {
                TaskFailure.resultOf(done);
                return true;
            } catch (ExecutionException | CancellationException failure) {
                return false;
            }
        }

        private void endInput(Throwable failure) {
            exhausted = true;
            if (inputFailure == null) {
                inputFailure = failure;
            }
        }

        boolean hasNext() {
            if (head() != null) {
                return true;
            }
            fill();
            boolean more = head() != null || (inputFailure != null && !isClosed());
            if (!more && meter != null) {
                meter.finish(); // before the caller goes on, who may print to the same terminal
            }
            return more;
        }

        Future<R> take() throws InterruptedException {
            return orNoMore(takeUnlessClosed());
        }

        /** Returns {@code null} if there are no more, or if closing was faster. */
        @Nullable
        Future<R> takeUnlessClosed() throws InterruptedException {
            Future<R> head = nextHead();
            if (head != null && !AbstractExecutor.awaitDone(head, deadline)) {
                throw timedOut();
            }
            return head == null ? null : taken(head);
        }

        Future<R> take(Deadline own) throws InterruptedException, TimeoutException {
            Future<R> head = orNoMore(nextHead());
            boolean ownFirst = deadline == null || own.remainingNanos() < deadline.remainingNanos();
            if (!AbstractExecutor.awaitDone(head, ownFirst ? own : deadline)) {
                if (ownFirst) {
                    throw new TimeoutException("the next result is not there yet");
                }
                throw timedOut();
            }
            return orNoMore(taken(head));
        }

        private CompletionException timedOut() {
            close();
            return new CompletionException(new TimeoutException("the timeout of map elapsed"));
        }

        private @Nullable Future<R> nextHead() {
            fill();
            Future<R> head = head();
            if (head == null && !isClosed()) {
                throwIfInputFailed();
            }
            return head;
        }

        private static <F> F orNoMore(@Nullable F future) {
            if (future == null) {
                throw new NoSuchElementException("no more results");
            }
            return future;
        }

        /** Throws what the input threw, once, and cancels the rest. */
        void throwIfInputFailed() {
            Throwable failure = inputFailure;
            if (failure != null) {
                inputFailure = null;
                close();
                throw TaskFailure.unchecked(failure);
            }
        }

        private @Nullable Future<R> head() {
            lock.lock();
            try {
                return pending.peekFirst();
            } finally {
                lock.unlock();
            }
        }

        /** Takes the head away, which is done; if closing was faster, and cancelled it, that is the end. */
        private @Nullable Future<R> taken(Future<R> head) {
            boolean removed;
            lock.lock();
            try {
                removed = pending.peekFirst() == head;
                if (removed) {
                    pending.removeFirst();
                }
            } finally {
                lock.unlock();
            }
            if (!removed && head.isCancelled()) {
                return null;
            }
            if (meter != null) {
                meter.taken();
            }
            return head;
        }

        private boolean isClosed() {
            lock.lock();
            try {
                return closed;
            } finally {
                lock.unlock();
            }
        }

        void close() {
            List<Future<R>> rest;
            lock.lock();
            try {
                closed = true;
                rest = new ArrayList<>(pending);
                pending.clear();
            } finally {
                lock.unlock();
            }
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
                return "Results[" + (closed ? "closed" : pending.size() + " submitted and not taken") + "]";
            } finally {
                lock.unlock();
            }
        }
    }
}
