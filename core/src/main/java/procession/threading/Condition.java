// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.AbstractQueuedSynchronizer.ConditionObject;
import java.util.function.BooleanSupplier;
import procession.internal.Deadline;

/**
 * Lets threads that have a lock wait until another thread, which has it then, signals that something has changed.
 *
 * <p>It has a lock of its own, or that which it is made with; several conditions may have the same. It is acquired and
 * released like the lock, since that is what it does.
 *
 * <pre>{@code
 * var changed = new Condition();
 * var items = new ArrayDeque<String>();
 *
 * Thread consumer = new Thread(() -> {
 *     try {
 *         changed.run(() -> {
 *             changed.awaitFor(() -> !items.isEmpty());
 *             process(Path.of(items.remove()));
 *         });
 *     } catch (InterruptedException stop) {
 *         // nothing was taken
 *     }
 * });
 * consumer.start();
 *
 * changed.run(() -> {
 *     items.add("a");
 *     changed.signal();
 * });
 * consumer.join();
 * }</pre>
 *
 * <p>To wait frees the lock, however often the thread has acquired an {@link RLock}, and acquires it as often again before
 * it returns or throws. So there may be a wait for the lock behind a timeout or an interrupt. A signal wakes threads that
 * wait at that moment, in the order in which they came; a signal that nobody waits for is forgotten. There are no wake-ups
 * without a cause, but another thread may have been faster: wait in a loop, or by {@link #awaitFor(BooleanSupplier)}.
 *
 * <p>Each method but those of {@link Acquirable} and {@link #locked()} throws {@link IllegalMonitorStateException} if the
 * calling thread does not have the lock. Nobody owns a {@link Lock}: with one of those it throws if the lock is free; while
 * it is locked, by whomever, any thread may signal, and what the signal is about is for the program to guard.
 *
 * <p>It is also a complete {@link java.util.concurrent.locks.Condition}. A thread that waits uses no processor time, and a
 * virtual thread that waits does not hold on to its carrier.
 *
 * <p>Memory consistency effects: those of the lock. Actions before a signal <i>happen-before</i> actions after the wait
 * that it ended, because the lock went from the one to the other.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Condition}; {@code wait}, {@code notify} and {@code notify_all} belong to
 * {@link Object} in Java, and so are {@code await}, {@code signal} and {@code signalAll}.
 */
@SuppressWarnings("WaitNotInLoop") // the callers loop
public final class Condition implements Acquirable, java.util.concurrent.locks.Condition {
    private final Acquirable lock;
    private final MutexSync sync;
    private final java.util.concurrent.locks.Condition waiters;

    /**
     * Makes a condition with a new {@link RLock}.
     *
     * <p><i>Python:</i> {@code Condition()}.
     */
    public Condition() {
        this(new RLock());
    }

    /**
     * Makes a condition of a lock that nobody owns, as {@link Lock#newCondition()} does.
     *
     * <p><i>Python:</i> {@code Condition(lock)}.
     *
     * @param lock the lock
     */
    public Condition(Lock lock) {
        this(lock, lock.sync(), new UnownedWaiters(lock.sync()));
    }

    /**
     * Makes a condition of a re-entrant lock, as {@link RLock#newCondition()} does.
     *
     * <p><i>Python:</i> {@code Condition(lock)}.
     *
     * @param lock the lock
     */
    public Condition(RLock lock) {
        this(lock, lock.sync(), lock.sync().newConditionObject());
    }

    private Condition(Acquirable lock, MutexSync sync, java.util.concurrent.locks.Condition waiters) {
        this.lock = lock;
        this.sync = sync;
        this.waiters = waiters;
    }

    // The lock

