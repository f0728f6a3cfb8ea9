// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.ThreadHarness;

/** A condition is as good a lock as its lock: here one that nobody owns. */
@SuppressWarnings("WaitNotInLoop") // single waits are what is tested
class ConditionOfLockTest extends AcquirableContract {
    @Override
    protected Acquirable create() {
        return new Condition(new Lock());
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalMonitorStateException.class;
    }

    @Override
    protected int rounds() {
        return 500;
    }

    @Test
    void whenFree_isRefusedAndSaysWhy() {
        var lock = new Lock();
        var condition = new Condition(lock);
        var thrown = assertThrows(IllegalMonitorStateException.class, condition::signal);
        assertEquals(
                "signal of a condition by " + Thread.currentThread().getName() + ", which does not have its lock: "
                        + condition + "; acquire it first, as by condition.run(() -> …)",
                thrown.getMessage());
        assertThrows(IllegalMonitorStateException.class, condition::await);
        assertFalse(lock.locked());
    }

    @Test
    void whenLockedByAnother_isAllowed_asNobodyOwnsIt() {
        var condition = new Condition(new Lock());
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                condition.acquire();
                condition.await();
                assertTrue(condition.locked());
                condition.release();
            });
            Await.blocked(waiter);
            assertTrue(condition.tryAcquire());
            try (var others = new ThreadHarness()) {
                others.start("signaller", condition::signal);
            }
            condition.release();
        }
        assertFalse(condition.locked());
    }
}
