// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.junit.jupiter.api.Test;
import procession.modelcheck.ModelCheck;

class SemaphoreLincheckTest extends AcquirableLincheckContract {
    @Override
    ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void releaseOfMany_wakesAsMany() {
        check().scenarioAfter("acquire", "acquire", "acquire", "releaseMany 2")
                .scenarioAfter("acquire", "acquire; value", "tryAcquire; value", "releaseMany 2")
                .run();
    }

    public static final class Operations extends AcquirableOperations {
        private final Semaphore semaphore;

        public Operations() {
            this(new Semaphore(1));
        }

        private Operations(Semaphore semaphore) {
            super(semaphore);
            this.semaphore = semaphore;
        }

        public void releaseMany(int permits) {
            semaphore.release(permits);
        }

        public int value() {
            return semaphore.value();
        }
    }

    public static final class Specification extends AcquirableSpecification {
        public Specification() {
            super(1, Integer.MAX_VALUE);
        }

        @Override
        RuntimeException surplusRelease() {
            throw new AssertionError("a semaphore without a bound");
        }

        public void releaseMany(int permits) {
            for (int i = 0; i < permits; i++) {
                release();
            }
        }

        public int value() {
            return permits();
        }
    }
}
