// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.internal.waiting.Bell;
import procession.multiprocessing.internal.waiting.Guarded;
import procession.multiprocessing.internal.waiting.Mutex;

/** Items of bytes, which any number of processes put and get in order, and of which no death takes more than one along. */
public final class SharedFifo {
    /*
     * Overview. Items lie in a ring of bytes, the chunk. When that is full, who puts makes a larger one, and says so in the old
     * one; who gets follows, and removes the old one. So nothing waits for room in memory but what `maxsize` says, and while
     * getters keep up there is one chunk.
     *
     *     head ─► item item item LINK ─► │next chunk│ item item item ─► tail
     *
     * Those who put take turns, and so do those who get: each in a guard that is taken over from the dead. The two share only the
     * numbers of items ever put and ever got, each of which one side writes:
     *
     *     put:  bytes beyond the tail ─► journal (n + 1, new tail) ─► puts := n + 1 ─► tail ─► no journal
     *     get:  copy the item ────────► journal (n + 1, new head, one more in my hands) ─► gets := n + 1 ─► head, my record ─► no journal
     *                                                                                      the commit
     *
     * The next one in the guard completes what a death has left: if the number has the journal's value, the change has been
     * made, and the journal says what comes with it. Otherwise nothing has happened, and what lies beyond the tail is written over.
     *
     * So a death in put leaves the item or nothing, and one in get leaves it where it is, or in the hands of the dead, that is, lost.
     * Each process has a record of how many items it has in its hands: from the commit until its caller has the object, or has said
     * that the task is done. What the dead had is added to `lost`, once; that is a change with a journal, too.
     *
     * Head, tail, names and records are read and written with the guard held; what the other side reads of them, the head for the
     * room in the chunk, may be old, and then there seems to be less room. All accesses are volatile, or covered by one that is:
     * the bytes of an item are written before, and read after, the accesses to puts.
     */
    private static final int FIRST_CHUNK_BYTES = 1 << 16;
    private static final int LARGEST_REGULAR_CHUNK_BYTES = 1 << 24;

    private final Object object;
    private final Cell cell;
    private final ByteBuffer memory;
    private final SharedDirectory directory;
    private final Guarded hands;
    private final Mutex putting;
    private final Mutex getting;
    private final Bell getters;
    private final Bell putters;
    private final Bell joiners;
    private final Chunk tailChunk = new Chunk();
    private final Chunk headChunk = new Chunk();

    /** How many cells a queue takes. */
    public static final int CELLS = FifoDescriptor.CELLS;

    /**
     * Makes what one process has of a queue.
     *
     * @param object what it is part of, for messages
     * @param cell the first of its cells
     */
    public SharedFifo(Object object, Cell cell) {
        this.object = object;
        this.cell = cell;
        this.memory = cell.memory();
        this.directory = cell.segment().directory();
        this.hands = new Guarded(cell);
        this.putting = Guarded.guard(object, cell, Guarded.GUARD_AT);
        this.getting = Guarded.guard(object, cell, FifoDescriptor.GET_GUARD_AT);
        this.getters = new Bell(cell.segment(), cell.at(FifoDescriptor.GETTERS_BELL_AT));
        this.putters = new Bell(cell.segment(), cell.at(FifoDescriptor.PUTTERS_BELL_AT));
        this.joiners = new Bell(cell.segment(), cell.at(FifoDescriptor.JOINERS_BELL_AT));
    }

    /**
     * Fills it, before any other process knows of it.
     *
     * @param maxsize how many items there may be, or 0 for any number
     * @param keptTillDone whether items are in the hands of who got them until the task is done
     */
    public void start(int maxsize, boolean keptTillDone) {
        memory.putInt(cell.at(FifoDescriptor.MAXSIZE_AT), maxsize);
        memory.putInt(cell.at(FifoDescriptor.KEPT_AT), keptTillDone ? 1 : 0);
        set(FifoDescriptor.PUT_JOURNAL_AT, FifoDescriptor.NO_JOURNAL);
        set(FifoDescriptor.GET_JOURNAL_AT, FifoDescriptor.NO_JOURNAL);
        byte[] name = newChunk(FIRST_CHUNK_BYTES).randomName();
        setName(FifoDescriptor.TAIL_NAME_AT, name);
        setName(FifoDescriptor.HEAD_NAME_AT, name);
    }

    private long get(int field) {
        return (long) Cell.LONG.getVolatile(memory, cell.at(field));
    }

    private void set(int field, long value) {
        Cell.LONG.setVolatile(memory, cell.at(field), value);
    }

