// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.ProcessTag;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.sync.OwnerDiedException;
import procession.threading.ThrowingRunnable;

/** A mutex in shared memory, owned by a process, whose death does not leave it locked. */
public final class Mutex implements Awaited, Relockable {
    /*
     * Overview. One long in shared memory, which only ever changes by compare-and-set, so that it is sound whatever instant a
     * process dies at:
     *
     *     63                            32 31 30 29 28                           0
     *     +-------------------------------+--+--+--+------------------------------+
     *     | pid of the owner              |W |A |R | slot and generation of the owner
     *     +-------------------------------+--+--+--+------------------------------+
     *
     *     W  somebody sleeps: who frees it wakes one     A  abandoned: the owner is dead     R  the owner is repairing it
     *
     *              acquire                     isAlive(owner) is false
     *     0 ───────────────────► owner [W][R] ───────────────────────► dead owner | A
     *     ▲                        │    ▲  └─ a recovering mutex: ──► new owner | W
     *     └────────release─────────┘    └────────────recover──────────────┘
     *
     * All bits set is the end: the object has been destroyed. It is reached from everywhere.
     *
     * Waiters write W before they sleep, in the word that they sleep on, so the word can't have changed without their
     * notice. Who comes from the queue acquires with W, because he can't know whether others sleep; that may cost a wake-up
     * that nobody needed. Releasing removes W with the owner, and wakes one.
     *
     * Death, at any instant of:
     * - acquire, before its compare-and-set: nothing has happened. A wake-up that it was given is lost; see below.
     * - acquire after it, the critical section, release before its compare-and-set: the owner is in the word. Whoever waits
     *   is told by its Watch, and whoever comes looks, before it sleeps; either writes A, once. Who sees A, and has it from
     *   nobody else, throws. A tag is never alive again once dead, so nobody can abandon a mutex of the living.
     * - release between the compare-and-set and the wake-up: the mutex is free, and somebody may sleep. His Watch sees a word
     *   that is free, and wakes him. So it does when the wake-up went to a process that died before it used it, and when W
     *   got lost because somebody else acquired in between.
     * - abandoning, before the compare-and-set: nothing has happened, and the next one does it. After it, before the wake-ups:
     *   the Watch of each sleeper sees A.
     * - recover: as in a critical section, the word has an owner who is dead. It is abandoned again, in his name.
     * - repair that throws: the word goes back to A, in the name of the one who is to be mourned.
     *
     * So a death costs a waiter one round of its Watch and one probe, and who comes next at most the time for which an answer
     * of the kernel is remembered: both are well below 100 ms. A process that is stopped is alive.
     *
     * Rejected: a robust pthread mutex (no Java can wait on it, and its word is the libc's); the pid as owner (comes again);
     * leaving W to a count of waiters (those who die in it are counted for ever). See docs/decisions/0013-robust-locks.md.
     */
    private static final long WAITERS = 1L << 31;
    private static final long ABANDONED = 1L << 30;
    private static final long REPAIRING = 1L << 29;
    private static final long DESTROYED = -1;

    /** The option of a cell whose mutex is taken over silently. */
    public static final int RECOVERING = 1;

    private final Object object;
    private final Cell cell;
    private final ByteBuffer memory;
    private final int wordAt;
    private final SharedDirectory directory;
    private final long me;
    private final boolean recovering;
    private final WaitingRoom room;

    /**
     * Makes what one process has of a mutex.
     *
     * @param object what the mutex is part of, for messages
     * @param cell the cell, whose lock word it uses
     */
    public Mutex(Object object, Cell cell) {
        this(object, cell, true);
    }

    /** Makes one whose waiters sleep in the kernel only if they may. */
    Mutex(Object object, Cell cell, boolean nativeCalls) {
        this(object, cell, CellDescriptor.LOCK_AT, (cell.options() & RECOVERING) != 0, nativeCalls);
    }

    private Mutex(Object object, Cell cell, int field, boolean recovering, boolean nativeCalls) {
        this.object = object;
        this.cell = cell;
        this.memory = cell.memory();
        this.wordAt = cell.at(field);
        this.directory = cell.segment().directory();
        this.me = directory.own();
        this.recovering = recovering;
        this.room = nativeCalls ? WaitingRoom.of(cell.segment(), wordAt) : new WaitingRoom(memory, wordAt, false);
    }

    /** Makes a recovering one that is only a part of an object, and whose word is another field of its cell. */
    static Mutex inside(Object object, Cell cell, int field) {
        return new Mutex(object, cell, field, true, true);
    }

