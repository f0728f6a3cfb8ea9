// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.ProcessTag;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SharedDirectory;

/** What an object of shared memory knows about each process that has to do with it: one record for each. */
final class Parties {
    /*
     * Overview. A record is a tag and a state, a long whose meaning is the object's. A state of 0 says that the process has
     * nothing to do with the object, and then another process may have the record. The layout is PartiesDescriptor's.
     *
     *     (tag, state) ──state becomes 0──► free ──mine(), with the guard held──► (other tag, 0) ──► (other tag, state)
     *
     * Records are claimed with the object's guard held. Who reads them without it, as the Watch does, may see a tag with a
     * state that belongs to the one before or after: so that is a reason to look with the guard held, and no more.
     *
     * The first records are in the object. When they are used up, whoever needs one more makes the overflow, which has a
     * record for each process that there can be. It is named as if the process had made it that has made the object: it lives
     * as long as that one. Its name is written first, and that there is one last. Who dies in between has left a file that
     * nobody uses, to be swept with that process's others.
     */
    private final Cell cell;
    private final SharedDirectory directory;
    private final long me;

    /** The overflow as this process has it mapped; benign: attaching twice gives the same. */
    private volatile @Nullable Segment overflow;

    Parties(Cell cell) {
        this.cell = cell;
        this.directory = cell.segment().directory();
        this.me = directory.own();
    }

    /** Returns how many records have been used so far. */
    int used() {
        int used = (int) Cell.INT.getVolatile(cell.memory(), cell.at(PartiesDescriptor.USED_AT));
        return Math.min(used, PartiesDescriptor.INLINE_RECORDS + ProcessTag.MAX_SLOTS);
    }

    /** Returns whose a record is, or was. */
    long tag(int index) {
        return (long) Cell.LONG.getVolatile(segment(index).memory(), at(index));
    }

    /** Returns the state of a record. */
    long state(int index) {
        return (long) Cell.LONG.getVolatile(segment(index).memory(), stateAt(index));
    }

    /** Sets the state of a record. */
    void setState(int index, long state) {
        Cell.LONG.setVolatile(segment(index).memory(), stateAt(index), state);
    }

    /** Sets the state of a record if it is as expected, and returns whether it was. */
    boolean changeState(int index, long from, long to) {
        return Cell.LONG.compareAndSet(segment(index).memory(), stateAt(index), from, to);
    }

    /** Returns the segment that a record is in. */
    Segment segment(int index) {
        return index < PartiesDescriptor.INLINE_RECORDS ? cell.segment() : overflow();
    }

    private int at(int index) {
        return index < PartiesDescriptor.INLINE_RECORDS
                ? cell.at(PartiesDescriptor.RECORDS_AT + index * PartiesDescriptor.RECORD_BYTES)
                : Segment.DATA_AT + (index - PartiesDescriptor.INLINE_RECORDS) * PartiesDescriptor.RECORD_BYTES;
    }

    /** Returns where in its segment the state of a record is. */
    int stateAt(int index) {
        return at(index) + PartiesDescriptor.STATE_IN_RECORD;
    }

    /** Returns whether a process is dead that has something to do with the object, by what is believed now. */
    boolean isOfTheDead(int index) {
        return state(index) != 0 && !directory.isBelievedAlive(tag(index));
    }

    /** Returns the first record from an index on that a dead process has left, or -1. */
    int firstOfTheDead(int from) {
        int used = used();
        for (int index = from; index < used; index++) {
            if (isOfTheDead(index)) {
                return index;
            }
        }
        return -1;
    }

    /** Returns the first record whose process has something to do with the object, or -1. */
    int firstInUse() {
        int used = used();
        for (int index = 0; index < used; index++) {
            if (state(index) != 0) {
                return index;
            }
        }
        return -1;
    }

    /** Returns the record of this process if it has something to do with the object, or -1. */
    int find() {
        int used = used();
        for (int index = 0; index < used; index++) {
            if (tag(index) == me && state(index) != 0) {
                return index;
            }
        }
        return -1;
    }

    /** Returns the record of this process, and claims one if it has none; to be called with the guard held. */
    int mine() {
        int used = used();
        int free = -1;
        for (int index = 0; index < used; index++) {
            if (tag(index) == me) {
                return index;
            } else if (free < 0 && state(index) == 0) {
                free = index;
            }
        }
        return claim(free < 0 ? used : free, free < 0);
    }

    /** Returns whether a process that comes now might find no record in the object itself: time to clear up after the dead. */
    boolean isCrowded() {
        return used() >= PartiesDescriptor.INLINE_RECORDS && find() < 0;
    }

    private int claim(int index, boolean another) {
        if (index >= PartiesDescriptor.INLINE_RECORDS + ProcessTag.MAX_SLOTS) {
            throw new IllegalStateException(
                    "more than " + index + " processes have to do with one object: " + cell.segment());
        }
        if (index == PartiesDescriptor.INLINE_RECORDS && another) {
            makeOverflow();
        }
        Cell.LONG.setVolatile(segment(index).memory(), at(index), me);
        FaultPoint.PARTY_TAGGED.reach();
        if (another) {
            Cell.INT.setVolatile(cell.memory(), cell.at(PartiesDescriptor.USED_AT), index + 1);
        }
        return index;
    }

    // ---- the overflow

    private void makeOverflow() {
        if (hasOverflow()) {
            return; // made by one who died before he used it
        }
        try {
            Segment made =
                    directory.createBeside(cell.segment(), ProcessTag.MAX_SLOTS * PartiesDescriptor.RECORD_BYTES);
            byte[] name = made.randomName();
            for (int i = 0; i < name.length; i++) {
                cell.memory().put(cell.at(PartiesDescriptor.OVERFLOW_NAME_AT) + i, name[i]);
            }
            Cell.INT.setVolatile(cell.memory(), cell.at(PartiesDescriptor.OVERFLOW_AT), 1);
            overflow = made;
        } catch (IOException noRoom) {
            throw new UncheckedIOException(noRoom.getMessage(), noRoom);
        }
    }

    private boolean hasOverflow() {
        return (int) Cell.INT.getVolatile(cell.memory(), cell.at(PartiesDescriptor.OVERFLOW_AT)) != 0;
    }

    private Segment overflow() {
        Segment known = overflow;
        if (known == null) {
            try {
                known = directory.attachBeside(cell.segment(), overflowName());
            } catch (IOException gone) {
                throw new UncheckedIOException(gone.getMessage(), gone);
            }
            overflow = known;
        }
        return known;
    }

    private byte[] overflowName() {
        byte[] name = new byte[Segment.RANDOM_BYTES];
        for (int i = 0; i < name.length; i++) {
            name[i] = cell.memory().get(cell.at(PartiesDescriptor.OVERFLOW_NAME_AT) + i);
        }
        return name;
    }

    /** Removes the overflow, if there is one; who has it mapped can go on using it. */
    void giveBack() {
        if (hasOverflow()) {
            directory.removeBeside(cell.segment(), overflowName());
        }
    }
}
