// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.Segment;
import procession.multiprocessing.internal.memory.SharedDirectory;

/**
 * A block of memory that processes share, and find by its name or by its being captured.
 *
 * <pre>{@code
 * try (var memory = SharedMemory.create("results", 1_000_000)) {
 *     memory.buffer().putInt(0, 42);
 *     try (var same = SharedMemory.attach("results")) { // here, or in any other process of this user
 *         System.out.println(same.buffer().getInt(0));
 *     }
 *     memory.unlink();
 * }
 * }</pre>
 *
 * <p><b>How long it lives.</b> The name stays until somebody calls {@link #unlink}, or until the process has ended that made
 * it: one that ends in good order takes its names along, and what a killed one leaves is removed when the next process that
 * shares memory starts, and listed in the log. The memory stays for as long as any process uses it. Its space is taken when
 * it is made: if there is none, that fails, and no later store does.
 *
 * <p>{@link #close} ends what this object is for, and nothing else: neither the name nor the memory for others. Views stay
 * readable and writable after it. When the name is gone and everybody who had the memory has closed it, its content is given
 * back at once, and a view that somebody has still shows zeros.
 *
 * <p>Memory consistency effects: those of the {@link ByteBuffer}, which has none by itself; processes that use it at the same
 * time need a lock of {@code procession.multiprocessing.sync}, or an {@link IntArray} and the like, whose operations are atomic.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.shared_memory.SharedMemory}, which the tracker unlinks at the end of the program.
 */
public final class SharedMemory extends SharedObject implements AutoCloseable {
    private static final long serialVersionUID = 1L;

    /*
     * Overview. One segment, whose only cell has the size, and in the place of a lock a long that changes atomically: bit 62 says
     * that it was unlinked, and below that is how many objects like this one have not been closed. Who leaves it at
     * "unlinked, none" gives the pages back. What dies without closing is counted for ever, so the pages of such memory
     * go when the last mapping does.
     */
    private static final long UNLINKED = 1L << 62;

    private final transient Segment segment;
    private final transient String name;
    private final transient long size;
    private final transient AtomicBoolean closed = new AtomicBoolean();

