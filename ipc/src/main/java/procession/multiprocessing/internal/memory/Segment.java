// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.futex.Pages;

/**
 * A piece of memory that processes share: a file of {@link SharedDirectory} that this process has mapped.
 *
 * <p>The mapping stays for as long as anything in this process refers to it, also when the file is gone; the file is never
 * made shorter. So no access ever faults.
 */
public final class Segment {
    /** Where its data begins. */
    public static final int DATA_AT = SegmentDescriptor.DATA_AT;

    /** How many bytes of its name nobody can guess. */
    public static final int RANDOM_BYTES = 16;

    private static final Set<OpenOption> CREATE = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> ATTACH =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    /** How much is written at a time. */
    private static final int WRITTEN_AT_ONCE_BYTES = 1 << 16;

    /** What makes it up for loading JNA, if that has not been done. */
    private static final int WORTH_GIVING_BACK_BYTES = 1 << 20;

    private static final int PIECE_SHIFT = 30;
    private static final int PIECE_MASK = (1 << PIECE_SHIFT) - 1;
    private static final int MAX_PIECE_BYTES = Integer.MAX_VALUE & -Long.BYTES;

    /** So many bytes from any place on are in one piece, if the segment has them. */
    public static final int AT_ONCE_BYTES = 1 << PIECE_SHIFT;

    private final SharedDirectory directory;
    private final Path file;
    private final long bytes;

    /** Each begins 1 GiB after the one before, and is up to 2 GiB long, so that a range of 1 GiB never needs two. */
    private final ByteBuffer[] pieces;

    /** What tells the file from another one of its name. */
    private final Object key;

    private Segment(SharedDirectory directory, Path file, FileChannel channel, long bytes) throws IOException {
        this.directory = directory;
        this.file = file;
        this.key = PrivateFiles.keyOf(file);
        this.bytes = bytes;
        this.pieces = new ByteBuffer[Math.toIntExact((bytes + AT_ONCE_BYTES - 1) >> PIECE_SHIFT)];
        for (int i = 0; i < pieces.length; i++) {
            long at = (long) i << PIECE_SHIFT;
            long length = Math.min(bytes - at, MAX_PIECE_BYTES);
            pieces[i] = channel.map(FileChannel.MapMode.READ_WRITE, at, length).order(ByteOrder.nativeOrder());
        }
    }

    private Segment(Segment unnamed, Path file) {
        this.directory = unnamed.directory;
        this.file = file;
        this.key = unnamed.key;
        this.bytes = unnamed.bytes;
        this.pieces = unnamed.pieces;
    }

    /** Gives the file another name, if nothing has that one. */
    Segment renamed(Path name) throws IOException {
        Files.createLink(name, file); // which fails if the name is taken, where a move would not
        Files.delete(file);
        return new Segment(this, name);
    }

    /** Makes the file, whose space is there when this returns, and maps it. */
    static Segment create(SharedDirectory directory, Path file, long dataBytes) throws IOException {
        long bytes = Math.addExact(SegmentDescriptor.DATA_AT, dataBytes);
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(file, CREATE, PrivateFiles.fileAttributes(file))) {
            FaultPoint.SEGMENT_MADE.reach();
            allocate(channel, bytes, file);
            FaultPoint.SEGMENT_ALLOCATED.reach();
            ByteBuffer header = ByteBuffer.allocate(SegmentDescriptor.DATA_AT).order(ByteOrder.nativeOrder());
            header.putInt(SegmentDescriptor.VERSION_AT, SegmentDescriptor.VERSION);
            header.putLong(SegmentDescriptor.BYTES_AT, bytes);
            header.putLong(SegmentDescriptor.CREATOR_AT, directory.own());
            directory.family().write(header, SegmentDescriptor.FAMILY_AT);
            channel.write(header, 0);
            FaultPoint.SEGMENT_DESCRIBED.reach();
            ByteBuffer magic = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
            channel.write(magic.putLong(0, SegmentDescriptor.MAGIC), SegmentDescriptor.MAGIC_AT);
            FaultPoint.SEGMENT_WHOLE.reach();
            Segment made = new Segment(directory, file, channel, bytes);
            whole = true;
            return made;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Writes zeros, because a file that was only made longer has no pages, and a store that finds none left faults. */
    private static void allocate(FileChannel channel, long bytes, Path file) throws IOException {
        long free = freeBytes(file);
        if (free < bytes) {
            throw full(bytes, free, file, null);
        }
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(WRITTEN_AT_ONCE_BYTES, bytes));
        for (long at = 0; at < bytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
            try {
                at += channel.write(zeros, at);
            } catch (IOException full) {
                throw full(bytes, freeBytes(file), file, full);
            }
        }
    }

