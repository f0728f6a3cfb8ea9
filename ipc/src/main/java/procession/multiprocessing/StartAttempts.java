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

    /** Nobody presses Ctrl-C so often in a row just when a worker starts; it is something else that ends them. */
    private static final int MAX_INTERRUPTIONS = 10;

    private int failures;

    /** How often they failed, where those that were started together and failed together count once. */
    private int failedRounds;

    private boolean givenUp;
    private int interruptions;

    /** Not private, so that a test can let the time pass. */
    long retryAtNanos = System.nanoTime();

    /** Returns how long to wait before the next one, in nanoseconds; zero or less if it may be started now. */
    long nanosUntilNext() {
        return retryAtNanos - System.nanoTime();
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

    /** Notes that a worker has failed to start; returns how many have in a row. */
    int failed() {
        failures++;
        if (nanosUntilNext() <= 0) {
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
        givenUp |= now;
        return now;
    }

    /** Returns whether no more are to be started while others do the work. */
    boolean isGivenUp() {
        return givenUp;
    }
}
