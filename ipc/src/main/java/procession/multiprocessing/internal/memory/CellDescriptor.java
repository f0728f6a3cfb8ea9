// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

/**
 * The layout of a cell: one small object, on a cache line of its own, in the byte order of the machine.
 *
 * <pre>
 *   0               4               8
 *   +---------------+---------------+-------------------------------+
 *   | kind | cells-1| options       | lock word                     |
 *   +---------------+---------------+-------------------------------+
 *   | thread that has the lock      | how often     | 0             |
 *   +-------------------------------+---------------+---------------+
 *   | value                         | 0                             |
 *   +-------------------------------+-------------------------------+
 *   | 0                                                             |
 *   +---------------------------------------------------------------+
 * </pre>
 * An object of several cells has these fields in the first of them. Kind, cells and options are written before anybody knows of the cell, and never again. What the other fields mean is said by
 * who uses them. A layout of another meaning needs another kind.
 */
public final class CellDescriptor {
    /** Which kind of object it is, in the lower 16 bits; how many cells it has beyond this one, in the upper; 0 if not in use. */
    public static final int KIND_AT = 0;

    /** What the object was made with. */
    public static final int OPTIONS_AT = KIND_AT + Integer.BYTES;

    /** The state of the lock. */
    public static final int LOCK_AT = OPTIONS_AT + Integer.BYTES;

    /** Which thread has a lock that can be acquired again. */
    public static final int THREAD_AT = LOCK_AT + Long.BYTES;

    /** How often that thread has acquired it. */
    public static final int DEPTH_AT = THREAD_AT + Long.BYTES;

    /** The value, of up to eight bytes; of an array the length, and the elements begin where the cell ends. */
    public static final int VALUE_AT = DEPTH_AT + 2 * Integer.BYTES;

    /** The length of a cell. */
    public static final int BYTES = 64;

    private static final int KIND_BITS = 16;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;

    private CellDescriptor() {}

    static int kindAndCells(int kind, int cells) {
        return kind | (cells - 1) << KIND_BITS;
    }

    static int kind(int kindAndCells) {
        return kindAndCells & KIND_MASK;
    }

    static int cells(int kindAndCells) {
        return (kindAndCells >>> KIND_BITS) + 1;
    }
}
