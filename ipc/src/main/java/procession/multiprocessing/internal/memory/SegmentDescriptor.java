// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

/**
 * The layout of a segment's file, in the byte order of the machine.
 *
 * <pre>
 *   0                               8               12              16
 *   +-------------------------------+---------------+---------------+
 *   | magic                         | version       | 0             |
 *   +-------------------------------+---------------+---------------+
 *   | bytes of the whole file       | tag of the process that made it
 *   +-------------------------------+-------------------------------+
 *   | family of that process, 16 bytes                              |
 *   +---------------------------------------------------------------+
 *   | 0                                                             | up to 64
 *   +---------------------------------------------------------------+
 *   | data                                                          |
 *   +---------------------------------------------------------------+
 * </pre>
 * The magic is written last, so a file that has it is whole. The version changes whenever this layout does, or that of what
 * is kept in segments.
 */
final class SegmentDescriptor {
    static final long MAGIC = 0x50524f435345474dL; // "PROCSEGM"
    static final int VERSION = 2;

    static final int MAGIC_AT = 0;
    static final int VERSION_AT = MAGIC_AT + Long.BYTES;
    static final int BYTES_AT = VERSION_AT + 2 * Integer.BYTES;
    static final int CREATOR_AT = BYTES_AT + Long.BYTES;
    static final int FAMILY_AT = CREATOR_AT + Long.BYTES;
    static final int DATA_AT = 64;

    /** More than any machine has; so the number of mappings is an {@code int}. */
    static final long MAX_BYTES = 1L << 56;

    private SegmentDescriptor() {}
}
