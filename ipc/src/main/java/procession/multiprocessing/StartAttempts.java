// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.concurrent.TimeUnit;

/** When a pool may start its next worker, and whether it has failed too often; owned by the loop's thread. */
final class StartAttempts {
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int MAX_RETRY_DOUBLINGS = 7;
    private static final int MAX_FAILURES = 3;

    /**
     * How many times in a row starting workers may fail while others do the work. So many tries take some twenty seconds,
     * which is longer than most shortages of memory or descriptors; what lasts longer does not pass by trying.
     */
    private static final int MAX_FAILED_ROUNDS = 10;

    /** How long after giving up one more is tried. */
    private static final long PROBE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Nobody presses Ctrl-C so often in a row just when a worker starts; it is something else that ends them. */
    private static final int MAX_INTERRUPTIONS = 10;

    private int failures;

    /** The number of those that are started now; the first failure of one of them begins the next round. */
    private int round;

    /** How many rounds in a row had a failure. */
    private int failedRounds;

    private boolean givenUp;

    /** When one more is tried, once it has given up; not private, so that a test can let the time pass. */
    long probeAtNanos;

    private int interruptions;

    /** Not private, so that a test can let the time pass. */
    long retryAtNanos = System.nanoTime();

    /** Returns how long to wait before the next one, in nanoseconds; zero or less if it may be started now. */
    long nanosUntilNext() {
        return retryAtNanos - System.nanoTime();
    }

    /** Returns how long no more are started while others do the work, in nanoseconds; zero or less if one may be. */
    long nanosUntilProbe() {
        return givenUp ? probeAtNanos - System.nanoTime() : 0;
    }

    /** Notes that a worker is being started; returns the number of its round. */
    int starts() {
        if (givenUp) {
            probeAtNanos = System.nanoTime() + PROBE_NANOS; // one is enough to learn whether it can be done
        }
        return round;
    }

    /** Notes that a worker has become ready. */
    void succeeded() {
        failures = 0;
        interruptions = 0;
        failedRounds = 0;
        givenUp = false;
    }

    /** Notes that a worker that had been ready is gone, which is a reason to try again. */
    void workerIsGone() {
        if (givenUp) {
            succeeded();
        }
    }

    /** Notes that a worker of a round has failed to start; returns how many have in a row. */
    int failed(int startRound) {
        failures++;
        if (startRound == round) {
            round++;
            failedRounds++;
        }
        retryAtNanos = System.nanoTime() + (FIRST_RETRY_NANOS << Math.min(failures - 1, MAX_RETRY_DOUBLINGS));
        return failures;
    }

    /**
     * Notes the end of a worker that was on its way to its first task; returns whether it was no failure of its own, but met
     * by the Ctrl-C that was meant for this program before it could ask not to be. If this program does not end of it,
     * another worker takes its place, after a moment in which this program can make up its mind.
     */
    boolean wasInterrupted(WorkerProcess worker) {
        if (worker.state == WorkerProcess.State.STARTING
                && worker.startFailure == null
                && worker.death().status().isByTerminal()
                && interruptions < MAX_INTERRUPTIONS) {
            interruptions++;
            retryAtNanos = System.nanoTime() + FIRST_RETRY_NANOS;
            return true;
        }
        return false;
    }

    /** Returns whether so many have failed in a row that the next one would, too. */
    boolean isHopeless() {
        return failures >= MAX_FAILURES;
    }

    /** Gives up if it has failed too often even for a pool in which others do the work; returns {@code true} once. */
    boolean givesUpNow() {
        boolean now = !givenUp && failedRounds >= MAX_FAILED_ROUNDS;
        if (now) {
            givenUp = true;
            probeAtNanos = System.nanoTime() + PROBE_NANOS;
        }
        return now;
    }

    /** Returns whether no more are to be started now while others do the work. */
    boolean isGivenUp() {
        return nanosUntilProbe() > 0;
    }
}
