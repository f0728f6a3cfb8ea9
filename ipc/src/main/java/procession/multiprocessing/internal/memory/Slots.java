// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessTree;

/** The slots of the processes of one family: this process's own, and which of the others are alive. */
final class Slots {
    /*
     * Overview. A process is alive while it holds the lock of its slot's byte. The kernel gives that up when the process
     * ends, however it ends, and before anybody can have waited for the end; so neither a pid that comes again, nor a
     * clock that steps, nor a namespace in which pids mean something else, can fool anybody. A stopped process is alive.
     *
     *     enter   lock a byte exclusively that nobody holds, then write the next tag of that slot into its record
     *     isAlive record != tag          dead: somebody else has the slot, or has seen the death
     *             shared lock refused    alive
     *             shared lock granted    dead: bury it, which is a compare-and-set of the record, and unlock
     *
     * Probes use shared locks, so that two of them don't take each other for the owner. While one is granted nobody can
     * enter the slot, so nothing but another burial competes with the compare-and-set. Who enters and meets a probe takes
     * the next slot. Between the lock and the record of who enters, the old tag seems alive again, for microseconds.
     *
     * POSIX gives up all of a process's locks on a file when the process closes any descriptor of it. So this file is
     * opened once, used only by calls that no interrupt can close the channel in (which tryLock and release are; opening and
     * mapping go through Undisturbed), and never closed: the hook that tidies up at the end of this JVM holds on to it.
     * When Procession is there twice, by two class loaders, each has a channel and a slot, and to either the other
     * one's lock is an OverlappingFileLockException, which says alive as well.
     *
     * The first process writes the file, with the lock of OPENING_AT, and the last one removes it with that lock. Who opens
     * the file just then finds LEFT in it when it gets the lock, and begins anew. If the file with LEFT is still there, whose
     * remover has been killed, it is as good as new, and can tell that all are dead: nobody was in it but that one.
     */
    private static final Set<OpenOption> OPEN = Set.of(
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    /** What another process does while it opens the file takes milliseconds. */
    private static final long OPENING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long an answer that a process is alive is believed. */
    private static final long BELIEVED_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** About how many processes of which this one waits for one at a time. */
    private static final int BELIEFS = 64;

    private static final long OPENING_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Channels on a file in which another class loader of this JVM may have its lock; to be collected would close them. */
    private static final Queue<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Path file;

    /** What tells the file from one that another family has made in its place. */
    private final Object key;

    private final FileChannel channel;
    private final ByteBuffer memory;
    private final Family family;

    /** Held for the life of this JVM; if it were collected, a probe from this JVM would not meet it. */
    private final FileLock ownLock;

    private final long own;

    /** Who was alive lately; benign: of two that have a place in common the later one stays. */
    private final AtomicReferenceArray<@Nullable Belief> beliefs = new AtomicReferenceArray<>(BELIEFS);

    private record Belief(long tag, long sinceNanos) {}

    private Slots(Path file, Object key, FileChannel channel, ByteBuffer memory) throws IOException {
        this.file = file;
        this.key = key;
        this.channel = channel;
        this.memory = memory;
        this.family = Family.read(memory, SlotsDescriptor.FAMILY_AT);
        this.ownLock = takeSlot(channel, file);
        FaultPoint.SLOT_LOCKED.reach();
        int slot = (int) (ownLock.position() - SlotsDescriptor.LOCKS_AT);
        int at = SlotsDescriptor.tagAt(slot);
        this.own = ProcessTag.next(slot, (long) LONG.getVolatile(memory, at), ProcessTree.ownPid());
        LONG.setVolatile(memory, at, own);
    }

    /** Opens the file, creates it if need be, and enters. */
    static Slots enter(Path file) throws IOException {
        Slots entered = null;
        while (entered == null) {
            entered = tryEnter(file);
        }
        return entered;
    }

    /** Returns {@code null} if the file has been removed meanwhile. */
    private static @Nullable Slots tryEnter(Path file) throws IOException {
        Object before = PrivateFiles.keyOf(file);
        FileChannel channel = FileChannel.open(file, OPEN, PrivateFiles.fileAttributes(file));
        boolean mayClose = false;
        boolean isEntered = false;
        FileLock opening = null;
        try {
            opening = lockOpening(channel, file);
            ByteBuffer header = readHeader(channel);
            long magic = header.getLong(SlotsDescriptor.MAGIC_AT);
            mayClose = magic != SlotsDescriptor.MAGIC;
            if (magic == SlotsDescriptor.LEFT
                    && !PrivateFiles.NO_FILE.equals(before)
                    && before.equals(PrivateFiles.keyOf(file))) {
                magic = SlotsDescriptor.MAGIC; // the last one was killed while it removed the file, or could not
                writeMagic(channel, magic);
                header.putLong(SlotsDescriptor.MAGIC_AT, magic);
            }
            if (magic == SlotsDescriptor.LEFT) {
                return null;
            } else if (magic == 0) {
                FaultPoint.SLOTS_MADE.reach();
                write(channel);
            } else {
                check(header, channel, file);
            }
            ByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SlotsDescriptor.BYTES);
            Slots entered = new Slots(file, PrivateFiles.keyOf(file), channel, memory.order(ByteOrder.nativeOrder()));
            isEntered = true;
            return entered;
        } finally {
            if (opening != null) {
                opening.release();
            }
            if (!isEntered && mayClose) {
                channel.close();
            } else if (!isEntered) {
                NEVER_CLOSED.add(channel);
            }
        }
    }