    private long word() {
        return (long) Cell.LONG.getVolatile(memory, wordAt);
    }

    private boolean change(long from, long to) {
        return Cell.LONG.compareAndSet(memory, wordAt, from, to);
    }

    private static long ownerOf(long word) {
        return word & ~ProcessTag.FREE_BITS;
    }

    // ---- acquire

    /**
     * Acquires, or waits.
     *
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public void acquire() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!change(0, me)) {
            room.await(this, Deadline.NEVER, true);
        }
    }

    /**
     * Acquires, or waits.
     *
     * @param timeout the longest time to wait
     * @return whether it acquired
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean acquire(Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (timeout.isZero() || timeout.isNegative()) {
            return tryAcquire();
        }
        return change(0, me) || room.await(this, Deadline.after(timeout), true);
    }

    /** Acquires, or waits on whatever happens. */
    public void acquireUninterruptibly() {
        if (!change(0, me)) {
            try {
                room.await(this, Deadline.NEVER, false);
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    /**
     * Acquires, if that is possible at once.
     *
     * @return whether it acquired
     */
    public boolean tryAcquire() {
        return change(0, me) || attempt(false);
    }

    @Override
    public boolean attempt(boolean queued) {
        long mark = queued ? WAITERS : 0;
        long word = word();
        while (true) {
            if (word == 0) {
                if (change(0, me | mark)) {
                    FaultPoint.MUTEX_TAKEN.reach();
                    return true;
                }
            } else if (word == DESTROYED) {
                throw destroyed();
            } else if (isHeld(word) && isAlive(word)) {
                return false;
            } else if (recovering) {
                if (change(word, me | (word & WAITERS) | mark)) {
                    FaultPoint.MUTEX_TAKEN_OVER.reach();
                    return true;
                }
            } else if (isHeld(word)) {
                abandon(word);
            } else {
                throw ownerDied(word);
            }
            word = word();
        }
    }

    /** Says that the owner is dead, in whose name the word is. */
    private void abandon(long word) {
        if (change(word, ownerOf(word) | ABANDONED)) {
            FaultPoint.MUTEX_ABANDONED.reach();
            room.wake(Integer.MAX_VALUE);
        }
    }

    private boolean isAlive(long word) {
        return directory.isBelievedAlive(ownerOf(word));
    }

    // ---- waiting

    @Override
    public long announce() {
        long word = word();
        while (isHeld(word)) {
            if ((word & WAITERS) != 0 || change(word, word | WAITERS)) {
                return Integer.toUnsignedLong((int) (word | WAITERS));
            }
            word = word();
        }
        return LOOK_AGAIN;
    }

    private static boolean isHeld(long word) {
        return word != 0 && word != DESTROYED && (word & ABANDONED) == 0;
    }

    @Override
    public boolean isWorthALook() {
        long word = word();
        return !isHeld(word) || (word & WAITERS) == 0 || !isAlive(word);
    }

    // ---- release

    /**
     * Frees it, whichever process has it.
     *
     * @throws IllegalMonitorStateException if it is free or abandoned, or being recovered, which frees it by itself
     */
    public void release() {
        if (!change(me, 0)) {
            releaseOrWake();
        }
    }

    private void releaseOrWake() {
        long word = word();
        while (isHeld(word) && (word & REPAIRING) == 0) {
            if (freed(word)) {
                return;
            }
            word = word();
        }
        if (word == DESTROYED) {
            throw destroyed();
        }
        if (isHeld(word)) {
            throw new IllegalMonitorStateException("release of a lock that process " + ProcessTag.pid(word)
                    + " recovers, and frees when that is done: " + object);
        }
        throw new IllegalMonitorStateException(
                word == 0
                        ? "release of a lock that is not locked: " + object
                                + "; each release needs an acquisition of its own"
                        : "release of a lock whose holder, process " + ProcessTag.pid(word)
                                + ", has died, and which waits to be recovered: " + object);
    }

    /** Frees it, if the word is still that, and wakes one who waits. */
    private boolean freed(long word) {
        boolean freed = change(word, 0);
        if (freed && (word & WAITERS) != 0) {
            FaultPoint.MUTEX_FREED.reach();
            room.wake(1);
        }
        return freed;
    }

    @Override
    public int releaseWhole() {
        release();
        return 1;
    }

    @Override
    public void acquireWhole(int depth) {
        acquireUninterruptibly();
    }

    @Override
    public boolean isHeldForSignals() {
        return isHeld(word());
    }

    @Override
    public boolean isLost() {
        long word = word();
        return word == DESTROYED || (word != 0 && !recovering && (!isHeld(word) || !isAlive(word)));
    }

    // ---- recover

    /**
     * Takes it from a dead owner, runs the repair, and frees it.
     *
     * @param repair what makes the data sound that it guards
     * @param <X> what the repair throws
     * @return {@code false} if there was nothing to repair, or another process has done it
     * @throws X if the repair throws it; it is abandoned again then
     * @throws InterruptedException if interrupted while another process repairs it
     */
    public <X extends Exception> boolean recover(ThrowingRunnable<X> repair) throws X, InterruptedException {
        long dead = takeFromTheDead();
        if (dead == 0) {
            return false;
        }
        FaultPoint.MUTEX_UNDER_REPAIR.reach();
        boolean repaired = false;
        try {
            repair.run();
            FaultPoint.MUTEX_REPAIRED.reach();
            repaired = true;
        } finally {
            if (!repaired) {
                abandonAgain(dead);
            }
        }
        endRepair();
        return true;
    }

    private void endRepair() {
        long word = word();
        while (isUnderMyRepair(word) && !freed(word)) {
            word = word();
        }
        if (word == DESTROYED) {
            throw destroyed();
        }
    }

    private boolean isUnderMyRepair(long word) {
        return isHeld(word) && ownerOf(word) == me && (word & REPAIRING) != 0;
    }

    /** Returns who is dead, or 0 if nobody is. */
    private long takeFromTheDead() throws InterruptedException {
        while (true) {
            long word = word();
            if (word == DESTROYED) {
                throw destroyed();
            } else if ((word & ABANDONED) != 0) {
                if (change(word, me | REPAIRING)) {
                    return ownerOf(word);
                }
            } else if (word == 0 || (isAlive(word) && (word & REPAIRING) == 0)) {
                return 0;
            } else if (isAlive(word)) {
                awaitRepair();
            } else {
                abandon(word);
            }
        }
    }

    /** Waits as one who would acquire, and lets the next one have it. */
    private void awaitRepair() throws InterruptedException {
        try {
            acquire();
            release();
        } catch (OwnerDiedException again) {
            // it is for this process to repair it
        }
    }

    private void abandonAgain(long dead) {
        long word = word();
        while (isUnderMyRepair(word)) {
            if (change(word, dead | ABANDONED)) {
                FaultPoint.MUTEX_ABANDONED_AGAIN.reach();
                room.wake(Integer.MAX_VALUE);
                return;
            }
            word = word();
        }
    }

    // ---- the rest

    /**
     * Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. Gives its memory back if this is the
     * process that has made it.
     */
    public void destroy() {
        Cell.LONG.setVolatile(memory, wordAt, DESTROYED);
        room.wake(Integer.MAX_VALUE);
        directory.cells().giveBack(cell);
    }

    /**
     * Returns whether it was destroyed.
     *
     * @return whether it was
     */
    public boolean isDestroyed() {
        return word() == DESTROYED;
    }

    /**
     * Returns whether somebody has it.
     *
     * @return whether it is held or abandoned
     */
    public boolean isLocked() {
        long word = word();
        return word != 0 && word != DESTROYED;
    }

    /**
     * Returns whether this process has it.
     *
     * @return whether one of its threads has it
     */
    public boolean isOfThisProcess() {
        long word = word();
        return isHeld(word) && ownerOf(word) == me;
    }

    /**
     * Returns whether somebody has it who is dead, by what is believed now.
     *
     * @return whether it waits to be taken over, or to be recovered
     */
    public boolean isOfTheDead() {
        long word = word();
        return isHeld(word) && !isAlive(word);
    }

    /**
     * Returns who has it, or had it when he died.
     *
     * @return the pid
     */
    public OptionalLong holder() {
        long word = word();
        return word == 0 || word == DESTROYED ? OptionalLong.empty() : OptionalLong.of(ProcessTag.pid(word));
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code unlocked}
     */
    public String state() {
        long word = word();
        if (word == 0) {
            return "unlocked";
        } else if (word == DESTROYED) {
            return "destroyed";
        }
        String who = "process " + ProcessTag.pid(word);
        if ((word & ABANDONED) != 0) {
            return "abandoned by " + who;
        } else if ((word & REPAIRING) != 0) {
            return "under repair by " + who;
        }
        return "locked by " + (ownerOf(word) == me ? "this process" : who);
    }

    IllegalStateException destroyed() {
        return new IllegalStateException("this has been destroyed: " + object);
    }

    private OwnerDiedException ownerDied(long word) {
        return new OwnerDiedException(String.valueOf(object), ProcessTag.pid(word));
    }
}
