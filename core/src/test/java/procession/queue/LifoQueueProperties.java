// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.List;

class LifoQueueProperties extends QueueModelContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new LifoQueue<>(maxsize);
    }

    @Override
    protected int next(List<Integer> elements) {
        return 0;
    }

    @Override
    protected void put(List<Integer> elements, Integer element) {
        elements.add(0, element);
    }
}
