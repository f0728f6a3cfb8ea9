// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.waiting.Bell;

/** The end of a ring that messages come out of. One thread uses it at a time, but for {@link #isReadable}. */
final class RingReader {
    /*
     * Overview. What lies between head and tail has been published: the load of the tail pairs with RingWriter's store, and all
     * pieces up to it are whole. The head is moved past a piece when its bytes have been copied. So a reader that dies has
     * either read a piece or not.
     *
     * The pieces of a large message are put together here as they come. An interrupt leaves what is there for the next call. A
     * process that gets this end in the middle of a message skips the pieces that are left of it, which don't begin one.
     *
     * The writer is told when half of the ring is free, or all: not after each piece, which would cost a change of threads each.
     */
    private final ByteBuffer memory;
    private final int tailAt;
    private final int headAt;
    private final int dataAt;
    private final int capacity;
    private final Bell readersBell;
    private final Bell writersBell;

    /** Only this end's process writes it; volatile for who asks whether it is readable. */
    private volatile long head;

    /** What the tail was when last looked at; it has grown since, at most. */
    private long tailSeen;

    /** What has come of a message in pieces. */
    private byte @Nullable [] partial;

    private int filled;

    RingReader(Segment segment, int controlAt, int dataAt, int capacity, Bell readersBell) {
        this.memory = segment.memory();
        this.tailAt = controlAt + RingDescriptor.TAIL_AT;
        this.headAt = controlAt + RingDescriptor.HEAD_AT;
        this.dataAt = dataAt;
        this.capacity = capacity;
        this.readersBell = readersBell;
        this.writersBell = new Bell(segment, controlAt + RingDescriptor.WRITER_BELL_AT);
        this.head = (long) Cell.LONG.getVolatile(memory, headAt);
        this.tailSeen = tail();
    }

    /** Has this process's doorbell rung as well when something is sent next. */
    void listen(Doorbell doorbell) {
        doorbell.write(memory, headAt - RingDescriptor.HEAD_AT + RingDescriptor.DOORBELL_AT);
        readersBell.listenElsewhere();
    }

    private long tail() {
        return (long) Cell.LONG.getVolatile(memory, tailAt);
    }

    /** Returns whether something has been sent that has not been received. */
    boolean isReadable() {
        return tail() != head;
    }

    /** Skips what no message will come of: what a dead writer, or one that was interrupted, has broken off. */
    void skipRemains() {
        while (isReadable()) {
            long header = memory.getLong(at(head));
            boolean begins = (header & RingDescriptor.FIRST) != 0;
            boolean brokenOff = (header & RingDescriptor.BROKEN_OFF) != 0;
            if (!brokenOff && (begins || partial != null) && !isBrokenOffLater()) {
                return;
            }
            if (brokenOff) {
                partial = null;
            }
            advance((int) header);
        }
    }

    /** Returns whether the message that is next, or under way, is known not to come whole. */
    private boolean isBrokenOffLater() {
        long end = tail();
        long position = head;
        while (position != end) {
            long header = memory.getLong(at(position));
            if ((header & RingDescriptor.BROKEN_OFF) != 0) {
                return true;
            } else if ((header & RingDescriptor.MORE) == 0) {
                return false;
            }
            position += RingDescriptor.pieceBytes((int) header);
        }
        return false;
    }

    /**
     * Waits until something has been sent, or nothing will be any more.
     *
     * @return {@code false} if the deadline passed first
     */
    boolean await(BooleanSupplier over, Deadline deadline) throws InterruptedException {
        return readersBell.await(() -> isReadable() || over.getAsBoolean(), deadline);
    }

    /**
     * Receives a message, and waits for it.
     *
     * @param over says that there is no writer any more; what he has sent is still received
     * @param max how long the message may be
     * @return the message; or {@code null} if there will be none
     * @throws MessageTooLongException if it is longer; it can still be received
     * @throws InterruptedException if interrupted while waiting; nothing is lost then
     */
    byte @Nullable [] receive(BooleanSupplier over, int max) throws MessageTooLongException, InterruptedException {
        skipRemains();
        byte[] begun = partial;
        if (begun != null) {
            check(begun.length, max);
        }
        while (true) {
            if (head == tailSeen) {
                tailSeen = tail();
            }
            if (head == tailSeen && !awaitPiece(over)) {
                return null;
            }
            byte[] message = next(max);
            if (message != null) {
                return message;
            }
        }
    }

    private boolean awaitPiece(BooleanSupplier over) throws InterruptedException {
        boolean unused = await(over, Deadline.NEVER);
        tailSeen = tail(); // after it was seen to be over, because that comes after all that was sent
        return head != tailSeen;
    }

    /** Takes the next piece, and returns the message that is whole with it, if one is. */
    private byte @Nullable [] next(int max) throws MessageTooLongException {
        long header = memory.getLong(at(head));
        int payload = (int) header;
        boolean first = (header & RingDescriptor.FIRST) != 0;
        boolean more = (header & RingDescriptor.MORE) != 0;
        if ((header & RingDescriptor.BROKEN_OFF) != 0) {
            partial = null;
            advance(payload);
            return null;
        }
        if (first && !more) {
            check(payload, max);
            byte[] message = new byte[payload];
            get(head + RingDescriptor.HEADER_BYTES, message, 0, payload);
            advance(payload);
            return message;
        }
        if (first) {
            long length = memory.getLong(at(head + RingDescriptor.HEADER_BYTES));
            check(length, max);
            partial = new byte[(int) length];
            filled = 0;
        }
        byte[] message = partial;
        if (message == null) { // the rest of what was sent to another process
            advance(payload);
            return null;
        }
        int extra = first ? RingDescriptor.LENGTH_BYTES : 0;
        get(head + RingDescriptor.HEADER_BYTES + extra, message, filled, payload - extra);
        filled += payload - extra;
        advance(payload);
        if (more) {
            return null;
        }
        partial = null;
        return message;
    }

    private static void check(long length, int max) throws MessageTooLongException {
        if (length > max) {
            throw new MessageTooLongException(length, max);
        }
    }

    private int at(long position) {
        return dataAt + (int) (position & (capacity - 1));
    }

    private void get(long position, byte[] target, int offset, int bytes) {
        int at = at(position);
        int untilEnd = dataAt + capacity - at;
        if (bytes <= untilEnd) {
            memory.get(at, target, offset, bytes);
        } else {
            memory.get(at, target, offset, untilEnd);
            memory.get(dataAt, target, offset + untilEnd, bytes - untilEnd);
        }
    }

    private void advance(int payload) {
        long next = head + RingDescriptor.pieceBytes(payload);
        head = next;
        if (tailSeen - next < 0) { // after what was skipped
            tailSeen = next;
        }
        Cell.LONG.setVolatile(memory, headAt, next);
        if (writersBell.isAwaited() && tail() - next <= capacity / 2) {
            writersBell.ring();
        }
    }
}
