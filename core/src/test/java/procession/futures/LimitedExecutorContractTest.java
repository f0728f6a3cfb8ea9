// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;

class LimitedExecutorContractTest extends BoundedExecutorContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ThreadPoolExecutor(maxWorkers)
                .with(TaskOptions.timeout(Duration.ofDays(1)).retries(1));
    }
}
