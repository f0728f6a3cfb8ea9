// SPDX-License-Identifier: Apache-2.0
package procession.futures;

class ThreadPoolMapTest extends MapContract {
    @Override
    protected Executor create(int maxWorkers) {
        return new ThreadPoolExecutor(maxWorkers);
    }
}
