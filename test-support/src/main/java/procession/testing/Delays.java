// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.time.Duration;

/**
 * The only delays that tests use: four names and one factor, so that a slow machine needs one property and no edits.
 * The system property {@code procession.test.delayFactor} multiplies them all.
 */
public final class Delays {

    private static final double FACTOR = Double.parseDouble(System.getProperty("procession.test.delayFactor", "1.0"));

    private Delays() {}

    /**
     * Returns a time that is long enough for a thread to get somewhere, and too short to notice.
     *
     * @return 50 ms, scaled
     */
    public static Duration brief() {
        return scaled(50);
    }

    /**
     * Returns a time after which something that has not happened is taken as not going to happen.
     *
     * @return 250 ms, scaled
     */
    public static Duration small() {
        return scaled(250);
    }

    /**
     * Returns a time in which anything inside one JVM ends.
     *
     * @return 10 s, scaled
     */
    public static Duration medium() {
        return scaled(10_000);
    }

    /**
     * Returns a time in which anything ends that starts child processes.
     *
     * @return 60 s, scaled
     */
    public static Duration large() {
        return scaled(60_000);
    }

    private static Duration scaled(long millis) {
        return Duration.ofNanos((long) (millis * 1e6 * FACTOR));
    }
}
