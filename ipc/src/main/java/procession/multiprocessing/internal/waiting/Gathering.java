// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.ProcessTag;
import procession.multiprocessing.internal.memory.SharedDirectory;

/** A barrier in shared memory, which breaks when a process dies that the others wait for. */
public final class Gathering {
    /*
     * Overview. The word says which round it is, and what is going on; it changes only under the guard, by compare-and-set
     * because those who are going to sleep mark it at any time:
     *
     *     63       59 58  56 55 54 53 52 51          32 31 30                         0
     *     +----------+------+--+--+--+--+--------------+--+---------------------------+
     *     | 0        | end  |  |L |E |A | arrived      |W | round                     |
     *     +----------+------+--+--+--+--+--------------+--+---------------------------+
     *
     *     A  the last one runs the action     E  the round is being ended, as `end` says     L  somebody came late
     *     W  somebody sleeps     broken is: `end` without E     all bits set: destroyed
     *
     *     filling ──the last arrives──► A ──the action returns──► E passed ──► filling, round + 1
     *        └──timeout, abort, reset, death──► E ──► filling or broken, round + 1 ◄── E ◄──the action throws──┘
     *
     * Each process has a record, which nobody else changes but who ends a round:
     *
     *     | end, 8 bits | 0 | registered, 20 bits | waiting, 20 bits |
     *
     * Who arrives counts himself in, takes a place, counts up `arrived`, in this order, and leaves in the opposite one.
     * Who ends a round writes E and the end into the word; then the end into the record of each process that waits; and then
     * the next round, with which E goes. So whatever instant a process dies at,
     * - before it has counted itself in: nothing has happened, but a cleared table of places, which is as good;
     * - from then on, waiting or running the action or leaving: its record says that it waits, and it is dead. Whoever finds
     *   that, by the Watch at the latest, breaks the round. That the places and `arrived` may be wrong does not matter then;
     * - in the middle of an end: E is there. Who gets the guard next, by the Watch at the latest, goes on where the dead one was;
     * - after an end: it does not wait any more, and leaves nothing. Wake-ups that it has not sent are the Watch's.
     *
     * A record keeps the end of a round until a thread of that process arrives again, which passes the end on to those threads of
     * it that have not seen it yet (Round). So a thread that sleeps, or a process that is stopped, learns what became of
     * its round however many rounds ago that was, and nobody ever waits for it to leave. (A history of the last rounds in the
     * head would do for all but those who are late, and who is a millisecond late is hundreds of rounds late.)
     *
     * Places are bits in a table. A thread that is interrupted gives its place back, and the next to come gets the lowest
     * one that is free: so each place is there once at the end, and nobody has to be told that he has moved up.
     *
     * Records are read without the guard; what is written there under it are single longs.
     */
    private static final long WAITERS = 1L << 31;
    private static final long ROUNDS = WAITERS - 1;
    private static final int ARRIVED_SHIFT = 32;
    private static final long ONE_ARRIVED = 1L << ARRIVED_SHIFT;
    private static final long ARRIVED = ((1L << 20) - 1) << ARRIVED_SHIFT;
    private static final long ACTING = 1L << 52;
    private static final long ENDING = 1L << 53;
    private static final long LATE = 1L << 54;
    private static final int END_SHIFT = 56;
    private static final long END = 7L << END_SHIFT;
    private static final long DESTROYED = -1;

    /** How a round ends; 0 for not yet. */
    private static final int PASSED = 1;

    private static final int RESET = 2;
    private static final int ABORTED = 3;
    private static final int TIMEOUT = 4;
    private static final int FAILED = 5;
    private static final int DEATH = 6;
    private static final int LATE_COMER = 7;

    private static final long ONE_WAITING = 1;
    private static final long WAITING = (1L << 20) - 1;
    private static final long ONE_REGISTERED = 1L << 20;
    private static final long REGISTERED = WAITING << 20;
    private static final int RECORD_END_SHIFT = 56;

    /** How many can wait for each other. */
    public static final int MAX_PARTIES = 1 << 18;

    private static final int THREAD_ID_BITS = 35;

    private final Object object;
    private final Cell cell;
    private final ByteBuffer memory;
    private final int wordAt;
    private final SharedDirectory directory;
    private final WaitingRoom room;
    private final Mutex guard;
    private final Parties records;
    private final Here here;

    /** What this process has of all rounds; its fields change under the guard. */
    private static final class Here {
        /** Of those threads of this process that wait, or have waited last. */
        Round round = new Round();
    }

    /** What the threads of one process have in common that wait in one round. */
    private static final class Round {
        /** How it ended, if its process's record does not say so any more. */
        volatile int end;

