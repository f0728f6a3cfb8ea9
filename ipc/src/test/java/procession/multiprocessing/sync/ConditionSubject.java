// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import procession.threading.ConditionContract;

/** A condition for its contract; each call is to whatever condition the calling thread is given. */
@SuppressWarnings("WaitNotInLoop") // the callers loop
record ConditionSubject(Supplier<Condition> condition) implements ConditionContract.Subject {
    @Override
    public void acquire() throws InterruptedException {
        condition.get().acquire();
    }

    @Override
    public boolean acquire(Duration timeout) throws InterruptedException {
        return condition.get().acquire(timeout);
    }

    @Override
    public boolean tryAcquire() {
        return condition.get().tryAcquire();
    }

    @Override
    public void release() {
        condition.get().release();
    }

    @Override
    public void await() throws InterruptedException {
        condition.get().await();
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        return condition.get().await(timeout);
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return condition.get().await(time, unit);
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        return condition.get().awaitNanos(nanos);
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // the interface wants it
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return condition.get().awaitUntil(deadline);
    }

    @Override
    public void awaitUninterruptibly() {
        condition.get().awaitUninterruptibly();
    }

    @Override
    public void awaitFor(BooleanSupplier predicate) throws InterruptedException {
        condition.get().awaitFor(predicate);
    }

    @Override
    public boolean awaitFor(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
        return condition.get().awaitFor(predicate, timeout);
    }

    @Override
    public void signal() {
        condition.get().signal();
    }

    @Override
    public void signal(int n) {
        condition.get().signal(n);
    }

    @Override
    public void signalAll() {
        condition.get().signalAll();
    }

    @Override
    public boolean locked() {
        return condition.get().locked();
    }

    @Override
    public String toString() {
        return condition.get().toString().replaceFirst("Condition", "ConditionSubject");
    }
}
