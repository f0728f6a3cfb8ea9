// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** A condition of a lock that nobody owns does what one of an RLock does, and lets any thread signal. */
@SuppressWarnings("WaitNotInLoop") // single waits are what is tested
class ConditionOfLockTest extends ConditionContract {
    private static final int WAITS = 200_000;

    @Override
    protected List<Subject> createTwo() {
        var lock = new Lock();
        return List.of(new ConditionTest.Ours(new Condition(lock)), new ConditionTest.Ours(new Condition(lock)));
    }

    @Override
    protected boolean owned() {
        return false;
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

    /** Somebody who signals without having locked must not disturb those that come to wait. */
    @Test
    void signalsOfOthers_whileSomebodyComesToWait_loseNobody() {
        var condition = new Condition(new Lock());
        var waits = new AtomicInteger();
        var over = new AtomicBoolean();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("waiter", () -> {
                while (waits.get() < WAITS) {
                    condition.acquire();
                    condition.await();
                    condition.release();
                    waits.incrementAndGet();
                }
                over.set(true);
            });
            threads.start("outsider", () -> {
                while (!over.get()) {
                    try {
                        condition.signal();
                    } catch (IllegalMonitorStateException free) {
                        Thread.onSpinWait();
                    }
                }
            });
            threads.start("signaller", () -> {
                while (!over.get()) {
                    condition.run(condition::signalAll);
                }
            });
        }
        assertEquals(WAITS, waits.get());
    }
}