        /** What the action threw, if this process ran it; written before the end. */
        @Nullable
        Throwable failure;
    }

    /**
     * Makes what one process has of a barrier.
     *
     * @param object what it is part of, for messages
     * @param cell the first of its cells
     */
    public Gathering(Object object, Cell cell) {
        this.object = object;
        this.cell = cell;
        this.memory = cell.memory();
        this.wordAt = cell.at(PartiesDescriptor.WORD_AT);
        this.directory = cell.segment().directory();
        this.room = WaitingRoom.of(cell.segment(), wordAt);
        this.guard = Mutex.inside(object, cell, PartiesDescriptor.GUARD_AT);
        this.records = new Parties(cell);
        this.here = InProcess.at(cell, Here.class, Here::new);
    }

    /**
     * Returns how many cells a barrier takes.
     *
     * @param parties for how many
     * @return the number
     */
    public static int cells(int parties) {
        return GatheringDescriptor.cells(parties);
    }

    /**
     * Fills it, before any other process knows of it.
     *
     * @param parties how many wait for each other
     */
    public void start(int parties) {
        Cell.INT.setVolatile(memory, cell.at(GatheringDescriptor.PARTIES_AT), parties);
    }

    /**
     * Returns how many wait for each other.
     *
     * @return how many
     */
    public int parties() {
        return (int) Cell.INT.getVolatile(memory, cell.at(GatheringDescriptor.PARTIES_AT));
    }

    // ---- the word

    private long word() {
        return (long) Cell.LONG.getVolatile(memory, wordAt);
    }

    private long liveWord() {
        long word = word();
        if (word == DESTROYED) {
            throw destroyed();
        }
        return word;
    }

    private boolean change(long from, long to) {
        return Cell.LONG.compareAndSet(memory, wordAt, from, to);
    }

    /** Changes the word under the guard, whoever marks it meanwhile, and returns what it was. */
    private long rewrite(long kept, long added) {
        long word = liveWord();
        while (!change(word, (word & kept) + added)) {
            word = liveWord();
        }
        return word;
    }

    private static int arrived(long word) {
        return (int) ((word & ARRIVED) >>> ARRIVED_SHIFT);
    }

    private static int end(long word) {
        return (int) ((word & END) >>> END_SHIFT);
    }

    private static boolean isBroken(long word) {
        return end(word) != 0 && (word & ENDING) == 0;
    }

    // ---- ends of rounds, under the guard

    /** Enters the guard, and goes on where somebody died who was ending a round. */
    private long enter() {
        guard.acquireUninterruptibly();
        boolean entered = false;
        try {
            long word = liveWord();
            if ((word & ENDING) != 0) {
                goOnEnding();
                word = liveWord();
            }
            entered = true;
            return word;
        } finally {
            if (!entered) {
                guard.release();
            }
        }
    }

    private void end(int how) {
        rewrite(~END, ENDING | (long) how << END_SHIFT);
        goOnEnding();
    }

    private void goOnEnding() {
        long word = liveWord();
        int how = end(word);
        for (int i = 0; i < records.used(); i++) {
            long record = records.state(i);
            if (isForgettable(record, how) && !isAlive(records.tag(i), how != PASSED)) {
                records.setState(i, 0);
            } else if ((record & WAITING) != 0) {
                records.setState(i, (record & REGISTERED) | (long) how << RECORD_END_SHIFT);
            }
        }
        long next = nextRound(word, how);
        while (!change(word, next)) {
            word = liveWord(); // with the mark of one more who sleeps
        }
        if ((word & WAITERS) != 0) {
            room.wake(Integer.MAX_VALUE);
        }
    }

    /** So that who begins anew does without the dead; but a process that had joined is not forgotten before it has broken it. */
    private static boolean isForgettable(long record, int how) {
        return record != 0 && (how > RESET || (record & REGISTERED) == 0);
    }

    private static long nextRound(long word, int how) {
        long round = (word + 1) & ROUNDS;
        int broken = how > RESET ? how : how == PASSED && (word & LATE) != 0 ? LATE_COMER : 0;
        return round | (long) broken << END_SHIFT;
    }

    private static int recordedEnd(long record) {
        return (int) (record >>> RECORD_END_SHIFT);
    }

    /** Returns who has died that the others wait for, or 0. While the action runs, that is who runs it. */
    private long dead(long word, boolean askTheKernel) {
        if ((word & ACTING) != 0) {
            long runner = (long) Cell.LONG.getVolatile(memory, cell.at(GatheringDescriptor.RUNNER_AT));
            return runner == 0 || directory.isBelievedAlive(runner) ? 0 : runner;
        }
        return deadParty(askTheKernel);
    }

