// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Permits;
import procession.threading.Acquirable;
import procession.threading.Held;
import procession.threading.ThrowingRunnable;
import procession.threading.ThrowingSupplier;

/**
 * A number of permits between processes: an acquisition takes one and waits while there is none, a release gives one or more.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.Semaphore;
 *
 * var licences = new Semaphore(1);
 * var process = new Process(() -> licences.run(() -> System.out.println("one at a time")));
 * process.start();
 * licences.run(() -> System.out.println("one at a time"));
 * process.join();
 * licences.destroy();
 * }</pre>
 *
 * <p>Permits belong to nobody. Any thread of any process may release, also without having acquired: then the number grows
 * beyond where it started, which makes a semaphore a counter of things that are there, such as the items of a buffer.
 * {@link BoundedSemaphore} refuses that.
 *
 * <p><b>When a process dies</b> that has permits, it depends on how it took them. Who says {@link #hold()}, {@link #run} or
 * {@link #call} will give the permit back, so if he can't any more, it is given back for him within 100 ms, as soon as somebody misses
 * it. A plain {@link #acquire()} may be meant as a signal that another process answers, as in a bounded buffer, where to undo it
 * would let the buffer overflow; so it stays taken, except in a semaphore made by {@link #recovering}, and in a
 * {@link BoundedSemaphore}. Compare {@code SEM_UNDO} of System V. A process that has ended in good order is dead as well.
 *
 * <p>Fairness: none between processes; a thread that comes when a permit is just free takes it before those who wait. In each
 * process, waiters get their chance in the order of their arrival. No wake-up is lost: {@code release(n)} lets up to {@code n}
 * waiters go.
 *
 * <p>Memory consistency effects: actions in a thread before a {@link #release()} or {@link #release(int)}
 * <i>happen-before</i> actions in any thread, of whichever process, after the acquisition of a permit that it gave; in other
 * processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time. How a semaphore gets into another process, and how long it lives, is
 * said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Semaphore}, which gives back nothing that a dead process has taken.
 */
public sealed class Semaphore extends SyncObject implements Acquirable permits BoundedSemaphore {
    private static final long serialVersionUID = 1L;

    private final transient Permits permits;
    private final transient ComingBack comingBack = new ComingBack();

    /**
     * Makes a semaphore.
     *
     * <p><i>Python:</i> {@code Semaphore(value=1)}; here the number has to be said.
     *
     * @param permits how many permits there are at first, from 0
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Semaphore(int permits) {
        this(Kind.SEMAPHORE, checked(permits), Integer.MAX_VALUE, 0);
    }

    Semaphore(Kind kind, int permits, int bound, int options) {
        this(kind, kind.newCells(options, Permits.CELLS));
        this.permits.start(permits, bound);
    }

    Semaphore(Cell cell) {
        this(Kind.SEMAPHORE, cell);
    }

    Semaphore(Kind kind, Cell cell) {
        super(kind, cell);
        this.permits = new Permits(this, cell);
    }

    static int checked(int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "permits = " + permits + ": a semaphore starts with 0 permits or more; it can't owe any");
        }
        return permits;
    }

    /**
     * Makes a semaphore that gets back all permits that a dead process has taken and nobody has given back, also those that
     * it took by a plain {@link #acquire()}.
     *
     * <p>Permits that one process takes and another one gives count as given back by whoever took them.
     *
     * @param permits how many permits there are at first, from 0
     * @return the semaphore
     * @throws IllegalArgumentException if {@code permits} is negative
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public static Semaphore recovering(int permits) {
        return new Semaphore(Kind.SEMAPHORE, checked(permits), Integer.MAX_VALUE, Permits.RECORDS_ALL);
    }

    /**
     * Waits until there is a permit, for as long as that takes, and takes it.
     *
     * <p><i>Python:</i> {@code acquire()}; there, no other thread can interrupt the wait.
     *
     * @throws IllegalStateException if the semaphore has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public void acquire() throws InterruptedException {
        permits.acquire(Deadline.NEVER, false);
    }

    /**
     * Waits until there is a permit, for {@code timeout} at most, and takes it. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code acquire(timeout=…)}.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if it took a permit, {@code false} if the time elapsed first
     * @throws IllegalStateException if the semaphore has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return permits.acquire(Deadline.after(Objects.requireNonNull(timeout, "timeout")), false);
    }

    /**
     * Takes a permit if there is one, and never waits.
     *
     * <p><i>Python:</i> {@code acquire(block=False)}.
     *
     * @return {@code true} if it took a permit
     * @throws IllegalStateException if the semaphore has been destroyed
     */
    @Override
    public boolean tryAcquire() {
        return permits.tryAcquire(false);
    }

