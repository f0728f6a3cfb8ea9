// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

/**
 * Whom ours is compared with.
 *
 * @param name as the report shows it
 * @param contender how it is measured, in the unit of the bench
 */
record Peer(String name, Contender contender) {
    /**
     * Returns the stand-in for a peer in a bench that has none: a value to be reached. The ratio is then above 1 if ours
     * is better than that.
     *
     * @param value in the unit of the bench
     * @return the stand-in
     */
    static Peer absolute(double value) {
        return new Peer("absolute", atLeast -> value);
    }
}
