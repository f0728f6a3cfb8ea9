// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;

/**
 * Runs an action after a time, once or again and again, in a thread of its own.
 *
 * <pre>{@code
 * var timer = new Timer(Duration.ofSeconds(30), () -> System.out.println("time is up")).start();
 * timer.cancel(); // in time
 * timer.join();
 *
 * var background = Timer.every(Duration.ofMillis(200), () -> counter++).start();
 * background.cancel();
 * }</pre>
 *
 * <p>It counts from {@link #start()}. A timer has one life: it is started once, and when it has run or has been cancelled, it
 * has ended. {@link #cancel()} interrupts nothing: an action that is running runs to its end.
 *
 * <p><b>Periodic timers</b> are due at fixed times, a period apart from the start on, so that they don't drift. There is one
 * run at a time; those that come due while the action is still running are left out, not made up for.
 *
 * <p>What an action throws goes to the {@linkplain Thread#getUncaughtExceptionHandler() uncaught exception handler}, as from
 * any thread; a periodic timer goes on. An action that leaves its thread interrupted does not disturb the timer. Whoever
 * else interrupts the thread while the timer waits cancels it; while the action runs, the interrupt is the action's.
 *
 * <p>As for every thread, the program does not end before a timer has run, unless the thread that makes the timer is a daemon:
 * cancel what is not needed any more. A periodic timer is always a daemon, so that one which was forgotten keeps no program
 * from ending. For thousands of timers at once, a {@link java.util.concurrent.ScheduledExecutorService} shares threads.
 *
 * <p>Memory consistency effects: actions in a thread before {@link #start()} <i>happen-before</i> the action, and its last
 * run <i>happens-before</i> actions after a {@link #join()}. Actions before {@link #cancel()} <i>happen-before</i> actions
 * after a join that it let return.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code threading.Timer}.
 */
public final class Timer {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Duration delay;
    private final boolean periodic;
    private final Runnable action;
    private final Thread thread;
    private final Event cancelled = new Event();

    /** Set when the last run has returned: joiners wait for this, because waiting for a thread pins a virtual one. */
    private final Event ended = new Event();

    /**
     * Makes a timer that runs {@code action} once, and does not start it.
     *
     * <p><i>Python:</i> {@code Timer(interval, function)}.
     *
     * @param delay the time from the start to the run; zero or negative runs it at once
     * @param action what is run
     */
    public Timer(Duration delay, Runnable action) {
        this(delay, action, false);
    }

    private Timer(Duration delay, Runnable action, boolean periodic) {
        this.delay = Objects.requireNonNull(delay, "delay");
        this.action = Objects.requireNonNull(action, "action");
        this.periodic = periodic;
        thread = new Thread(this::live, "Timer-" + NUMBER.incrementAndGet());
        if (periodic) {
            thread.setDaemon(true);
        }
    }

    /**
     * Makes a timer that runs {@code action} every {@code period}, and does not start it: call {@link #start()}, which
     * returns the timer.
     *
     * <p>The first run is one period after the start. The others follow at fixed times, each a multiple of the period after
     * the start; those that come due while a run takes longer are left out.
     *
     * <p><i>Python:</i> none; there, a thread with a loop around {@code Event.wait(interval)}, which drifts.
     *
     * @param period the time from one run to the next, positive
     * @param action what is run
     * @return the timer, whose thread will be a daemon
     * @throws IllegalArgumentException if {@code period} is zero or negative
     */
    public static Timer every(Duration period, Runnable action) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("period = " + period
                    + ": a periodic timer needs a time between two runs; for one that never pauses, write a loop");
        }
        return new Timer(period, action, true);
    }

    /**
     * Starts the timer: from now on the time counts. If it has been cancelled, it ends at once.
     *
     * <p><i>Python:</i> {@code start()}, which returns nothing.
     *
     * @return this timer
     * @throws IllegalStateException if it has been started before, even if it has ended since
     */
    public Timer start() {
        try {
            thread.start();
        } catch (IllegalThreadStateException again) {
            throw new IllegalStateException(
                    this + " has been started already; a timer starts once, make a new one", again);
        }
        return this;
    }

    /**
     * Ends the timer: no run starts from now on. A run that has started goes on to its end; {@link #join()} waits for it. It
     * may be called before the start, after the end, and by the action itself.
     *
     * <p><i>Python:</i> {@code cancel()}.
     */
    public void cancel() {
        cancelled.set();
    }

    /**
     * Returns whether the timer has been started and has not ended: it waits for its time, or runs.
     *
     * <p><i>Python:</i> {@code is_alive()}.
     *
     * @return {@code true} from the start until after the last run
     */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /**
     * Waits until the timer has ended, for as long as that takes: for a periodic one, until it is cancelled.
     *
     * <p><i>Python:</i> {@code join()}.
     *
     * @throws InterruptedException if interrupted on entry or while waiting; the timer goes on
     * @throws IllegalStateException if it has not been started, or if this is the action itself
     */
    public void join() throws InterruptedException {
        requireJoinable();
        ended.await();
        thread.join(); // on its last steps
    }

    /**
     * Waits until the timer has ended, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code join(timeout)}, which returns nothing.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if the timer has ended, {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted on entry or while waiting; the timer goes on
     * @throws IllegalStateException if it has not been started, or if this is the action itself
     */
    public boolean join(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        requireJoinable();
        if (!ended.await(timeout)) {
            return false;
        }
        thread.join(); // on its last steps
        return true;
    }

    private void requireJoinable() {
        if (thread.getState() == Thread.State.NEW) {
            throw new IllegalStateException(this + " has not been started; start it before you join it");
        }
        if (thread == Thread.currentThread()) {
            throw new IllegalStateException(this + " is joined by its own action, which would wait for itself;"
                    + " to end after this run, call cancel() and return");
        }
    }

    /**
     * Returns a text that tells what it does.
     *
     * @return for example {@code Timer-1[every PT1S, alive]}
     */
    @Override
    public String toString() {
        String state = thread.getState() == Thread.State.NEW ? "not started" : isAlive() ? "alive" : "ended";
        return thread.getName() + "[" + (periodic ? "every " : "after ") + delay + ", " + state + "]";
    }

    // The thread

    private void live() {
        try {
            if (periodic) {
                repeat();
            } else if (!cancelled.await(delay)) {
                run();
            }
        } catch (InterruptedException cancelledByInterrupt) {
            // the thread ends, and takes the flag along
        } finally {
            ended.set();
        }
    }

    private void repeat() throws InterruptedException {
        long period = Deadline.toNanosSaturated(delay);
        long due = System.nanoTime() + period; // for the longest periods this wraps, as nanoTime() does
        while (!cancelled.await(Duration.ofNanos(due - System.nanoTime()))) {
            run();
            long over = System.nanoTime() - due;
            due += period + (over - over % period); // the first that is not over
        }
    }

    private void run() {
        try {
            action.run();
        } catch (Throwable failure) {
            report(failure);
        }
        Thread.interrupted(); // left behind by the action
    }

    private void report(Throwable failure) {
        Thread.@Nullable UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        try {
            if (handler != null) {
                handler.uncaughtException(thread, failure);
            }
        } catch (Throwable ofTheHandler) {
            // as the JVM does: a handler has nobody to report to
        }
    }
}
