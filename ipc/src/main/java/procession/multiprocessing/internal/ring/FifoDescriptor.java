// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import procession.multiprocessing.internal.waiting.Guarded;

/**
 * The layout of a queue: the cells of {@link Guarded}, whose guard is that of those who put, and four cells more.
 *
 * <pre>
 *   0                               8
 *   +-------------------------------+-------------------------------+
 *   | items ever put                | tail                          | written by who has the guard
 *   | journal: items put            | journal: tail                 |
 *   | journal: name of the tail's chunk, 16 bytes                   |
 *   | name of the tail's chunk, 16 bytes                            | up to 64
 *   +-------------------------------+-------------------------------+
 *   | items ever got                | head                          | written by who has the getters' guard
 *   | journal: items got            | journal: head                 |
 *   | journal: name of the head's chunk, 16 bytes                   |
 *   | name of the head's chunk, 16 bytes                            | up to 128
 *   +-------------------------------+-------------------------------+
 *   | journal: record               | journal: its new state        |
 *   | getters' guard                | items lost with dead processes|
 *   | tasks done                    | flags                         |
 *   | maxsize       | kept till done| 0                             | up to 192
 *   +---------------+---------------+-------------------------------+
 *   | bell of getters               | bell of putters               |
 *   | bell of joiners               | 0                             | up to 256
 *   +-------------------------------+-------------------------------+
 * </pre>
 * Head and tail are the number of a chunk in the upper 20 bits and a position in it below. A chunk is a segment that is a ring of
 * items, named as if the maker of the queue had made it. An item is its length, eight bytes, and its bytes, up to a multiple of
 * eight; in the place of a length, -1 says that the name of the next chunk follows, and no item of this one. There is always room
 * for that. The state of a process's record is how many items it has in its hands.
 */
final class FifoDescriptor {
    static final int PUTS_AT = Guarded.END;
    static final int TAIL_AT = PUTS_AT + Long.BYTES;
    static final int PUT_JOURNAL_AT = TAIL_AT + Long.BYTES;
    static final int PUT_JOURNAL_TAIL_AT = PUT_JOURNAL_AT + Long.BYTES;
    static final int PUT_JOURNAL_NAME_AT = PUT_JOURNAL_TAIL_AT + Long.BYTES;
    static final int TAIL_NAME_AT = PUT_JOURNAL_NAME_AT + 2 * Long.BYTES;

    static final int GETS_AT = PUTS_AT + 64;
    static final int HEAD_AT = GETS_AT + Long.BYTES;
    static final int GET_JOURNAL_AT = HEAD_AT + Long.BYTES;
    static final int GET_JOURNAL_HEAD_AT = GET_JOURNAL_AT + Long.BYTES;
    static final int GET_JOURNAL_NAME_AT = GET_JOURNAL_HEAD_AT + Long.BYTES;
    static final int HEAD_NAME_AT = GET_JOURNAL_NAME_AT + 2 * Long.BYTES;

    static final int GET_JOURNAL_RECORD_AT = PUTS_AT + 128;
    static final int GET_JOURNAL_STATE_AT = GET_JOURNAL_RECORD_AT + Long.BYTES;
    static final int GET_GUARD_AT = GET_JOURNAL_STATE_AT + Long.BYTES;
    static final int LOST_AT = GET_GUARD_AT + Long.BYTES;
    static final int DONE_AT = LOST_AT + Long.BYTES;
    static final int FLAGS_AT = DONE_AT + Long.BYTES;
    static final int MAXSIZE_AT = FLAGS_AT + Long.BYTES;
    static final int KEPT_AT = MAXSIZE_AT + Integer.BYTES;

    static final int GETTERS_BELL_AT = PUTS_AT + 192;
    static final int PUTTERS_BELL_AT = GETTERS_BELL_AT + Long.BYTES;
    static final int JOINERS_BELL_AT = PUTTERS_BELL_AT + Long.BYTES;

    /** How many cells a queue takes. */
    static final int CELLS = Guarded.CELLS + 4;

    static final int CHUNK_SHIFT = 44;
    static final long POSITION = (1L << CHUNK_SHIFT) - 1;
    static final int HEADER_BYTES = Long.BYTES;
    static final long LINK = -1;
    static final int LINK_BYTES = HEADER_BYTES + 2 * Long.BYTES;

    static final long NO_JOURNAL = -1;
    static final long JOURNAL_OF_A_LOSS = -2;
    static final long JOURNAL_OF_A_TASK = -3;

    static final long SHUT = 1;
    static final long SHUT_AT_ONCE = 2;
    static final long DESTROYED = 4;

    private FifoDescriptor() {}

    /** Returns how many bytes of a chunk an item takes. */
    static long itemBytes(int length) {
        return HEADER_BYTES + (((long) length + Long.BYTES - 1) & -Long.BYTES);
    }

    /** Returns the start of the chunk after the one of a place. */
    static long nextChunk(long place) {
        return ((place >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
    }
}