    @Override
    public void acquire() throws InterruptedException {
        lock.acquire();
    }

    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return lock.acquire(timeout);
    }

    @Override
    public boolean tryAcquire() {
        return lock.tryAcquire();
    }

    /**
     * Gives back one acquisition of the lock.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held (for an {@link RLock}: by this thread)
     */
    @Override
    public void release() {
        lock.release();
    }

    /**
     * Returns whether any thread has the lock at this moment. The answer may be outdated when it arrives.
     *
     * <p><i>Python:</i> {@code locked()}, since 3.14.
     *
     * @return {@code true} if it is locked
     */
    public boolean locked() {
        return lock instanceof RLock owned ? owned.locked() : sync.isHeldExclusively();
    }

    // Waiting

    /**
     * Waits for a signal, for as long as that takes.
     *
     * <p><i>Python:</i> {@code wait()}; there, no other thread can interrupt it.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then, and a signal that
     *     came with the interrupt goes to another waiter
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void await() throws InterruptedException {
        requireHeld("await");
        waiters.await();
    }

    /**
     * Waits for a signal, for {@code timeout} at most. A zero or negative timeout does not wait for one, but does free the
     * lock for a moment, in which others may have it.
     *
     * <p><i>Python:</i> {@code wait(timeout=…)}.
     *
     * @param timeout the longest time to wait for the signal; the wait for the lock comes on top
     * @return {@code true} if it was signalled, even if the lock came free after the timeout only; {@code false} if the
     *     time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return await(Deadline.toNanosSaturated(timeout), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits for a signal, for a time at most, as {@link #await(Duration)} does.
     *
     * @param time the longest time to wait for the signal
     * @param unit the unit of {@code time}
     * @return {@code true} if it was signalled, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        requireHeld("await");
        return waiters.await(time, unit);
    }

    /**
     * Waits for a signal, for a time at most, and returns what is left of it: negative or zero does not mean that there was
     * no signal. {@link #await(Duration)} says that.
     *
     * @param nanos the longest time to wait for the signal, in nanoseconds
     * @return the time that is left, in nanoseconds, by the time that the lock is held again
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        requireHeld("awaitNanos");
        return waiters.awaitNanos(nanos);
    }

    /**
     * Waits for a signal, until a time of the day at most, which may jump when the clock is set.
     *
     * @param deadline when to stop waiting for the signal
     * @return {@code true} if it was signalled, {@code false} if the deadline passed first
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        Objects.requireNonNull(deadline, "deadline");
        requireHeld("awaitUntil");
        return waiters.awaitUntil(deadline);
    }

    /**
     * Waits for a signal, and waits on if it is interrupted; the interrupt is there again when this returns.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void awaitUninterruptibly() {
        requireHeld("awaitUninterruptibly");
        waiters.awaitUninterruptibly();
    }

    /**
     * Waits until {@code predicate} holds, which is looked at now and after each signal, while the lock is held.
     *
     * <p><i>Python:</i> {@code wait_for(predicate)}.
     *
     * @param predicate what to wait for; what it throws ends the wait
     * @throws InterruptedException if interrupted while waiting, and not if the predicate holds at once; the lock is held
     *     again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public void awaitFor(BooleanSupplier predicate) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        requireHeld("awaitFor");
        while (!predicate.getAsBoolean()) {
            waiters.await();
        }
    }

    /**
     * Waits until {@code predicate} holds, for {@code timeout} at most, which is one for all signals together. With a zero
     * or negative one, others may have the lock for a moment, before the predicate is looked at for the second and last time.
     *
     * <p><i>Python:</i> {@code wait_for(predicate, timeout=…)}, which returns whatever the predicate did.
     *
     * @param predicate what to wait for; what it throws ends the wait
     * @param timeout the longest time to wait
     * @return {@code true} if the predicate holds, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted while waiting, and not if the predicate holds at once; the lock is held
     *     again then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        Deadline deadline = Deadline.after(timeout);
        requireHeld("awaitFor");
        boolean waited = false;
        while (!predicate.getAsBoolean()) {
            long left = deadline.remainingNanos();
            if (waited && left <= 0) {
                return false;
            }
            waited = true;
            waiters.await(left, TimeUnit.NANOSECONDS);
        }
        return true;
    }

    // Signalling

    /**
     * Wakes the thread that waits longest, if any does. It goes on when it gets the lock.
     *
     * <p><i>Python:</i> {@code notify()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void signal() {
        requireHeld("signal");
        waiters.signal();
    }

    /**
     * Wakes the {@code n} threads that wait longest, or all if they are less. Threads that come to wait later are not woken,
     * even if there were less.
     *
     * <p><i>Python:</i> {@code notify(n)}.
     *
     * @param n how many; zero or negative: none
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public void signal(int n) {
        requireHeld("signal");
        if (waiters instanceof UnownedWaiters unowned) {
            unowned.signal(n);
            return;
        }
        // This thread has the lock, so that nobody comes to wait meanwhile.
        for (int left = n; left > 0 && sync.hasWaiters((ConditionObject) waiters); left--) {
            waiters.signal();
        }
    }

    /**
     * Wakes all threads that wait. They go on one after the other, when they get the lock.
     *
     * <p><i>Python:</i> {@code notify_all()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void signalAll() {
        requireHeld("signalAll");
        waiters.signalAll();
    }

    /**
     * Returns a text that tells the state of the lock.
     *
     * @return for example {@code Condition@1f32e575[RLock@6d311334[unlocked]]}
     */
    @Override
    public String toString() {
        return "Condition@" + Integer.toHexString(hashCode()) + "[" + lock + "]";
    }

    private void requireHeld(String what) {
        if (!sync.isHeldExclusively()) {
            throw new IllegalMonitorStateException(what + " of a condition by "
                    + Thread.currentThread().getName() + ", which does not have its lock: " + this
                    + "; acquire it first, as by condition.run(() -> …)");
        }
    }
}
