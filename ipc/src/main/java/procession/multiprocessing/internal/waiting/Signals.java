// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.sync.OwnerDiedException;

/** Those who wait for the signals of a condition, in whatever process, and who gets which signal when one of them dies. */
public final class Signals {
    /*
     * Overview. Each process that has ever waited has a record, whose lower half its threads sleep on:
     *
     *     63                            32 31 30                          0
     *     +-------------------------------+--+----------------------------+
     *     | waiting                       |W | granted                    |      granted <= waiting
     *     +-------------------------------+--+----------------------------+      all bits set: destroyed
     *
     * A process counts its own threads in and out, by compare-and-set. A signal grants, under the guard, to processes that have
     * more threads waiting than granted, one after the other in turn. So it is for threads that wait at that moment, and it
     * is in the record of a process that has one. There it stays until a thread of that process has got the lock back: only
     * then it takes one off both halves, at once.
     *
     *     wait:     waiting + 1 ── free the lock ── sleep until granted ── acquire the lock ── waiting - 1, granted - 1
     *     give up:  waiting - 1, if nothing was granted meanwhile; else it counts as signalled
     *
     * Which of its threads a grant is for, a process decides in its own memory (Here), in the order of their arrival: it reserves.
     *
     * Death, at any instant of
     * - wait, before it counts: nothing has happened. Afterwards: the record is a dead one's. What was granted there and
     *   not taken goes on to others; who does that is the next to signal, or the Watch of any process that waits;
     * - signal: the signaller has the lock, whose next holder is told, or doesn't mind. What it has granted is granted;
     *   the wake-ups it has not sent are the Watch's;
     * - going on with the grants of a dead one: first the others are granted, then the dead record goes. In between, some
     *   may be granted twice, and so a wait ends that nobody has signalled. The other order would lose them.
     *
     * A thread that can't have the lock back, because its holder has died, passes its signal on, in that order too.
     *
     * Here.waiters, Here.reserved and Waiter.signalled change with the monitor of Here; the last two are read without
     * A record's word may be what it was, with a signal between, just when a thread goes to sleep: the Watch looks.
     */
    private static final long WAITERS = 1L << 31;
    private static final long ONE_GRANTED = 1;
    private static final long GRANTED = WAITERS - 1;
    private static final int WAITING_SHIFT = 32;
    private static final long ONE_WAITING = 1L << WAITING_SHIFT;
    private static final long DESTROYED = -1;

    /** How many cells it takes. */
    public static final int CELLS = PartiesDescriptor.CELLS;

    /** What the last wait of a thread has thrown that ended without the lock, and where that was. */
    private static final ThreadLocal<@Nullable Lost> LOST = new ThreadLocal<>();

    private record Lost(Signals where, Throwable what) {}

    private final Object object;
    private final Cell cell;
    private final Mutex guard;
    private final Parties records;
    private final Here here;

    /** What this process has of it. */
    private static final class Here {
        /** Those without a signal, in the order of their arrival. */
        final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

        /** How many of the grants are for threads that have not taken them yet. */
        volatile int reserved;

        /** Its record; while it has threads that wait, no other process gets that. */
        volatile int record;
    }

    /** One thread that waits. */
    private final class Waiter implements Awaited {
        private final Thread thread = Thread.currentThread();
        private final Relockable lock;
        private volatile boolean signalled;
        private boolean left;

        Waiter(Relockable lock) {
            this.lock = lock;
        }

        @Override
        public boolean attempt(boolean queued) {
            requireAlive();
            assign();
            if (signalled) {
                return true;
            }
            if (queued && oneDiedWithGrants()) {
                grant(0);
            }
            return signalled || lock.isLost();
        }

        @Override
        public long announce() {
            synchronized (here) {
                while (true) {
                    long record = mine();
                    if (record == DESTROYED || signalled || granted(record) > here.reserved) {
                        return LOOK_AGAIN;
                    }
                    if ((record & WAITERS) != 0 || records.changeState(here.record, record, record | WAITERS)) {
                        return Integer.toUnsignedLong((int) (record | WAITERS));
                    }
                }
            }
        }

        @Override
        public boolean isWorthALook() {
            long record = mine();
            return isDestroyed()
                    || signalled
                    || (record & WAITERS) == 0
                    || hasUnassigned(record)
                    || lock.isLost()
                    || oneDiedWithGrants();
        }
    }

