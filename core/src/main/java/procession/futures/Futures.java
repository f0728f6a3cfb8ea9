// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * Waits for several futures at once.
 *
 * <p>A cancelled future is done, here as everywhere. A future that is passed twice counts once. No future is changed or
 * cancelled by being waited for.
 *
 * <p>Memory consistency effects: actions of a task <i>happen-before</i> actions after a method here returned its future
 * as done.
 *
 * <p><i>Python:</i> the functions {@code wait} and {@code as_completed} of {@code concurrent.futures}, where a future
 * that was cancelled while it was queued can be waited for in vain.
 */
public final class Futures {
    private Futures() {}

    /**
     * What {@link Futures#wait(Collection) wait} found.
     *
     * @param done the futures that were done, cancelled ones included, in the order in which they were passed
     * @param notDone the others, in the same order
     * @param <F> the type of the futures
     */
    public record DoneAndNotDone<F extends Future<?>>(Set<F> done, Set<F> notDone) {
        /**
         * Makes the pair.
         *
         * @param done the futures that were done
         * @param notDone the others
         */
        public DoneAndNotDone {
            Objects.requireNonNull(done, "done");
            Objects.requireNonNull(notDone, "notDone");
        }
    }

    /**
     * Waits until all futures are done.
     *
     * <p><i>Python:</i> {@code wait(fs)}.
     *
     * @param futures what to wait for; if empty, this returns at once
     * @param <F> the type of the futures
     * @return all of them, as done
     * @throws InterruptedException if interrupted while waiting
     */
    public static <F extends Future<?>> DoneAndNotDone<F> wait(Collection<F> futures) throws InterruptedException {
        return waitFor(distinct(futures), null, ReturnWhen.ALL_COMPLETED);
    }

    /**
     * Waits until as many futures are done as {@code returnWhen} says.
     *
     * <p><i>Python:</i> {@code wait(fs, return_when=...)}.
     *
     * @param futures what to wait for; if empty, this returns at once
     * @param returnWhen when to return
     * @param <F> the type of the futures
     * @return the futures that were done at the end, and the others
     * @throws InterruptedException if interrupted while waiting
     */
    public static <F extends Future<?>> DoneAndNotDone<F> wait(Collection<F> futures, ReturnWhen returnWhen)
            throws InterruptedException {
        return waitFor(distinct(futures), null, Objects.requireNonNull(returnWhen, "returnWhen"));
    }

    /**
     * Waits until all futures are done, for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code wait(fs, timeout)}.
     *
     * @param futures what to wait for; if empty, this returns at once
     * @param timeout the longest time to wait; zero or negative does not wait
     * @param <F> the type of the futures
     * @return the futures that were done when the wait or the time ended, and the others; there is no exception
     * @throws InterruptedException if interrupted while waiting
     */
    public static <F extends Future<?>> DoneAndNotDone<F> wait(Collection<F> futures, Duration timeout)
            throws InterruptedException {
        return wait(futures, timeout, ReturnWhen.ALL_COMPLETED);
    }