    /**
     * Gives one permit and lets a waiter have it, in whichever process.
     *
     * <p><i>Python:</i> {@code release()}.
     *
     * @throws IllegalStateException if there would be more permits than {@link Integer#MAX_VALUE}, or than the bound of
     *     a {@link BoundedSemaphore}, and nothing is given; or if the semaphore has been destroyed
     */
    @Override
    public void release() {
        permits.release(1, false);
    }

    /**
     * Gives {@code n} permits and lets up to {@code n} waiters have them, in whichever processes.
     *
     * <p><i>Python:</i> {@code threading.Semaphore.release(n)}, which {@code multiprocessing} does not have.
     *
     * @param n how many permits, from 1
     * @throws IllegalArgumentException if {@code n} is less than 1
     * @throws IllegalStateException if there would be more permits than {@link Integer#MAX_VALUE}, or than the bound of
     *     a {@link BoundedSemaphore}, and nothing is given; or if the semaphore has been destroyed
     */
    public void release(int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "n = " + n + ": at least 1 permit is released; to take permits away, acquire them");
        }
        permits.release(n, false);
    }

    /**
     * Waits until there is a permit, for as long as that takes, and returns it as a resource to close. It comes back also
     * if this process dies.
     *
     * @return the permit, given back by {@link Held#close()}
     * @throws IllegalStateException if the semaphore has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public Held hold() throws InterruptedException {
        return comingBack.hold();
    }

    /**
     * Waits until there is a permit, for {@code timeout} at most, and returns it as a resource to close. It comes back also
     * if this process dies.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the permit, given back by {@link Held#close()}
     * @throws TimeoutException if the time elapsed first; no permit is taken then
     * @throws IllegalStateException if the semaphore has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting; no permit is taken then
     */
    @Override
    public Held hold(Duration timeout) throws InterruptedException, TimeoutException {
        return comingBack.hold(timeout);
    }

    /**
     * Waits until there is a permit, runs {@code block} with it, and gives it back whatever happens, also if this process dies.
     *
     * <p><i>Python:</i> {@code with semaphore: …}.
     *
     * @param block what to run
     * @param <X> what the block may throw
     * @throws X if the block throws it
     * @throws IllegalStateException if the semaphore has been destroyed
     * @throws InterruptedException if interrupted while waiting; the block has not run then
     */
    @Override
    public <X extends Exception> void run(ThrowingRunnable<X> block) throws X, InterruptedException {
        comingBack.run(block);
    }

    /**
     * Waits until there is a permit, returns what {@code block} computes with it, and gives it back whatever happens, also if
     * this process dies.
     *
     * @param block what to compute
     * @param <T> the type of the value
     * @param <X> what the block may throw
     * @return the value of the block
     * @throws X if the block throws it
     * @throws IllegalStateException if the semaphore has been destroyed
     * @throws InterruptedException if interrupted while waiting; the block has not run then
     */
    @Override
    public <T extends @Nullable Object, X extends Exception> T call(ThrowingSupplier<T, X> block)
            throws X, InterruptedException {
        return comingBack.call(block);
    }

    /**
     * Returns how many permits there are at this moment. The answer may be outdated when it arrives: use it to watch, and
     * {@link #tryAcquire()} to decide. What a dead process is to give back is not among them before somebody misses it.
     *
     * <p><i>Python:</i> {@code get_value()}.
     *
     * @return the number of permits, from 0
     * @throws IllegalStateException if the semaphore has been destroyed
     */
    public int value() {
        return permits.value();
    }

    /**
     * Ends the semaphore, for all processes: whoever waits for it, and whoever uses it from now on, gets an
     * {@link IllegalStateException}. Called by the process that has made it, this gives its memory back. Destroying a second
     * time does nothing.
     */
    public void destroy() {
        permits.destroy();
    }

    /**
     * Returns a text that tells how many permits there are, and which processes have some that come back.
     *
     * @return for example {@code Semaphore@1f32e575[value 2, process 4711 has 1]}
     */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "@" + Integer.toHexString(hashCode()) + "[" + permits.state() + "]";
    }

    /** The same permits, taken so that they come back when this process dies. */
    private final class ComingBack implements Acquirable {
        @Override
        public void acquire() throws InterruptedException {
            permits.acquire(Deadline.NEVER, true);
        }

        @Override
        public boolean acquire(Duration timeout) throws InterruptedException {
            return permits.acquire(Deadline.after(Objects.requireNonNull(timeout, "timeout")), true);
        }

        @Override
        public boolean tryAcquire() {
            return permits.tryAcquire(true);
        }

        @Override
        public void release() {
            permits.release(1, true);
        }

        @Override
        public String toString() {
            return Semaphore.this.toString();
        }
    }
}
