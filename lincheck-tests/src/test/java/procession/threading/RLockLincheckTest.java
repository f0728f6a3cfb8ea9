// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Blocked;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

/** A counter, and a box for a number, under a lock that is held several times: what that lets in too early shows in them. */
class RLockLincheckTest {
    private static final String[] CALLS = {"increment", "incrementDeep", "incrementIfFree", "releaseUnowned", "value"};

    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void calls_areLinearizable() {
        check().randomScenarios(2, 3, CALLS).randomScenarios(3, 2, CALLS).run();
    }

    @Test
    void waiters_areWoken() {
        check().scenario("incrementDeep", "incrementDeep", "incrementDeep; value")
                .scenario("increment; incrementDeep", "incrementDeep; increment")
                .run();
    }

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check().inModelTime()
                .scenarioBetween("", "isFree", "holdInTime", "incrementDeep", "timePasses; increment")
                .run();
    }

    @Test
    void wakeUps_ofThoseWhoAreInterrupted_areNotLost() {
        check().scenarioBetween("", "isFree", "holdOrBeInterrupted", "incrementDeep", "interrupt; increment")
                .run();
    }

    @Test
    void condition_ofALockHeldThreeDeep_freesItWhole() {
        check().scenario("put 1; put 2", "takeDeep; takeDeep")
                .scenario("takeDeep", "takeDeep", "put 1; put 2")
                .run();
    }

    @SuppressWarnings("WaitNotInLoop") // awaitFor() has its own
    public static final class Operations {
        private static final Duration SOME_TIME = Duration.ofSeconds(1);
        private static final int DEEP = 3;

        private final RLock lock = new RLock();
        private final Condition changed = new Condition(lock);
        private final Interruptible interruptible = new Interruptible();
        private int count;
        private int number;

        public Operations() {
            ModelTime.reset();
        }

        public int increment() throws InterruptedException {
            return lock.call(() -> ++count);
        }

        public int incrementDeep() throws InterruptedException {
            for (int i = 0; i < DEEP; i++) {
                lock.acquire();
            }
            int before = count;
            try {
                lock.release();
                lock.release();
                count = before + 1;
                return count;
            } finally {
                lock.release();
            }
        }

        /** Increments in any case, having looked whether it need not wait. */
        public int incrementIfFree() throws InterruptedException {
            if (!lock.tryAcquire()) {
                lock.acquire();
            }
            try {
                return ++count;
            } finally {
                lock.release();
            }
        }

        public void releaseUnowned() {
            lock.release();
        }

        public int value() throws InterruptedException {
            return lock.call(() -> count);
        }

        /** Changes nothing in the end, whether it gets the lock or not. */
        public void holdInTime() throws InterruptedException {
            ModelTime.beforeWait();
            if (lock.acquire(SOME_TIME)) {
                lock.release();
            }
        }

        /** As {@link #holdInTime}. */
        public void holdOrBeInterrupted() {
            Boolean isAcquired = interruptible.call(() -> {
                lock.acquire();
                return true;
            });
            if (isAcquired != null) {
                lock.release();
            }
        }

        public boolean isFree() {
            return !lock.locked();
        }

        public void put(int element) throws InterruptedException {
            changed.run(() -> {
                changed.awaitFor(() -> number == 0);
                number = element;
                changed.signalAll();
            });
        }

        public int takeDeep() throws InterruptedException {
            return lock.call(() -> lock.call(() -> changed.call(() -> {
                changed.awaitFor(() -> number > 0);
                int taken = number;
                number = 0;
                changed.signalAll();
                return taken;
            })));
        }

        public void interrupt() {
            interruptible.interrupt();
        }

        public void timePasses() {
            ModelTime.pass();
        }
    }

    public static final class Specification {
        private int count;
        private int number;

        public int increment() {
            return ++count;
        }

        public int incrementDeep() {
            return ++count;
        }

        public int incrementIfFree() {
            return ++count;
        }

        @SuppressWarnings("DoNotCallSuggester") // Lincheck calls it
        public void releaseUnowned() {
            throw new IllegalMonitorStateException();
        }

        public int value() {
            return count;
        }

        public void holdInTime() {}

        public void holdOrBeInterrupted() {}

        public boolean isFree() {
            return true;
        }

        public void put(int element) {
            if (number > 0) {
                throw new Blocked();
            }
            number = element;
        }

        public int takeDeep() {
            if (number == 0) {
                throw new Blocked();
            }
            int taken = number;
            number = 0;
            return taken;
        }

        public void interrupt() {}

        public void timePasses() {}
    }
}
