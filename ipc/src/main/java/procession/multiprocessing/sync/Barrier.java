// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;
import procession.futures.Action;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Gathering;

/**
 * Lets a fixed number of threads, of whichever processes, wait for each other, and then all go on together, again and again.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.Barrier;
 *
 * var barrier = new Barrier(2, () -> System.out.println("both are here"));
 * var process = new Process(() -> barrier.await());
 * process.start();
 * barrier.await();
 * process.join();
 * barrier.destroy();
 * }</pre>
 *
 * <p>The last thread to arrive runs the action, if there is one, and then all go. Who comes after that waits for the next
 * round, at once: it need not wait until all threads of the round before have left.
 *
 * <p>A barrier breaks when a thread has waited too long, when the action throws, by {@link #abort()}, and by a death. Then
 * every thread that waits, and every thread that comes later, gets {@link BrokenBarrierException}, until {@link #reset()}. A
 * thread that is <em>interrupted</em> breaks nothing: it has not arrived, and the others wait on for somebody in its place.
 *
 * <p><b>When a process dies</b> while a thread of it waits, or runs the action, the barrier breaks; so it does when a process dies
 * anywhere that has joined by {@link #register()}. A process that has ended in good order is dead as well. The others
 * hear of it within 100 ms; those of its round get {@link BrokenBarrierException}. A process that has not joined, and dies before
 * it comes, is not missed: nobody knows that it would have come.
 *
 * <p>The action runs alone: threads that arrive meanwhile, or reset or abort, wait for its end. It may look at the barrier, but
 * not use it. It travels with the barrier, with what it captures, so the last one runs it in its own process; an {@link Action}, as
 * a lambda becomes one, can travel, a {@link Runnable} only if it is {@link Serializable}.
 *
 * <p>A thread that waits uses no processor time. Memory consistency effects: actions in a thread before it arrives
 * <i>happen-before</i> the barrier's action, and that <i>happens-before</i> actions in any thread of the same round, of whichever
 * process, after its wait; in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time. How a barrier gets into another process, and how long it lives, is
 * said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Barrier}, which waits for ever for a process that has died; its
 * {@code BrokenBarrierError} is {@link BrokenBarrierException}.
 */
public final class Barrier extends SyncObject {
    private static final long serialVersionUID = 1L;
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final transient Gathering gathering;
    private final transient @Nullable Runnable action;
    private final transient Duration defaultTimeout;

    /**
     * Makes a barrier.
     *
     * <p><i>Python:</i> {@code Barrier(parties)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties) {
        this(newCells(parties), null, FOREVER);
        gathering.start(parties);
    }

    /**
     * Makes a barrier with an action, which the last thread that arrives runs before all go on.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @param action what is run in each round; what it throws breaks the barrier
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties, Action action) {
        this(parties, (Runnable) action);
    }

    /**
     * Makes a barrier with an action, which the last thread that arrives runs before all go on.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @param action what is run in each round; what it throws breaks the barrier. Unless it is {@link Serializable}, the barrier
     *     can't get into another process
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties, Runnable action) {
        this(parties, action, FOREVER);
    }

    /**
     * Makes a barrier whose {@link #await()} has a timeout.
     *
     * <p><i>Python:</i> {@code Barrier(parties, timeout=…)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @param defaultTimeout how long {@link #await()} waits; zero or negative does not wait
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties, Duration defaultTimeout) {
        this(newCells(parties, defaultTimeout), null, defaultTimeout);
        gathering.start(parties);
    }

    /**
     * Makes a barrier with an action, whose {@link #await()} has a timeout.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action, timeout)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @param action what the last thread that arrives runs in each round; what it throws breaks the barrier
     * @param defaultTimeout how long {@link #await()} waits; zero or negative does not wait
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties, Action action, Duration defaultTimeout) {
        this(parties, (Runnable) action, defaultTimeout);
    }

    /**
     * Makes a barrier with an action, whose {@link #await()} has a timeout.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action, timeout)}.
     *
     * @param parties how many threads wait for each other, from 1 to 262,144
     * @param action what the last thread that arrives runs in each round; what it throws breaks the barrier. Unless it is
     *     {@link Serializable}, the barrier can't get into another process
     * @param defaultTimeout how long {@link #await()} waits; zero or negative does not wait
     * @throws IllegalArgumentException if {@code parties} is not in that range
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Barrier(int parties, Runnable action, Duration defaultTimeout) {
        this(newCells(parties, action, defaultTimeout), action, defaultTimeout);
        gathering.start(parties);
    }

    Barrier(Cell cell) {
        this(cell, null, FOREVER);
    }

    private Barrier(Cell cell, @Nullable Runnable action, Duration defaultTimeout) {
        super(Kind.BARRIER, cell);
        this.gathering = new Gathering(this, cell);
        this.action = action;
        this.defaultTimeout = defaultTimeout;
    }

    /** Returns the same barrier, with the same action, as seen through another mapping. */
    Barrier through(Cell mapped) {
        return new Barrier(mapped, action, defaultTimeout);
    }

