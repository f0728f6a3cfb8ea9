// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Collections;
import java.util.List;

class PriorityQueueProperties extends QueueModelContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new PriorityQueue<>(maxsize);
    }

    @Override
    protected int next(List<Integer> elements) {
        return elements.indexOf(Collections.min(elements));
    }
}
