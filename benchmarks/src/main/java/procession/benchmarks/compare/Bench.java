// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.List;

/**
 * One question, asked of ours and of each peer.
 *
 * @param name the area, a dot, and what is measured
 * @param unit the unit of every contender's values
 * @param ours how ours is measured
 * @param peers whom it is compared with; a bench without any is left out
 */
record Bench(String name, Unit unit, Contender ours, List<Peer> peers) {
    Bench {
        peers = List.copyOf(peers);
    }
}
