// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import procession.modelcheck.ModelCheck;

class PriorityQueueLincheckTest extends WorkQueueLincheckContract {
    @Override
    ModelCheck check(int maxsize) {
        return switch (maxsize) {
            case 0 -> ModelCheck.of(Unbounded.class, UnboundedSpecification.class);
            case 1 -> ModelCheck.of(ForOne.class, ForOneSpecification.class);
            default -> ModelCheck.of(ForTwo.class, ForTwoSpecification.class);
        };
    }

    public static final class Unbounded extends WorkQueueOperations {
        public Unbounded() {
            super(new PriorityQueue<>());
        }
    }

    public static final class UnboundedSpecification extends WorkQueueSpecification {
        public UnboundedSpecification() {
            super(0, Order.PRIORITY);
        }
    }

    public static final class ForOne extends WorkQueueOperations {
        public ForOne() {
            super(new PriorityQueue<>(1));
        }
    }

    public static final class ForOneSpecification extends WorkQueueSpecification {
        public ForOneSpecification() {
            super(1, Order.PRIORITY);
        }
    }

    public static final class ForTwo extends WorkQueueOperations {
        public ForTwo() {
            super(new PriorityQueue<>(2));
        }
    }

    public static final class ForTwoSpecification extends WorkQueueSpecification {
        public ForTwoSpecification() {
            super(2, Order.PRIORITY);
        }
    }
}
