// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** Thread pools and process pools of two workers. */
final class PoolArea implements Area {
    @Override
    public String name() {
        return "pool";
    }

    @Override
    public String question() {
        return "what a trivial task costs in a pool of 2 threads or processes, and what it costs to start the pool";
    }

    @Override
    public List<Bench> open(Setup setup) throws Exception {
        List<Bench> benches = new ArrayList<>(ThreadPools.open(setup));
        benches.addAll(ProcessPools.open(setup));
        return benches;
    }
}
