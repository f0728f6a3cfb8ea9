// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.FaultPoint;

/** A flag in shared memory that threads of any process wait for, and that a death can't spoil. */
public final class Flag {
    /*
     * Overview. The lower half of one long, which only ever changes by compare-and-set; the upper half is 0:
     *
     *     31 30                                   1  0
     *     +--+------------------------------------+--+
     *     |W | how often it was set               |S |     S  it is set     W  somebody sleeps
     *     +--+------------------------------------+--+
     *
     *     clear ──set: S, count + 1, without W──► set ──clear──► clear            all bits of the long set: destroyed
     *
     * A waiter notes the count, and goes on when S is there or the count is another one: so a flag that is set and cleared at once
     * has let all through that waited, as CPython's threading.Event does. That fails only if a waiter sleeps while it is set a
     * multiple of 2^30 times.
     *
     * Nobody owns it. Who dies before the compare-and-set has changed nothing; who dies between it and the wake-ups has left
     * that to the Watch of each process that waits. A waiter that dies has nothing to give back.
     */
    private static final long WAITERS = 1L << 31;
    private static final long SET = 1;
    private static final long ONE_TIME = 2;
    private static final long TIMES = WAITERS - ONE_TIME;
    private static final long DESTROYED = -1;

    private final Object object;
    private final Cell cell;
    private final ByteBuffer memory;
    private final int wordAt;
    private final WaitingRoom room;

    /**
     * Makes what one process has of a flag.
     *
     * @param object what the flag is part of, for messages
     * @param cell the cell, whose lock word it uses
     */
    public Flag(Object object, Cell cell) {
        this.object = object;
        this.cell = cell;
        this.memory = cell.memory();
        this.wordAt = cell.at(CellDescriptor.LOCK_AT);
        this.room = WaitingRoom.of(cell.segment(), wordAt);
    }

    private long word() {
        return (long) Cell.LONG.getVolatile(memory, wordAt);
    }

    private boolean change(long from, long to) {
        return Cell.LONG.compareAndSet(memory, wordAt, from, to);
    }

    private long liveWord() {
        long word = word();
        if (word == DESTROYED) {
            throw new IllegalStateException("this has been destroyed: " + object);
        }
        return word;
    }

    /** Sets it, and lets all go on that wait. */
    public void set() {
        long word = liveWord();
        while ((word & SET) == 0) {
            if (change(word, ((word + ONE_TIME) & TIMES) | SET)) {
                if ((word & WAITERS) != 0) {
                    FaultPoint.FLAG_SET.reach();
                    room.wake(Integer.MAX_VALUE);
                }
                return;
            }
            word = liveWord();
        }
    }

    /** Clears it. */
    public void clear() {
        long word = liveWord();
        while ((word & SET) != 0 && !change(word, word & ~SET)) {
            word = liveWord();
        }
    }

    /**
     * Returns whether it is set.
     *
     * @return whether it is
     */
    public boolean isSet() {
        return (liveWord() & SET) != 0;
    }

    /**
     * Waits until it is set, or has been.
     *
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean await(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long word = liveWord();
        if ((word & SET) != 0) {
            return true;
        }
        return !deadline.passed() && room.await(new Passing(word & TIMES), deadline, true);
    }

    /** Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. */
    public void destroy() {
        Cell.LONG.setVolatile(memory, wordAt, DESTROYED);
        room.wake(Integer.MAX_VALUE);
        cell.segment().directory().cells().giveBack(cell);
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code set}
     */
    public String state() {
        long word = word();
        return word == DESTROYED ? "destroyed" : (word & SET) != 0 ? "set" : "unset";
    }

    /** One thread's wait for it. */
    private final class Passing implements Awaited {
        private final long times;

        Passing(long times) {
            this.times = times;
        }

        private boolean mayPass(long word) {
            return (word & SET) != 0 || (word & TIMES) != times;
        }

        @Override
        public boolean attempt(boolean queued) {
            return mayPass(liveWord());
        }

        @Override
        public long announce() {
            long word = word();
            while (!mayPass(word)) {
                if ((word & WAITERS) != 0 || change(word, word | WAITERS)) {
                    return word | WAITERS;
                }
                word = word();
            }
            return LOOK_AGAIN;
        }

        @Override
        public boolean isWorthALook() {
            long word = word();
            return mayPass(word) || (word & WAITERS) == 0;
        }
    }
}
