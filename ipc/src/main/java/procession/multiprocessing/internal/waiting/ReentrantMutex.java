// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.ProcessTag;
import procession.threading.ThrowingRunnable;

/** A {@link Mutex} that one thread owns, and may acquire again. */
public final class ReentrantMutex implements Relockable {
    /*
     * Overview. Beside the mutex's word are two fields that only its holder writes:
     *
     *     thread   63        35 34                                  0     0 while nobody has it
     *              | of the tag | id of the thread in its process   |
     *     depth    how often that thread has it, from 1
     *
     * A thread asks whether it owns the mutex, and that only it itself can change: it has written its name after its
     * acquisition, and 0 before its release. It never finds its name there by another's doing: the name has the part of the
     * process's tag in which it differs from all others, dead ones included. So what a dead holder has left there does no harm,
     * and the next holder writes over it. Both fields are opaque: what is asked is answered by the program order of one thread,
     * whichever mapping it comes through.
     */
    private static final int THREAD_ID_BITS = 35;
    private static final long THREAD_ID_MASK = (1L << THREAD_ID_BITS) - 1;

    private final Object object;
    private final Mutex mutex;
    private final ByteBuffer memory;
    private final int threadAt;
    private final int depthAt;
    private final long processBits;

    /**
     * Makes what one process has of a mutex.
     *
     * @param object what the mutex is part of, for messages
     * @param cell the cell, whose fields for locks it uses
     */
    public ReentrantMutex(Object object, Cell cell) {
        this.object = object;
        this.mutex = new Mutex(object, cell);
        this.memory = cell.memory();
        this.threadAt = cell.at(CellDescriptor.THREAD_AT);
        this.depthAt = cell.at(CellDescriptor.DEPTH_AT);
        this.processBits = ProcessTag.lowBits(cell.segment().directory().own()) << THREAD_ID_BITS;
    }

    private long myName() {
        return processBits | (Thread.currentThread().getId() & THREAD_ID_MASK);
    }

    private void own() {
        Cell.LONG.setOpaque(memory, threadAt, myName()); // pairs with isMine(), in the same thread
        setDepth(1);
        FaultPoint.REENTRANT_NAMED.reach();
    }

    private int depth() {
        return (int) Cell.INT.getOpaque(memory, depthAt); // pairs with setDepth(), in the same thread
    }

    private void setDepth(int depth) {
        Cell.INT.setOpaque(memory, depthAt, depth); // pairs with depth(), in the same thread
    }

    /**
     * Returns whether the calling thread has it.
     *
     * @return whether it has
     */
    public boolean isMine() {
        // pairs with own(), in the same thread
        return (long) Cell.LONG.getOpaque(memory, threadAt) == myName() && mutex.isOfThisProcess();
    }

    private boolean acquiredAgain() {
        if (!isMine()) {
            return false;
        }
        int depth = depth();
        if (depth == Integer.MAX_VALUE) {
            throw new IllegalStateException("acquired " + Integer.MAX_VALUE + " times by one thread: " + object);
        }
        setDepth(depth + 1);
        return true;
    }

    /**
     * Acquires, or waits.
     *
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public void acquire() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!acquiredAgain()) {
            mutex.acquire();
            own();
        }
    }

    /**
     * Acquires, or waits.
     *
     * @param timeout the longest time to wait
     * @return whether it acquired
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean acquire(Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (acquiredAgain()) {
            return true;
        }
        boolean acquired = mutex.acquire(timeout);
        if (acquired) {
            own();
        }
        return acquired;
    }

    /**
     * Acquires, if that is possible at once.
     *
     * @return whether it acquired
     */
    public boolean tryAcquire() {
        if (acquiredAgain()) {
            return true;
        }
        boolean acquired = mutex.tryAcquire();
        if (acquired) {
            own();
        }
        return acquired;
    }

    /**
     * Gives back one acquisition of the calling thread, and frees it with the last.
     *
     * @throws IllegalMonitorStateException if the thread does not have it
     */
    public void release() {
        if (!isMine()) {
            if (mutex.isDestroyed()) {
                throw mutex.destroyed();
            }
            throw new IllegalMonitorStateException("release of a lock that this thread does not hold: " + object);
        }
        int depth = depth();
        if (depth > 1) {
            setDepth(depth - 1);
        } else {
            Cell.LONG.setOpaque(memory, threadAt, 0L); // pairs with isMine(), in the same thread
            FaultPoint.REENTRANT_UNNAMED.reach();
            mutex.release();
        }
    }

    @Override
    public int releaseWhole() {
        if (!isMine()) {
            release(); // which says why not
        }
        int depth = depth();
        Cell.LONG.setOpaque(memory, threadAt, 0L); // pairs with isMine(), in the same thread
        mutex.release();
        return depth;
    }

    @Override
    public void acquireWhole(int depth) {
        mutex.acquireUninterruptibly();
        own();
        setDepth(depth);
    }

    @Override
    public boolean isHeldForSignals() {
        return isMine();
    }

    @Override
    public boolean isLost() {
        return mutex.isLost();
    }

    /**
     * Takes it from a dead owner, runs the repair as its owner, and frees it.
     *
     * @param repair what makes the data sound that it guards
     * @param <X> what the repair throws
     * @return {@code false} if there was nothing to repair, or another process has done it
     * @throws X if the repair throws it; it is abandoned again then
     * @throws InterruptedException if interrupted while another process repairs it
     */
    public <X extends Exception> boolean recover(ThrowingRunnable<X> repair) throws X, InterruptedException {
        return mutex.recover(() -> {
            own();
            try {
                repair.run();
            } finally {
                Cell.LONG.setOpaque(memory, threadAt, 0L); // pairs with isMine(), in the same thread
            }
        });
    }

    /** Ends it. */
    public void destroy() {
        mutex.destroy();
    }

    /**
     * Returns whether it was destroyed.
     *
     * @return whether it was
     */
    public boolean isDestroyed() {
        return mutex.isDestroyed();
    }

    /**
     * Returns whether somebody has it.
     *
     * @return whether it is held or abandoned
     */
    public boolean isLocked() {
        return mutex.isLocked();
    }

    /**
     * Returns which process has it, or had it when it died.
     *
     * @return the pid
     */
    public OptionalLong holder() {
        return mutex.holder();
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code unlocked}
     */
    public String state() {
        return mutex.state();
    }
}
