// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.ConditionContract;

/** A condition whose threads are in several processes. */
@SuppressWarnings("WaitNotInLoop") // single waits are what is tested
@ExtendWith(LeakCheck.class)
class ConditionOfProcessesTest extends ConditionContract {
    private final List<Runnable> destroyers = new ArrayList<>();
    private static Troupe troupe = new Troupe(0);

    @BeforeAll
    static void engage() {
        troupe = new Troupe(2);
    }

    @AfterAll
    static void disband() throws InterruptedException {
        troupe.close();
    }

    @AfterEach
    void destroy() {
        troupe.dismiss();
        destroyers.forEach(Runnable::run);
    }

    @Override
    protected List<Subject> createTwo() {
        var lock = new RLock();
        destroyers.add(lock::destroy);
        return List.of(subject(new Condition(lock)), subject(new Condition(lock)));
    }

    private Subject subject(Condition condition) {
        destroyers.add(condition::destroy);
        return new Acted(troupe, condition);
    }

    @Override
    protected boolean inThisProcess() {
        return false;
    }

    @Override
    protected int rounds() {
        return 25;
    }

    /** Those who are woken at once compete for the lock, and processes are woken in turn. */
    @Override
    protected boolean inOrder() {
        return false;
    }

    private record Acted(Troupe troupe, Condition condition) implements Subject {
        private Acting<Condition> lock() {
            return new Acting<>(troupe, condition);
        }

        @Override
        public void acquire() throws InterruptedException {
            lock().acquire();
        }

        @Override
        public boolean acquire(Duration timeout) throws InterruptedException {
            return lock().acquire(timeout);
        }

        @Override
        public boolean tryAcquire() {
            return lock().tryAcquire();
        }

        @Override
        public void release() {
            lock().release();
        }

        @Override
        public void await() throws InterruptedException {
            Condition subject = condition;
            troupe.say(() -> {
                subject.await();
                return true;
            });
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            Condition subject = condition;
            return troupe.say(() -> subject.await(timeout));
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            Condition subject = condition;
            return troupe.say(() -> subject.await(time, unit));
        }

        @Override
        public long awaitNanos(long nanos) throws InterruptedException {
            Condition subject = condition;
            return troupe.say(() -> subject.awaitNanos(nanos));
        }

        @Override
        @SuppressWarnings("JavaUtilDate") // the interface wants it
        public boolean awaitUntil(Date deadline) throws InterruptedException {
            Condition subject = condition;
            return troupe.say(() -> subject.awaitUntil(deadline));
        }

        @Override
        public void awaitUninterruptibly() {
            Condition subject = condition;
            troupe.tell(() -> {
                subject.awaitUninterruptibly();
                return true;
            });
        }

        @Override
        public void awaitFor(BooleanSupplier predicate) throws InterruptedException {
            Condition subject = condition;
            Troupe.Callback called = troupe.callback(predicate::getAsBoolean);
            troupe.say(() -> {
                subject.awaitFor(called);
                return true;
            });
        }

        @Override
        public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
            Condition subject = condition;
            Troupe.Callback called = troupe.callback(predicate::getAsBoolean);
            return troupe.say(() -> subject.awaitFor(called, timeout));
        }

        @Override
        public void signal() {
            Condition subject = condition;
            troupe.tell(() -> {
                subject.signal();
                return true;
            });
        }

        @Override
        public void signal(int n) {
            Condition subject = condition;
            troupe.tell(() -> {
                subject.signal(n);
                return true;
            });
        }

        @Override
        public void signalAll() {
            Condition subject = condition;
            troupe.tell(() -> {
                subject.signalAll();
                return true;
            });
        }

        @Override
        public boolean locked() {
            Condition subject = condition;
            return troupe.tell(() -> subject.locked());
        }

        @Override
        public String toString() {
            return condition.toString().replaceFirst("Condition", "Acted");
        }
    }
}
