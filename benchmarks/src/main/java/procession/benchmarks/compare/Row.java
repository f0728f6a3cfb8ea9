// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

/**
 * What came out for one bench and one peer: medians over the rounds.
 *
 * @param bench the bench's name
 * @param peer the peer's name
 * @param ours the median of our values
 * @param theirs the median of the peer's values
 * @param unit the unit of both
 * @param ratio the median of the rounds' ratios, which need not be the ratio of the medians; above 1, ours is better
 * @param lowest the lowest ratio of a round
 * @param highest the highest ratio of a round
 * @param rounds how many rounds there were
 */
record Row(
        String bench,
        String peer,
        double ours,
        double theirs,
        Unit unit,
        double ratio,
        double lowest,
        double highest,
        int rounds) {}
