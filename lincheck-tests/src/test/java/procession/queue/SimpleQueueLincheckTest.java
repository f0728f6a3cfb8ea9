// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.modelcheck.ModelCheck;

class SimpleQueueLincheckTest {
    private static final String[] CALLS = {"put ?", "poll", "getNowait", "peek", "size", "remove ?", "clear", "shutdown"
    };

    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void calls_areLinearizable() {
        check().randomScenarios(2, 3, CALLS).run();
    }

    @Test
    void takers_areWoken() {
        check().scenario("take", "take", "put 1; put 2")
                .scenario("take", "take", "put 1; shutdown")
                .run();
    }

    public static final class Operations {
        private final SimpleQueue<Integer> queue = new SimpleQueue<>();

        public void put(int element) {
            queue.put(element);
        }

        public int take() throws InterruptedException {
            return queue.take();
        }

        public @Nullable Integer poll() {
            return queue.poll();
        }

        public int getNowait() {
            return queue.getNowait();
        }

        public @Nullable Integer peek() {
            return queue.peek();
        }

        public int size() {
            return queue.size();
        }

        public boolean remove(int element) {
            return queue.remove((Object) element);
        }

        public void clear() {
            queue.clear();
        }

        public void shutdown() {
            queue.shutdown();
        }
    }

    public static final class Specification extends WorkQueueSpecification {
        public Specification() {
            super(0, Order.FIFO);
        }
    }
}
