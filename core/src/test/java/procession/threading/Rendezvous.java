// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets two threads meet again and again, and go on within nanoseconds of each other: a barrier that parks lets the one go
 * so much earlier than the other that they never race.
 */
final class Rendezvous {
    private static final int SPINS = 2_000;

    /** The most reads that one makes before it goes on: the last to come would otherwise always have the same lead. */
    private static final int JITTER = 300;

    private final AtomicInteger arrivals = new AtomicInteger();

    /**
     * Waits for the other thread: with a spin, and after 2000 turns with yields, so that it goes on where the two have
     * one processor.
     *
     * @return whether this one came first
     * @throws InterruptedException if interrupted, by the harness when the other one has failed
     */
    @SuppressWarnings("ThreadPriorityCheck") // correct without the yield
    boolean meet() throws InterruptedException {
        int mine = arrivals.incrementAndGet();
        int both = mine + (mine & 1);
        for (int turn = 0; arrivals.get() < both; turn++) {
            if (turn < SPINS) {
                Thread.onSpinWait();
            } else if (Thread.interrupted()) {
                throw new InterruptedException();
            } else {
                Thread.yield();
            }
        }
        for (int turn = ThreadLocalRandom.current().nextInt(JITTER); turn > 0; turn--) {
            arrivals.get();
        }
        return mine < both;
    }
}
