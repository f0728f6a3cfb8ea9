// SPDX-License-Identifier: Apache-2.0
package procession.futures;

class ThreadPerTaskContractTest extends ExecutorContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ThreadPoolExecutor(new ThreadPerTask("p", Thread::new));
    }
}