    /** Returns the same barrier, with another action in this process. */
    Barrier with(Runnable other) {
        return new Barrier(cell(), other, defaultTimeout);
    }

    /** Takes cells, after a look at all arguments: what is not used is not given back. */
    private static Cell newCells(int parties, Object... arguments) {
        for (Object argument : arguments) {
            Objects.requireNonNull(argument);
        }
        if (parties < 1 || parties > Gathering.MAX_PARTIES) {
            throw new IllegalArgumentException("parties = " + parties + ": a barrier is for 1 to "
                    + Gathering.MAX_PARTIES + " threads; how many are to wait for each other?");
        }
        return Kind.BARRIER.newCells(0, Gathering.cells(parties));
    }

    /**
     * Waits until all parties have arrived, for as long as that takes, or for the default timeout if there is one.
     *
     * <p><i>Python:</i> {@code wait()}; there, no other thread can interrupt it.
     *
     * @return the place of this thread in the order of arrival, from 0 for the first; each number comes once in a round. A
     *     thread that is interrupted leaves its place to the next that comes
     * @throws BrokenBarrierException if the barrier is broken or is being reset, before or while this waits, and if the
     *     default timeout ends, which breaks it
     * @throws InterruptedException if interrupted on entry or while others are missing; this thread has not arrived then, and
     *     the barrier is not broken
     * @throws IllegalStateException if called by the barrier's action, or if the barrier has been destroyed, also while this waits
     */
    public int await() throws InterruptedException, BrokenBarrierException {
        return gathering.await(defaultTimeout, action);
    }

