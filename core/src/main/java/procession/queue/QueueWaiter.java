// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that waits at an end of a {@link Queue}, maybe several times in one call. */
final class QueueWaiter implements ForkJoinPool.ManagedBlocker {
    static final long NEW = -1;

    private final Thread thread = Thread.currentThread();
    private final Object queue;

    /** Written by who wakes it, and read by the thread that waits. */
    private volatile boolean woken;

    /** Its place among those who wait; of the holder of the end's lock, as are the next. */
    long arrival = NEW;

    boolean linked;

    @Nullable
    QueueWaiter previous;

    @Nullable
    QueueWaiter next;

    QueueWaiter(Object queue) {
        this.queue = queue;
    }

    /** Makes ready to wait once more; called by the thread that waits, before it is added. */
    void reset() {
        woken = false;
    }

    /** Waits until it is woken, the time is over, or the thread is interrupted; returns whether it was woken. */
    boolean await(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            awaitForEver();
        } else {
            long start = System.nanoTime();
            for (long left = nanos; left > 0 && !isReleasable(); left = nanos - (System.nanoTime() - start)) {
                LockSupport.parkNanos(queue, left);
            }
        }
        return woken;
    }

    /** As the JDK's conditions do, lets a fork-join pool have another thread meanwhile: it may be the one that puts. */
    private void awaitForEver() {
        try {
            ForkJoinPool.managedBlock(this);
        } catch (RejectedExecutionException noMoreThreads) {
            while (!isReleasable()) {
                LockSupport.park(queue);
            }
        } catch (InterruptedException impossible) {
            thread.interrupt(); // block() does not throw it
        }
    }

    @Override
    public boolean isReleasable() {
        return woken || thread.isInterrupted();
    }

    @Override
    public boolean block() {
        if (!isReleasable()) {
            LockSupport.park(queue);
        }
        return isReleasable();
    }

    /** Wakes those that are linked by {@code next}, which nobody else knows any more. */
    static void wakeAll(@Nullable QueueWaiter first) {
        for (QueueWaiter waiter = first; waiter != null; ) {
            QueueWaiter next = waiter.next; // read first: who is woken may wait again at once
            waiter.next = null;
            waiter.wake();
            waiter = next;
        }
    }

    void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }
}
