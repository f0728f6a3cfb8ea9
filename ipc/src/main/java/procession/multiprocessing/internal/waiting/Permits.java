// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import java.util.StringJoiner;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.ProcessTag;

/** A number of permits in shared memory, some of which come back when the process dies that has taken them. */
public final class Permits {
    /*
     * Overview. One long, the word, only ever changes by compare-and-set:
     *
     *     63 62                            32 31 30                          0
     *     +--+-------------------------------+--+----------------------------+
     *     |0 | permits                       |W | number of the last change that was recorded
     *     +--+-------------------------------+--+----------------------------+
     *
     *     W  somebody sleeps: who gives permits takes it away, and wakes as many
     *     all bits set: destroyed
     *
     * Plain takes and gives are that one compare-and-set, and nobody's: whoever dies before it has changed nothing, and
     * who dies after it has taken or given a permit for good. A lost wake-up is made good by the Watch.
     *
     * Recorded ones also change how many permits a process has (see Parties), which is a second write. So that no death between
     * the two loses a permit or makes one, they take turns, in the guard, a mutex that is taken over from the dead, and keep a
     * journal:
     *
     *     enter ─► redo ─► journal := none ─► record, new state ─► journal := n + 1 ─► word: permits ± k, n ─► n + 1 ─► record := new state ─► leave
     *                                                                                  the change
     *
     * Redo: if the word has the journal's number, the change has been made, and the record gets its new state, once more if it
     * has it. Otherwise nothing has happened. Plain changes in between leave the number alone. So at any instant a death leaves
     * either nothing, or a change that the next one in the guard completes.
     *
     * Reclaiming is such a change too: the record of a dead process goes to 0, and its permits into the word. It is done by
     * whoever finds no permit, and by the Watch's word he looks again. A tag is never alive again, so nobody takes away what
     * the living have.
     *
     * What is given back by one process and was taken by another, as Python allows, is taken off the giver's own record first and then
     * off any other: for a bounded semaphore, permits and records together are always the bound.
     */
    private static final long WAITERS = 1L << 31;
    private static final long NUMBERS = WAITERS - 1;
    private static final int PERMITS_SHIFT = 32;
    private static final long DESTROYED = -1;
    private static final int NO_NUMBER = -1;

    /** What {@link #changed} returns if it has changed nothing; no word of a semaphore that lives is this. */
    private static final long NONE = -1;

    private final Object object;
    private final Cell cell;
    private final ByteBuffer memory;
    private final int wordAt;
    private final boolean recordsAll;
    private final Parties parties;
    private final Mutex guard;
    private final WaitingRoom room;
    private final Taking plain = new Taking(false);
    private final Taking recorded = new Taking(true);

    /** How many cells a semaphore takes. */
    public static final int CELLS = PartiesDescriptor.CELLS;

    /** The option of one all of whose permits come back from the dead. */
    public static final int RECORDS_ALL = 1;

    /**
     * Makes what one process has of a semaphore.
     *
     * @param object what this is part of, for messages
     * @param cell the first of its cells
     */
    public Permits(Object object, Cell cell) {
        this.object = object;
        this.cell = cell;
        this.memory = cell.memory();
        this.wordAt = cell.at(PartiesDescriptor.WORD_AT);
        this.recordsAll = (cell.options() & RECORDS_ALL) != 0;
        this.parties = new Parties(cell);
        this.guard = Mutex.inside(object, cell, PartiesDescriptor.GUARD_AT);
        this.room = WaitingRoom.of(cell.segment(), wordAt);
    }

    /**
     * Fills it, before any other process knows of it.
     *
     * @param permits how many there are at first
     * @param bound how many there are at most
     */
    public void start(int permits, int bound) {
        Cell.INT.setVolatile(memory, cell.at(PermitsDescriptor.BOUND_AT), bound);
        Cell.LONG.setVolatile(memory, wordAt, (long) permits << PERMITS_SHIFT);
    }

    private long word() {
        return (long) Cell.LONG.getVolatile(memory, wordAt);
    }

    private long liveWord() {
        long word = word();
        if (word == DESTROYED) {
            throw new IllegalStateException("this has been destroyed: " + object);
        }
        return word;
    }

