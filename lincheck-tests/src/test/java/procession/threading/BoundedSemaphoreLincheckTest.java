// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import procession.modelcheck.ModelCheck;

class BoundedSemaphoreLincheckTest extends AcquirableLincheckContract {
    @Override
    ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    public static final class Operations extends AcquirableOperations {
        public Operations() {
            super(new BoundedSemaphore(1));
        }
    }

    public static final class Specification extends AcquirableSpecification {
        public Specification() {
            super(1, 1);
        }

        @Override
        RuntimeException surplusRelease() {
            return new IllegalStateException();
        }
    }
}
