// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** Locks, semaphores, queues and thread pools of one process. */
final class CoreArea implements Area {
    @Override
    public String name() {
        return "core";
    }

    @Override
    public String question() {
        return "what locks, semaphores, queues and thread pools cost, beside those of the JDK and of Python";
    }

    @Override
    public List<Bench> open(Setup setup) {
        CorePython python = new CorePython(setup);
        List<Bench> benches = new ArrayList<>(CoreLocks.benches(python));
        benches.addAll(CoreQueues.benches(python));
        benches.addAll(CoreExecutors.open(setup, python));
        return benches;
    }
}