    private long deadParty(boolean askTheKernel) {
        for (int i = 0; i < records.used(); i++) {
            if ((records.state(i) & (WAITING | REGISTERED)) != 0) {
                long tag = records.tag(i);
                if (!isAlive(tag, askTheKernel)) {
                    return tag;
                }
            }
        }
        return 0;
    }

    private boolean isAlive(long tag, boolean askTheKernel) {
        return askTheKernel ? directory.isAlive(tag) : directory.isBelievedAlive(tag);
    }

    /** Breaks the round if somebody has died. */
    private boolean brokenByDeath(boolean askTheKernel) {
        long word = liveWord();
        long dead = isBroken(word) ? 0 : dead(word, askTheKernel);
        if (dead == 0) {
            return false;
        }
        breakFor(dead);
        return true;
    }

    private void breakFor(long dead) {
        Cell.LONG.setVolatile(memory, cell.at(GatheringDescriptor.DEAD_AT), dead);
        end(DEATH);
    }

    // ---- waiting

    /**
     * Waits until all have come.
     *
     * @param timeout the longest time
     * @param action what the last one runs, if there is anything
     * @return the place of the thread
     * @throws InterruptedException if interrupted on entry or while others are missing
     * @throws BrokenBarrierException if it breaks, or is broken
     */
    public int await(Duration timeout, @Nullable Runnable action) throws InterruptedException, BrokenBarrierException {
        Deadline deadline = Deadline.after(timeout);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (true) {
            Arrival arrival = arrive(deadline, timeout, action != null);
            if (arrival.isWaiting()) {
                return awaitOthers(arrival, deadline, timeout);
            } else if (arrival.isRunner && action != null) {
                act(arrival, action);
                return arrival.place;
            } else if (arrival.round != null) {
                return arrival.place;
            }
            room.await(arrival, deadline, true);
        }
    }

    private Arrival arrive(Deadline deadline, Duration timeout, boolean withAction) throws BrokenBarrierException {
        long word = enter();
        try {
            requireNotRunner(word, "await");
            if (isBroken(word)) {
                throw broken(end(word), null);
            }
            boolean last = (word & ACTING) == 0 && arrived(word) == parties() - 1;
            if (brokenByDeath(last)) {
                throw broken(DEATH, null);
            }
            Arrival arrival = new Arrival(word & ROUNDS);
            if ((word & ACTING) != 0) {
                if (deadline.passed()) {
                    rewrite(-1, (word & LATE) == 0 ? LATE : 0);
                    throw new BrokenBarrierException("The barrier is broken: a thread waited longer than " + timeout
                            + " for the action of the round before");
                }
                return arrival;
            }
            countIn(arrival);
            arrival.place = takePlace(word & ROUNDS);
            if (!last) {
                arrival.waits = true;
                rewrite(-1, ONE_ARRIVED);
            } else if (withAction) {
                arrival.isRunner = true;
                Cell.LONG.setVolatile(memory, cell.at(GatheringDescriptor.RUNNER_AT), directory.own());
                Cell.LONG.setVolatile(memory, cell.at(GatheringDescriptor.RUNNING_THREAD_AT), myName());
                rewrite(~ARRIVED, ACTING);
            } else {
                end(PASSED);
            }
            return arrival;
        } finally {
            guard.release();
        }
    }

    /** Writes into the record of this process that one more waits, and tells those of earlier rounds what it said. */
    private void countIn(Arrival arrival) {
        int mine = records.mine();
        long record = records.state(mine);
        int end = recordedEnd(record);
        if (end != 0) {
            here.round.end = end;
            here.round = new Round();
            record &= REGISTERED;
        }
        records.setState(mine, record + ONE_WAITING);
        arrival.record = mine;
        arrival.round = here.round;
    }

    private int takePlace(long round) {
        int roundAt = cell.at(GatheringDescriptor.PLACES_OF_AT);
        int words = GatheringDescriptor.placeWords(parties());
        boolean first = (long) Cell.LONG.getVolatile(memory, roundAt) != round + 1;
        if (first) {
            for (int i = 0; i < words; i++) {
                Cell.LONG.setVolatile(memory, placesAt(i), 0L);
            }
            Cell.LONG.setVolatile(memory, roundAt, round + 1);
        }
        for (int i = 0; i < words; i++) {
            long taken = (long) Cell.LONG.getVolatile(memory, placesAt(i));
            if (taken != -1) {
                int bit = Long.numberOfTrailingZeros(~taken);
                Cell.LONG.setVolatile(memory, placesAt(i), taken | 1L << bit);
                return i * Long.SIZE + bit;
            }
        }
        throw new AssertionError("no place is left among " + parties());
    }

