// SPDX-License-Identifier: Apache-2.0
package procession.futures;

class ThreadPoolExecutorContractTest extends BoundedExecutorContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ThreadPoolExecutor(maxWorkers);
    }
}
