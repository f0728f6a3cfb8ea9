// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code core_peers.py} measures, if there is a Python. */
final class CorePython {
    private final Optional<PythonPeer> program;

    CorePython(Setup setup) {
        program = setup.python("core_peers.py", "core", "CPython");
    }

    /** Returns peers, and as the last one Python's if there is one. */
    List<Peer> with(String measurement, Peer... others) {
        List<Peer> peers = new ArrayList<>(List.of(others));
        program.ifPresent(there -> peers.add(Peer.interpreted("CPython", there.contender(measurement))));
        return peers;
    }
}
