// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.ProcessTag;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.waiting.Bell;

/** One end of a pipe in shared memory, which one process has at a time. */
public final class PipeEnd implements MessageChannel {
    /*
     * Overview. A pipe has two ends, and one ring for each direction. Whose an end is stands in the memory, and changes by
     * compare-and-set: the tag of a process, and in the bits that no tag has, which taking this was, so that an object of an end that has
     * been elsewhere and come back does not take it for its own.
     *
     *     me ──another process decodes it──► that one ──closed──► CLOSED
     *      │                                   └──its process is dead, and a third one decodes it──► that one
     *      └──closed──► CLOSED
     *
     * To encode an end changes nothing there: it is the other process that takes it, when it has arrived. So a start that fails leaves
     * it where it is, and a task that is tried again gets it again, from the dead worker. In between it is still this process's, but
     * passed on: no call may touch the ring any more, because the other process might at the same time, and calls that wait
     * end. To close it then only says that this process has no use for it, as is the custom in Python after start(). If the process
     * that it was meant for ends without it, and no other one is to have it, it is closed for good.
     *
     * The other end sees an end of messages when this one is closed, or its process dead, and then looks once more for what was
     * sent before that. It asks when it has to wait, and before each message it sends.
     */
    private static final String RING_BYTES = "procession.pipe.bytes";
    private static final int DEFAULT_RING_BYTES = 1 << 18;
    private static final int SMALLEST_RING_BYTES = 1 << 8;
    private static final int LARGEST_RING_BYTES = 1 << 29;
    private static final long ONE_TAKING = 1L << 29;

    /** The latest object of each end in this process; guarded by itself, as the number is above which it is cleaned. */
    private static final Map<String, WeakReference<PipeEnd>> LATEST = new HashMap<>();

    private static int cleanAbove = 16;

    private final Segment segment;
    private final SharedDirectory directory;
    private final ByteBuffer memory;
    private final int end;
    private final long mine;
    private final @Nullable RingReader reader;
    private final @Nullable RingWriter writer;
    private final List<Bell> bells;
    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock receiving = new ReentrantLock();
    private final BooleanSupplier over = this::isOver;
    private volatile boolean closed;

    /** Whether the end has come back to this process since, in another object. */
    private volatile boolean superseded;

    /** To how many it was passed on of whom it is not known yet whether they have it. */
    private final AtomicInteger passedOn = new AtomicInteger();

    private PipeEnd(Segment segment, int end) {
        this.segment = segment;
        this.directory = segment.directory();
        this.memory = segment.memory();
        this.end = end;
        this.mine = owner(segment, end);
        supersede(this);
        List<Bell> readers = List.of(readersBell(0), readersBell(1));
        this.reader = has(1 - end)
                ? new RingReader(segment, controlAt(1 - end), ringAt(1 - end), ringBytes(), readers.get(1 - end))
                : null;
        this.writer =
                has(end) ? new RingWriter(segment, controlAt(end), ringAt(end), ringBytes(), readers.get(end)) : null;
        this.bells = List.of(
                readers.get(0),
                readers.get(1),
                new Bell(segment, controlAt(0) + RingDescriptor.WRITER_BELL_AT),
                new Bell(segment, controlAt(1) + RingDescriptor.WRITER_BELL_AT));
    }

    private Bell readersBell(int writtenBy) {
        DoorbellPlace place = new DoorbellPlace(memory, controlAt(writtenBy) + RingDescriptor.DOORBELL_AT);
        return new Bell(segment, controlAt(writtenBy) + RingDescriptor.READER_BELL_AT, place::ring);
    }

    /** Returns whether there is a ring that an end writes. */
    private boolean has(int writtenBy) {
        return writtenBy == 1 || memory.getInt(PipeDescriptor.DUPLEX_AT) != 0;
    }

    private static int controlAt(int writtenBy) {
        return PipeDescriptor.CONTROLS_AT + writtenBy * RingDescriptor.CONTROL_BYTES;
    }

    private int ringAt(int writtenBy) {
        boolean second = writtenBy == 1 && memory.getInt(PipeDescriptor.DUPLEX_AT) != 0;
        return PipeDescriptor.RINGS_AT + (second ? ringBytes() : 0);
    }

    private int ringBytes() {
        return memory.getInt(PipeDescriptor.RING_BYTES_AT);
    }

    /** Tells the object that this process had of the same end before. */
    private static void supersede(PipeEnd latest) {
        String place = latest.segment.file() + "#" + latest.end;
        synchronized (LATEST) {
            WeakReference<PipeEnd> before = LATEST.put(place, new WeakReference<>(latest));
            PipeEnd old = before == null ? null : before.get();
            if (old != null) {
                old.superseded = true;
            }
            if (LATEST.size() > cleanAbove) {
                LATEST.values().removeIf(each -> each.get() == null);
                cleanAbove = 2 * LATEST.size() + 16;
            }
        }
    }