    /**
     * Waits until all parties have arrived, for {@code timeout} at most. The end of the timeout, and a zero or negative one
     * at once, breaks the barrier, unless this thread is the last to arrive. The time that the action takes does not count.
     *
     * <p><i>Python:</i> {@code wait(timeout)}.
     *
     * @param timeout the longest time to wait for others
     * @return the place of this thread in the order of arrival, from 0 for the first
     * @throws BrokenBarrierException if the timeout ends, in this thread and in all others that wait; and if the barrier is
     *     broken or is being reset, before or while this waits
     * @throws InterruptedException if interrupted on entry or while others are missing; this thread has not arrived then, and
     *     the barrier is not broken
     * @throws IllegalStateException if called by the barrier's action, or if the barrier has been destroyed, also while this waits
     */
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
        return gathering.await(Objects.requireNonNull(timeout, "timeout"), action);
    }

    /**
     * Joins this process to the barrier, until the registration is closed: if the process dies meanwhile, whatever it does then,
     * the barrier breaks. It does not count as an arrival, and a process may join several times.
     *
     * <pre>{@code
     * import procession.multiprocessing.sync.Barrier;
     *
     * var barrier = new Barrier(1);
     * try (var joined = barrier.register()) {
     *     System.out.println(joined);
     *     barrier.await();
     * }
     * barrier.destroy();
     * }</pre>
     *
     * <p><i>Python:</i> none; there, the others wait for ever.
     *
     * @return the registration
     * @throws IllegalStateException if the barrier has been destroyed
     */
    public Registration register() {
        gathering.register();
        return new Registration(this);
    }

    void deregister() {
        gathering.deregister();
    }

    /**
     * Breaks the barrier, so that every thread that waits, and every thread that comes, gets {@link BrokenBarrierException}. Does
     * nothing if it is broken. Waits for the end of the action, if that is running: its round still passes.
     *
     * <p><i>Python:</i> {@code abort()}.
     *
     * @throws IllegalStateException if called by the barrier's action, or if the barrier has been destroyed
     */
    public void abort() {
        gathering.abort();
    }

    /**
     * Lets every thread that waits go with {@link BrokenBarrierException}, and begins a new round, also if the barrier was
     * broken. Waits for the end of the action, if that is running: its round still passes. Processes that have joined and live go
     * on being watched; the dead are forgotten.
     *
     * <p><i>Python:</i> {@code reset()}.
     *
     * @throws IllegalStateException if called by the barrier's action, or if the barrier has been destroyed
     */
    public void reset() {
        gathering.reset();
    }

    /**
     * Returns how many threads wait for each other.
     *
     * <p><i>Python:</i> {@code parties}.
     *
     * @return the number of threads that make a round, from 1
     */
    public int parties() {
        return gathering.parties();
    }

    /**
     * Returns how many threads have arrived and wait for others at this moment; none while the action runs. It never waits.
     *
     * <p><i>Python:</i> {@code n_waiting}.
     *
     * @return from 0 to {@code parties() - 1}
     * @throws IllegalStateException if the barrier has been destroyed
     */
    public int waiting() {
        return gathering.waiting();
    }

    /**
     * Returns whether the barrier is broken at this moment, or somebody has died whose death breaks it. It never waits.
     *
     * <p><i>Python:</i> {@code broken}.
     *
     * @return {@code true} from when it breaks until it is reset
     * @throws IllegalStateException if the barrier has been destroyed
     */
    public boolean broken() {
        return gathering.isBroken();
    }

    /**
     * Ends the barrier, for all processes: whoever waits for it, and whoever uses it from now on, gets an
     * {@link IllegalStateException}. Called by the process that has made it, this gives its memory back. Destroying a second
     * time does nothing.
     */
    public void destroy() {
        gathering.destroy();
    }

    /**
     * Returns a text that tells how many threads wait, or that it is broken.
     *
     * @return for example {@code Barrier@1f32e575[1 of 3 waiting]}
     */
    @Override
    public String toString() {
        return "Barrier@" + Integer.toHexString(hashCode()) + "[" + gathering.state() + "]";
    }

    @Override
    protected Object writeReplace() {
        return new Passage(super.writeReplace(), action, defaultTimeout);
    }

    /** Tells a process that has joined a {@link Barrier} from one that has not: closing it leaves the barrier. */
    public static final class Registration implements AutoCloseable {
        private final Barrier barrier;
        private boolean closed;

        Registration(Barrier barrier) {
            this.barrier = barrier;
        }

        /**
         * Leaves the barrier, which does not break any more when this process dies, unless the process has joined more than
         * once. Does nothing the second time, or if the barrier has been destroyed.
         */
        @Override
        public void close() {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            barrier.deregister();
        }

        /**
         * Returns a text that tells which barrier it is.
         *
         * @return for example {@code Registration[Barrier@1f32e575[1 of 3 waiting]]}
         */
        @Override
        public String toString() {
            return "Registration[" + barrier + "]";
        }
    }

    /** A barrier on its way into another process. */
    private static final class Passage implements Serializable {
        private static final long serialVersionUID = 1L;

        /** Arrives as a barrier without an action. */
        @SuppressWarnings("serial") // can be serialized, as what it replaces
        private final Object place;

        @SuppressWarnings("serial") // or the barrier can't travel
        private final @Nullable Runnable action;

        private final Duration defaultTimeout;

        Passage(Object place, @Nullable Runnable action, Duration defaultTimeout) {
            this.place = place;
            this.action = action;
            this.defaultTimeout = defaultTimeout;
        }

        /**
         * Makes the barrier.
         *
         * @return the barrier
         * @throws ObjectStreamException if the stream has none
         */
        private Object readResolve() throws ObjectStreamException {
            if (!(place instanceof Barrier barrier) || defaultTimeout == null) {
                throw new InvalidObjectException("no barrier has arrived");
            }
            return new Barrier(barrier.cell(), action, defaultTimeout);
        }
    }
}