    /**
     * Makes what one process has of them.
     *
     * @param object what they are part of, for messages
     * @param cell the first of the cells
     */
    public Signals(Object object, Cell cell) {
        this.object = object;
        this.cell = cell;
        this.guard = Mutex.inside(object, cell, PartiesDescriptor.GUARD_AT);
        this.records = new Parties(cell);
        this.here = InProcess.at(cell, Here.class, Here::new);
    }

    private static int granted(long record) {
        return (int) (record & GRANTED);
    }

    private static long waiting(long record) {
        return record >>> WAITING_SHIFT;
    }

    private long mine() {
        return records.state(here.record);
    }

    private boolean hasUnassigned(long record) {
        return record != DESTROYED && granted(record) > here.reserved;
    }

    private long liveRecord(int index) {
        long record = records.state(index);
        if (record == DESTROYED) {
            throw destroyed();
        }
        return record;
    }

    /** Adds to the record of this process, whoever grants or marks it meanwhile. */
    private void add(long counts) {
        long record = liveRecord(here.record);
        while (!records.changeState(here.record, record, record + counts)) {
            record = liveRecord(here.record);
        }
    }

    // ---- waiting

    /**
     * Frees the lock, waits for a signal, and acquires the lock again, whatever ended the wait.
     *
     * @param lock the lock, which the calling thread has
     * @param deadline how long to wait for the signal
     * @param interruptibly whether an interrupt ends the wait, and otherwise is there again when this returns
     * @return {@code false} if the deadline passed first
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean await(Relockable lock, Deadline deadline, boolean interruptibly) throws InterruptedException {
        if (interruptibly && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Waiter me = arrive(lock);
        int depth = freed(me);
        boolean signalled;
        try {
            signalled = awaitSignal(me, depth, deadline, interruptibly);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // which stays if the lock can't be had
            lock.acquireWhole(depth);
            boolean unused = Thread.interrupted();
            throw e;
        } catch (OwnerDiedException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            leave(me);
            lock.acquireWhole(depth);
            throw e;
        }
        lockAgain(me, depth);
        if (signalled) {
            take();
        }
        return signalled;
    }

    /** Sleeps, and returns whether there was a signal; then an interrupt is kept for whatever the thread waits for next. */
    private boolean awaitSignal(Waiter me, int depth, Deadline deadline, boolean interruptibly)
            throws InterruptedException {
        WaitingRoom room = room(here.record);
        while (true) {
            boolean woken;
            try {
                woken = room.await(me, deadline, interruptibly);
            } catch (InterruptedException e) {
                if (givesUp(me)) {
                    throw e;
                }
                Thread.currentThread().interrupt();
                return true;
            }
            if (!woken) {
                return !givesUp(me);
            } else if (me.signalled) {
                return true;
            }
            lockAgain(me, depth); // which throws, unless somebody was faster to repair what it guards
            me.lock.releaseWhole();
        }
    }

    private Waiter arrive(Relockable lock) {
        Waiter me = new Waiter(lock);
        guard.acquireUninterruptibly();
        try {
            requireAlive();
            if (records.firstOfTheDead(0) >= 0) {
                grantInGuard(0); // before this one is among those who wait
            }
            int mine = records.mine();
            synchronized (here) {
                here.record = mine;
                here.waiters.add(me);
                add(ONE_WAITING);
            }
        } finally {
            guard.release();
        }
        return me;
    }

    private int freed(Waiter me) {
        try {
            return me.lock.releaseWhole();
        } catch (RuntimeException | Error e) {
            leave(me);
            throw e;
        }
    }

    private void lockAgain(Waiter me, int depth) {
        try {
            me.lock.acquireWhole(depth);
        } catch (RuntimeException | Error e) {
            LOST.set(new Lost(this, e));
            leave(me);
            throw e;
        }
    }

    /**
     * Returns whether a wait of the calling thread ended with this, and without the lock.
     *
     * @param failure what was thrown
     * @return whether it was the last such
     */
    public boolean hasLostLock(Throwable failure) {
        Lost lost = LOST.get();
        boolean same = lost != null && lost.where == this && lost.what == failure;
        if (same) {
            LOST.remove();
        }
        return same;
    }

    /** Returns where the threads of a process sleep. */
    private WaitingRoom room(int record) {
        return WaitingRoom.of(records.segment(record), records.stateAt(record));
    }

