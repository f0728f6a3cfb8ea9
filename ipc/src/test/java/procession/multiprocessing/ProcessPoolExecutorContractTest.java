// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.BoundedExecutorContract;
import procession.futures.Executor;
import procession.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
class ProcessPoolExecutorContractTest extends BoundedExecutorContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ProcessPoolExecutor(maxWorkers);
    }
}
