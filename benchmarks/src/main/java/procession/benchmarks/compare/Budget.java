// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;

/**
 * How much is measured, and how long that may take.
 *
 * @param rounds how many rounds, if there is time
 * @param slice how long one contender is measured in one round, at most
 * @param warmUp how long each contender that becomes faster meanwhile runs before the first round, at most
 * @param soft no round begins that would probably end later than this after the start of the area
 * @param hard whatever runs this long after the start of the area is killed
 */
record Budget(int rounds, Duration slice, Duration warmUp, Duration soft, Duration hard) {
    /** Ends within 50 s, the start of the JVM and the closing of everything included. */
    static final Budget QUICK = new Budget(
            5, Duration.ofMillis(200), Duration.ofMillis(2500), Duration.ofSeconds(41), Duration.ofSeconds(47));

    static final Budget FULL = new Budget(
            11, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofMinutes(10), Duration.ofMinutes(12));

    Budget withRounds(int number) {
        return new Budget(number, slice, warmUp, soft, hard);
    }

    /** Shortens slice and warm-up, if so many contenders would else use up the time before the last round. */
    Budget dividedAmong(int contenders, int warmedUp) {
        // Two fifths each, so that there is something left for what takes as long as it takes.
        Duration most = soft.multipliedBy(2).dividedBy(5);
        return new Budget(
                rounds,
                shorter(slice, most.dividedBy((long) rounds * contenders)),
                shorter(warmUp, most.dividedBy(warmedUp)),
                soft,
                hard);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Says whether there is time for one more round that takes as long as the longest one did. */
    boolean allows(Duration elapsed, Duration longestRound) {
        return elapsed.plus(longestRound).compareTo(soft) <= 0;
    }
}