    private boolean change(long from, long to) {
        return Cell.LONG.compareAndSet(memory, wordAt, from, to);
    }

    private static int permits(long word) {
        return (int) (word >>> PERMITS_SHIFT);
    }

    private static long withPermits(long word, int permits) {
        return (long) permits << PERMITS_SHIFT | Integer.toUnsignedLong((int) word);
    }

    // ---- take

    /**
     * Takes a permit, or waits for one.
     *
     * @param deadline until when
     * @param back whether it comes back when this process dies
     * @return {@code false} if the deadline passed first
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean acquire(Deadline deadline, boolean back) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Taking taking = (back || recordsAll) ? recorded : plain;
        return taking.attempt(false) || (!deadline.passed() && room.await(taking, deadline, true));
    }

    /**
     * Takes a permit, if there is one.
     *
     * @param back whether it comes back when this process dies
     * @return whether there was one
     */
    public boolean tryAcquire(boolean back) {
        return ((back || recordsAll) ? recorded : plain).attempt(false);
    }

    private boolean takePlain(long word, long mark) {
        return change(word, withPermits(word, permits(word) - 1) | mark);
    }

    private boolean takeRecorded(long mark) {
        guard.acquireUninterruptibly();
        try {
            redo();
            if (parties.isCrowded()) {
                long unused = reclaimed(); // of which this one takes the first, and the Watch tells of the others
            }
            int record = parties.mine();
            return changed(record, parties.state(record) + 1, -1, mark) != NONE;
        } finally {
            guard.release();
        }
    }

    // ---- give

    /**
     * Gives permits back.
     *
     * @param n how many
     * @param back whether they were taken so that they come back when this process dies
     * @throws IllegalStateException if that would be more than the bound; nothing is given then
     */
    public void release(int n, boolean back) {
        if ((back || recordsAll) ? givenRecorded(n) : givenPlain(n)) {
            FaultPoint.PERMITS_GIVEN.reach();
            room.wake(n);
        }
    }

    /** Returns whether somebody sleeps. */
    private boolean givenPlain(int n) {
        long word = liveWord();
        while (!change(word, withPermits(word & ~WAITERS, permits(word) + checked(word, n)))) {
            word = liveWord();
        }
        return (word & WAITERS) != 0;
    }

    private int checked(long word, int n) {
        int bound = bound();
        if (n > bound - permits(word)) {
            throw new IllegalStateException("release of " + n + " with " + permits(word) + " of at most " + bound
                    + " permits free: nothing released; each release needs an acquisition of its own");
        }
        return n;
    }

    private int bound() {
        return (int) Cell.INT.getVolatile(memory, cell.at(PermitsDescriptor.BOUND_AT));
    }

    /** Returns whether somebody sleeps. */
    private boolean givenRecorded(int n) {
        guard.acquireUninterruptibly();
        try {
            redo();
            int left = checked(liveWord(), n);
            long seen = 0;
            for (int record = parties.find(); left > 0; record = -1) {
                record = record < 0 ? parties.firstInUse() : record;
                if (record < 0) {
                    return givenPlain(left) || (seen & WAITERS) != 0; // more than anybody has taken
                }
                long state = parties.state(record);
                int given = (int) Math.min(left, state);
                seen |= changed(record, state - given, given, 0);
                left -= given;
            }
            return (seen & WAITERS) != 0;
        } finally {
            guard.release();
        }
    }

    /** Gives what the dead have left, and returns whether there may be permits now. */
    private boolean reclaim() {
        if (!hasSomebodyDied()) {
            return false;
        }
        long given;
        guard.acquireUninterruptibly();
        try {
            redo();
            given = reclaimed();
            FaultPoint.PERMITS_RECLAIMED.reach();
        } finally {
            guard.release();
        }
        room.wake((int) Math.min(given, Integer.MAX_VALUE));
        return true;
    }

    /** Who died with the guard may have no record yet, and in the journal what he took. */
    private boolean hasSomebodyDied() {
        return guard.isOfTheDead() || parties.firstOfTheDead(0) >= 0;
    }

