// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * Lets a fixed number of threads wait for each other, and then all go on together, again and again.
 *
 * <pre>{@code
 * var barrier = new Barrier(2, () -> System.out.println("both are here"));
 * Thread other = new Thread(() -> {
 *     try {
 *         barrier.await();
 *     } catch (BrokenBarrierException | InterruptedException e) {
 *         System.out.println("the other one gave up");
 *     }
 * });
 * other.start();
 * barrier.await();
 * other.join();
 * }</pre>
 *
 * <p>The last thread to arrive runs the action, if there is one, and then all go. Who comes after that waits for the next
 * round, at once: it need not wait until all threads of the round before have left.
 *
 * <p>A barrier breaks when a thread has waited too long, when the action throws, and by {@link #abort()}. Then every thread
 * that waits, and every thread that comes later, gets {@link BrokenBarrierException}, until {@link #reset()}. A thread that
 * is <em>interrupted</em> breaks nothing: it has not arrived, and the others wait on for somebody in its place. Where its
 * leaving has to stop the others, let it call {@link #abort()}.
 *
 * <p>The action runs alone: threads that arrive meanwhile, or reset or abort, wait for its end. It may look at the barrier,
 * but not use it.
 *
 * <p>A thread that waits uses no processor time, and a virtual thread that waits does not hold on to its carrier.
 *
 * <p>Memory consistency effects: actions in a thread before it arrives <i>happen-before</i> the barrier's action, and that
 * <i>happens-before</i> actions in any thread of the same round after its wait. Actions before an {@link #abort()} or
 * {@link #reset()} <i>happen-before</i> actions after a {@link BrokenBarrierException} that it caused.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Barrier}; its {@code BrokenBarrierError} is {@link BrokenBarrierException}.
 */
public final class Barrier {
    /*
     * Overview. One lock, and a Round object for each time that the barrier fills. Nobody ever waits for an old round to be
     * left: a thread belongs to the round that it came to, and that round says what became of it.
     *
     *     FILLING ──the last arrives──► ACTING ──the action returns──► PASSED     and the next round is FILLING
     *        │                             └──────the action throws──► BROKEN
     *        └──timeout, abort, reset──► BROKEN
     *
     * round     the one that is filling, acting or broken. A round that has passed is replaced at once, a broken one by reset.
     * arrivals  of a round, in order; an arrival's index is its place there. A thread that is interrupted while the round is
     *           still filling takes its arrival out, and those behind it move up. So at the end the indexes are
     *           0 to parties - 1, each once.
     * runner    the thread that runs the action, without the lock, so that everybody who waits for its end can be
     *           interrupted and can stop waiting in time. Meanwhile the round is ACTING, and nobody but the runner may change
     *           anything; this is what "alone" means.
     * late      what somebody says who came while the action ran, and had no time to wait for its end: it breaks the next
     *           round, which begins broken.
     *
     * All is written under the lock. waiting and broken are copies for those who only look, and volatile: looking never waits.
     *
     * A thread whose round is ACTING has arrived for good: its time does not run any more, and an interrupt is kept for when
     * it has gone on, since it can't withdraw.
     *
     * One condition for everything, signalled for all: at the end of a round all its threads go, and there are no others but
     * those that wait for the runner.
     */

    private enum Phase {
        FILLING,
        ACTING,
        PASSED,
        BROKEN
    }

    private static final class Round {
        final List<Arrival> arrivals = new ArrayList<>();
        Phase phase = Phase.FILLING;

        /** Why it is broken. */
        String cause = "";

        /** What the action threw, if that is why. */
        @Nullable
        Throwable failure;
    }

    private static final class Arrival {
        int index;
    }

    private static final int BROKEN = -1;
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final int parties;
    private final @Nullable Runnable action;
    private final Duration defaultTimeout;

    private final ReentrantLock lock = new ReentrantLock();
    private final java.util.concurrent.locks.Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private Round round = new Round();

    @GuardedBy("lock")
    private @Nullable Thread runner;

    @GuardedBy("lock")
    private @Nullable String late;

    /** How many have arrived and wait, or {@link #BROKEN}: one field, so that who looks sees both change at once. */
    private volatile int shown;

    /**
     * Makes a barrier.
     *
     * <p><i>Python:</i> {@code Barrier(parties)}.
     *
     * @param parties how many threads wait for each other, from 1
     * @throws IllegalArgumentException if {@code parties} is less than 1
     */
    public Barrier(int parties) {
        this.parties = requireSome(parties);
        this.action = null;
        this.defaultTimeout = FOREVER;
    }

    /**
     * Makes a barrier with an action, which the last thread that arrives runs before all go on.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action)}.
     *
     * @param parties how many threads wait for each other, from 1
     * @param action what is run in each round; what it throws breaks the barrier
     * @throws IllegalArgumentException if {@code parties} is less than 1
     */
    public Barrier(int parties, Runnable action) {
        this.parties = requireSome(parties);
        this.action = Objects.requireNonNull(action, "action");
        this.defaultTimeout = FOREVER;
    }

    /**
     * Makes a barrier whose {@link #await()} has a timeout.
     *
     * <p><i>Python:</i> {@code Barrier(parties, timeout=…)}.
     *
     * @param parties how many threads wait for each other, from 1
     * @param defaultTimeout how long {@link #await()} waits; zero or negative does not wait
     * @throws IllegalArgumentException if {@code parties} is less than 1
     */
    public Barrier(int parties, Duration defaultTimeout) {
        this.parties = requireSome(parties);
        this.action = null;
        this.defaultTimeout = Objects.requireNonNull(defaultTimeout, "defaultTimeout");
    }

    /**
     * Makes a barrier with an action, whose {@link #await()} has a timeout.
     *
     * <p><i>Python:</i> {@code Barrier(parties, action, timeout)}.
     *
     * @param parties how many threads wait for each other, from 1
     * @param action what the last thread that arrives runs in each round; what it throws breaks the barrier
     * @param defaultTimeout how long {@link #await()} waits; zero or negative does not wait
     * @throws IllegalArgumentException if {@code parties} is less than 1
     */
    public Barrier(int parties, Runnable action, Duration defaultTimeout) {
        this.parties = requireSome(parties);
        this.action = Objects.requireNonNull(action, "action");
        this.defaultTimeout = Objects.requireNonNull(defaultTimeout, "defaultTimeout");
    }

    /**
     * Waits until all parties have arrived, for as long as that takes, or for the default timeout if there is one.
     *
     * <p><i>Python:</i> {@code wait()}; there, no other thread can interrupt it.
     *
     * @return the place of this thread in the order of arrival, from 0 for the first; each number comes once in a round. A
     *     thread that is interrupted leaves no gap: those behind it move up
     * @throws BrokenBarrierException if the barrier is broken or is being reset, before or while this waits, and if the
     *     default timeout ends, which breaks it
     * @throws InterruptedException if interrupted on entry or while others are missing; this thread has not arrived then, and
     *     the barrier is not broken
     * @throws IllegalStateException if called by the barrier's action
     */
    public int await() throws InterruptedException, BrokenBarrierException {
        return await(defaultTimeout);
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
     * @throws IllegalStateException if called by the barrier's action
     */
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException {
        Deadline deadline = Deadline.after(timeout);
        Round mine;
        Round next;
        lock.lockInterruptibly();
        try {
            requireNotRunner("await");
            awaitRunner(deadline, timeout);
            mine = round;
            if (mine.phase == Phase.BROKEN) {
                throw brokenBy(mine);
            }
            if (mine.arrivals.size() < parties - 1) {
                return awaitOthers(mine, deadline, timeout);
            }
            next = new Round(); // before the rest: without memory for it, nobody has arrived
            if (action == null) {
                pass(mine, next);
                return parties - 1;
            }
            mine.phase = Phase.ACTING;
            runner = Thread.currentThread();
            shown = 0;
        } finally {
            lock.unlock();
        }
        act(mine, next, action);
        return parties - 1;
    }

    /** Waits until no action runs, so that there is a round to come to. */
    @GuardedBy("lock")
    private void awaitRunner(Deadline deadline, Duration timeout) throws InterruptedException, BrokenBarrierException {
        while (runner != null) {
            long left = deadline.remainingNanos();
            if (left <= 0) {
                late = "a thread waited longer than " + timeout + " for the action of the round before";
                throw new BrokenBarrierException("The barrier is broken: " + late);
            }
            awaitChange(left);
        }
    }

    /** Arrives, and waits until the round has filled, and its action has run. */
    @GuardedBy("lock")
    private int awaitOthers(Round mine, Deadline deadline, Duration timeout)
            throws InterruptedException, BrokenBarrierException {
        var arrival = new Arrival();
        arrival.index = mine.arrivals.size();
        mine.arrivals.add(arrival);
        shown = mine.arrivals.size();
        while (mine.phase == Phase.FILLING) {
            long left = deadline.remainingNanos();
            if (left <= 0) {
                breakRound(mine, "a thread waited longer than " + timeout + " for the others", null);
            } else {
                awaitChangeOrWithdraw(mine, arrival, left);
            }
        }
        while (mine.phase == Phase.ACTING) {
            changed.awaitUninterruptibly();
        }
        if (mine.phase == Phase.BROKEN) {
            throw brokenBy(mine);
        }
        return arrival.index;
    }

    @GuardedBy("lock")
    private void awaitChangeOrWithdraw(Round mine, Arrival arrival, long nanos) throws InterruptedException {
        try {
            awaitChange(nanos);
        } catch (InterruptedException e) {
            if (mine.phase == Phase.FILLING) {
                withdraw(mine, arrival);
                throw e;
            }
            Thread.currentThread().interrupt(); // for whatever the thread waits for next
        }
    }

    @GuardedBy("lock")
    private void withdraw(Round mine, Arrival arrival) {
        mine.arrivals.remove(arrival.index);
        for (Arrival behind : mine.arrivals.subList(arrival.index, mine.arrivals.size())) {
            behind.index--;
        }
        shown = mine.arrivals.size();
    }

    /** Runs the action, without the lock, and ends the round. */
    private void act(Round mine, Round next, Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            endAction(mine, next, failure);
            throw failure;
        }
        endAction(mine, next, null);
    }

    private void endAction(Round mine, Round next, @Nullable Throwable failure) {
        lock.lock();
        try {
            runner = null;
            if (failure != null) {
                breakRound(mine, "its action threw an exception", failure); // no new text: memory may be short
            } else {
                pass(mine, next);
                if (late != null) {
                    breakRound(next, late, null);
                }
            }
            late = null;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void pass(Round mine, Round next) {
        mine.phase = Phase.PASSED;
        begin(next);
    }

    @GuardedBy("lock")
    private void begin(Round next) {
        round = next;
        shown = 0;
        changed.signalAll();
    }

    @GuardedBy("lock")
    private void breakRound(Round current, String cause, @Nullable Throwable failure) {
        end(current, cause, failure);
        shown = BROKEN;
        changed.signalAll();
    }

    private static void end(Round current, String cause, @Nullable Throwable failure) {
        current.phase = Phase.BROKEN;
        current.cause = cause;
        current.failure = failure;
    }

    private static BrokenBarrierException brokenBy(Round current) {
        var exception = new BrokenBarrierException(
                "The barrier is broken: " + current.cause + "; reset() makes it usable again");
        exception.initCause(current.failure);
        return exception;
    }

    /**
     * Lets every thread that waits go with {@link BrokenBarrierException}, and begins a new round, also if the barrier was
     * broken. Waits for the end of the action, if that is running: its round still passes.
     *
     * <p><i>Python:</i> {@code reset()}.
     *
     * @throws IllegalStateException if called by the barrier's action
     */
    public void reset() {
        lock.lock();
        try {
            requireNotRunner("reset");
            Round next = new Round(); // first: without memory for it, nothing has changed
            awaitRunnerUninterruptibly();
            if (round.phase == Phase.FILLING) {
                end(round, "it was reset", null); // for those who wait; the barrier itself is not broken in between
            }
            begin(next);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Breaks the barrier, until it is {@link #reset()}. Waits for the end of the action, if that is running: its round still
     * passes.
     *
     * <p><i>Python:</i> {@code abort()}.
     *
     * @throws IllegalStateException if called by the barrier's action; that may throw something instead
     */
    public void abort() {
        lock.lock();
        try {
            requireNotRunner("abort");
            awaitRunnerUninterruptibly();
            if (round.phase == Phase.FILLING) {
                breakRound(round, "it was aborted", null);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void awaitRunnerUninterruptibly() {
        while (runner != null) {
            changed.awaitUninterruptibly();
        }
    }

    @GuardedBy("lock")
    private void requireNotRunner(String what) {
        if (runner == Thread.currentThread()) {
            throw new IllegalStateException(
                    what + "() called by the action of this barrier, whose end it would wait for: " + this
                            + "; to break the barrier, let the action throw");
        }
    }

    /** Waits for a signal; the callers loop, and look at the time. */
    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop")
    private void awaitChange(long nanos) throws InterruptedException {
        changed.await(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Returns how many threads wait for each other.
     *
     * <p><i>Python:</i> {@code parties}.
     *
     * @return the number of threads that make a round, from 1
     */
    public int parties() {
        return parties;
    }

    /**
     * Returns how many threads have arrived and wait for others at this moment; none while the action runs. It never waits.
     *
     * <p><i>Python:</i> {@code n_waiting}.
     *
     * @return from 0 to {@code parties() - 1}
     */
    public int waiting() {
        return Math.max(shown, 0);
    }

    /**
     * Returns whether the barrier is broken at this moment. It never waits.
     *
     * <p><i>Python:</i> {@code broken}.
     *
     * @return {@code true} from when it breaks until it is reset
     */
    public boolean broken() {
        return shown == BROKEN;
    }

    /**
     * Returns a text that tells how many threads wait, or that it is broken.
     *
     * @return for example {@code Barrier@1f32e575[1 of 3 waiting]}
     */
    @Override
    public String toString() {
        int seen = shown;
        return "Barrier@" + Integer.toHexString(hashCode())
                + (seen == BROKEN ? "[broken]" : "[" + seen + " of " + parties + " waiting]");
    }

    private static int requireSome(int parties) {
        if (parties < 1) {
            throw new IllegalArgumentException("parties = " + parties
                    + ": a barrier is for 1 thread or more; how many are to wait for each other?");
        }
        return parties;
    }
}
