// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Those who wait for a condition of a lock that nobody owns, which any thread may free, and so await and signal, too. */
final class UnownedWaiters implements java.util.concurrent.locks.Condition {
    /*
     * Overview. The JDK's ConditionObject leaves it to the owner of the lock that no two threads are in its list at once.
     * A Lock has no owner: while it is locked, a thread that has not locked it may signal just when the one that has is
     * coming to wait. So this list has a guard of its own, which is held only to put a waiter in or to take some out.
     *
     *     await:   into the list ── free the lock ── park until out of the list ── acquire the lock
     *     signal:  take the first out of the list ── mark it ── unpark it
     *     give up: take oneself out of the list; if a signal was faster, it counts as signalled
     *
     * A waiter leaves the list once, under the guard, either by a signal or by itself: so no signal goes to one that has
     * given up, and none that has been marked says that it was not signalled.
     *
     * Waiter.signalled  volatile; written under the guard, read by the waiter's own thread
     *
     * The woken acquire the lock by themselves; ConditionObject would move them to the lock's queue, which it can do
     * because the lock is its signaller's.
     */
    private final MutexSync sync;
    private final ReentrantLock guard = new ReentrantLock();

    /** In the order of their arrival. */
    @GuardedBy("guard")
    private final Set<Waiter> waiters = new LinkedHashSet<>();

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        volatile boolean signalled;
    }

    UnownedWaiters(MutexSync sync) {
        this.sync = sync;
    }

    @Override
    public void await() throws InterruptedException {
        boolean unused = untilSignalled(this::park);
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return untilSignalled(parkingFor(unit.toNanos(time)));
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        boolean unused = untilSignalled(parkingFor(nanos));
        return Math.max(0, nanos) - (System.nanoTime() - start);
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // the interface wants it
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        long end = deadline.getTime();
        return untilSignalled(() -> {
            boolean inTime = System.currentTimeMillis() < end;
            if (inTime) {
                LockSupport.parkUntil(this, end);
            }
            return inTime;
        });
    }

    @Override
    public void awaitUninterruptibly() {
        Waiter waiter = enter();
        boolean interrupted = false;
        while (!waiter.signalled) {
            boolean unused = park();
            interrupted |= Thread.interrupted();
        }
        sync.acquire(1);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Parks for a while, or returns {@code false} if the time is over. */
    private interface Parking {
        boolean park();
    }

    private boolean park() {
        LockSupport.park(this);
        return true;
    }

    private Parking parkingFor(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return this::park;
        }
        if (nanos <= 0) {
            return () -> false;
        }
        long start = System.nanoTime();
        return () -> {
            long left = nanos - (System.nanoTime() - start);
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            }
            return left > 0;
        };
    }

    /** Returns whether it was signalled. An interrupt that came with a signal or after it is kept. */
    private boolean untilSignalled(Parking parking) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Waiter waiter = enter();
        boolean givenUp = false;
        boolean interrupted = false;
        while (!waiter.signalled && !givenUp) {
            boolean inTime = parking.park();
            interrupted |= Thread.interrupted();
            if (!inTime || interrupted) {
                givenUp = giveUp(waiter);
            }
        }
        sync.acquire(1);
        if (interrupted && givenUp) {
            throw new InterruptedException();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !givenUp;
    }

    /** Comes to wait, and frees the lock, unless somebody else has done that meanwhile. */
    private Waiter enter() {
        Waiter waiter = new Waiter();
        guard.lock();
        try {
            waiters.add(waiter);
        } finally {
            guard.unlock();
        }
        boolean freed = false;
        try {
            freed = sync.release(1);
        } finally {
            if (!freed && !giveUp(waiter)) {
                signal(1); // this was signalled meanwhile and does not wait, so the signal is another's
            }
        }
        if (!freed) {
            throw new IllegalMonitorStateException("the lock of a condition was freed by another thread just when "
                    + Thread.currentThread().getName() + " came to wait for it");
        }
        return waiter;
    }

    /** Leaves the list; returns {@code false} if a signal was faster. */
    private boolean giveUp(Waiter waiter) {
        guard.lock();
        try {
            return waiters.remove(waiter);
        } finally {
            guard.unlock();
        }
    }

    @Override
    public void signal() {
        signal(1);
    }

    @Override
    public void signalAll() {
        signal(Integer.MAX_VALUE);
    }

    /** Wakes those that wait longest, no more than there are. */
    void signal(int most) {
        guard.lock();
        try {
            Iterator<Waiter> longest = waiters.iterator();
            for (int left = most; left > 0 && longest.hasNext(); left--) {
                Waiter waiter = longest.next();
                longest.remove();
                waiter.signalled = true;
                LockSupport.unpark(waiter.thread);
            }
        } finally {
            guard.unlock();
        }
    }
}
