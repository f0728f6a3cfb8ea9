// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.internal.Deadline;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.shared.LongValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/**
 * Deaths between any two steps of a recorded change: the memory is as the dead one would have left it. Permits are then neither
 * lost nor made.
 */
@ExtendWith(LeakCheck.class)
class PermitsDeathTest {
    private static final int KIND = 1001;
    private static final int BOUND = 4;

    private final Cell cell = SharedDirectory.current().cells().take(KIND, Permits.RECORDS_ALL, Permits.CELLS);
    private final Permits permits = new Permits(this, cell);
    private final LongValue tag = new LongValue(0);

    @BeforeEach
    void start() {
        permits.start(BOUND, BOUND);
    }

    @AfterEach
    void destroy() {
        permits.destroy();
        tag.destroy();
    }

    private Process started() {
        LongValue told = tag;
        told.set(0);
        var process = new Process(() -> {
            told.set(SharedDirectory.current().own());
            new CountDownLatch(1).await();
        });
        process.start();
        Await.until("the child has told its tag", Delays.large(), () -> told.get() != 0 || !process.isAlive());
        return process;
    }

    private static void kill(Process process) throws InterruptedException {
        process.kill();
        assertTrue(process.join(Delays.large()));
    }

    /** Returns the tag of a process that has been killed, the same for all tests: once dead, a tag is dead for ever. */
    private long tagOfTheDead() throws InterruptedException {
        if (dead == 0) {
            kill(started());
            dead = tag.get();
        }
        return dead;
    }

    private static long dead;

    private void setInt(int field, int value) {
        Cell.INT.setVolatile(cell.memory(), cell.at(field), value);
    }

    private void setLong(int field, long value) {
        Cell.LONG.setVolatile(cell.memory(), cell.at(field), value);
    }

    private void record(int index, long owner, long state) {
        int at = PartiesDescriptor.RECORDS_AT + index * PartiesDescriptor.RECORD_BYTES;
        setLong(at, owner);
        setLong(at + PartiesDescriptor.STATE_IN_RECORD, state);
    }

    private void word(long free, long number) {
        setLong(PartiesDescriptor.WORD_AT, free << 32 | number);
    }

    /** Leaves what a dead process does that had some permits and was about to have more or fewer, at a step. */
    private void leave(long dead, int before, int after, int step) {
        int number = 7;
        setInt(PartiesDescriptor.USED_AT, 3);
        record(2, dead, before);
        word(BOUND - before, number);
        setInt(PermitsDescriptor.JOURNAL_RECORD_AT, 1);
        setLong(PermitsDescriptor.JOURNAL_STATE_AT, 0);
        setInt(PermitsDescriptor.JOURNAL_NUMBER_AT, number);
        setLong(PartiesDescriptor.GUARD_AT, dead);
        Runnable[] steps = {
            () -> setInt(PermitsDescriptor.JOURNAL_NUMBER_AT, -1),
            () -> setInt(PermitsDescriptor.JOURNAL_RECORD_AT, 2),
            () -> setLong(PermitsDescriptor.JOURNAL_STATE_AT, after),
            () -> setInt(PermitsDescriptor.JOURNAL_NUMBER_AT, number + 1),
            () -> word(BOUND - after, number + 1),
            () -> record(2, dead, after),
            () -> setLong(PartiesDescriptor.GUARD_AT, 0),
        };
        for (int i = 0; i < step; i++) {
            steps[i].run();
        }
    }

    private void assertSound() throws InterruptedException {
        for (int i = 0; i < BOUND; i++) {
            assertTrue(permits.acquire(Deadline.after(Delays.large()), false), permits.state());
        }
        assertFalse(permits.tryAcquire(false), permits::state);
        permits.release(BOUND, false);
        assertEquals("value " + BOUND, permits.state());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void take_ofAProcessThatDies_isUndone(int step) throws InterruptedException {
        leave(tagOfTheDead(), 1, 2, step);
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void give_ofAProcessThatDies_countsOnce(int step) throws InterruptedException {
        leave(tagOfTheDead(), 2, 1, step);
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void reclaim_byAProcessThatDies_countsOnce(int step) throws InterruptedException {
        leave(tagOfTheDead(), 3, 0, step);
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void take_ofAllByAProcessThatHadNone_isUndone(int step) throws InterruptedException {
        leave(tagOfTheDead(), 0, BOUND, step);
        assertSound();
    }

    @Test
    void take_whenTheFirstRecordsAreUsedUp_goesOnInTheOverflow() throws InterruptedException {
        Process living = started();
        long other = tag.get();
        try {
            setInt(PermitsDescriptor.JOURNAL_NUMBER_AT, -1);
            setInt(PartiesDescriptor.USED_AT, PartiesDescriptor.INLINE_RECORDS);
            for (int i = 0; i < PartiesDescriptor.INLINE_RECORDS; i++) {
                record(i, other, 1);
            }
            assertTrue(permits.tryAcquire(true));
            var again = new Permits(this, cell);
            assertTrue(again.tryAcquire(true));
            String mine = "process " + ProcessHandle.current().pid() + " has 2";
            assertTrue(permits.state().endsWith(mine), permits::state);
            assertTrue(again.state().endsWith(mine), again::state);
            permits.release(1, true);
            again.release(1, true);
            assertFalse(again.state().contains(mine), again::state);
        } finally {
            kill(living);
        }
    }
}