    // ---- making and taking

    /**
     * Makes a pipe.
     *
     * @param duplex whether both ends can send; otherwise only the second one can
     * @return its two ends, both of this process
     * @throws IOException if there is no room for it
     */
    public static List<PipeEnd> open(boolean duplex) throws IOException {
        int ringBytes = Math.max(
                SMALLEST_RING_BYTES,
                Math.min(
                        LARGEST_RING_BYTES, Integer.highestOneBit(Integer.getInteger(RING_BYTES, DEFAULT_RING_BYTES))));
        int bytes = PipeDescriptor.RINGS_AT + (duplex ? 2 : 1) * ringBytes - Segment.DATA_AT;
        Segment segment = SharedDirectory.current().create(bytes);
        ByteBuffer memory = segment.memory();
        memory.putInt(PipeDescriptor.DUPLEX_AT, duplex ? 1 : 0);
        memory.putInt(PipeDescriptor.RING_BYTES_AT, ringBytes);
        for (int end = 0; end < 2; end++) {
            Cell.LONG.setVolatile(memory, ownerAt(end), segment.directory().own());
        }
        Cell.INT.setVolatile(memory, PipeDescriptor.KIND_AT, PipeDescriptor.KIND);
        return List.of(new PipeEnd(segment, 0), new PipeEnd(segment, 1));
    }

    /**
     * Takes an end that was another process's.
     *
     * @param directory where the pipe's directory is
     * @param name the name of its segment
     * @param end which end
     * @param from the tag of the process that it comes from
     * @return the end, from now on of this process
     * @throws IOException if it is gone, closed, or yet another process's
     */
    public static PipeEnd take(Path directory, String name, int end, long from) throws IOException {
        Segment segment = SharedDirectory.existing(directory).attach(name);
        check(segment, end);
        SharedDirectory family = segment.directory();
        while (true) {
            long owner = owner(segment, end);
            if (owner == PipeDescriptor.CLOSED) {
                throw new IOException("this end of the pipe has been closed");
            }
            if (owner != from && family.isAlive(tag(owner))) {
                throw new IOException("this end of the pipe is by now that of process " + ProcessTag.pid(owner)
                        + "; an end is one process's at a time, so send it to one only");
            }
            long mine = family.own() | (owner + ONE_TAKING & ProcessTag.FREE_BITS);
            if (Cell.LONG.compareAndSet(segment.memory(), ownerAt(end), owner, mine)) {
                PipeEnd taken = new PipeEnd(segment, end);
                taken.bells.forEach(Bell::ring); // whoever waits here without it hears that it is gone
                return taken;
            }
        }
    }

    private static long tag(long owner) {
        return owner & ~ProcessTag.FREE_BITS;
    }

    private static void check(Segment segment, int end) throws IOException {
        ByteBuffer memory = segment.memory();
        boolean sound = memory.capacity() >= PipeDescriptor.RINGS_AT
                && (int) Cell.INT.getVolatile(memory, PipeDescriptor.KIND_AT) == PipeDescriptor.KIND
                && (end == 0 || end == 1);
        if (sound) {
            int ring = memory.getInt(PipeDescriptor.RING_BYTES_AT);
            int rings = memory.getInt(PipeDescriptor.DUPLEX_AT) == 0 ? 1 : 2;
            sound = ring >= SMALLEST_RING_BYTES
                    && Integer.bitCount(ring) == 1
                    && PipeDescriptor.RINGS_AT + (long) rings * ring == memory.capacity();
        }
        if (!sound) {
            throw new IOException("the shared memory " + segment + " is no pipe");
        }
    }

    private static int ownerAt(int end) {
        return PipeDescriptor.OWNERS_AT + end * PipeDescriptor.OWNER_BYTES;
    }

    private static long owner(Segment segment, int end) {
        return (long) Cell.LONG.getVolatile(segment.memory(), ownerAt(end));
    }

    // ---- handing over

    /** Passes it on: from now on this process does not use it, and when this returns no call does. */
    @SuppressWarnings("LockNotBeforeTry") // nothing is done while they are held
    void markSent() {
        passedOn.incrementAndGet();
        bells.forEach(Bell::ring);
        for (ReentrantLock calls : List.of(sending, receiving)) {
            calls.lock();
            calls.unlock();
        }
    }

    /** Takes it back, because it was not sent after all. */
    void markKept() {
        if (passedOn.decrementAndGet() == 0 && closed) {
            closeForAll();
        }
    }

    /** Takes note that a process has ended which it was meant for, and closes it if no other one can have it any more. */
    void markReceiverEnded() {
        if (passedOn.decrementAndGet() == 0 && !superseded && owner(segment, end) == mine) {
            closed = true;
            closeForAll();
        } else {
            removeIfOver();
        }
    }

