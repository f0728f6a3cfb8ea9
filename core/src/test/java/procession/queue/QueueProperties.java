// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.List;

class QueueProperties extends QueueModelContract {

    @Override
    protected WorkQueue<Integer> create(int maxsize) {
        return new Queue<>(maxsize);
    }

    @Override
    protected int next(List<Integer> elements) {
        return 0;
    }
}
