// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.multiprocessing.internal.waiting.ReentrantMutex;
import procession.threading.Acquirable;
import procession.threading.ThrowingRunnable;

/**
 * A re-entrant mutex between processes: the thread that has it may acquire it again, and only that thread may release, as
 * often as it has acquired.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.RLock;
 *
 * var lock = new RLock();
 * lock.run(() -> lock.run(() -> System.out.println(lock.heldByCurrentThread())));
 * lock.destroy();
 * }</pre>
 *
 * <p><b>When the holder dies.</b> As {@link Lock}: whoever waits or comes next finds out within 100 ms, and the lock is
 * <i>abandoned</i> until somebody calls {@link #recover}; one made by {@link #recovering()} is taken over silently. A thread
 * that ends without releasing while its process goes on is not dead: nobody gets the lock then.
 *
 * <p>Fairness: none between processes; a thread that comes when the lock is just free takes it before those who wait. In
 * each process, waiters get their chance in the order of their arrival.
 *
 * <p>Memory consistency effects: actions in a thread before its last {@link #release()} <i>happen-before</i> actions in any
 * thread, of whichever process, after the next successful acquisition; in other processes, as far as they are actions on
 * shared memory.
 *
 * <p>All methods may be called by any thread at any time. How a lock gets into another process, and how long it lives, is
 * said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.RLock}, whose {@code AssertionError} is {@link IllegalMonitorStateException}, and
 * which stays locked for ever when its holder dies.
 */
public final class RLock extends SyncObject implements Acquirable {
    private static final long serialVersionUID = 1L;

    private final transient ReentrantMutex mutex;

    /**
     * Makes a free lock.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public RLock() {
        this(Kind.RLOCK.newCell(0));
    }

    RLock(Cell cell) {
        super(Kind.RLOCK, cell);
        this.mutex = new ReentrantMutex(this, cell);
    }

    /**
     * Makes a free lock that nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * <p>It is for data that is sound at every instant, such as one number, or a file that is replaced as a whole.
     *
     * @return the lock
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static RLock recovering() {
        return new RLock(Kind.RLOCK.newCell(Mutex.RECOVERING));
    }

    /**
     * Waits until it can acquire, for as long as that takes; at once if the calling thread has it.
     *
     * @throws OwnerDiedException if the holder has died, also while this waits; the lock is not acquired
     * @throws IllegalStateException if the lock has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public void acquire() throws InterruptedException {
        mutex.acquire();
    }

    /**
     * Waits until it can acquire, for {@code timeout} at most; at once if the calling thread has it. A zero or negative timeout does not wait.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it acquired, {@code false} if the time elapsed first
     * @throws OwnerDiedException if the holder has died, also while this waits; the lock is not acquired
     * @throws IllegalStateException if the lock has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return mutex.acquire(Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Acquires if that is possible at once, and never waits.
     *
     * @return {@code true} if it acquired
     * @throws OwnerDiedException if the holder has died; the lock is not acquired
     * @throws IllegalStateException if the lock has been destroyed
     */
    @Override
    public boolean tryAcquire() {
        return mutex.tryAcquire();
    }

    /**
     * Gives back one acquisition of the calling thread; with the last one frees the lock and lets a waiter have it.
     *
     * @throws IllegalMonitorStateException if the calling thread does not have it
     * @throws IllegalStateException if the lock has been destroyed
     */
    @Override
    public void release() {
        mutex.release();
    }

    /**
     * Puts in order what a dead holder has left: takes the lock, runs {@code repair}, and frees the lock, which is sound from
     * then on. Does nothing if the lock is not abandoned. While another process repairs, waits for it.
     *
     * @param repair what puts the data in order that the lock guards; must not release the lock
     * @param <X> what the repair may throw
     * @return {@code true} if this call has repaired, {@code false} if there was nothing to repair any more
     * @throws X if the repair throws it; the lock is abandoned as before
     * @throws IllegalStateException if the lock has been destroyed
     * @throws InterruptedException if interrupted while another process repairs
     */
    public <X extends Exception> boolean recover(ThrowingRunnable<X> repair) throws X, InterruptedException {
        return mutex.recover(Objects.requireNonNull(repair, "repair"));
    }

    /**
     * Returns whether it is acquired at this moment, or abandoned. The answer may be outdated when it arrives.
     *
     * <p><i>Python:</i> {@code locked()}.
     *
     * @return {@code true} if it is not free
     */
    public boolean locked() {
        return mutex.isLocked();
    }

    /**
     * Returns whether the calling thread has it.
     *
     * @return {@code true} if it has acquired it more often than released
     */
    public boolean heldByCurrentThread() {
        return mutex.isMine();
    }

    /**
     * Returns which process has it, or had it when it died. The answer may be outdated when it arrives.
     *
     * @return the id of the process, empty if the lock is free
     */
    public OptionalLong holder() {
        return mutex.holder();
    }

    /**
     * Ends the lock, for all processes: whoever waits for it, and whoever uses it from now on, gets an
     * {@link IllegalStateException}. Called by the process that has made it, this gives its memory back. Destroying a second
     * time does nothing.
     */
    public void destroy() {
        mutex.destroy();
    }

    /**
     * Returns a text that tells who has it.
     *
     * @return for example {@code RLock@1f32e575[locked by process 4711]}
     */
    @Override
    public String toString() {
        return "RLock@" + Integer.toHexString(hashCode()) + "[" + mutex.state() + "]";
    }

    ReentrantMutex mutex() {
        return mutex;
    }
}