    SharedMemory(Cell cell) {
        super(Kind.SHARED_MEMORY, cell);
        this.segment = cell.segment();
        this.name = SharedDirectory.userName(segment);
        this.size = (long) Cell.LONG.getVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT));
        long room = segment.bytes() - cell.offset() - CellDescriptor.BYTES;
        if (size < 1 || size > room) {
            throw new IllegalArgumentException(size + " bytes in " + segment + ", which has room for " + room);
        }
        if (((long) Cell.LONG.getAndAdd(cell.memory(), stateAt(), 1L) & UNLINKED) != 0) {
            giveBackIfLast((long) Cell.LONG.getAndAdd(cell.memory(), stateAt(), -1L) - 1);
            throw new IllegalArgumentException("the shared memory " + name + " is gone: it has just been unlinked");
        }
    }

    private int stateAt() {
        return cell().at(CellDescriptor.LOCK_AT);
    }

    /**
     * Makes shared memory of a name that nobody can guess.
     *
     * <p><i>Python:</i> {@code SharedMemory(create=True, size=size)}
     *
     * @param size how many bytes, all of which are 0 at first
     * @return the memory
     * @throws IllegalArgumentException if the size is not positive
     * @throws IOException if there is no room for it, with the remedy
     */
    public static SharedMemory create(long size) throws IOException {
        return make("", size);
    }

    /**
     * Makes shared memory of a name.
     *
     * <p><i>Python:</i> {@code SharedMemory(name, create=True, size=size)}
     *
     * @param name the name for all processes of this user: up to 200 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter
     *     or a digit
     * @param size how many bytes, all of which are 0 at first
     * @return the memory
     * @throws FileAlreadyExistsException if there is shared memory of this name
     * @throws IllegalArgumentException if the size is not positive, or the name has other characters
     * @throws IOException if there is no room for it, with the remedy
     */
    public static SharedMemory create(String name, long size) throws IOException {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an empty name; create(size) chooses one");
        }
        return make(name, size);
    }

    private static SharedMemory make(String name, long size) throws IOException {
        if (size < 1 || size > Long.MAX_VALUE / 2) {
            throw new IllegalArgumentException("shared memory of " + size + " bytes");
        }
        return new SharedMemory(directory().createNamed(name, Kind.SHARED_MEMORY, 0, size, Kind.withValue(size)));
    }

    /**
     * Finds shared memory by its name.
     *
     * <p><i>Python:</i> {@code SharedMemory(name)}
     *
     * @param name the name
     * @return the same memory
     * @throws NoSuchFileException if there is none of this name
     * @throws IllegalArgumentException if this can't be a name
     * @throws IOException if it is something else, or can't be shared with this process
     */
    public static SharedMemory attach(String name) throws IOException {
        Objects.requireNonNull(name, "name");
        Cell cell = directory().attachNamed(name, Kind.SHARED_MEMORY);
        try {
            return new SharedMemory(cell);
        } catch (IllegalArgumentException unsound) {
            throw new IOException(unsound.getMessage(), unsound);
        }
    }

    private static SharedDirectory directory() throws IOException {
        try {
            return SharedDirectory.current();
        } catch (UncheckedIOException refused) {
            throw refused.getCause();
        }
    }

    /**
     * Returns the name, by which other processes can {@link #attach} it.
     *
     * @return the name, also when it has been unlinked
     */
    public String name() {
        return name;
    }

    /**
     * Returns how many bytes it has, also when it has been closed.
     *
     * @return the size, exactly as it was asked for
     */
    public long size() {
        return size;
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this has been closed: " + this);
        }
    }

    /**
     * Returns a view of all bytes. It stays readable and writable for as long as it is used, also after {@link #close}.
     *
     * <p><i>Python:</i> {@code shm.buf}
     *
     * @return a view with a position and limit of its own, in the byte order of the machine
     * @throws IllegalArgumentException if they are more than a view has room for
     * @throws IllegalStateException if this has been closed
     */
    public ByteBuffer buffer() {
        checkOpen();
        return view(0, size);
    }

    /**
     * Returns a view of some bytes. It stays readable and writable for as long as it is used, also after {@link #close}.
     *
     * @param from the first of them
     * @param count how many, up to a GiB at least
     * @return a view with a position and limit of its own, in the byte order of the machine
     * @throws IndexOutOfBoundsException if the range is not there
     * @throws IllegalArgumentException if they are more than a view has room for
     * @throws IllegalStateException if this has been closed
     */
    public ByteBuffer buffer(long from, int count) {
        checkOpen();
        return view(from, count);
    }

    private ByteBuffer view(long from, long count) {
        Objects.checkFromIndexSize(from, count, size);
        return segment.view((long) cell().offset() + CellDescriptor.BYTES + from, count);
    }

    /**
     * Ends the use of this object, not of the memory, which others may go on using. Closing a second time does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            long before = (long) Cell.LONG.getAndAdd(cell().memory(), stateAt(), -1L);
            giveBackIfLast(before - 1);
        }
    }

    /**
     * Takes the name away, for all processes, also when this has been closed. Who has the memory can go on using it. Does
     * nothing if that has been done.
     *
     * <p><i>Python:</i> {@code shm.unlink()}, which fails the second time.
     *
     * @throws UncheckedIOException if that can't be done now, because another process is stopped while it does the same
     */
    public void unlink() {
        segment.directory().unlink(segment);
        long before = (long) Cell.LONG.getAndBitwiseOr(cell().memory(), stateAt(), UNLINKED);
        giveBackIfLast(before | UNLINKED);
    }

    private void giveBackIfLast(long state) {
        if (state == UNLINKED) {
            segment.giveBackPages();
        }
    }

    /**
     * Returns a text with name and size.
     *
     * @return for example {@code SharedMemory[results, 1000000 bytes]}
     */
    @Override
    public String toString() {
        return "SharedMemory[" + name + ", " + size + " bytes" + (closed.get() ? ", closed]" : "]");
    }
}
