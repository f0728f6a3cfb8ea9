// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

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

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check().inModelTime()
                .scenario("pollInTime; size", "timePasses; put 1")
                .scenario("pollInTime", "take", "put 1; put 2; timePasses")
                .scenarioBetween("", "size", "pollInTimeAndPutBack", "take", "timePasses; put 1")
                .scenario("pollInTime", "shutdown")
                .run();
    }

    @Test
    void wakeUps_ofThoseWhoAreInterrupted_areNotLost() {
        check().scenarioBetween("", "size", "takeOrBeInterruptedAndPutBack", "take", "interrupt; put 1")
                .run();
    }

    public static final class Operations {
        private final SimpleQueue<Integer> queue = new SimpleQueue<>();
        private final Interruptible interruptible = new Interruptible();

        public Operations() {
            ModelTime.reset();
        }

        public void put(int element) {
            queue.put(element);
        }

        public int take() throws InterruptedException {
            return queue.take();
        }

        public @Nullable Integer poll() {
            return queue.poll();
        }

        public @Nullable Integer pollInTime() throws InterruptedException {
            ModelTime.beforeWait();
            return queue.poll(1, TimeUnit.SECONDS);
        }

        /** Changes nothing in the end, whether it gets an element or not. */
        public void pollInTimeAndPutBack() throws InterruptedException {
            Integer element = pollInTime();
            if (element != null) {
                queue.put(element);
            }
        }

        /** As {@link #pollInTimeAndPutBack}. */
        public void takeOrBeInterruptedAndPutBack() {
            Integer element = interruptible.call(queue::take);
            if (element != null) {
                queue.put(element);
            }
        }

        public void interrupt() {
            interruptible.interrupt();
        }

        public void timePasses() {
            ModelTime.pass();
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
