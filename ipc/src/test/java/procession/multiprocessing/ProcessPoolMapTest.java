// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.BoundedMapContract;
import procession.futures.Executor;
import procession.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
class ProcessPoolMapTest extends BoundedMapContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ProcessPoolExecutor(maxWorkers);
    }
}