    /** Returns what is free, or very much if the system does not say. */
    private static long freeBytes(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace();
        } catch (IOException | SecurityException unknown) {
            return Long.MAX_VALUE;
        }
    }

    private static IOException full(long bytes, long free, Path file, @Nullable IOException cause) {
        return new IOException(
                "no room for " + bytes + " bytes of shared memory in " + file.getParent() + ", where "
                        + (free == Long.MAX_VALUE ? "too few" : free)
                        + " bytes are free; make it larger, or name another place by -D" + SharedDirectory.PROPERTY,
                cause);
    }

    /** Maps a file that some process of this family has made. */
    static Segment attach(SharedDirectory directory, Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a symbolic link, and not shared memory");
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no file, and so no shared memory"); // to open a FIFO would wait for ever
        }
        try (FileChannel channel = FileChannel.open(file, ATTACH)) {
            long bytes = checked(directory, channel, file);
            return new Segment(directory, file, channel, bytes);
        } catch (NoSuchFileException gone) {
            throw new IOException(
                    "the shared memory " + file + " is gone: the process that made it has given it back, or has ended",
                    gone);
        }
    }

    /** Reads the header from the file: it is not mapped before it is known to be as long as it says. */
    private static long checked(SharedDirectory directory, FileChannel channel, Path file) throws IOException {
        ByteBuffer header = readHeader(channel);
        if (header.hasRemaining() || header.getLong(SegmentDescriptor.MAGIC_AT) != SegmentDescriptor.MAGIC) {
            throw new IOException(file + " is not shared memory of Procession");
        }
        int version = header.getInt(SegmentDescriptor.VERSION_AT);
        if (version != SegmentDescriptor.VERSION) {
            throw new IOException(file + " has version " + version + " of the layout, and this program "
                    + SegmentDescriptor.VERSION + "; let both use the same version of Procession");
        }
        if (!Family.read(header, SegmentDescriptor.FAMILY_AT).equals(directory.family())) {
            throw new IOException(file + " belongs to processes that this one shares no locks with,"
                    + " so neither could tell whether the other is alive; let them share all of " + file.getParent());
        }
        long bytes = header.getLong(SegmentDescriptor.BYTES_AT);
        if (bytes != channel.size() || bytes < SegmentDescriptor.DATA_AT || bytes > SegmentDescriptor.MAX_BYTES) {
            throw new IOException(file + " has " + channel.size() + " bytes, and its header says " + bytes);
        }
        return bytes;
    }

    private static ByteBuffer readHeader(FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(SegmentDescriptor.DATA_AT).order(ByteOrder.nativeOrder());
        while (header.hasRemaining() && channel.read(header, header.position()) > 0) {
            // until it is full, or the file at its end
        }
        return header;
    }

    /** Returns which process has made a file, or 0 if it is none of this family. */
    static long creatorOf(SharedDirectory directory, Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer header = readHeader(channel);
            return !header.hasRemaining()
                            && header.getLong(SegmentDescriptor.MAGIC_AT) == SegmentDescriptor.MAGIC
                            && Family.read(header, SegmentDescriptor.FAMILY_AT).equals(directory.family())
                    ? header.getLong(SegmentDescriptor.CREATOR_AT)
                    : 0;
        }
    }

    /**
     * Returns the memory, in the byte order of the machine, from the start of the file on; of a long segment, the beginning.
     *
     * @return the memory; its position and limit are not to be changed
     */
    public ByteBuffer memory() {
        return pieces[0];
    }

    /**
     * Returns the memory that what is at a place is in, with at least {@link #AT_ONCE_BYTES} of what follows it.
     *
     * @param at the place, from the start of the file on
     * @return the memory, of which the place is at {@link #inPiece}; its position and limit are not to be changed
     */
    public ByteBuffer piece(long at) {
        return pieces[(int) (at >> PIECE_SHIFT)];
    }

    /**
     * Returns where in its {@link #piece} something is.
     *
     * @param at its place, from the start of the file on
     * @return its place in the piece
     */
    public static int inPiece(long at) {
        return (int) at & PIECE_MASK;
    }

    /**
     * Returns how long it is.
     *
     * @return the bytes of the file
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns the directory that it is in.
     *
     * @return the directory
     */
    public SharedDirectory directory() {
        return directory;
    }

    /**
     * Returns the file.
     *
     * @return where it is, or was
     */
    public Path file() {
        return file;
    }

    /**
     * Returns the part of its name that nobody can guess.
     *
     * @return {@link #RANDOM_BYTES} bytes
     */
    public byte[] randomName() {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        int start = name.lastIndexOf('-') + 1;
        return HexFormat.of().parseHex(name, start, start + 2 * RANDOM_BYTES);
    }

    /**
     * Returns a view of memory.
     *
     * @param at where it begins, from the start of the file on
     * @param length how many bytes
     * @return a view, in the byte order of the machine, which keeps the mapping
     * @throws IllegalArgumentException if no mapping has all of that
     */
    public ByteBuffer view(long at, long length) {
        long from = length == 0 ? 0 : at;
        ByteBuffer piece = piece(from);
        int room = piece.capacity() - inPiece(from);
        if (length > room) {
            throw new IllegalArgumentException(
                    "a view of " + length + " bytes, where one can have " + room + " from there on");
        }
        return piece.slice(inPiece(from), (int) length).order(ByteOrder.nativeOrder());
    }

    /**
     * Gives back the memory but for the beginning, at once and for all processes, if the system can do that; who still reads
     * there finds zeros. Does nothing with less than a MiB, which is not worth it.
     */
    public void giveBackPages() {
        if (bytes < WORTH_GIVING_BACK_BYTES) {
            return;
        }
        for (int i = 0; i < pieces.length; i++) {
            int to = (int) Math.min(AT_ONCE_BYTES, bytes - ((long) i << PIECE_SHIFT));
            Pages.giveBack(pieces[i], i == 0 ? Pages.LARGEST_BYTES : 0, to);
        }
    }

    /**
     * Removes the file, so that nobody can attach it any more; not if its name belongs to another one by now. Its pages are
     * free when nobody has it mapped.
     */
    void unlink() {
        try {
            if (key.equals(PrivateFiles.keyOf(file))) {
                Files.deleteIfExists(file);
            }
        } catch (IOException left) {
            // whoever starts next sweeps it, once this process is dead
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
