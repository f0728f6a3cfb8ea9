// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

/**
 * The layout of the file {@code slots}, in the byte order of the machine.
 *
 * <pre>
 *   0                               8               12              16
 *   +-------------------------------+---------------+---------------+
 *   | magic                         | version       | slots         |
 *   +-------------------------------+---------------+---------------+
 *   | family, 16 random bytes                                       |
 *   +---------------------------------------------------------------+
 *   | 0                                                             | up to 64
 *   +-------------------------------+-------------------------------+
 *   | tag of the process in slot 0  | ... in slot 1                 | 8 bytes for each slot
 *   +-------------------------------+-------------------------------+
 * </pre>
 * The magic is written last. When the last process of a family leaves, it writes {@link #LEFT} there, and removes the file.
 *
 * <p>Beyond the end of the file are the bytes that processes lock: byte {@code LOCKS_AT + slot} for as long as they live,
 * and byte {@link #OPENING_AT} while they create, enter or remove the file. A lock there needs no byte to be there.
 *
 * <p>The version changes whenever this layout, or that of a {@link ProcessTag}, does.
 */
final class SlotsDescriptor {
    static final long MAGIC = 0x50524f43534c4f54L; // "PROCSLOT"
    static final long LEFT = 0x50524f434c454654L; // "PROCLEFT"
    static final int VERSION = 1;

    static final int MAGIC_AT = 0;
    static final int VERSION_AT = MAGIC_AT + Long.BYTES;
    static final int SLOTS_AT = VERSION_AT + Integer.BYTES;
    static final int FAMILY_AT = SLOTS_AT + Integer.BYTES;
    static final int TAGS_AT = 64;
    static final int BYTES = TAGS_AT + ProcessTag.MAX_SLOTS * Long.BYTES;

    static final long OPENING_AT = 1L << 32;
    static final long LOCKS_AT = OPENING_AT + 1;

    private SlotsDescriptor() {}

    static int tagAt(int slot) {
        return TAGS_AT + slot * Long.BYTES;
    }
}
