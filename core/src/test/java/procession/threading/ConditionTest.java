// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // single steps and single waits are what is tested
class ConditionTest extends ConditionContract {
    @Override
    protected List<Subject> createTwo() {
        var lock = new RLock();
        return List.of(new Ours(new Condition(lock)), new Ours(new Condition(lock)));
    }

    record Ours(Condition condition) implements Subject {
        @Override
        public void acquire() throws InterruptedException {
            condition.acquire();
        }

        @Override
        public boolean acquire(Duration timeout) throws InterruptedException {
            return condition.acquire(timeout);
        }

        @Override
        public boolean tryAcquire() {
            return condition.tryAcquire();
        }

        @Override
        public void release() {
            condition.release();
        }

        @Override
        public void await() throws InterruptedException {
            condition.await();
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            return condition.await(timeout);
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            return condition.await(time, unit);
        }

        @Override
        public long awaitNanos(long nanos) throws InterruptedException {
            return condition.awaitNanos(nanos);
        }

        @Override
        @SuppressWarnings("JavaUtilDate") // the interface wants it
        public boolean awaitUntil(Date deadline) throws InterruptedException {
            return condition.awaitUntil(deadline);
        }

        @Override
        public void awaitUninterruptibly() {
            condition.awaitUninterruptibly();
        }

        @Override
        public void awaitFor(BooleanSupplier predicate) throws InterruptedException {
            condition.awaitFor(predicate);
        }

        @Override
        public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
            return condition.awaitFor(predicate, timeout);
        }

        @Override
        public void signal() {
            condition.signal();
        }

        @Override
        public void signal(int n) {
            condition.signal(n);
        }

        @Override
        public void signalAll() {
            condition.signalAll();
        }

        @Override
        public boolean locked() {
            return condition.locked();
        }

        @Override
        public String toString() {
            return condition.toString().replaceFirst("Condition", "Ours");
        }
    }

    @Test
    void await_threeDeep_isThreeDeepAgain() {
        var lock = new RLock();
        var condition = new Condition(lock);
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> {
                condition.acquire();
                condition.acquire();
                assertTrue(condition.tryAcquire());
                condition.await();
                assertTrue(lock.toString().contains("3 times by waiter"), lock::toString);
                assertFalse(condition.await(Delays.brief()));
                assertTrue(lock.toString().contains("3 times by waiter"), lock::toString);
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, condition::await);
                assertTrue(lock.toString().contains("3 times by waiter"), lock::toString);
            });
            Await.blocked(waiter);
            assertTrue(condition.tryAcquire(), "whole");
            condition.signal();
            condition.release();
        }
    }

    @Test
    void newCondition_isOneOfOurs() throws InterruptedException {
        var lock = new Lock();
        Condition ofLock = lock.newCondition();
        assertFalse(lock.call(() -> ofLock.await(Duration.ZERO)));
        var rlock = new RLock();
        Condition ofRLock = rlock.newCondition();
        assertFalse(ofRLock.call(() -> ofRLock.awaitFor(() -> false, Duration.ZERO)));
    }

    @Test
    void nullArguments_areRefused() {
        var tester = new NullPointerTester().setDefault(Duration.class, Duration.ZERO);
        tester.setDefault(BooleanSupplier.class, () -> true);
        tester.testAllPublicConstructors(Condition.class);
        var condition = new Condition();
        assertTrue(condition.tryAcquire());
        tester.testAllPublicInstanceMethods(condition);
    }

    @Test
    void toString_tellsTheStateOfTheLock() {
        var condition = new Condition(new Lock());
        assertTrue(
                condition.toString().matches("Condition@[0-9a-f]+\\[Lock@[0-9a-f]+\\[unlocked]]"), condition::toString);
    }
}