    private void giveBackPlace(int place) {
        int at = placesAt(place / Long.SIZE);
        long taken = (long) Cell.LONG.getVolatile(memory, at);
        Cell.LONG.setVolatile(memory, at, taken & ~(1L << place % Long.SIZE));
    }

    private int placesAt(int word) {
        return cell.at(GatheringDescriptor.PLACES_AT + word * Long.BYTES);
    }

    private int awaitOthers(Arrival arrival, Deadline deadline, Duration timeout)
            throws InterruptedException, BrokenBarrierException {
        boolean interrupted = false;
        boolean over = false;
        try {
            over = room.await(arrival, deadline, true);
        } catch (InterruptedException e) {
            if (withdrawn(arrival)) {
                throw e;
            }
            interrupted = true;
        } catch (RuntimeException | Error e) {
            withdrawn(arrival);
            throw e;
        }
        boolean mine = !over && !interrupted && brokenByTime(arrival);
        if (!over && !mine) {
            awaitTheEnd(arrival);
        }
        if (interrupted) {
            Thread.currentThread().interrupt(); // for whatever the thread waits for next
        }
        int end = endOf(arrival);
        if (end != PASSED) {
            throw mine
                    ? new BrokenBarrierException("The barrier is broken: a thread waited longer than " + timeout
                            + " for the others; reset() makes it usable again")
                    : broken(end, arrival.round);
        }
        return arrival.place;
    }