    private static ByteBuffer readHeader(FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(SlotsDescriptor.TAGS_AT).order(ByteOrder.nativeOrder());
        while (header.hasRemaining() && channel.read(header, header.position()) > 0) {
            // until it is full, or the file at its end
        }
        return header;
    }

    private static FileLock lockOpening(FileChannel channel, Path file) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < OPENING_LIMIT_NANOS) {
            FileLock lock = tryLock(channel, SlotsDescriptor.OPENING_AT, false);
            if (lock != null) {
                return lock;
            }
            LockSupport.parkNanos(OPENING_PAUSE_NANOS);
        }
        throw new IOException("another process has been opening " + file + " for "
                + TimeUnit.NANOSECONDS.toSeconds(OPENING_LIMIT_NANOS) + " s; is it stopped?");
    }

    /** Returns {@code null} if somebody else has it, in this JVM or another. */
    private static @Nullable FileLock tryLock(FileChannel channel, long at, boolean shared) throws IOException {
        try {
            return channel.tryLock(at, 1, shared);
        } catch (OverlappingFileLockException inThisJvm) {
            return null;
        }
    }

    /** Runs a body while no other thread, of whichever process, enters, leaves, or runs one. */
    <T> T exclusively(Undisturbed.Body<T> body) throws IOException {
        FileLock opening = lockOpening(channel, file);
        try {
            return body.run();
        } finally {
            opening.release();
        }
    }

    private static void check(ByteBuffer header, FileChannel channel, Path file) throws IOException {
        if (header.getLong(SlotsDescriptor.MAGIC_AT) != SlotsDescriptor.MAGIC) {
            throw new IOException(file + " is not what its name says; remove it when no program uses it");
        } else if (header.getInt(SlotsDescriptor.VERSION_AT) != SlotsDescriptor.VERSION
                || header.getInt(SlotsDescriptor.SLOTS_AT) != ProcessTag.MAX_SLOTS) {
            throw new IOException(file + " is of another version of Procession ("
                    + header.getInt(SlotsDescriptor.VERSION_AT) + ", and this is " + SlotsDescriptor.VERSION
                    + "), whose processes can't share memory with this one; let the two use different directories,"
                    + " by -D" + SharedDirectory.PROPERTY);
        } else if (channel.size() != SlotsDescriptor.BYTES) {
            throw new IOException(file + " has " + channel.size() + " bytes, and not " + SlotsDescriptor.BYTES
                    + "; remove it when no program uses it");
        }
    }

    private static void write(FileChannel channel) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(SlotsDescriptor.BYTES).order(ByteOrder.nativeOrder());
        all.putInt(SlotsDescriptor.VERSION_AT, SlotsDescriptor.VERSION);
        all.putInt(SlotsDescriptor.SLOTS_AT, ProcessTag.MAX_SLOTS);
        Family.random().write(all, SlotsDescriptor.FAMILY_AT);
        for (long at = 0; all.hasRemaining(); ) {
            at += channel.write(all, at);
        }
        FaultPoint.SLOTS_WRITTEN.reach();
        writeMagic(channel, SlotsDescriptor.MAGIC);
    }

    private static void writeMagic(FileChannel channel, long magic) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        channel.write(word.putLong(0, magic), SlotsDescriptor.MAGIC_AT);
    }

    private static FileLock takeSlot(FileChannel channel, Path file) throws IOException {
        for (int slot = 0; slot < ProcessTag.MAX_SLOTS; slot++) {
            FileLock lock = tryLock(channel, SlotsDescriptor.LOCKS_AT + slot, false);
            if (lock != null) {
                return lock;
            }
        }
        throw new IOException("there are " + ProcessTag.MAX_SLOTS + " processes already that share memory in "
                + file.getParent() + ", and no more can");
    }

    /** Returns the name of this process. */
    long own() {
        return own;
    }

    Family family() {
        return family;
    }

    /** Returns whether a process is alive; also if that can't be told, because then nobody may act as if it were not. */
    boolean isAlive(long tag) {
        if (tag == own) {
            return true;
        }
        int slot = ProcessTag.slot(tag);
        return slot >= 0
                && (long) LONG.getVolatile(memory, SlotsDescriptor.tagAt(slot)) == tag
                && !buriedNow(slot, tag);
    }

    /** As {@link #isAlive}, but an answer that it is may be some milliseconds old. */
    boolean isBelievedAlive(long tag) {
        if (tag == own) {
            return true;
        }
        int place = (int) (ProcessTag.lowBits(tag) % BELIEFS);
        Belief belief = beliefs.get(place);
        long now = System.nanoTime();
        if (belief != null && belief.tag == tag && now - belief.sinceNanos < BELIEVED_NANOS) {
            return true;
        }
        boolean alive = isAlive(tag);
        if (alive) {
            beliefs.set(place, new Belief(tag, now));
        }
        return alive;
    }

    /** One at a time, because two would find each other's locks. */
    private synchronized boolean buriedNow(int slot, long tag) {
        try (FileLock probe = tryLock(channel, SlotsDescriptor.LOCKS_AT + slot, true)) {
            if (probe == null) {
                return false;
            }
            LONG.compareAndSet(memory, SlotsDescriptor.tagAt(slot), tag, ProcessTag.buried(tag));
            return true;
        } catch (IOException noAnswer) {
            return false;
        }
    }

    /** Returns whether a file is the one that was entered, by whatever name; that one must not be opened again. */
    boolean isEntered(Path other) throws IOException {
        return key.equals(PrivateFiles.keyOf(other));
    }

    /**
     * Removes the file if nobody else is alive; whoever opens it meanwhile makes a new one.
     *
     * @param before what is done before that, while nobody can enter
     * @return whether it has
     */
    synchronized boolean removeIfLast(Runnable before) throws IOException {
        try (FileLock opening = tryLock(channel, SlotsDescriptor.OPENING_AT, false)) {
            if (opening == null || isAnybodyElseAlive() || !isEntered(file)) {
                return false;
            }
            before.run();
            memory.putLong(SlotsDescriptor.MAGIC_AT, SlotsDescriptor.LEFT);
            Files.deleteIfExists(file);
            return true;
        }
    }

    private boolean isAnybodyElseAlive() {
        for (int slot = 0; slot < ProcessTag.MAX_SLOTS; slot++) {
            long tag = (long) LONG.getVolatile(memory, SlotsDescriptor.tagAt(slot));
            if (ProcessTag.slot(tag) == slot && tag != own && isAlive(tag)) {
                return true;
            }
        }
        return false;
    }
}
