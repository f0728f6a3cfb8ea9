// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.junit.jupiter.api.Test;
import procession.modelcheck.ModelCheck;

class QueueLincheckTest extends WorkQueueLincheckContract {
    /** An element more makes the ring longer. */
    private static final int FIRST_LENGTH = 64;

    @Override
    ModelCheck check(int maxsize) {
        return switch (maxsize) {
            case 0 -> ModelCheck.of(Unbounded.class, UnboundedSpecification.class);
            case 1 -> ModelCheck.of(ForOne.class, ForOneSpecification.class);
            default -> ModelCheck.of(ForTwo.class, ForTwoSpecification.class);
        };
    }

    @Test
    void unbounded_thatGrows_isLinearizable() {
        ModelCheck.of(Growing.class, GrowingSpecification.class)
                .scenario("offer 1; offer 2", "take; drainAtMost 2")
                .scenario("offer 1; size", "remove 63; offer 2")
                .run();
    }

    @Test
    void removeInside_againstGetters_isLinearizable() {
        check(2).scenarioAfter("offer 1; offer 2", "remove 1", "remove 2; size")
                .scenarioAfter("offer 1; offer 2", "remove 2; size", "poll; offer 3; offer 2")
                .scenarioAfter("offer 1; offer 2", "remove 2", "remove 1", "poll; poll")
                .scenarioAfter("offer 1; offer 1", "remove 1", "contains 1; remove 1", "poll; offer 1")
                .run();
    }

    @Test
    void removeIf_ofSeveral_isLinearizable() {
        check(0).scenarioBetween("offer 1; offer 2", "elements; unfinishedTasks", "removeUpTo 2", "poll; offer 3; size")
                .scenarioBetween(
                        "offer 1; offer 2; offer 3", "elements; unfinishedTasks", "removeUpTo 2", "remove 1; remove 3")
                .scenarioBetween(
                        "offer 1; offer 2; offer 3",
                        "elements; unfinishedTasks",
                        "removeUpTo 2",
                        "removeAllEqual 2; size",
                        "poll")
                .scenarioBetween(
                        "offer 1; offer 2; offer 3",
                        "elements; unfinishedTasks",
                        "removeByIterator 2",
                        "removeAllEqual 1; offer 4",
                        "remove 3; poll")
                .scenarioAfter("put 1; put 2", "join", "removeUpTo 1", "removeUpTo 2")
                .run();
    }

    public static final class Unbounded extends WorkQueueOperations {
        public Unbounded() {
            super(new Queue<>());
        }
    }

    public static final class UnboundedSpecification extends WorkQueueSpecification {
        public UnboundedSpecification() {
            super(0, Order.FIFO);
        }
    }

    public static final class ForOne extends WorkQueueOperations {
        public ForOne() {
            super(new Queue<>(1));
        }
    }

    public static final class ForOneSpecification extends WorkQueueSpecification {
        public ForOneSpecification() {
            super(1, Order.FIFO);
        }
    }

    public static final class ForTwo extends WorkQueueOperations {
        public ForTwo() {
            super(new Queue<>(2));
        }
    }

    public static final class ForTwoSpecification extends WorkQueueSpecification {
        public ForTwoSpecification() {
            super(2, Order.FIFO);
        }
    }

    public static final class Growing extends WorkQueueOperations {
        public Growing() {
            super(new Queue<>());
            for (int i = 1; i < FIRST_LENGTH; i++) {
                offer(i);
            }
        }
    }

    public static final class GrowingSpecification extends WorkQueueSpecification {
        public GrowingSpecification() {
            super(0, Order.FIFO);
            for (int i = 1; i < FIRST_LENGTH; i++) {
                offer(i);
            }
        }
    }
}
