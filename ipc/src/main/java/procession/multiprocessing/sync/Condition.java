// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Relockable;
import procession.multiprocessing.internal.waiting.Signals;
import procession.threading.Acquirable;
import procession.threading.ThrowingRunnable;
import procession.threading.ThrowingSupplier;

/**
 * Lets threads of any process that have a lock wait until another thread, which has it then, signals that something has
 * changed.
 *
 * <p>It has a lock of its own, or that which it is made with; several conditions may have the same. It is acquired and
 * released like the lock, since that is what it does.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.Condition;
 * import procession.multiprocessing.shared.IntValue;
 *
 * var changed = new Condition();
 * var items = new IntValue(0);
 * var process = new Process(() -> changed.run(() -> {
 *     items.set(items.get() + 1);
 *     changed.signal();
 * }));
 * process.start();
 * changed.run(() -> {
 *     changed.awaitFor(() -> items.get() > 0);
 *     items.set(items.get() - 1);
 * });
 * process.join();
 * changed.destroy();
 * items.destroy();
 * }</pre>
 *
 * <p>To wait frees the lock, however often the thread has acquired an {@link RLock}, and acquires it as often again before
 * it returns or throws. So there may be a wait for the lock behind a timeout or an interrupt. A signal wakes threads that
 * wait at that moment: in each process in the order in which they came, and the processes in turn. A signal that nobody waits
 * for is forgotten. Another thread may have been faster than the one that was woken: wait in a loop, or by
 * {@link #awaitFor(BooleanSupplier)}.
 *
 * <p><b>When a process dies</b> that waits, it is not counted as woken: a signal that it has got and not used goes on to others
 * that wait, within 100 ms. (If a process dies just while it passes such a signal on, it may arrive twice.) <b>When the
 * holder of the lock dies</b>, which is then abandoned, every thread that waits gets {@link OwnerDiedException}, as one that waits
 * for the lock does, and <em>without having the lock</em>: whoever was about to signal may be the one who died. A signal that
 * such a thread has got goes to another one. A lock that is {@linkplain RLock#recovering() recovering} is taken over silently here,
 * too; those that wait hear of nothing.
 *
 * <p>Each method but those of {@link Acquirable} and {@link #locked()} throws {@link IllegalMonitorStateException} if the
 * calling thread does not have the lock. Nobody owns a {@link Lock}: with one of those it throws if the lock is free; while
 * it is locked, by whomever, any thread may signal.
 *
 * <p>It is also a complete {@link java.util.concurrent.locks.Condition}. A thread that waits uses no processor time.
 *
 * <p>Memory consistency effects: those of the lock. Actions before a signal <i>happen-before</i> actions after the wait
 * that it ended, because the lock went from the one to the other.
 *
 * <p>All methods may be called by any thread at any time. How a condition gets into another process, with its lock, and how long
 * it lives, is said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Condition}, whose {@code notify} waits for those it wakes, also for one that has died;
 * {@code wait}, {@code notify} and {@code notify_all} are {@code await}, {@code signal} and {@code signalAll}.
 */
@SuppressWarnings("WaitNotInLoop") // the callers loop
public final class Condition extends SyncObject implements Acquirable, java.util.concurrent.locks.Condition {
    private static final long serialVersionUID = 1L;

    /** The option of one whose lock ends with it. */
    private static final int OWNS_LOCK = 1;

    private final transient Signals signals;
    private final transient @Nullable Acquirable lock;
    private final transient @Nullable Relockable mutex;

    /**
     * Makes a condition with a new {@link RLock}, which {@link #destroy()} ends as well.
     *
     * <p><i>Python:</i> {@code Condition()}.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Condition() {
        this(Kind.CONDITION.newCells(OWNS_LOCK, Signals.CELLS), new RLock());
    }

    /**
     * Makes a condition of a lock that nobody owns.
     *
     * <p><i>Python:</i> {@code Condition(lock)}.
     *
     * @param lock the lock
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Condition(Lock lock) {
        this(newCells(lock), lock);
    }

    /**
     * Makes a condition of a re-entrant lock.
     *
     * <p><i>Python:</i> {@code Condition(lock)}.
     *
     * @param lock the lock
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Condition(RLock lock) {
        this(newCells(lock), lock);
    }

    /** Makes what arrives from another process before its lock. */
    Condition(Cell cell) {
        this(cell, null);
    }

    private Condition(Cell cell, @Nullable Acquirable lock) {
        super(Kind.CONDITION, cell);
        this.signals = new Signals(this, cell);
        this.lock = lock;
        this.mutex = lock instanceof Lock plain ? plain.mutex() : lock instanceof RLock owned ? owned.mutex() : null;
    }

