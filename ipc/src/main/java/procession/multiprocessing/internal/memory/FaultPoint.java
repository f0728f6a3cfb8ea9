// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.SelfKill;

/**
 * A place between two steps of a protocol in shared memory, where a test can have this process die as if by {@code kill -9}:
 * {@code -Dprocession.test.dieAt=MUTEX_FREED}. Without that property it is a constant condition, which costs nothing.
 */
public enum FaultPoint {
    /** The file of slots has been made, and is empty. */
    SLOTS_MADE,
    /** The file of slots has all but its magic. */
    SLOTS_WRITTEN,
    /** The process has a slot, and its tag is not there yet. */
    SLOT_LOCKED,
    /** The file of a segment has been made, and is empty. */
    SEGMENT_MADE,
    /** The file of a segment is as long as it will be. */
    SEGMENT_ALLOCATED,
    /** The file of a segment has all but its magic. */
    SEGMENT_DESCRIBED,
    /** A segment is whole, and nobody has it mapped. */
    SEGMENT_WHOLE,
    /** A record has its new owner, and is not counted yet. */
    PARTY_TAGGED,
    /** A thread is in the queue. */
    WAITING_QUEUED,
    /** The word says that somebody sleeps, and nobody does yet. */
    WAITING_ANNOUNCED,
    /** A thread was woken, and has done nothing with that. */
    WAITING_WOKEN,
    /** A thread has left the queue, and handed nothing on. */
    WAITING_LEFT,
    /** A thread of the queue has acquired. */
    MUTEX_TAKEN,
    /** The mutex is free, and nobody has been told. */
    MUTEX_FREED,
    /** A dead owner's mutex says so, and nobody has been told. */
    MUTEX_ABANDONED,
    /** A dead owner's mutex has been taken over. */
    MUTEX_TAKEN_OVER,
    /** The mutex is under repair, which has not begun. */
    MUTEX_UNDER_REPAIR,
    /** The repair is done, and the mutex not free. */
    MUTEX_REPAIRED,
    /** A repair has failed, the mutex is abandoned again, and nobody has been told. */
    MUTEX_ABANDONED_AGAIN,
    /** A thread has the mutex, and has written its name. */
    REENTRANT_NAMED,
    /** A thread has taken its name away, and has the mutex. */
    REENTRANT_UNNAMED,
    /** The flag is set, and nobody has been told. */
    FLAG_SET,
    /** The journal says that nothing is under way. */
    JOURNAL_EMPTY,
    /** The journal has a record, and not its new state. */
    JOURNAL_RECORD,
    /** The journal has all but its number. */
    JOURNAL_STATE,
    /** The journal is whole, and the change has not been made. */
    JOURNAL_WHOLE,
    /** The change has been made, and the record does not have it. */
    PERMITS_CHANGED,
    /** The record has the change, too. */
    PERMITS_RECORDED,
    /** Permits of the dead are there again, and nobody has been told. */
    PERMITS_RECLAIMED,
    /** Permits were given, and nobody has been told. */
    PERMITS_GIVEN;

    /** Names the point at which a process dies. */
    public static final String PROPERTY = "procession.test.dieAt";

    private static final int KILLED = 128 + 9;

    private static final @Nullable String DEADLY = System.getProperty(PROPERTY);

    /** Says that the process has come here; does not return if it is to die here. */
    public void reach() {
        if (DEADLY != null && DEADLY.equals(name())) {
            SelfKill.now(KILLED);
        }
    }
}
