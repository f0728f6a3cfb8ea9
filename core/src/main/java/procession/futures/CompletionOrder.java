// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/** Futures in the order in which they become done: what {@link Futures#asCompleted} returns. */
@SuppressWarnings("IterableAndIterator") // as Python's iterators are: for a for loop, which goes through it once
final class CompletionOrder<F extends Future<?>> implements Iterable<F>, Iterator<F>, Watch.Watcher {
    private final BlockingQueue<Future<?>> done = new LinkedBlockingQueue<>();
    private final @Nullable Deadline deadline;
    private final int total;
    private int unfinished;

    private CompletionOrder(int total, @Nullable Deadline deadline) {
        this.total = total;
        this.deadline = deadline;
        unfinished = total;
    }

    static <F extends Future<?>> CompletionOrder<F> of(Set<F> futures, @Nullable Deadline deadline) {
        CompletionOrder<F> order = new CompletionOrder<>(futures.size(), deadline);
        Watch.start(futures, order).forgetFutures();
        return order;
    }

    @Override
    public void done(Future<?> future) {
        done.add(future);
    }

    @Override
    public Iterator<F> iterator() {
        return this;
    }

    @Override
    public boolean hasNext() {
        return unfinished > 0;
    }

    @Override
    @SuppressWarnings("unchecked") // only the futures that were passed get into the queue
    public F next() {
        if (unfinished == 0) {
            throw new NoSuchElementException("no more futures");
        }
        try {
            Future<?> next =
                    deadline == null ? done.take() : done.poll(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw timedOut();
            }
            unfinished--;
            return (F) next;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        }
    }

    private CompletionException timedOut() {
        String message = "%d (of %d) futures unfinished".formatted(unfinished, total);
        unfinished = 0;
        return new CompletionException(new TimeoutException(message));
    }
}
