// SPDX-License-Identifier: Apache-2.0
package procession.internal;

import java.time.Duration;

/**
 * A point on {@link System#nanoTime()}'s clock, from a timeout that may be as long as it likes: what does not fit
 * saturates to "never" instead of overflowing into the past.
 */
public final class Deadline {
    /** Longest span, in nanoseconds, that can be added to or taken from a nano time and still be compared with it. */
    private static final long FOREVER_NANOS = Long.MAX_VALUE >> 1;

    /** The deadline that never passes. */
    public static final Deadline NEVER = new Deadline(0, true);

    private final long atNanos;
    private final boolean never;

    private Deadline(long atNanos, boolean never) {
        this.atNanos = atNanos;
        this.never = never;
    }

    /**
     * Returns the deadline that lies {@code timeout} from now; in the past if the timeout is not positive.
     *
     * @param timeout the span from now
     * @return the deadline
     */
    public static Deadline after(Duration timeout) {
        long nanos = toNanosSaturated(timeout);
        return new Deadline(
                System.nanoTime() + Math.max(-FOREVER_NANOS, Math.min(nanos, FOREVER_NANOS)), nanos >= FOREVER_NANOS);
    }

    /**
     * Returns the time left.
     *
     * @return nanoseconds left; zero or negative once it has passed; {@link Long#MAX_VALUE} if it never will
     */
    public long remainingNanos() {
        return never ? Long.MAX_VALUE : atNanos - System.nanoTime();
    }

    /**
     * Returns whether the deadline has passed.
     *
     * @return {@code true} from the deadline on
     */
    public boolean passed() {
        return remainingNanos() <= 0;
    }

    /**
     * Converts a timeout to nanoseconds, saturated to the range of {@code long}.
     *
     * @param timeout any duration
     * @return its nanoseconds, {@link Long#MAX_VALUE} or {@link Long#MIN_VALUE} where they don't fit
     */
    public static long toNanosSaturated(Duration timeout) {
        if (timeout.toSeconds() > Long.MAX_VALUE / 1_000_000_000L - 1) {
            return Long.MAX_VALUE;
        }
        if (timeout.toSeconds() < Long.MIN_VALUE / 1_000_000_000L + 1) {
            return Long.MIN_VALUE;
        }
        return timeout.toNanos();
    }
}
