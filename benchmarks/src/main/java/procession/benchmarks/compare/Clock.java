// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;

/**
 * Loops that measure.
 *
 * <p>All benches go through the same loops, whose call is therefore not inlined: that costs each contender the same few
 * nanoseconds. A bench of something that takes less than about 100 ns needs a loop of its own per contender.
 */
final class Clock {
    /** What is measured. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    private Clock() {}

    /** Takes a step again and again, and returns the median time of one. */
    static double medianMicros(Duration atLeast, Step step) throws Exception {
        Samples nanos = new Samples();
        long begin = System.nanoTime();
        long now = begin;
        do {
            long start = System.nanoTime();
            step.run();
            now = System.nanoTime();
            nanos.add(now - start);
        } while (now - begin < atLeast.toNanos());
        return nanos.median() / 1e3;
    }

    /** Takes a step, which does some number of things, again and again, and returns how many were done a second. */
    static double perSecond(Duration atLeast, int things, Step step) throws Exception {
        double done = 0;
        long begin = System.nanoTime();
        long elapsed;
        do {
            step.run();
            done += things;
            elapsed = System.nanoTime() - begin;
        } while (elapsed < atLeast.toNanos());
        return done * 1e9 / elapsed;
    }
}
