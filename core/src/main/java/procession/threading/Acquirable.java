// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What every lock and every semaphore is, inside one process and across processes: something that is acquired, and
 * released.
 *
 * <p>The safe forms are {@link #run} and {@link #call}, which can't forget to release; {@link #hold()} is for a
 * {@code try} header:
 * <pre>{@code
 * lock.run(() -> counter++);
 *
 * try (var held = lock.hold()) {
 *     counter++;
 * }
 * }</pre>
 * An {@code Acquirable} is not itself {@link AutoCloseable}, so that {@code try (lock)} can't be written by mistake.
 *
 * <p>Timeouts: a zero or negative {@link Duration} does not wait; one that is too long for nanoseconds in a
 * {@code long} waits for ever. Interrupts: a call that throws {@link InterruptedException} has acquired nothing and has
 * left the object as it was. All methods may be called by any thread at any time.
 *
 * <p>Memory consistency effects: actions in a thread before {@link #release()} <i>happen-before</i> actions in any
 * thread after the acquisition that got what was released.
 *
 * <p><i>Python:</i> the common shape of {@code threading.Lock}, {@code RLock}, {@code Semaphore} and
 * {@code BoundedSemaphore} and of their twins in {@code multiprocessing}.
 */
public interface Acquirable {
    /**
     * Waits until it can acquire, for as long as that takes.
     *
     * <p><i>Python:</i> {@code acquire()}; there, no other thread can interrupt the wait.
     *
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    void acquire() throws InterruptedException;

    /**
     * Waits until it can acquire, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code acquire(timeout=…)}, which refuses negative timeouts on a lock.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it acquired, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting, also with a timeout that does not wait
     */
    boolean acquire(Duration timeout) throws InterruptedException;

    /**
     * Acquires if that is possible at once, and never waits. A pending interrupt does not matter and stays pending.
     *
     * <p><i>Python:</i> {@code acquire(blocking=False)}.
     *
     * @return {@code true} if it acquired
     */
    boolean tryAcquire();

    /**
     * Gives back one acquisition and lets a waiter have it.
     *
     * @throws IllegalMonitorStateException if a lock is not held (for a re-entrant lock: by this thread)
     * @throws IllegalStateException if a bounded semaphore would pass its bound
     */
    void release();

    /**
     * Waits until it can acquire, and returns the acquisition as a resource to close.
     *
     * @return the acquisition, released by {@link Held#close()}
     * @throws InterruptedException if interrupted while waiting
     */
    default Held hold() throws InterruptedException {
        HeldOnce held = new HeldOnce(this); // first: without memory for it, nothing is acquired
        acquire();
        return held;
    }

    /**
     * Waits until it can acquire, for {@code timeout} at most, and returns the acquisition as a resource to close.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the acquisition, released by {@link Held#close()}
     * @throws TimeoutException if the time elapsed first; nothing is acquired then
     * @throws InterruptedException if interrupted while waiting
     */
    default Held hold(Duration timeout) throws InterruptedException, TimeoutException {
        HeldOnce held = new HeldOnce(this); // first: without memory for it, nothing is acquired
        if (!acquire(timeout)) {
            throw new TimeoutException("not acquired within " + timeout + ": " + this);
        }
        return held;
    }

    /**
     * Waits until it can acquire, runs {@code block}, and releases whatever happens.
     *
     * <p><i>Python:</i> {@code with lock: …}.
     *
     * @param block what to run while it is acquired
     * @param <X> what the block may throw
     * @throws X if the block throws it; a failure of the release is suppressed in it
     * @throws InterruptedException if interrupted while waiting; the block has not run then
     * @throws IllegalMonitorStateException if the block itself has released the lock
     * @throws IllegalStateException if a bounded semaphore would pass its bound, because the block itself has released
     */
    default <X extends Exception> void run(ThrowingRunnable<X> block) throws X, InterruptedException {
        Objects.requireNonNull(block, "block");
        acquire();
        try {
            block.run();
        } catch (Throwable failure) {
            releaseAfter(failure);
            throw failure;
        }
        release();
    }

    /**
     * Waits until it can acquire, returns what {@code block} computes, and releases whatever happens.
     *
     * @param block what to compute while it is acquired
     * @param <T> the type of the value
     * @param <X> what the block may throw
     * @return the value of the block
     * @throws X if the block throws it; a failure of the release is suppressed in it
     * @throws InterruptedException if interrupted while waiting; the block has not run then
     * @throws IllegalMonitorStateException if the block itself has released the lock
     * @throws IllegalStateException if a bounded semaphore would pass its bound, because the block itself has released
     */
    default <T extends @Nullable Object, X extends Exception> T call(ThrowingSupplier<T, X> block)
            throws X, InterruptedException {
        Objects.requireNonNull(block, "block");
        acquire();
        T value;
        try {
            value = block.get();
        } catch (Throwable failure) {
            releaseAfter(failure);
            throw failure;
        }
        release();
        return value;
    }

    /** Releases because of {@code failure}, which stays the one to be thrown if the release fails too. */
    private void releaseAfter(Throwable failure) {
        try {
            release();
        } catch (Throwable second) {
            if (second != failure) {
                failure.addSuppressed(second);
            }
        }
    }
}
