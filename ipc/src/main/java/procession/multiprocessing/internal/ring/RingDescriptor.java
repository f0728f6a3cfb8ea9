// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

/**
 * The layout of a ring: its control, and its pieces. Each line of the control is a cache line.
 *
 * <pre>
 *   0                               8
 *   +-------------------------------+-------------------------------+
 *   | tail: bytes ever written      | 1 in the middle of a message  | the writer's
 *   +-------------------------------+-------------------------------+
 *   | head: bytes ever read         | 0                             | the reader's
 *   +-------------------------------+-------------------------------+
 *   | bell of the reader            | bell of the writer            | everybody's, by compare-and-set
 *   +-------------------------------+-------------------------------+
 *   | doorbell of the reader: place | length of the path            | the reader's
 *   +-------------------------------+-------------------------------+
 *   | path of the doorbell's segment, in UTF-8                      | up to 512
 *   +---------------------------------------------------------------+
 * </pre>
 * The bytes from head to tail are pieces of messages, one after the other, in a ring whose length is a power of two. A piece
 * begins at a multiple of eight:
 *
 * <pre>
 *   63     35 34 33 32 31             0
 *   +--------+--+--+--+---------------+-------------------+---------+
 *   | 0      |B |M |F | bytes         | its bytes         | up to 8 |
 *   +--------+--+--+--+---------------+-------------------+---------+
 *
 *   F  the first piece of a message     M  more pieces follow     B  the message is broken off: there is no rest
 * </pre>
 * A first piece that others follow begins with the length of the whole message, eight bytes. Eight bytes of the ring always stay
 * free for the piece that breaks a message off.
 */
final class RingDescriptor {
    static final int TAIL_AT = 0;
    static final int UNDER_WAY_AT = TAIL_AT + Long.BYTES;
    static final int HEAD_AT = 64;
    static final int READER_BELL_AT = 128;
    static final int WRITER_BELL_AT = READER_BELL_AT + Long.BYTES;
    static final int DOORBELL_AT = 192;
    static final int CONTROL_BYTES = 512;

    static final int HEADER_BYTES = Long.BYTES;
    static final int LENGTH_BYTES = Long.BYTES;
    static final int RESERVED_BYTES = HEADER_BYTES;

    static final long FIRST = 1L << 32;
    static final long MORE = 1L << 33;
    static final long BROKEN_OFF = 1L << 34;

    private RingDescriptor() {}

    /** Returns how many bytes of the ring a piece takes. */
    static int pieceBytes(int payload) {
        return HEADER_BYTES + ((payload + Long.BYTES - 1) & -Long.BYTES);
    }
}
