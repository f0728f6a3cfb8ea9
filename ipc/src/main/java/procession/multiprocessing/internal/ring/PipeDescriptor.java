// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import procession.multiprocessing.internal.memory.Segment;

/**
 * The layout of a pipe: a segment of its own, in the byte order of the machine.
 *
 * <pre>
 *   0                               8
 *   +-------------------------------+-------------------------------+
 *   | header of the segment                                         | up to 64
 *   +---------------+---------------+-------------------------------+
 *   | kind          | duplex: 1     | bytes of a ring               | up to 128
 *   +---------------+---------------+-------------------------------+
 *   | who has the first end         | 0                             | up to 192
 *   +-------------------------------+-------------------------------+
 *   | who has the second end        | 0                             | up to 256
 *   +-------------------------------+-------------------------------+
 *   | control of the ring that the first end writes                 | up to 768
 *   +---------------------------------------------------------------+
 *   | control of the ring that the second end writes                | up to 1280
 *   +---------------------------------------------------------------+
 *   | bytes of the first ring, if it is duplex                      |
 *   +---------------------------------------------------------------+
 *   | bytes of the second ring                                      |
 *   +---------------------------------------------------------------+
 * </pre>
 * Who has an end is a process tag, or -1 when the end is closed. A pipe that is not duplex has only the second ring: the second
 * end writes, and the first one reads. The control of a ring is that of {@link RingDescriptor}.
 */
final class PipeDescriptor {
    static final int KIND = 0x50495045; // "PIPE"

    static final int KIND_AT = Segment.DATA_AT;
    static final int DUPLEX_AT = KIND_AT + Integer.BYTES;
    static final int RING_BYTES_AT = DUPLEX_AT + Integer.BYTES;
    static final int OWNERS_AT = 128;
    static final int OWNER_BYTES = 64;
    static final int CONTROLS_AT = OWNERS_AT + 2 * OWNER_BYTES;
    static final int RINGS_AT = CONTROLS_AT + 2 * RingDescriptor.CONTROL_BYTES;

    static final long CLOSED = -1;

    private PipeDescriptor() {}
}
