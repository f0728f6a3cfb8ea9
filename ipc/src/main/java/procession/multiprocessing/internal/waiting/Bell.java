// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Segment;

/** A word of shared memory on which threads sleep until there is news, of which the word itself says nothing. */
public final class Bell {
    /*
     * Overview. The lower half of one long, which only ever changes by compare-and-set:
     *
     *     31 30 29                                  0
     *     +--+--+-----------------------------------+      W  somebody sleeps
     *     |W |S | how often it rang while one was set       S  somebody sleeps elsewhere, who waits for this among others
     *     +--+--+-----------------------------------+
     *
     *     waiter:    W := 1; no news? ──► sleep while the word is that
     *     bringer:   the news; W or S? ──► both := 0, count + 1, wake, and tell those elsewhere
     *
     * The news is written by a volatile access, or a stronger one, before the bell is looked at, and the waiter looks for news
     * after he has written W; so one of them sees the other. Ringing costs one load while nobody sleeps. A ring that dies with
     * its process is made good by the Watch.
     */
    private static final long WAITERS = 1L << 31;
    private static final long ELSEWHERE = 1L << 30;
    private static final long COUNT = ELSEWHERE - 1;

    private final ByteBuffer memory;
    private final int wordAt;
    private final WaitingRoom room;
    private final Runnable tellElsewhere;

    /**
     * Makes what one process has of a bell.
     *
     * @param segment where it is
     * @param longAt where its long is, in the memory of the segment
     */
    public Bell(Segment segment, int longAt) {
        this(segment, longAt, () -> {});
    }

    /**
     * Makes what one process has of a bell.
     *
     * @param segment where it is
     * @param longAt where its long is, in the memory of the segment
     * @param tellElsewhere tells who has called {@link #listenElsewhere}
     */
    public Bell(Segment segment, int longAt, Runnable tellElsewhere) {
        this.memory = segment.memory();
        this.wordAt = longAt;
        this.room = WaitingRoom.of(segment, longAt);
        this.tellElsewhere = tellElsewhere;
    }

    private long word() {
        return (long) Cell.LONG.getVolatile(memory, wordAt);
    }

    private boolean change(long from, long to) {
        return Cell.LONG.compareAndSet(memory, wordAt, from, to);
    }

    /**
     * Waits until there is news.
     *
     * @param news says whether there is; asked by other threads as well, time and again
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean await(BooleanSupplier news, Deadline deadline) throws InterruptedException {
        return room.await(new Listening(news), deadline, true);
    }

    /** Wakes who sleeps, if somebody does; called after the news has been written. */
    public void ring() {
        if ((word() & (WAITERS | ELSEWHERE)) != 0) {
            ringLoud();
        }
    }

    private void ringLoud() {
        long word = word();
        while ((word & (WAITERS | ELSEWHERE)) != 0) {
            if (change(word, (word + 1) & COUNT)) {
                if ((word & WAITERS) != 0) {
                    room.wake(Integer.MAX_VALUE);
                }
                if ((word & ELSEWHERE) != 0) {
                    tellElsewhere.run();
                }
                return;
            }
            word = word();
        }
    }

    /** Asks to be told elsewhere of the next news; whoever asks looks for news after that. */
    public void listenElsewhere() {
        long word = word();
        while ((word & ELSEWHERE) == 0 && !change(word, word | ELSEWHERE)) {
            word = word();
        }
    }

    /**
     * Returns whether somebody sleeps.
     *
     * @return whether a ring would wake anybody
     */
    public boolean isAwaited() {
        return (word() & WAITERS) != 0;
    }

    /** One thread's wait. */
    private final class Listening implements Awaited {
        private final BooleanSupplier news;

        Listening(BooleanSupplier news) {
            this.news = news;
        }

        @Override
        public boolean attempt(boolean queued) {
            return news.getAsBoolean();
        }

        @Override
        public long announce() {
            long word = word();
            while ((word & WAITERS) == 0 && !change(word, word | WAITERS)) {
                word = word();
            }
            return news.getAsBoolean() ? LOOK_AGAIN : Integer.toUnsignedLong((int) (word | WAITERS));
        }

        @Override
        public boolean isWorthALook() {
            return news.getAsBoolean() || (word() & WAITERS) == 0;
        }
    }
}
