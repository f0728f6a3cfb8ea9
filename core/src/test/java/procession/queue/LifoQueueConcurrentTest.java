// SPDX-License-Identifier: Apache-2.0
package procession.queue;

class LifoQueueConcurrentTest extends ConcurrentQueueContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new LifoQueue<>(maxsize);
    }
}