    /**
     * Returns where the pipe's directory is.
     *
     * @return the path
     */
    public Path directory() {
        return directory.path();
    }

    /**
     * Returns the pipe's segment.
     *
     * @return the segment
     */
    public Segment segment() {
        return segment;
    }

    /**
     * Returns why it can't be passed on.
     *
     * @return the reason, or {@code null} if it can
     */
    public @Nullable String refusal() {
        try {
            check();
            return null;
        } catch (IOException refused) {
            return refused.getMessage();
        }
    }

    /**
     * Returns which end it is.
     *
     * @return 0 for the first one, 1 for the second one
     */
    public int end() {
        return end;
    }

    /**
     * Returns who encodes it.
     *
     * @return the word that says that it is this process's
     */
    public long owner() {
        return mine;
    }

    // ---- messages

    @Override
    public boolean isReadable() {
        return reader != null;
    }

    @Override
    public boolean isWritable() {
        return writer != null;
    }

    private boolean isOver() {
        return !isHere() || isPeerGone();
    }

    /** Returns whether this object may use the end. */
    private boolean isHere() {
        return !closed && !superseded && passedOn.get() == 0 && owner(segment, end) == mine;
    }

    private boolean isPeerGone() {
        long peer = owner(segment, 1 - end);
        return peer == PipeDescriptor.CLOSED || !directory.isBelievedAlive(tag(peer));
    }

    private void check() throws IOException {
        if (closed) {
            throw new IOException("this end of the pipe is closed");
        }
        long owner = owner(segment, end);
        if (owner == PipeDescriptor.CLOSED) {
            throw new IOException("this end of the pipe is closed");
        } else if (owner != mine || superseded) {
            throw new IOException("this end of the pipe was handed over, and is now that of process "
                    + ProcessTag.pid(owner) + "; use the other end here");
        } else if (passedOn.get() > 0) {
            throw new IOException("this end of the pipe was passed on to another process; use the other end here");
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        check();
        RingWriter ring = writer;
        if (ring == null) {
            throw new IOException(
                    "this end of the pipe is for receiving only; send at the other end, or open a duplex pipe");
        }
        sending.lockInterruptibly();
        try {
            if (!ring.send(message, over)) {
                check();
                throw new IOException("broken pipe: the other end is closed, or its process has died");
            }
        } finally {
            sending.unlock();
        }
    }

    private RingReader readable() throws IOException {
        check();
        if (reader == null) {
            throw new IOException(
                    "this end of the pipe is for sending only; receive at the other end, or open a duplex pipe");
        }
        return reader;
    }

    @Override
    public byte @Nullable [] receive(int max) throws IOException, InterruptedException {
        RingReader ring = readable();
        receiving.lockInterruptibly();
        try {
            check(); // because it may have been passed on meanwhile
            byte[] message = ring.receive(over, max);
            if (message == null) {
                check();
            }
            return message;
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public boolean poll(Deadline deadline) throws IOException, InterruptedException {
        RingReader ring = readable();
        while (true) {
            skipRemains(ring);
            if (ring.isReadable() || isOver()) {
                check();
                return true;
            }
            if (deadline.passed()) {
                return false;
            }
            boolean unused = ring.await(over, deadline);
        }
    }

    private void skipRemains(RingReader ring) {
        if (ring.isReadable() && receiving.tryLock()) {
            try {
                if (isHere()) {
                    ring.skipRemains();
                }
            } finally {
                receiving.unlock();
            }
        }
    }

    @Override
    public boolean isReady() throws IOException {
        RingReader ring = readable();
        skipRemains(ring);
        return ring.isReadable() || isOver();
    }

    @Override
    public void listen(Doorbell doorbell) throws IOException {
        readable().listen(doorbell);
    }

    // ---- the end

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (passedOn.get() == 0) {
            closeForAll();
        }
        bells.forEach(Bell::ring);
    }

    private void closeForAll() {
        if (!superseded && Cell.LONG.compareAndSet(memory, ownerAt(end), mine, PipeDescriptor.CLOSED)) {
            bells.forEach(Bell::ring);
            removeIfOver();
        }
    }

    private void removeIfOver() {
        if (isGone(0) && isGone(1)) {
            directory.remove(segment);
        }
    }

    /** Asks the kernel, unlike those who wait: what is overlooked here stays. */
    private boolean isGone(int which) {
        long owner = owner(segment, which);
        return owner == PipeDescriptor.CLOSED || !directory.isAlive(tag(owner));
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        long owner = owner(segment, end);
        if (closed || owner == PipeDescriptor.CLOSED) {
            return "closed";
        } else if (owner != mine || superseded) {
            return "handed over to process " + ProcessTag.pid(owner);
        }
        return passedOn.get() > 0 ? "passed on" : "open";
    }
}
