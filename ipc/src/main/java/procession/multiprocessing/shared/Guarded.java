// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.ReentrantMutex;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.Acquirable;
import procession.threading.ThrowingRunnable;

/**
 * What all shared data have: a lock of their own, re-entrant, for what is more than one operation.
 *
 * <p>It is not asked by the operations of the data, which are atomic without it; so it keeps out only those who acquire it
 * too. When its holder dies it is abandoned, as an {@link procession.multiprocessing.sync.RLock} is, until somebody calls
 * {@link #recover}; unless it was made by {@code recovering(…)}, which has the next one silently get it.
 *
 * <p>Memory consistency effects: actions in a thread before its last {@link #release()} <i>happen-before</i> actions in any
 * thread, of whichever process, after the next successful acquisition; in other processes, as far as they are actions on
 * shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> what {@code multiprocessing.Value} and {@code multiprocessing.Array} return; {@code get_lock()} is the
 * object itself.
 */
public abstract sealed class Guarded extends SharedObject implements Acquirable permits Array, Value {
    private static final long serialVersionUID = 1L;

    private final transient ReentrantMutex mutex;

    Guarded(Kind kind, Cell cell) {
        super(kind, cell);
        this.mutex = new ReentrantMutex(this, cell);
    }

    /** Refuses what has been destroyed. */
    void checkAlive() {
        if (mutex.isDestroyed()) {
            throw new IllegalStateException("this has been destroyed");
        }
    }

    /**
     * Waits until it can acquire the lock of this object, for as long as that takes; at once if the calling thread has it.
     *
     * <p>That keeps out only those who acquire it too: {@code get}, {@code set} and the atomic operations don't ask.
     *
     * @throws OwnerDiedException if the holder has died, also while this waits; the lock is not acquired
     * @throws IllegalStateException if the object has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public void acquire() throws InterruptedException {
        mutex.acquire();
    }

    /**
     * Waits until it can acquire the lock of this object, for {@code timeout} at most; at once if the calling thread has it. A
     * zero or negative timeout does not wait.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it acquired, {@code false} if the time elapsed first
     * @throws OwnerDiedException if the holder has died, also while this waits; the lock is not acquired
     * @throws IllegalStateException if the object has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return mutex.acquire(Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Acquires the lock of this object if that is possible at once, and never waits.
     *
     * @return {@code true} if it acquired
     * @throws OwnerDiedException if the holder has died; the lock is not acquired
     * @throws IllegalStateException if the object has been destroyed
     */
    @Override
    public boolean tryAcquire() {
        return mutex.tryAcquire();
    }

    /**
     * Gives back one acquisition of the calling thread; with the last one frees the lock and lets a waiter have it.
     *
     * @throws IllegalMonitorStateException if the calling thread does not have it
     * @throws IllegalStateException if the object has been destroyed
     */
    @Override
    public void release() {
        mutex.release();
    }

    /**
     * Puts in order what a dead holder of the lock has left: takes the lock, runs {@code repair}, and frees the lock, which is
     * sound from then on. Does nothing if it is not abandoned. While another process repairs, waits for it.
     *
     * @param repair what puts the data in order that the lock guards; must not release the lock
     * @param <X> what the repair may throw
     * @return {@code true} if this call has repaired, {@code false} if there was nothing to repair any more
     * @throws X if the repair throws it; the lock is abandoned as before
     * @throws IllegalStateException if the object has been destroyed
     * @throws InterruptedException if interrupted while another process repairs
     */
    public <X extends Exception> boolean recover(ThrowingRunnable<X> repair) throws X, InterruptedException {
        return mutex.recover(Objects.requireNonNull(repair, "repair"));
    }

    /**
     * Returns whether the lock of this object is acquired at this moment, or abandoned. The answer may be outdated when it
     * arrives.
     *
     * @return {@code true} if it is not free
     */
    public boolean locked() {
        return mutex.isLocked();
    }

    /**
     * Returns which process has the lock of this object, or had it when it died. The answer may be outdated when it arrives.
     *
     * @return the id of the process, empty if the lock is free
     */
    public OptionalLong holder() {
        return mutex.holder();
    }

    /**
     * Ends this object, for all processes: whoever uses it from now on gets an {@link IllegalStateException}. Called by the
     * process that has made it, this gives its memory back. Destroying a second time does nothing.
     */
    public void destroy() {
        mutex.destroy();
    }

    /** Returns what one sees of the lock. */
    String lockState() {
        return mutex.state();
    }
}
