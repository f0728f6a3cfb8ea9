// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Mutex;
import procession.threading.Acquirable;
import procession.threading.ThrowingRunnable;

/**
 * A mutex between processes: one acquisition at a time, and any thread of any process may release it.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.Lock;
 *
 * var lock = new Lock();
 * var counter = new LongValue(0);
 * var process = new Process(() -> lock.run(() -> counter.set(counter.get() + 1)));
 * process.start();
 * lock.run(() -> counter.set(counter.get() + 1));
 * process.join();
 * lock.destroy();
 * counter.destroy();
 * }</pre>
 *
 * <p>It is not re-entrant: a thread that acquires it twice waits for itself. {@link RLock} is, and finds more mistakes.
 *
 * <p><b>When the holder dies.</b> The holder is the process that has acquired the lock. If it is killed, or exits, before
 * somebody has released it, this is found out by whoever waits or comes next, within 100 ms, and the lock is <i>abandoned</i>:
 * each call that would acquire throws {@link OwnerDiedException} instead, until somebody calls {@link #recover}. A holder that
 * is stopped, or a thread that ends without releasing while its process goes on, is not dead. Compare POSIX's robust mutexes,
 * where the next one gets the lock together with the bad news, and whoever overlooks that works on broken data; and
 * Rust's poisoned ones, which guard against panics and not against kills. For data that is sound at every instant there is
 * {@link #recovering()}.
 *
 * <p>Fairness: none between processes; a thread that comes when the lock is just free takes it before those who wait. In
 * each process, waiters get their chance in the order of their arrival.
 *
 * <p>Memory consistency effects: actions in a thread before {@link #release()} <i>happen-before</i> actions in any thread, of
 * whichever process, after the next successful acquisition; in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time. How a lock gets into another process, and how long it lives, is
 * said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Lock}, whose {@code ValueError} is {@link IllegalMonitorStateException}, and
 * which stays locked for ever when its holder dies.
 */
public final class Lock extends SyncObject implements Acquirable {
    private static final long serialVersionUID = 1L;

    private final transient Mutex mutex;

    /**
     * Makes a free lock.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Lock() {
        this(Kind.LOCK.newCell(0));
    }

    Lock(Cell cell) {
        super(Kind.LOCK, cell);
        this.mutex = new Mutex(this, cell);
    }

    /**
     * Makes a free lock that nobody has to recover: when its holder has died, the next one silently gets it.
     *
     * <p>It is for data that is sound at every instant, such as one number, or a file that is replaced as a whole.
     *
     * @return the lock
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static Lock recovering() {
        return new Lock(Kind.LOCK.newCell(Mutex.RECOVERING));
    }

    /**
     * Waits until it can acquire, for as long as that takes.
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
     * Waits until it can acquire, for {@code timeout} at most. A zero or negative timeout does not wait.
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
     * Frees the lock and lets a waiter have it, whichever thread of whichever process acquired it.
     *
     * @throws IllegalMonitorStateException if it is not locked, or abandoned
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
     * @return for example {@code Lock@1f32e575[locked by process 4711]}
     */
    @Override
    public String toString() {
        return "Lock@" + Integer.toHexString(hashCode()) + "[" + mutex.state() + "]";
    }

    Mutex mutex() {
        return mutex;
    }
}