    private void awaitTheEnd(Arrival arrival) {
        try {
            room.await(arrival, Deadline.NEVER, false);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Leaves, unless the round is over or the action is being run. */
    private boolean withdrawn(Arrival arrival) {
        if (word() == DESTROYED) {
            return true;
        }
        long word = enter();
        try {
            if (endOf(arrival) != 0 || (word & ACTING) != 0) {
                return false;
            }
            rewrite(-1, -ONE_ARRIVED);
            giveBackPlace(arrival.place);
            records.setState(arrival.record, records.state(arrival.record) - ONE_WAITING);
            return true;
        } finally {
            guard.release();
        }
    }

    private boolean brokenByTime(Arrival arrival) {
        long word = enter();
        try {
            if (endOf(arrival) != 0 || (word & ACTING) != 0) {
                return false;
            }
            end(TIMEOUT);
            return true;
        } finally {
            guard.release();
        }
    }

    /** Returns how the round of an arrival ended, or 0 if it has not. */
    private int endOf(Arrival arrival) {
        Round round = arrival.round;
        if (round == null) {
            return 0;
        }
        int end = round.end;
        if (end == 0) {
            long record = records.state(arrival.record);
            // If the record is about a later round, then that one's first has told this one before.
            end = round.end;
            if (end == 0) {
                end = recordedEnd(record);
            }
        }
        return end;
    }

    // ---- the action

    private void act(Arrival arrival, Runnable action) throws BrokenBarrierException {
        try {
            action.run();
        } catch (Throwable failure) {
            Objects.requireNonNull(arrival.round).failure = failure;
            try {
                endAction(arrival, FAILED);
            } catch (RuntimeException destroyed) {
                failure.addSuppressed(destroyed);
            }
            throw failure;
        }
        endAction(arrival, PASSED);
        int end = endOf(arrival);
        if (end != PASSED) {
            throw broken(end, null);
        }
    }

    /** Ends the round; a party that has died while it waited for the action breaks it now, because the action runs alone. */
    private void endAction(Arrival arrival, int how) {
        long word = enter();
        try {
            if ((word & ACTING) == 0 || (word & ROUNDS) != arrival.number) {
                return;
            }
            long dead = how == PASSED ? deadParty(true) : 0;
            if (dead != 0) {
                breakFor(dead);
            } else {
                end(how);
            }
        } finally {
            guard.release();
        }
    }

    private long myName() {
        long thread = Thread.currentThread().getId() & ((1L << THREAD_ID_BITS) - 1);
        return ProcessTag.lowBits(directory.own()) << THREAD_ID_BITS | thread;
    }

    private void requireNotRunner(long word, String what) {
        if ((word & ACTING) != 0
                && (long) Cell.LONG.getVolatile(memory, cell.at(GatheringDescriptor.RUNNING_THREAD_AT)) == myName()) {
            throw new IllegalStateException(
                    what + "() called by the action of this barrier, whose end it would wait for: " + object
                            + "; to break the barrier, let the action throw");
        }
    }

    // ---- the rest

    /** Breaks it, when no action runs. */
    public void abort() {
        endWhenFilling("abort", ABORTED);
    }

    /** Lets go who waits, and begins a new round, when no action runs. */
    public void reset() {
        endWhenFilling("reset", RESET);
    }

    private void endWhenFilling(String what, int how) {
        while (true) {
            Arrival later;
            long word = enter();
            try {
                requireNotRunner(word, what);
                brokenByDeath(false);
                word = liveWord();
                if ((word & ACTING) == 0) {
                    long dead = how == RESET ? deadParty(true) : 0;
                    if (dead != 0) {
                        breakFor(dead); // which forgets it, also if it is broken already
                    }
                    if (how == RESET || !isBroken(word)) {
                        end(how);
                    }
                    return;
                }
                later = new Arrival(word & ROUNDS);
            } finally {
                guard.release();
            }
            awaitTheEnd(later);
        }
    }

    /** Joins: from now on, it breaks if this process dies. */
    public void register() {
        register(ONE_REGISTERED);
    }

    /** Takes one {@link #register()} back. */
    public void deregister() {
        try {
            register(-ONE_REGISTERED);
        } catch (IllegalStateException gone) {
            if (word() != DESTROYED) {
                throw gone;
            }
        }
    }

    private void register(long change) {
        enter();
        try {
            int mine = records.mine();
            long record = records.state(mine);
            if (change > 0 && (record & REGISTERED) == REGISTERED) {
                throw new IllegalStateException("this process has registered too often: " + object);
            }
            records.setState(mine, record + change);
        } finally {
            guard.release();
        }
    }

    /** Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. */
    public void destroy() {
        Cell.LONG.setVolatile(memory, wordAt, DESTROYED);
        room.wake(Integer.MAX_VALUE);
        records.giveBack();
        directory.cells().giveBack(cell);
    }

    /**
     * Returns how many wait for others.
     *
     * @return how many
     */
    public int waiting() {
        return arrived(liveWord());
    }

    /**
     * Returns whether it is broken.
     *
     * @return whether it is
     */
    public boolean isBroken() {
        long word = liveWord();
        return isBroken(word) || dead(word, false) != 0;
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code broken}
     */
    public String state() {
        long word = word();
        return word == DESTROYED
                ? "destroyed"
                : isBroken(word) ? "broken" : arrived(word) + " of " + parties() + " waiting";
    }

    private IllegalStateException destroyed() {
        return new IllegalStateException("this has been destroyed: " + object);
    }

    private BrokenBarrierException broken(int end, @Nullable Round round) {
        String cause = switch (end) {
            case RESET -> "it was reset";
            case ABORTED -> "it was aborted";
            case TIMEOUT -> "a thread waited too long for the others";
            case FAILED -> "its action threw an exception";
            case DEATH ->
                "process "
                        + ProcessTag.pid((long) Cell.LONG.getVolatile(memory, cell.at(GatheringDescriptor.DEAD_AT)))
                        + ", which the others wait for, has died";
            default -> "a thread waited too long for the action of the round before";
        };
        BrokenBarrierException exception =
                new BrokenBarrierException("The barrier is broken: " + cause + "; reset() makes it usable again");
        if (round != null) {
            exception.initCause(round.failure);
        }
        return exception;
    }

    /** One thread that has come, and what it waits for: that its round is over, or the round with the action that runs. */
    private final class Arrival implements Awaited {
        final long number;

        /** Where it learns how it ended; {@code null} if it has come too early for its round. */
        @Nullable
        Round round;

        /** The record of its process. */
        int record;

        int place;
        boolean waits;
        boolean isRunner;

        Arrival(long number) {
            this.number = number;
        }

        boolean isWaiting() {
            return waits;
        }

        private boolean isOver(long word) {
            return endOf(this) != 0 || (word != DESTROYED && (word & ROUNDS) != number);
        }

        @Override
        public boolean attempt(boolean queued) {
            if (endOf(this) != 0) {
                return true; // of which a destruction since takes nothing away
            }
            long word = liveWord();
            if (isOver(word)) {
                return true;
            }
            if (!queued || !needsHelp(word)) {
                return false;
            }
            enter(); // which goes on with what the dead has begun
            try {
                brokenByDeath(false);
            } finally {
                guard.release();
            }
            return isOver(liveWord());
        }

        private boolean needsHelp(long word) {
            return (word & ENDING) != 0 || dead(word, false) != 0;
        }

        @Override
        public long announce() {
            long word = word();
            while (word != DESTROYED && !isOver(word)) {
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
            return word == DESTROYED || (word & WAITERS) == 0 || isOver(word) || needsHelp(word);
        }
    }
}
