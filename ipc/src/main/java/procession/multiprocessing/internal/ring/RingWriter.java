// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.waiting.Bell;

/** The end of a ring that messages go into. One thread uses it at a time. */
final class RingWriter {
    /*
     * Overview. The bytes of a piece are written with plain stores where no reader looks yet, beyond the tail; then the tail is moved
     * past them. So a reader sees a piece whole or not at all, and of a process that dies in between nothing. The tail is
     * volatile: it pairs with RingReader's load, and comes before the look at the reader's bell.
     *
     *     ...read│ head ──► pieces ──► tail │ the next piece, seen by nobody │ free ...
     *
     * A message of more than a quarter of the ring goes in pieces. Before its first one is published, `under way` is set, and
     * after the last one cleared, so that another process that gets this end from a dead one knows that it has to break the
     * message off first. The same is done when the sender is interrupted between two pieces.
     *
     * Progress: a writer waits only while the ring has no room for its next piece; the reader rings when half of it is free.
     * If the room is there earlier, and the reader has stopped to read, the Watch says so.
     */
    private final ByteBuffer memory;
    private final int tailAt;
    private final int headAt;
    private final int underWayAt;
    private final int dataAt;
    private final int capacity;
    private final int largestPayload;
    private final Bell readersBell;
    private final Bell writersBell;

    /** Only this end's process writes it. */
    private long tail;

    /** What the head was when last looked at; it has grown since, at most. */
    private long headSeen;

    RingWriter(Segment segment, int controlAt, int dataAt, int capacity, Bell readersBell) {
        this.memory = segment.memory();
        this.tailAt = controlAt + RingDescriptor.TAIL_AT;
        this.headAt = controlAt + RingDescriptor.HEAD_AT;
        this.underWayAt = controlAt + RingDescriptor.UNDER_WAY_AT;
        this.dataAt = dataAt;
        this.capacity = capacity;
        this.largestPayload = capacity / 4;
        this.readersBell = readersBell;
        this.writersBell = new Bell(segment, controlAt + RingDescriptor.WRITER_BELL_AT);
        this.tail = (long) Cell.LONG.getVolatile(memory, tailAt);
        this.headSeen = (long) Cell.LONG.getVolatile(memory, headAt);
    }

    /**
     * Sends a message, and waits for room.
     *
     * @param bytes from its position to its limit
     * @param over says that there is no reader any more, and no wait makes sense
     * @return {@code false} if that is so; the message has not been sent then
     * @throws InterruptedException if interrupted while waiting; the message has not been sent then
     */
    boolean send(ByteBuffer bytes, BooleanSupplier over) throws InterruptedException {
        if (isUnderWay()) { // left by another process, which may have used what is reserved for this
            if (!awaitRoom(0, over)) {
                return false;
            }
            breakOff();
        }
        int length = bytes.remaining();
        if (length <= largestPayload) {
            if (!awaitRoom(length, over)) {
                return false;
            }
            put(RingDescriptor.FIRST | length, bytes, length, false);
            publish();
            return true;
        }
        return sendInPieces(bytes, length, over);
    }

    private boolean sendInPieces(ByteBuffer bytes, int length, BooleanSupplier over) throws InterruptedException {
        boolean whole = false;
        boolean first = true;
        try {
            while (bytes.hasRemaining()) {
                int payload = Math.min(bytes.remaining(), largestPayload);
                int extra = first ? RingDescriptor.LENGTH_BYTES : 0;
                if (!awaitRoom(payload + extra, over)) {
                    return false;
                }
                if (first) {
                    setUnderWay(1);
                }
                boolean last = payload == bytes.remaining();
                long flags = (first ? RingDescriptor.FIRST : 0) | (last ? 0 : RingDescriptor.MORE);
                if (first) {
                    putLong(tail + RingDescriptor.HEADER_BYTES, length);
                }
                put(flags | (payload + extra), bytes, payload, first);
                publish();
                first = false;
            }
            setUnderWay(0);
            whole = true;
            return true;
        } finally {
            if (!whole && !first) {
                breakOff();
            }
        }
    }

    /** Says that what was sent of a message is all there will be; there is always room for that. */
    private void breakOff() {
        putLong(tail, RingDescriptor.FIRST | RingDescriptor.BROKEN_OFF);
        tail += RingDescriptor.HEADER_BYTES;
        publish();
        setUnderWay(0);
    }

    private boolean isUnderWay() {
        return (long) Cell.LONG.getVolatile(memory, underWayAt) != 0;
    }

    private void setUnderWay(long value) {
        Cell.LONG.setVolatile(memory, underWayAt, value);
    }

    // ---- room

    private boolean hasRoom(int payload) {
        int needed = RingDescriptor.pieceBytes(payload) + RingDescriptor.RESERVED_BYTES;
        if (capacity - (tail - headSeen) >= needed) {
            return true;
        }
        headSeen = head();
        return capacity - (tail - headSeen) >= needed;
    }

    private long head() {
        return (long) Cell.LONG.getVolatile(memory, headAt);
    }

    private boolean awaitRoom(int payload, BooleanSupplier over) throws InterruptedException {
        if (over.getAsBoolean()) {
            return false;
        }
        if (hasRoom(payload)) {
            return true;
        }
        int needed = RingDescriptor.pieceBytes(payload) + RingDescriptor.RESERVED_BYTES;
        long here = tail;
        boolean unused =
                writersBell.await(() -> capacity - (here - head()) >= needed || over.getAsBoolean(), Deadline.NEVER);
        return !over.getAsBoolean() && hasRoom(payload);
    }

    // ---- bytes

    private int at(long position) {
        return dataAt + (int) (position & (capacity - 1));
    }

    private void putLong(long position, long value) {
        memory.putLong(at(position), value);
    }

    /** Writes a piece, and moves the tail, as yet unpublished. */
    private void put(long header, ByteBuffer bytes, int payload, boolean afterLength) {
        putLong(tail, header);
        long from = tail + RingDescriptor.HEADER_BYTES + (afterLength ? RingDescriptor.LENGTH_BYTES : 0);
        int at = at(from);
        int untilEnd = dataAt + capacity - at;
        int position = bytes.position();
        if (payload <= untilEnd) {
            memory.put(at, bytes, position, payload);
        } else {
            memory.put(at, bytes, position, untilEnd);
            memory.put(dataAt, bytes, position + untilEnd, payload - untilEnd);
        }
        bytes.position(position + payload);
        tail += RingDescriptor.pieceBytes((int) header);
    }

    private void publish() {
        Cell.LONG.setVolatile(memory, tailAt, tail);
        readersBell.ring();
    }
}