    /** Gives what the dead have left, with the guard held, and returns how much that was. */
    private long reclaimed() {
        long given = 0;
        for (int record = parties.firstOfTheDead(0); record >= 0; record = parties.firstOfTheDead(record + 1)) {
            long state = parties.state(record);
            changed(record, 0, state, 0);
            given += state;
        }
        return given;
    }

    // ---- what is recorded

    /**
     * Makes a change that takes or gives what a record says; with the guard held.
     *
     * @return the word before the change, or {@link #NONE} if there is no permit, and so no change
     */
    private long changed(int record, long state, long permits, long mark) {
        long number = (liveWord() + 1) & NUMBERS;
        setJournalNumber(NO_NUMBER);
        FaultPoint.JOURNAL_EMPTY.reach();
        Cell.INT.setVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_RECORD_AT), record);
        FaultPoint.JOURNAL_RECORD.reach();
        Cell.LONG.setVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_STATE_AT), state);
        FaultPoint.JOURNAL_STATE.reach();
        setJournalNumber((int) number);
        FaultPoint.JOURNAL_WHOLE.reach();
        while (true) {
            long word = liveWord();
            long after = Math.min(permits(word) + permits, bound());
            if (after < 0) {
                return NONE;
            }
            long marked = permits > 0 ? 0 : (word & WAITERS) | mark;
            if (change(word, after << PERMITS_SHIFT | marked | number)) {
                FaultPoint.PERMITS_CHANGED.reach();
                parties.setState(record, state);
                FaultPoint.PERMITS_RECORDED.reach();
                return word;
            }
        }
    }

    private void setJournalNumber(int number) {
        Cell.INT.setVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_NUMBER_AT), number);
    }

    /** Completes the change in which the last one died that had the guard; with the guard held. */
    private void redo() {
        int number = (int) Cell.INT.getVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_NUMBER_AT));
        if (number != (liveWord() & NUMBERS)) {
            return;
        }
        int record = (int) Cell.INT.getVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_RECORD_AT));
        long state = (long) Cell.LONG.getVolatile(memory, cell.at(PermitsDescriptor.JOURNAL_STATE_AT));
        if (record < parties.used() && parties.state(record) != state) {
            parties.setState(record, state);
        }
    }

    // ---- the rest

    /**
     * Returns how many permits there are.
     *
     * @return how many, from 0
     */
    public int value() {
        return permits(liveWord());
    }

    /** Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. */
    public void destroy() {
        Cell.LONG.setVolatile(memory, wordAt, DESTROYED);
        room.wake(Integer.MAX_VALUE);
        parties.giveBack();
        cell.segment().directory().cells().giveBack(cell);
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code value 2, process 4711 has 1}
     */
    public String state() {
        long word = word();
        if (word == DESTROYED) {
            return "destroyed";
        }
        StringJoiner state = new StringJoiner(", ");
        state.add("value " + permits(word));
        int used = parties.used();
        for (int record = 0; record < used; record++) {
            long has = parties.state(record);
            if (has != 0) {
                state.add("process " + ProcessTag.pid(parties.tag(record)) + " has " + has);
            }
        }
        return state.toString();
    }

    /** One way of waiting for a permit. */
    private final class Taking implements Awaited {
        private final boolean back;

        Taking(boolean back) {
            this.back = back;
        }

        @Override
        public boolean attempt(boolean queued) {
            long mark = queued ? WAITERS : 0;
            while (true) {
                long word = liveWord();
                if (permits(word) == 0) {
                    if (!reclaim()) {
                        return false;
                    }
                } else if (back ? takeRecorded(mark) : takePlain(word, mark)) {
                    return true;
                }
            }
        }

        @Override
        public long announce() {
            long word = word();
            while (word != DESTROYED && permits(word) == 0) {
                if ((word & WAITERS) != 0 || change(word, word | WAITERS)) {
                    return Integer.toUnsignedLong((int) (word | WAITERS));
                }
                word = word();
            }
            return LOOK_AGAIN;
        }

        @Override
        public boolean isWorthALook() {
            long word = word();
            return word == DESTROYED || permits(word) > 0 || (word & WAITERS) == 0 || hasSomebodyDied();
        }
    }
}
