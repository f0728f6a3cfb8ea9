// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck.broken;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Looks whether there is an element and then removes it, which another thread may have done meanwhile. */
public final class BrokenQueue {
    private final ConcurrentLinkedQueue<Integer> queue = new ConcurrentLinkedQueue<>();

    public boolean offer(int element) {
        return queue.offer(element);
    }

    public @Nullable Integer poll() {
        return queue.isEmpty() ? null : queue.remove();
    }
}
