// SPDX-License-Identifier: Apache-2.0
package procession.internal.progress;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import procession.futures.Progress;

/** Counts the items of one map, and has a {@link Progress} show the counts. */
public final class ProgressMeter {
    /*
     * Overview. Whoever completes an item adds to two counters and wakes the display's thread if that waits for it; no
     * more, because that may be the thread of a pool's loop. The display's thread takes the counts, shows them without
     * any lock, and rests for INTERVAL_NANOS.
     *
     *     item done ──► failed, done ──► (unpark) ──► display's thread: update(state), rest, wait for a change
     *
     * The thread says that it waits before it looks for a change, and others change before they look whether it waits;
     * all of these are volatile, so one of the two sees the other. failed is written before done and read after it:
     * a failure is seen with its item at the latest, and min() covers what is seen earlier.
     *
     * The end: all that was submitted is done and no more will be (over), or somebody has no use for it any more
     * (stopped), from when on the counts stand still. The display is told, `shown` opens, and the thread ends.
     * A meter must not refer to the results it belongs to: these stop it when they are forgotten.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.futures");
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FINISH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Made when it is needed first. */
    private static final class Forgotten {
        static final Cleaner RESULTS = Cleaner.create(work -> {
            Thread thread = new Thread(null, work, "procession-progress-cleaner", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it outlives whoever is the first to need it
            return thread;
        });
    }

    private final Progress display;
    private final long startNanos = System.nanoTime();
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final CountDownLatch shown = new CountDownLatch(1);
    private final Thread thread;

    /** The size of the input, or -1; written by the thread that reads it. */
    private volatile long total;

    private volatile boolean inputEnded;
    private volatile boolean stopped;

    /** Whether the display's thread looks for a change and has to be woken at the next one. */
    private volatile boolean waits;

    private ProgressMeter(Progress display, long total) {
        this.display = display;
        this.total = total;
        this.thread = new Thread(null, this::show, "procession-progress", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader()); // which not every JDK does itself
    }

    /**
     * Starts to show the progress of a map.
     *
     * @param progress what to show it with
     * @param items the input, which has a size if it is a collection
     * @return the meter
     */
    public static ProgressMeter start(Progress progress, Object items) {
        long total = items instanceof Collection<?> sized ? sized.size() : -1;
        ProgressMeter meter =
                new ProgressMeter(Objects.requireNonNull(progress.begin(), "what begin() returns"), total);
        try {
            meter.thread.start();
        } catch (OutOfMemoryError noThread) {
            meter.stopped = true; // the map goes on without
            meter.shown.countDown();
        }
        return meter;
    }

    /**
     * Takes note of items that are submitted, each of which is going to be done.
     *
     * @param items how many
     */
    public void submitted(int items) {
        submitted.addAndGet(items);
    }

    /**
     * Takes note of an item that is done. May be called by any thread, and takes no time.
     *
     * @param successfully whether it has a result
     */
    public void done(boolean successfully) {
        if (!stopped) {
            if (!successfully) {
                failed.incrementAndGet();
            }
            done.incrementAndGet();
            wake();
        }
    }

    /** Takes note that a result was taken, whose item is done therefore, although its completion may be noted later. */
    public void taken() {
        taken.incrementAndGet();
    }

    /** Takes note that nothing more will be submitted. */
    public void inputEnded() {
        total = submitted.get();
        inputEnded = true;
        wake();
    }

    /** Lets the counts stand still, because nobody waits for the rest; the display is told later. */
    public void stop() {
        stopped = true;
        wake();
    }

    /**
     * Waits until the display has shown the end, for a second at most; called when all results were taken, or after
     * {@link #stop()}. An interrupt ends the wait, with the flag set again.
     */
    public void finish() {
        if (!inputEnded) {
            stop();
        }
        try {
            if (Thread.currentThread() != thread) {
                shown.await(FINISH_NANOS, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException noTimeToWait) {
            Thread.currentThread().interrupt();
        }
        stop();
    }

    /**
     * Stops this when {@code results} is not used any more.
     *
     * @param results what the map returned
     */
    public void stopWhenForgotten(Object results) {
        Forgotten.RESULTS.register(results, this::stop);
    }

    private void wake() {
        if (waits) {
            LockSupport.unpark(thread);
        }
    }

    private boolean isOver() {
        return stopped || (inputEnded && done.get() >= submitted.get());
    }

    private void show() {
        try {
            Progress.State state = null;
            while (state == null || !state.closed()) {
                state = await(state);
                display.update(state);
            }
        } catch (Throwable failure) {
            stopped = true;
            LOGGER.log(Level.WARNING, "a progress display failed; the map goes on without it", failure);
        } finally {
            shown.countDown();
        }
    }

    /** Waits until there is something to show that was not shown, and not before it is time. */
    private Progress.State await(Progress.@Nullable State last) {
        if (last == null) {
            return state();
        }
        long restUntil = System.nanoTime() + INTERVAL_NANOS;
        waits = true;
        while (!isOver()) {
            long rest = restUntil - System.nanoTime();
            if (rest > 0) {
                LockSupport.parkNanos(this, rest);
            } else if (done.get() != last.done() || (total >= 0 && last.total().isEmpty())) {
                break;
            } else {
                LockSupport.park(this);
            }
            Thread.interrupted(); // meant for nobody; with the flag set, parking does not wait
        }
        waits = false;
        return state();
    }

    private Progress.State state() {
        boolean over = isOver();
        long known = total;
        long all = Math.max(done.get(), taken.get());
        return new Progress.State(
                known < 0 ? OptionalLong.empty() : OptionalLong.of(known),
                all,
                Math.min(failed.get(), all),
                Duration.ofNanos(System.nanoTime() - startNanos),
                over);
    }
}
