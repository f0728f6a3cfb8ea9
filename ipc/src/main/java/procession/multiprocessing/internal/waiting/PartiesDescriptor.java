// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * The layout of an object that keeps a record of each process that has to do with it: eight cells in a row. What
 * {@link CellDescriptor} says of kind and options holds here, too.
 *
 * <pre>
 *   0               4               8
 *   +---------------+---------------+-------------------------------+
 *   | kind          | options       | word                          |
 *   +---------------+---------------+-------------------------------+
 *   | word of the guard             | records used  | 1: there is an overflow
 *   +-------------------------------+---------------+---------------+
 *   | random part of the name of the overflow, 16 bytes             |
 *   +---------------------------------------------------------------+
 *   | 0                                                             | up to 64
 *   +---------------------------------------------------------------+
 *   | what the kind of object needs besides                         | up to 128
 *   +-------------------------------+-------------------------------+
 *   | tag of a process              | its state                     | and so on, up to 512
 *   +-------------------------------+-------------------------------+
 * </pre>
 * The records that find no place here are in a segment of their own, the overflow, from the start of its data on.
 */
final class PartiesDescriptor {
    static final int WORD_AT = CellDescriptor.LOCK_AT;
    static final int GUARD_AT = WORD_AT + Long.BYTES;
    static final int USED_AT = GUARD_AT + Long.BYTES;
    static final int OVERFLOW_AT = USED_AT + Integer.BYTES;
    static final int OVERFLOW_NAME_AT = OVERFLOW_AT + Integer.BYTES;
    static final int OWN_AT = CellDescriptor.BYTES;
    static final int RECORDS_AT = 2 * CellDescriptor.BYTES;

    /** How many cells the object takes. */
    static final int CELLS = 8;

    static final int STATE_IN_RECORD = Long.BYTES;
    static final int RECORD_BYTES = 2 * Long.BYTES;
    static final int INLINE_RECORDS = (CELLS * CellDescriptor.BYTES - RECORDS_AT) / RECORD_BYTES;

    private PartiesDescriptor() {}
}