    /** Decides for which threads the grants are. */
    private void assign() {
        if (!hasUnassigned(mine())) {
            return;
        }
        synchronized (here) {
            int granted = granted(liveRecord(here.record));
            while (granted > here.reserved && !here.waiters.isEmpty()) {
                Waiter next = here.waiters.remove();
                here.reserved = here.reserved + 1;
                next.signalled = true;
                if (next.thread != Thread.currentThread()) {
                    LockSupport.unpark(next.thread);
                }
            }
        }
    }

    /** Stops waiting; returns {@code false} if a signal was faster. */
    private boolean givesUp(Waiter me) {
        synchronized (here) {
            while (true) {
                assign();
                if (me.signalled) {
                    return false;
                }
                long record = liveRecord(here.record);
                if (!hasUnassigned(record) && records.changeState(here.record, record, record - ONE_WAITING)) {
                    here.waiters.remove(me);
                    me.left = true;
                    return true;
                }
            }
        }
    }

    /** Takes the grant that was for a thread, which has the lock now. */
    private void take() {
        synchronized (here) {
            add(-ONE_WAITING - ONE_GRANTED);
            here.reserved = here.reserved - 1;
        }
    }

    /** Lets a thread go without the lock: a signal that it has got goes to another one. */
    private void leave(Waiter me) {
        boolean again = me.left;
        me.left = true;
        if (again || isDestroyed() || givesUp(me)) {
            return;
        }
        signal(1);
        take();
    }

    // ---- signals

    /**
     * Lets those go on that wait longest in their processes, the processes in turn.
     *
     * @param most how many at most
     */
    public void signal(int most) {
        if (most > 0) {
            grant(most);
        }
    }

    private void grant(int signals) {
        guard.acquireUninterruptibly();
        try {
            requireAlive();
            grantInGuard(signals);
        } finally {
            guard.release();
        }
    }

    private void grantInGuard(int signals) {
        BitSet dead = new BitSet();
        long left = signals;
        for (int i = 0; i < records.used(); i++) {
            if (records.isOfTheDead(i)) {
                dead.set(i);
                left += granted(liveRecord(i));
            }
        }
        distribute(left, dead);
        dead.stream().forEach(index -> records.setState(index, 0));
    }

    private void distribute(long signals, BitSet dead) {
        int nextAt = cell.at(PartiesDescriptor.OWN_AT);
        int limit = records.used();
        long left = signals;
        boolean all = signals >= Integer.MAX_VALUE;
        boolean found = true;
        while (left > 0 && found) {
            found = false;
            int first = (int) Cell.INT.getVolatile(cell.memory(), nextAt);
            for (int k = 0; k < limit && left > 0; k++) {
                int i = (first + k) % limit;
                int granted = dead.get(i) ? 0 : grantTo(i, all ? left : 1);
                if (granted > 0) {
                    left -= granted;
                    found = true;
                    Cell.INT.setVolatile(cell.memory(), nextAt, (i + 1) % limit);
                }
            }
        }
    }

    private int grantTo(int index, long most) {
        while (true) {
            long record = liveRecord(index);
            long count = Math.min(most, waiting(record) - granted(record));
            if (count <= 0) {
                return 0;
            }
            if (records.changeState(index, record, (record & ~WAITERS) + count)) {
                if ((record & WAITERS) != 0) {
                    room(index).wake(Integer.MAX_VALUE);
                }
                return (int) count;
            }
        }
    }

    private boolean oneDiedWithGrants() {
        for (int i = 0; i < records.used(); i++) {
            if (granted(records.state(i)) != 0 && records.isOfTheDead(i)) {
                return true;
            }
        }
        return false;
    }

    // ---- the rest

    private boolean isDestroyed() {
        return (long) Cell.LONG.getVolatile(cell.memory(), cell.at(PartiesDescriptor.WORD_AT)) == DESTROYED;
    }

    private void requireAlive() {
        if (isDestroyed()) {
            throw destroyed();
        }
    }

    private IllegalStateException destroyed() {
        return new IllegalStateException("this has been destroyed: " + object);
    }

    /** Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. */
    public void destroy() {
        long before = (long) Cell.LONG.getAndSet(cell.memory(), cell.at(PartiesDescriptor.WORD_AT), DESTROYED);
        for (int i = 0; before != DESTROYED && i < records.used(); i++) {
            if (records.state(i) != 0) {
                records.setState(i, DESTROYED);
                room(i).wake(Integer.MAX_VALUE);
            }
        }
        records.giveBack();
        cell.segment().directory().cells().giveBack(cell);
    }
}
