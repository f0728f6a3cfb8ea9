// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

/** What a bench's values are, and whether more of it is better. */
enum Unit {
    /** Nanoseconds; less is better. */
    NANOS("ns", false),
    /** Microseconds; less is better. */
    MICROS("us", false),
    /** Milliseconds; less is better. */
    MILLIS("ms", false),
    /** Tasks a second; more is better. */
    TASKS_PER_SECOND("tasks/s", true),
    /** Operations a second; more is better. */
    OPERATIONS_PER_SECOND("ops/s", true),
    /** What the slowest has for each that the fastest has; more is better. */
    SHARE("slowest/fastest", true);

    private final String symbol;
    private final boolean moreIsBetter;

    Unit(String symbol, boolean moreIsBetter) {
        this.symbol = symbol;
        this.moreIsBetter = moreIsBetter;
    }

    /** Says how many times better ours is: above 1 always means that ours is better. */
    double ratio(double ours, double theirs) {
        return moreIsBetter ? ours / theirs : theirs / ours;
    }

    @Override
    public String toString() {
        return symbol;
    }
}
