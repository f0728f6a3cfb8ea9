// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Locks, numbers and memory that processes share. */
final class SyncArea implements Area {
    private static final String PROGRAM = "sync_peers.py";

    @Override
    public String name() {
        return "sync";
    }

    @Override
    public String question() {
        return "what locks and numbers in shared memory cost, beside CPython's between processes and the JDK's in one";
    }

    @Override
    public List<Bench> open(Setup setup) throws Exception {
        Optional<PythonPeer> python = setup.python(PROGRAM, "sync", "CPython");
        List<Bench> benches = new ArrayList<>(SyncAlone.benches(python));
        benches.addAll(SyncProcesses.open(setup, python));
        return benches;
    }

    /** Returns Python's side of a bench, if there is a Python. */
    static List<Peer> python(Optional<PythonPeer> python, String name, String measurement) {
        return python.map(there -> List.of(Peer.interpreted(name, there.contender(measurement))))
                .orElse(List.of());
    }
}
