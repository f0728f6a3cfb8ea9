// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

/**
 * Whom ours is compared with.
 *
 * @param name as the report shows it
 * @param contender how it is measured, in the unit of the bench
 * @param warmsUp whether it becomes faster while it runs, because it is compiled meanwhile
 */
record Peer(String name, Contender contender, boolean warmsUp) {
    Peer(String name, Contender contender) {
        this(name, contender, true);
    }

    /** Returns a peer that does not become faster while it runs, so that a short warm-up is enough. */
    static Peer interpreted(String name, Contender contender) {
        return new Peer(name, contender, false);
    }

    /**
     * Returns the stand-in for a peer in a bench that has none: a value to be reached. The ratio is then above 1 if ours
     * is better than that.
     *
     * @param value in the unit of the bench
     * @return the stand-in
     */
    static Peer absolute(double value) {
        return interpreted("absolute", atLeast -> value);
    }
}
