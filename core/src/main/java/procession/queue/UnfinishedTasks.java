// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many of the elements that were put into a {@link Queue} are done, and who waits for all of them. */
final class UnfinishedTasks {
    /*
     * Overview. Every put moves the tail by one, so that tail - done is the number of unfinished tasks, and putting has
     * nothing more to do. done changes by compare-and-set, and never passes the tail, which never goes back.
     *
     *     who finishes:  where is the tail? ── done + 1 (CAS) ── is it there? ── does anybody wait? ── zeroAt, wake them
     *     who removes:   the same, the first three steps with the head's lock, so that nobody sees only half of it
     *     who joins:     where is the tail? ── waiting + 1 (under the lock) ── is done at the tail, or zeroAt where it was?
     *
     * Who finishes and who joins write first and read then, volatile, so at least one of them sees the other. Nothing was
     * left when done came to the place where the tail was just before: a put that comes between the two counts as one that
     * came after. A joiner does not wait for the sight of nothing, because somebody may put before it runs, but for a zero
     * at or behind the place where the tail was when it began; one that was before that is not meant for it.
     */
    static final long SOME_LEFT = -1;

    private static final VarHandle DONE;

    static {
        try {
            DONE = MethodHandles.lookup().findVarHandle(UnfinishedTasks.class, "done", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final QueueEnd tail;
    private volatile long done;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allDone = lock.newCondition();

    /** How many join. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** The last known position at which nothing was left. */
    @GuardedBy("lock")
    private long zeroAt;

    UnfinishedTasks(QueueEnd tail) {
        this.tail = tail;
    }

    /** Counts one as done; returns {@code false} if all were. */
    boolean finishOne() {
        while (true) {
            long before = done;
            long put = tail.positionNow(); // read before done changes, and after it was read
            if (before >= put) {
                return false;
            }
            if (DONE.compareAndSet(this, before, before + 1)) {
                if (before + 1 == put) {
                    wakeAll(put);
                }
                return true;
            }
        }
    }

    /**
     * Counts so many as done, or all that there are if these are fewer. If none is left, returns where, for
     * {@link #wakeAll}, which is to be called without the locks of the queue; else {@link #SOME_LEFT}.
     */
    long finish(long tasks) {
        while (true) {
            long before = done;
            long put = tail.positionNow();
            long after = Math.min(put, before + tasks);
            if (after <= before) {
                return SOME_LEFT;
            }
            if (DONE.compareAndSet(this, before, after)) {
                return after == put ? put : SOME_LEFT;
            }
        }
    }

    /** Wakes those who wait, because nothing was left at a position; does nothing for {@link #SOME_LEFT}. */
    void wakeAll(long at) {
        if (at != SOME_LEFT && waiting.get() > 0) {
            lock.lock();
            try {
                zeroAt = Math.max(zeroAt, at);
                allDone.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Returns how many are not done. */
    long count() {
        while (true) {
            long before = done;
            long put = tail.positionNow();
            if (before == done) {
                return put - before;
            }
        }
    }

    /** Waits until none is left, or was at some time; returns {@code false} if the time was over first. */
    boolean join(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long target = tail.positionNow();
            waiting.incrementAndGet();
            long left = nanos;
            while (done < tail.positionNow() && zeroAt < target) {
                if (left <= 0) {
                    return false;
                }
                if (nanos == Long.MAX_VALUE) {
                    allDone.await();
                } else {
                    left = allDone.awaitNanos(left);
                }
            }
            return true;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }
}