    /** Returns the condition in a cell, as it is with a lock. */
    static Condition in(Cell cell, RLock lock) {
        return new Condition(cell, lock);
    }

    private static Cell newCells(Acquirable lock) {
        Objects.requireNonNull(lock, "lock");
        return Kind.CONDITION.newCells(0, Signals.CELLS);
    }

    private Acquirable lock() {
        return Objects.requireNonNull(lock);
    }

    // ---- the lock

    @Override
    public void acquire() throws InterruptedException {
        lock().acquire();
    }

    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return lock().acquire(timeout);
    }

    @Override
    public boolean tryAcquire() {
        return lock().tryAcquire();
    }

    /**
     * Gives back one acquisition of the lock.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held (for an {@link RLock}: by this thread)
     * @throws IllegalStateException if the lock has been destroyed
     */
    @Override
    public void release() {
        lock().release();
    }

    /**
     * Returns whether any thread has the lock at this moment, or it is abandoned. The answer may be outdated when it arrives.
     *
     * <p><i>Python:</i> {@code locked()}, since 3.14.
     *
     * @return {@code true} if it is locked
     */
    public boolean locked() {
        return lock() instanceof RLock owned ? owned.locked() : ((Lock) lock()).locked();
    }

    // ---- waiting

    /**
     * Waits for a signal, for as long as that takes.
     *
     * <p><i>Python:</i> {@code wait()}; there, no other thread can interrupt it.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then, and a signal that
     *     came first counts: then this returns, and the interrupt is there again
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws IllegalStateException if the condition or its lock has been destroyed, also while this waits
     */
    @Override
    public void await() throws InterruptedException {
        boolean unused = awaitSignal("await", Deadline.NEVER);
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
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws IllegalStateException if the condition or its lock has been destroyed, also while this waits
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return awaitSignal("await", Deadline.after(timeout));
    }

    /**
     * Waits for a signal, for a time at most, as {@link #await(Duration)} does.
     *
     * @param time the longest time to wait for the signal
     * @param unit the unit of {@code time}
     * @return {@code true} if it was signalled, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitSignal("await", Deadline.after(Duration.ofNanos(unit.toNanos(time))));
    }

    /**
     * Waits for a signal, for a time at most, and returns what is left of it: negative or zero does not mean that there was
     * no signal. {@link #await(Duration)} says that.
     *
     * @param nanos the longest time to wait for the signal, in nanoseconds
     * @return the time that is left, in nanoseconds, by the time that the lock is held again
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        boolean unused = awaitSignal("awaitNanos", Deadline.after(Duration.ofNanos(nanos)));
        return Math.max(0, nanos) - (System.nanoTime() - start);
    }

    /**
     * Waits for a signal, until a time of the day at most, by the clock as it is set when this is called.
     *
     * @param deadline when to stop waiting for the signal
     * @return {@code true} if it was signalled, {@code false} if the deadline passed first
     * @throws InterruptedException if interrupted on entry or while waiting; the lock is held again then
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    @SuppressWarnings("JavaUtilDate") // the interface wants it
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        long end = deadline.getTime();
        Duration left = Duration.ofMillis(end).minusMillis(System.currentTimeMillis());
        return awaitSignal("awaitUntil", Deadline.after(left));
    }

    /**
     * Waits for a signal, and waits on if it is interrupted; the interrupt is there again when this returns.
     *
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void awaitUninterruptibly() {
        try {
            boolean unused = signals.await(held("awaitUninterruptibly"), Deadline.NEVER, false);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Waits until {@code predicate} holds, which is looked at now and after each signal, while the lock is held.
     *
     * <p><i>Python:</i> {@code wait_for(predicate)}.
     *
     * @param predicate what to wait for; what it throws ends the wait
     * @throws InterruptedException if interrupted while waiting, and not if the predicate holds at once; the lock is held
     *     again then
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public void awaitFor(BooleanSupplier predicate) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        Relockable held = held("awaitFor");
        while (!predicate.getAsBoolean()) {
            boolean unused = signals.await(held, Deadline.NEVER, true);
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
     * @throws OwnerDiedException if the holder of the lock has died; the lock is not held then
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        Deadline deadline = Deadline.after(timeout);
        Relockable held = held("awaitFor");
        boolean waited = false;
        while (!predicate.getAsBoolean()) {
            if (waited && deadline.passed()) {
                return false;
            }
            waited = true;
            boolean unused = signals.await(held, deadline, true);
        }
        return true;
    }

    private boolean awaitSignal(String what, Deadline deadline) throws InterruptedException {
        return signals.await(held(what), deadline, true);
    }

    // ---- signalling

    /**
     * Wakes a thread, if one waits. It goes on when it gets the lock.
     *
     * <p><i>Python:</i> {@code notify()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws IllegalStateException if the condition has been destroyed
     */
    @Override
    public void signal() {
        signal(1);
    }

    /**
     * Wakes {@code n} threads, or all if less wait. Threads that come to wait later are not woken, even if there were less.
     *
     * <p><i>Python:</i> {@code notify(n)}.
     *
     * @param n how many; zero or negative: none
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws IllegalStateException if the condition has been destroyed
     */
    public void signal(int n) {
        held("signal");
        signals.signal(n);
    }

    /**
     * Wakes all threads that wait. They go on one after the other, when they get the lock.
     *
     * <p><i>Python:</i> {@code notify_all()}.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws IllegalStateException if the condition has been destroyed
     */
    @Override
    public void signalAll() {
        held("signalAll");
        signals.signal(Integer.MAX_VALUE);
    }

    private Relockable held(String what) {
        Relockable held = Objects.requireNonNull(mutex);
        if (!held.isHeldForSignals()) {
            throw new IllegalMonitorStateException(what + " of a condition by "
                    + Thread.currentThread().getName() + ", which does not have its lock: " + this
                    + "; acquire it first, as by condition.run(() -> …)");
        }
        return held;
    }

    // ---- the rest

    /**
     * Acquires the lock, runs {@code block}, and releases the lock whatever happens; but not if the block has thrown because its
     * wait ended without the lock, whose holder had died.
     *
     * @param block what to run
     * @param <X> what the block may throw
     * @throws X if the block throws it
     * @throws InterruptedException if interrupted while waiting for the lock; the block has not run then
     */
    @Override
    public <X extends Exception> void run(ThrowingRunnable<X> block) throws X, InterruptedException {
        Objects.requireNonNull(block, "block");
        Object unused = this.<Object, X>call(() -> {
            block.run();
            return this;
        });
    }

    /**
     * Acquires the lock, returns what {@code block} computes, and releases the lock whatever happens; but not if the block has
     * thrown because its wait ended without the lock, whose holder had died.
     *
     * @param block what to compute
     * @param <T> the type of the value
     * @param <X> what the block may throw
     * @return the value of the block
     * @throws X if the block throws it
     * @throws InterruptedException if interrupted while waiting for the lock; the block has not run then
     */
    @Override
    public <T extends @Nullable Object, X extends Exception> T call(ThrowingSupplier<T, X> block)
            throws X, InterruptedException {
        Objects.requireNonNull(block, "block");
        acquire();
        T value;
        try {
            value = block.get();
        } catch (Throwable failure) {
            if (!signals.hasLostLock(failure)) {
                releaseAfter(failure);
            }
            throw failure;
        }
        release();
        return value;
    }

    /** Releases because of {@code failure}, which stays the one to be thrown if the release fails too. */
    private void releaseAfter(Throwable failure) {
        try {
            release();
        } catch (RuntimeException | Error second) {
            if (second != failure) {
                failure.addSuppressed(second);
            }
        }
    }

    /**
     * Ends the condition, for all processes: whoever waits for it gets an {@link IllegalStateException}, with the lock held
     * again, and so does whoever uses it from now on. A lock that the condition has made for itself ends with it. Called by the
     * process that has made it, this gives its memory back. Destroying a second time does nothing.
     */
    public void destroy() {
        signals.destroy();
        if ((cell().options() & OWNS_LOCK) != 0 && lock() instanceof RLock own) {
            own.destroy();
        }
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

    @Override
    protected Object writeReplace() {
        return new Passage(super.writeReplace(), lock());
    }

    /** A condition on its way into another process. */
    private static final class Passage implements Serializable {
        private static final long serialVersionUID = 1L;

        /** Arrives as a condition without a lock. Its name lets it be the first to be written, and to refuse. */
        @SuppressWarnings("serial") // can be serialized, as what it replaces
        private final Object condition;

        @SuppressWarnings("serial") // a Lock or an RLock
        private final Acquirable lock;

        Passage(Object condition, Acquirable lock) {
            this.condition = condition;
            this.lock = lock;
        }

        /**
         * Makes the condition.
         *
         * @return the condition
         * @throws ObjectStreamException if the stream has none
         */
        private Object readResolve() throws ObjectStreamException {
            if (!(condition instanceof Condition arrived) || !(lock instanceof Lock || lock instanceof RLock)) {
                throw new InvalidObjectException("no condition has arrived");
            }
            return new Condition(arrived.cell(), lock);
        }
    }
}
