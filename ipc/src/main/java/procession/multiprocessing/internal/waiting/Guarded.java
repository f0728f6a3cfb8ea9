// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * What an object of another package that keeps a record of each process has of this one: guards, which are taken over from the
 * dead, and the records, which are numbers. Its cells begin as {@link PartiesDescriptor} says.
 */
public final class Guarded {
    /** How many cells it takes. */
    public static final int CELLS = PartiesDescriptor.CELLS;

    /** Where in the cells there is room for what the object needs besides, in further cells. */
    public static final int END = CELLS * CellDescriptor.BYTES;

    /** The field of the guard that each such object has. */
    public static final int GUARD_AT = PartiesDescriptor.GUARD_AT;

    private final Parties parties;

    /**
     * Makes what one process has of it.
     *
     * @param cell the first cell
     */
    public Guarded(Cell cell) {
        this.parties = new Parties(cell);
    }

    /**
     * Makes what one process has of a guard.
     *
     * @param object what it is part of, for messages
     * @param cell the first cell of that
     * @param field where in the cells its word is
     * @return the guard: whoever gets it from a dead process does not hear of that, and has to look
     */
    public static Mutex guard(Object object, Cell cell, int field) {
        return Mutex.inside(object, cell, field);
    }

    /**
     * Returns the record of this process, and claims one if it has none; to be called with the guard of the records held.
     *
     * @return its index
     */
    public int mine() {
        return parties.mine();
    }

    /**
     * Returns the number of a record.
     *
     * @param record its index
     * @return the number, 0 if the process has nothing to do with the object
     */
    public long number(int record) {
        return record < parties.used() ? parties.state(record) : 0;
    }

    /**
     * Sets the number of a record; to be called with the guard of the records held.
     *
     * @param record its index
     * @param number the number
     */
    public void setNumber(int record, long number) {
        if (record >= 0 && record < parties.used()) {
            parties.setState(record, number);
        }
    }

    /**
     * Returns the record of this process if its number is not 0, or else another one whose number is not.
     *
     * @return its index, or -1
     */
    public int mineOrAnother() {
        int mine = parties.find();
        return mine < 0 ? parties.firstInUse() : mine;
    }

    /**
     * Returns whether it is time to clear up after the dead, before this process claims a record.
     *
     * @return whether it might find none in the object itself
     */
    public boolean isCrowded() {
        return parties.isCrowded();
    }

    /**
     * Returns the first record that a dead process has left.
     *
     * @return its index, or -1
     */
    public int firstOfTheDead() {
        return parties.firstOfTheDead(0);
    }

    /** Removes what is not in the cells. */
    public void giveBack() {
        parties.giveBack();
    }
}
