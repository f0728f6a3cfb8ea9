// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets two threads meet again and again, and go on within nanoseconds of each other: a barrier that parks lets the one go
 * so much earlier than the other that they never race.
 */
final class Rendezvous {
    private static final int SPINS = 2_000;

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
        return mine < both;
    }
}