    /**
     * Waits until as many futures are done as {@code returnWhen} says, for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code wait(fs, timeout, return_when)}.
     *
     * @param futures what to wait for; if empty, this returns at once
     * @param timeout the longest time to wait; zero or negative does not wait
     * @param returnWhen when to return
     * @param <F> the type of the futures
     * @return the futures that were done when the wait or the time ended, and the others; there is no exception
     * @throws InterruptedException if interrupted while waiting
     */
    public static <F extends Future<?>> DoneAndNotDone<F> wait(
            Collection<F> futures, Duration timeout, ReturnWhen returnWhen) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(returnWhen, "returnWhen");
        return waitFor(distinct(futures), Deadline.after(timeout), returnWhen);
    }

    private static <F extends Future<?>> DoneAndNotDone<F> waitFor(
            Set<F> futures, @Nullable Deadline deadline, ReturnWhen returnWhen) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (returnWhen == ReturnWhen.ALL_COMPLETED) {
            AbstractExecutor.awaitAll(futures, deadline);
        } else if (!futures.isEmpty()) {
            FirstOf first = new FirstOf(futures.size(), returnWhen == ReturnWhen.FIRST_EXCEPTION);
            try (Watch watch = Watch.start(futures, first)) {
                first.await(deadline);
            }
        }
        return split(futures);
    }

    private static <F extends Future<?>> DoneAndNotDone<F> split(Set<F> futures) {
        Set<F> done = new LinkedHashSet<>();
        Set<F> notDone = new LinkedHashSet<>();
        for (F future : futures) {
            (future.isDone() ? done : notDone).add(future);
        }
        return new DoneAndNotDone<>(Collections.unmodifiableSet(done), Collections.unmodifiableSet(notDone));
    }

    /**
     * Returns the futures in the order in which they become done: first those that are done already, in the order in
     * which they were passed.
     *
     * <p>The result can be gone through once, by one thread at a time. A loop that is left early keeps nothing alive.
     * If the looping thread is interrupted while it waits for the next one, {@code next()} throws a
     * {@link java.util.concurrent.CompletionException} around the {@link InterruptedException}, with the interrupt flag
     * restored and nothing taken.
     *
     * <p><i>Python:</i> {@code as_completed(fs)}.
     *
     * @param futures what to wait for
     * @param <F> the type of the futures
     * @return the futures, each once
     */
    public static <F extends Future<?>> Iterable<F> asCompleted(Collection<F> futures) {
        return CompletionOrder.of(distinct(futures), null);
    }

    /**
     * Returns the futures in the order in which they become done, for as long as {@code timeout} allows, counted from
     * this call.
     *
     * <p>When the time has elapsed and no future that is done is left to return, {@code next()} throws a
     * {@link java.util.concurrent.CompletionException} around a {@link java.util.concurrent.TimeoutException}, and the
     * iteration ends. The futures are left alone. For the rest see {@link #asCompleted(Collection)}.
     *
     * <p><i>Python:</i> {@code as_completed(fs, timeout)}, where the clock starts with the first item.
     *
     * @param futures what to wait for
     * @param timeout the longest time for all of them, from now; zero or negative does not wait
     * @param <F> the type of the futures
     * @return the futures, each once
     */
    public static <F extends Future<?>> Iterable<F> asCompleted(Collection<F> futures, Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        return CompletionOrder.of(distinct(futures), Deadline.after(timeout));
    }

    private static <F> Set<F> distinct(Collection<F> futures) {
        Set<F> distinct = new LinkedHashSet<>();
        for (F future : futures) {
            distinct.add(Objects.requireNonNull(future, "future"));
        }
        return distinct;
    }

    /** Waits for the first of several futures that is done, or that failed, or else for the last. */
    private static final class FirstOf implements Watch.Watcher {
        private final boolean failed;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();

        @GuardedBy("lock")
        private int unfinished;

        @GuardedBy("lock")
        private boolean found;

        FirstOf(int unfinished, boolean failed) {
            this.unfinished = unfinished;
            this.failed = failed;
        }

        @Override
        public void done(Future<?> future) {
            boolean counts = !failed || hasFailed(future);
            lock.lock();
            try {
                unfinished--;
                found |= counts;
                if (found || unfinished == 0) {
                    changed.signal();
                }
            } finally {
                lock.unlock();
            }
        }

        void await(@Nullable Deadline deadline) throws InterruptedException {
            lock.lock();
            try {
                while (!found && unfinished > 0) {
                    if (deadline == null) {
                        changed.await();
                    } else if (changed.awaitNanos(deadline.remainingNanos()) <= 0 && deadline.passed()) {
                        return;
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private static boolean hasFailed(Future<?> done) {
            try {
                TaskFailure.resultOf(done);
                return false;
            } catch (ExecutionException failure) {
                return true;
            } catch (CancellationException cancelled) {
                return false;
            }
        }
    }
}