    private byte[] name(int field) {
        byte[] name = new byte[Segment.RANDOM_BYTES];
        memory.get(cell.at(field), name);
        return name;
    }

    private void setName(int field, byte[] name) {
        memory.put(cell.at(field), name);
    }

    // ---- put

    /**
     * Puts an item, and waits for room.
     *
     * @param item its bytes
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws ShutException if it is shut
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is put then
     */
    public boolean put(byte[] item, Deadline deadline) throws ShutException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (!putNow(item)) {
            if (deadline.passed() || !putters.await(() -> hasRoom() || isShut(), deadline)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom() {
        int maxsize = maxsize();
        return maxsize == 0 || size() < maxsize;
    }

    /**
     * Puts an item, if there is room.
     *
     * @param item its bytes
     * @return whether there was room
     * @throws ShutException if it is shut
     */
    public boolean putNow(byte[] item) throws ShutException {
        checkAlive();
        putting.acquireUninterruptibly();
        try {
            redoPut();
            checkAlive();
            if (isShut()) {
                throw new ShutException();
            }
            if (!hasRoom()) {
                return false;
            }
            append(item);
        } finally {
            putting.release();
        }
        getters.ring();
        return true;
    }

    private void append(byte[] item) {
        long tail = get(FifoDescriptor.TAIL_AT);
        byte[] name = name(FifoDescriptor.TAIL_NAME_AT);
        Chunk chunk = tailChunk.at(tail, name);
        long bytes = FifoDescriptor.itemBytes(item.length);
        long head = get(FifoDescriptor.HEAD_AT);
        long read = head >>> FifoDescriptor.CHUNK_SHIFT == tail >>> FifoDescriptor.CHUNK_SHIFT
                ? head & FifoDescriptor.POSITION
                : 0;
        if (bytes + FifoDescriptor.LINK_BYTES > chunk.capacity - (position(tail) - read)
                || position(tail) + bytes + FifoDescriptor.LINK_BYTES > FifoDescriptor.POSITION) {
            int larger = chunkBytes(chunk.capacity, bytes + FifoDescriptor.LINK_BYTES);
            Segment next = newChunk(larger);
            name = next.randomName();
            chunk.putLink(position(tail), name);
            tail = FifoDescriptor.nextChunk(tail);
            chunk = tailChunk.at(tail, name);
        }
        chunk.putItem(position(tail), item);
        long puts = get(FifoDescriptor.PUTS_AT) + 1;
        set(FifoDescriptor.PUT_JOURNAL_TAIL_AT, tail + bytes);
        setName(FifoDescriptor.PUT_JOURNAL_NAME_AT, name);
        set(FifoDescriptor.PUT_JOURNAL_AT, puts);
        set(FifoDescriptor.PUTS_AT, puts);
        redoPut();
    }

    private void redoPut() {
        long journal = get(FifoDescriptor.PUT_JOURNAL_AT);
        if (journal == FifoDescriptor.NO_JOURNAL) {
            return;
        }
        if (journal == get(FifoDescriptor.PUTS_AT)) {
            set(FifoDescriptor.TAIL_AT, get(FifoDescriptor.PUT_JOURNAL_TAIL_AT));
            setName(FifoDescriptor.TAIL_NAME_AT, name(FifoDescriptor.PUT_JOURNAL_NAME_AT));
        }
        set(FifoDescriptor.PUT_JOURNAL_AT, FifoDescriptor.NO_JOURNAL);
    }

    private static long position(long place) {
        return place & FifoDescriptor.POSITION;
    }

    private static int chunkBytes(int before, long atLeast) {
        int bytes = (int) Math.min(2L * before, LARGEST_REGULAR_CHUNK_BYTES);
        if (bytes >= atLeast) {
            return bytes;
        }
        if (atLeast > 1 << 30) {
            throw new UncheckedIOException(
                    new IOException("an item of " + atLeast + " bytes is too large for a queue, which takes up to "
                            + (1 << 30) + "; send it through a Pipe, or share it by a SharedMemory"));
        }
        return 1 << -Integer.numberOfLeadingZeros((int) atLeast - 1);
    }

    private Segment newChunk(int bytes) {
        try {
            return directory.createBeside(cell.segment(), bytes);
        } catch (IOException noRoom) {
            throw new UncheckedIOException(noRoom.getMessage(), noRoom);
        }
    }

    // ---- get

    /**
     * Gets an item, and waits for it. It is in the hands of this process until {@link #letGo} or {@link #done}.
     *
     * @param deadline until when
     * @return its bytes, or {@code null} if the deadline passed first
     * @throws ShutException if it is shut, and empty
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is got then
     */
    public byte @Nullable [] get(Deadline deadline) throws ShutException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (true) {
            byte[] item = getNow();
            if (item != null) {
                return item;
            }
            if (deadline.passed() || !getters.await(() -> size() > 0 || isShut(), deadline)) {
                return null;
            }
        }
    }

    /**
     * Gets an item, if there is one. It is in the hands of this process until {@link #letGo} or {@link #done}.
     *
     * @return its bytes, or {@code null} if there is none
     * @throws ShutException if it is shut, and empty
     */
    public byte @Nullable [] getNow() throws ShutException {
        checkAlive();
        byte[] item;
        getting.acquireUninterruptibly();
        try {
            redoGet();
            checkAlive();
            if (size() == 0) {
                if (isShut()) {
                    throw new ShutException();
                }
                return null;
            }
            item = take();
        } finally {
            getting.release();
        }
        putters.ring();
        return item;
    }

    private byte[] take() {
        long head = get(FifoDescriptor.HEAD_AT);
        byte[] name = name(FifoDescriptor.HEAD_NAME_AT);
        Chunk chunk = headChunk.at(head, name);
        byte[] left = null;
        if (chunk.isLink(position(head))) {
            left = name;
            name = chunk.link(position(head));
            head = FifoDescriptor.nextChunk(head);
            chunk = headChunk.at(head, name);
        }
        byte[] item = chunk.item(position(head));
        if (hands.isCrowded()) {
            moveLosses();
        }
        int record = hands.mine();
        long gets = get(FifoDescriptor.GETS_AT) + 1;
        set(FifoDescriptor.GET_JOURNAL_HEAD_AT, head + FifoDescriptor.itemBytes(item.length));
        setName(FifoDescriptor.GET_JOURNAL_NAME_AT, name);
        set(FifoDescriptor.GET_JOURNAL_RECORD_AT, record);
        set(FifoDescriptor.GET_JOURNAL_STATE_AT, hands.number(record) + 1);
        set(FifoDescriptor.GET_JOURNAL_AT, gets);
        set(FifoDescriptor.GETS_AT, gets);
        redoGet();
        if (left != null) {
            directory.removeBeside(cell.segment(), left);
        }
        return item;
    }

    private void redoGet() {
        long journal = get(FifoDescriptor.GET_JOURNAL_AT);
        if (journal == FifoDescriptor.NO_JOURNAL) {
            return;
        }
        int record = (int) get(FifoDescriptor.GET_JOURNAL_RECORD_AT);
        long state = get(FifoDescriptor.GET_JOURNAL_STATE_AT);
        if (journal == FifoDescriptor.JOURNAL_OF_A_LOSS) {
            set(FifoDescriptor.LOST_AT, state);
            hands.setNumber(record, 0);
        } else if (journal == FifoDescriptor.JOURNAL_OF_A_TASK) {
            set(FifoDescriptor.DONE_AT, get(FifoDescriptor.GET_JOURNAL_HEAD_AT));
            hands.setNumber(record, state);
        } else if (journal == get(FifoDescriptor.GETS_AT)) {
            set(FifoDescriptor.HEAD_AT, get(FifoDescriptor.GET_JOURNAL_HEAD_AT));
            setName(FifoDescriptor.HEAD_NAME_AT, name(FifoDescriptor.GET_JOURNAL_NAME_AT));
            hands.setNumber(record, state);
        }
        set(FifoDescriptor.GET_JOURNAL_AT, FifoDescriptor.NO_JOURNAL);
    }

    // ---- hands

    /**
     * Returns whether items are in the hands of who got them until the task is done.
     *
     * @return what {@link #start} was told
     */
    public boolean isKeptTillDone() {
        return memory.getInt(cell.at(FifoDescriptor.KEPT_AT)) != 0;
    }

    /** Says that the caller has an item that this process got. Does nothing where items are kept till they are done. */
    public void letGo() {
        if (!isKeptTillDone()) {
            getting.acquireUninterruptibly();
            try {
                redoGet();
                int record = hands.mineOrAnother();
                hands.setNumber(record, hands.number(record) - 1);
            } finally {
                getting.release();
            }
        }
    }

    /**
     * Says that the task of an item is done.
     *
     * @return {@code false} if that was said of all items before
     */
    public boolean done() {
        checkAlive();
        getting.acquireUninterruptibly();
        try {
            redoGet();
            long done = get(FifoDescriptor.DONE_AT);
            if (done + get(FifoDescriptor.LOST_AT) >= get(FifoDescriptor.GETS_AT)) {
                return false;
            }
            int record = hands.mineOrAnother();
            set(FifoDescriptor.GET_JOURNAL_RECORD_AT, record);
            set(FifoDescriptor.GET_JOURNAL_STATE_AT, record < 0 ? 0 : hands.number(record) - 1);
            set(FifoDescriptor.GET_JOURNAL_HEAD_AT, done + 1);
            set(FifoDescriptor.GET_JOURNAL_AT, FifoDescriptor.JOURNAL_OF_A_TASK);
            redoGet();
        } finally {
            getting.release();
        }
        joiners.ring();
        return true;
    }

    /**
     * Returns how many items dead processes have taken along.
     *
     * @return how many
     */
    public long lost() {
        countLosses();
        return get(FifoDescriptor.LOST_AT);
    }

    private void countLosses() {
        if (!hasSomebodyDied()) {
            return;
        }
        getting.acquireUninterruptibly();
        try {
            redoGet();
            moveLosses();
        } finally {
            getting.release();
        }
        joiners.ring();
    }

    /** Who died with the guard may have no record yet, and in the journal what he got. */
    private boolean hasSomebodyDied() {
        return getting.isOfTheDead() || hands.firstOfTheDead() >= 0;
    }

    /** Counts what the dead had in their hands; with the guard held. */
    private void moveLosses() {
        for (int dead = hands.firstOfTheDead(); dead >= 0; dead = hands.firstOfTheDead()) {
            set(FifoDescriptor.GET_JOURNAL_RECORD_AT, dead);
            set(FifoDescriptor.GET_JOURNAL_STATE_AT, get(FifoDescriptor.LOST_AT) + hands.number(dead));
            set(FifoDescriptor.GET_JOURNAL_AT, FifoDescriptor.JOURNAL_OF_A_LOSS);
            redoGet();
        }
    }

    /**
     * Returns how many items are not done, neither got nor lost.
     *
     * @return how many
     */
    public long unfinished() {
        checkAlive();
        countLosses();
        return counted();
    }

    /** Looks at what is subtracted first: so it may count a task too many that has just been done, and never one too few. */
    private long counted() {
        long over = get(FifoDescriptor.DONE_AT) + get(FifoDescriptor.LOST_AT);
        boolean dropped = (get(FifoDescriptor.FLAGS_AT) & FifoDescriptor.SHUT_AT_ONCE) != 0;
        return get(dropped ? FifoDescriptor.GETS_AT : FifoDescriptor.PUTS_AT) - over;
    }

    /**
     * Waits until all items are done.
     *
     * @param deadline until when
     * @return {@code false} if that passed first
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean join(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (unfinished() > 0) {
            if (deadline.passed()
                    || !joiners.await(() -> isDestroyed() || hasSomebodyDied() || counted() <= 0, deadline)) {
                return false;
            }
        }
        return true;
    }

    // ---- the rest

    /**
     * Returns how many items there are.
     *
     * @return how many
     */
    public int size() {
        if ((get(FifoDescriptor.FLAGS_AT) & FifoDescriptor.SHUT_AT_ONCE) != 0) {
            return 0;
        }
        long gets = get(FifoDescriptor.GETS_AT);
        long puts = get(FifoDescriptor.PUTS_AT);
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, puts - gets));
    }

    /**
     * Returns how many items there may be.
     *
     * @return how many, or 0 for any number
     */
    public int maxsize() {
        return memory.getInt(cell.at(FifoDescriptor.MAXSIZE_AT));
    }

    /**
     * Shuts it: nothing can be put any more.
     *
     * @param atOnce whether nothing can be got either, and what is there is dropped
     */
    public void shut(boolean atOnce) {
        checkAlive();
        putting.acquireUninterruptibly(); // so what is put is either there before, or refused
        try {
            if (atOnce) {
                getting.acquireUninterruptibly(); // and what is got is got before
            }
            try {
                setFlags(FifoDescriptor.SHUT | (atOnce ? FifoDescriptor.SHUT_AT_ONCE : 0));
            } finally {
                if (atOnce) {
                    getting.release();
                }
            }
        } finally {
            putting.release();
        }
        ringAll();
    }

    private void setFlags(long flags) {
        long unused = (long) Cell.LONG.getAndBitwiseOr(memory, cell.at(FifoDescriptor.FLAGS_AT), flags);
    }

    private void ringAll() {
        getters.ring();
        putters.ring();
        joiners.ring();
    }

    /**
     * Returns whether it is shut.
     *
     * @return whether it is
     */
    public boolean isShut() {
        return get(FifoDescriptor.FLAGS_AT) != 0;
    }

    private boolean isDestroyed() {
        return (get(FifoDescriptor.FLAGS_AT) & FifoDescriptor.DESTROYED) != 0;
    }

    private void checkAlive() {
        if (isDestroyed()) {
            throw new IllegalStateException("this has been destroyed: " + object);
        }
    }

    /** Ends it: whoever waits, and whoever comes, gets an {@link IllegalStateException}. */
    public void destroy() {
        setFlags(FifoDescriptor.SHUT | FifoDescriptor.DESTROYED);
        ringAll();
        putting.acquireUninterruptibly(); // so that nobody makes a chunk any more
        getting.acquireUninterruptibly();
        try {
            redoPut();
            redoGet();
            removeChunks();
        } finally {
            getting.release();
            putting.release();
        }
        hands.giveBack();
        directory.cells().giveBack(cell);
    }

    private void removeChunks() {
        long head = get(FifoDescriptor.HEAD_AT);
        long tail = get(FifoDescriptor.TAIL_AT);
        byte[] name = name(FifoDescriptor.HEAD_NAME_AT);
        try {
            while (head >>> FifoDescriptor.CHUNK_SHIFT != tail >>> FifoDescriptor.CHUNK_SHIFT) {
                Chunk chunk = headChunk.at(head, name);
                if (chunk.isLink(position(head))) {
                    directory.removeBeside(cell.segment(), name);
                    name = chunk.link(position(head));
                    head = FifoDescriptor.nextChunk(head);
                } else {
                    head += FifoDescriptor.itemBytes(chunk.length(position(head)));
                }
            }
        } catch (UncheckedIOException gone) {
            // somebody has removed them already
        }
        directory.removeBeside(cell.segment(), name);
    }

    /**
     * Returns what one sees of it.
     *
     * @return for example {@code 3 items of at most 10}
     */
    public String state() {
        if (isDestroyed()) {
            return "destroyed";
        }
        int size = size();
        return size
                + (size == 1 ? " item" : " items")
                + (maxsize() == 0 ? "" : " of at most " + maxsize())
                + (isShut() ? ", shut down" : "");
    }

    /** The chunk that this process has mapped for one of its sides; used with the guard of that side held. */
    private final class Chunk {
        private long number = -1;
        private byte[] name = {};
        private ByteBuffer bytes = ByteBuffer.allocate(0);
        private int capacity;

        /** Returns this, as the chunk of a place. */
        Chunk at(long place, byte[] named) {
            long wanted = place >>> FifoDescriptor.CHUNK_SHIFT;
            if (wanted != number || !Arrays.equals(name, named)) {
                try {
                    Segment attached = directory.attachBeside(cell.segment(), named);
                    bytes = attached.memory();
                    capacity = Integer.highestOneBit(bytes.capacity() - Segment.DATA_AT);
                    number = wanted;
                    name = named;
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone.getMessage(), gone);
                }
            }
            return this;
        }

        private int at(long position) {
            return Segment.DATA_AT + (int) (position & (capacity - 1));
        }

        void putItem(long position, byte[] item) {
            bytes.putLong(at(position), item.length);
            int from = at(position + FifoDescriptor.HEADER_BYTES);
            int untilEnd = Math.min(item.length, Segment.DATA_AT + capacity - from);
            bytes.put(from, item, 0, untilEnd);
            bytes.put(Segment.DATA_AT, item, untilEnd, item.length - untilEnd);
        }

        int length(long position) {
            return (int) bytes.getLong(at(position));
        }

        byte[] item(long position) {
            byte[] item = new byte[length(position)];
            int from = at(position + FifoDescriptor.HEADER_BYTES);
            int untilEnd = Math.min(item.length, Segment.DATA_AT + capacity - from);
            bytes.get(from, item, 0, untilEnd);
            bytes.get(Segment.DATA_AT, item, untilEnd, item.length - untilEnd);
            return item;
        }

        boolean isLink(long position) {
            return bytes.getLong(at(position)) == FifoDescriptor.LINK;
        }

        void putLink(long position, byte[] next) {
            ByteBuffer halves = ByteBuffer.wrap(next);
            bytes.putLong(at(position + FifoDescriptor.HEADER_BYTES), halves.getLong(0));
            bytes.putLong(at(position + FifoDescriptor.HEADER_BYTES + Long.BYTES), halves.getLong(Long.BYTES));
            bytes.putLong(at(position), FifoDescriptor.LINK);
        }

        byte[] link(long position) {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(bytes.getLong(at(position + FifoDescriptor.HEADER_BYTES)))
                    .putLong(bytes.getLong(at(position + FifoDescriptor.HEADER_BYTES + Long.BYTES)))
                    .array();
        }
    }
}
