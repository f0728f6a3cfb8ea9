// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.Optional;

/** The values of one bench and one peer, round by round; not for several threads at once. */
final class Pairing {
    private final Bench bench;
    private final Peer peer;
    private final Samples ours = new Samples();
    private final Samples theirs = new Samples();
    private final Samples ratios = new Samples();

    Pairing(Bench bench, Peer peer) {
        this.bench = bench;
        this.peer = peer;
    }

    void add(double ourValue, double theirValue) {
        ours.add(ourValue);
        theirs.add(theirValue);
        ratios.add(bench.unit().ratio(ourValue, theirValue));
    }

    /** Returns what has come out so far, if anything has. */
    Optional<Row> row() {
        if (ratios.size() == 0) {
            return Optional.empty();
        }
        return Optional.of(new Row(
                bench.name(),
                peer.name(),
                ours.median(),
                theirs.median(),
                bench.unit(),
                ratios.median(),
                ratios.lowest(),
                ratios.highest(),
                ratios.size()));
    }
}
