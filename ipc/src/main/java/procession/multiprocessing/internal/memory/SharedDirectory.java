// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The directory in which the processes of a user share memory: its segments, and who is alive. This process enters it
 * with the first segment that it makes or attaches there.
 */
public final class SharedDirectory {
    /*
     * Overview. One directory for each user, in the fastest place there is:
     *
     *     /dev/shm/procession-1000/               0700
     *         slots                               who is alive, see Slots
     *         0000302a00002001-c0ffee….segment    0600; the tag of the process that has made it, and 16 random bytes
     *
     * Who enters removes the segments of the dead, and says so in the log; that needs their names only. Who leaves in good
     * order removes its own, and the last one the directory. Processes that have a removed segment mapped go on using it.
     *
     * A process may be in several directories: an object that comes from another process says which one it is in.
     */

    /** The system property that names the directory in which the directories of the users are. */
    public static final String PROPERTY = "procession.shared.directory";

    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");

    private static final Path FASTEST = Path.of("/dev/shm");
    private static final String SLOTS = "slots";
    private static final String ENDING = ".segment";
    private static final int TAG_DIGITS = 16;

    /** Guarded by itself. */
    private static final Map<Path, SharedDirectory> ENTERED = new HashMap<>();

    private final Path path;
    private final Slots slots;
    private final SecureRandom random = new SecureRandom();
    private final Cells cells = new Cells(this);

    /** Of this process's making, by name; guarded by itself. */
    private final Map<String, Segment> made = new HashMap<>();

    /** What is mapped, by name, so that many objects of one segment share one mapping; guarded by itself. */
    private final Map<String, WeakReference<Segment>> mapped = new HashMap<>();

    private SharedDirectory(Path path, Slots slots) {
        this.path = path;
        this.slots = slots;
    }

    /**
     * Returns the directory in which this process makes segments.
     *
     * @return the directory, entered
     * @throws UncheckedIOException if there can't be one, or this process can't enter it, with the remedy
     */
    public static SharedDirectory current() {
        try {
            return at(defaultPath());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused.getMessage(), refused);
        }
    }

    private static Path defaultPath() throws IOException {
        String named = System.getProperty(PROPERTY);
        Path parent;
        if (named != null) {
            parent = Path.of(named);
        } else if (Files.isDirectory(FASTEST) && Files.isWritable(FASTEST)) {
            parent = FASTEST;
        } else {
            parent = Path.of(System.getProperty("java.io.tmpdir"));
        }
        return parent.toAbsolutePath().resolve("procession-" + PrivateFiles.userName());
    }

    /**
     * Returns a directory.
     *
     * @param path where it is
     * @return the directory, entered
     * @throws IOException if this process can't enter it
     */
    public static SharedDirectory at(Path path) throws IOException {
        SharedDirectory directory;
        synchronized (ENTERED) {
            directory = ENTERED.get(path);
            if (directory != null) {
                return directory;
            }
            directory = Undisturbed.call(() -> enter(path));
            ENTERED.put(path, directory);
        }
        directory.sweep();
        return directory;
    }

    private static SharedDirectory enter(Path path) throws IOException {
        Slots slots = null;
        while (slots == null) {
            PrivateFiles.createDirectory(path);
            try {
                slots = Slots.enter(path.resolve(SLOTS));
            } catch (NoSuchFileException removedMeanwhile) {
                // by the last process that was in it: this one makes it again
            }
        }
        SharedDirectory directory = new SharedDirectory(path, slots);
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(null, directory::leave, "procession-shared", 0, false));
        } catch (IllegalStateException underWay) {
            // what this process makes from now on is swept by the next one
        }
        return directory;
    }

    /** Removes what the dead have left. */
    private void sweep() {
        Set<String> swept = new TreeSet<>();
        try {
            if (!slots.isEntered(path.resolve(SLOTS))) {
                return; // somebody has removed it, and of those who have made a new one this process knows nothing
            }
        } catch (IOException unknown) {
            return;
        }
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(path, "*" + ENDING)) {
            for (Path segment : segments) {
                if (isOfTheDead(nameOf(segment)) && Files.deleteIfExists(segment)) {
                    swept.add(nameOf(segment));
                }
            }
        } catch (IOException | DirectoryIteratorException left) {
            LOGGER.log(System.Logger.Level.DEBUG, "what dead processes left in " + path + " can't be removed", left);
        }
        if (!swept.isEmpty()) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "removed the shared memory that dead processes left in " + path + ": " + String.join(", ", swept));
        }
    }

    private static String nameOf(Path file) {
        return Objects.requireNonNull(file.getFileName()).toString();
    }

    private boolean isOfTheDead(String name) {
        try {
            return !slots.isAlive(HexFormat.fromHexDigitsToLong(name, 0, TAG_DIGITS));
        } catch (IllegalArgumentException | IndexOutOfBoundsException noneOfOurs) {
            return false;
        }
    }

    private void leave() {
        Set<Segment> left;
        synchronized (made) {
            left = new HashSet<>(made.values());
            made.clear();
        }
        left.forEach(Segment::unlink);
        unlinkWhatOthersMadeForThis();
        try {
            if (slots.removeIfLast(this::sweep)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException inUseAgain) {
            // whoever uses it removes it
        }
    }

    private void unlinkWhatOthersMadeForThis() {
        String mine = HexFormat.of().toHexDigits(own()) + "-*" + ENDING;
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(path, mine)) {
            for (Path segment : segments) {
                Files.deleteIfExists(segment);
            }
        } catch (IOException | DirectoryIteratorException left) {
            // whoever starts next sweeps it
        }
    }

    /**
     * Makes a segment whose name nobody can guess.
     *
     * @param dataBytes how much memory it is to have besides its header
     * @return the segment, filled with zeros
     * @throws IOException if there is no room for it
     */
    public Segment create(long dataBytes) throws IOException {
        Segment segment = createOf(HexFormat.of().toHexDigits(own()), dataBytes);
        synchronized (made) {
            made.put(nameOf(segment.file()), segment);
        }
        return segment;
    }

    private Segment createOf(String maker, long dataBytes) throws IOException {
        byte[] unguessable = new byte[Segment.RANDOM_BYTES];
        random.nextBytes(unguessable);
        String name = nameOf(maker, unguessable);
        Segment segment = Undisturbed.call(() -> Segment.create(this, path.resolve(name), dataBytes));
        synchronized (mapped) {
            mapped.put(name, new WeakReference<>(segment));
        }
        return segment;
    }

    private static String nameOf(String maker, byte[] random) {
        return maker + "-" + HexFormat.of().formatHex(random) + ENDING;
    }

    /** Returns the name that a segment has which is made beside another one. */
    private static String nameBeside(Segment segment, byte[] random) {
        String name = nameOf(segment.file());
        return nameOf(name.substring(0, name.lastIndexOf('-')), random);
    }

    /**
     * Makes a segment that belongs to the maker of another one, and is removed with what that one has made.
     *
     * @param segment the other one
     * @param dataBytes how much memory it is to have besides its header
     * @return the segment, filled with zeros
     * @throws IOException if there is no room for it
     */
    public Segment createBeside(Segment segment, int dataBytes) throws IOException {
        String name = nameOf(segment.file());
        return createOf(name.substring(0, name.lastIndexOf('-')), dataBytes);
    }

    /**
     * Maps a segment that was made beside another one.
     *
     * @param segment the other one
     * @param random the {@link Segment#randomName} of the one to map
     * @return the segment
     * @throws IOException if there is none of that name, or it is not one of this family
     */
    public Segment attachBeside(Segment segment, byte[] random) throws IOException {
        return attach(nameBeside(segment, random));
    }

    /**
     * Removes a segment that was made beside another one; who has it mapped can go on using it.
     *
     * @param segment the other one
     * @param random the {@link Segment#randomName} of the one to remove
     */
    public void removeBeside(Segment segment, byte[] random) {
        try {
            Files.deleteIfExists(path.resolve(nameBeside(segment, random)));
        } catch (IOException left) {
            // removed with all that its maker has made
        }
    }

    /**
     * Maps a segment, or returns the mapping that this process has already.
     *
     * @param name the name of its file
     * @return the segment
     * @throws IOException if there is none of that name, or it is not one of this family
     */
    public Segment attach(String name) throws IOException {
        synchronized (mapped) {
            WeakReference<Segment> known = mapped.get(name);
            Segment segment = known == null ? null : known.get();
            if (segment == null) {
                segment = attachAnew(name);
                mapped.values().removeIf(mapping -> mapping.get() == null);
                mapped.put(name, new WeakReference<>(segment));
            }
            return segment;
        }
    }

    /**
     * Maps a segment once more.
     *
     * @param name the name of its file
     * @return a segment with a mapping of its own
     * @throws IOException if there is none of that name, or it is not one of this family
     */
    public Segment attachAnew(String name) throws IOException {
        Path file = path.resolve(name);
        if (!path.equals(file.getParent())) {
            throw new IOException(name + " is no name of shared memory");
        }
        if (slots.isEntered(file)) { // to close it after reading its header would make this process look dead
            throw new IOException(name + " is where processes say that they are alive, and no shared memory");
        }
        return Undisturbed.call(() -> Segment.attach(this, file));
    }

    /**
     * Gives a segment back, which this process has made.
     *
     * @param segment the segment; who has it mapped can go on using it
     */
    void remove(Segment segment) {
        synchronized (made) {
            made.remove(nameOf(segment.file()));
        }
        segment.unlink();
    }

    /**
     * Returns the name of this process in it.
     *
     * @return a {@link ProcessTag}
     */
    public long own() {
        return slots.own();
    }

    Family family() {
        return slots.family();
    }

    /**
     * Returns whether a process is alive; {@code true} if that can't be told. Asks the kernel, if it is not this process.
     *
     * @param tag its {@link ProcessTag}
     * @return {@code false} if it is dead, and then for ever
     */
    public boolean isAlive(long tag) {
        return slots.isAlive(tag);
    }

    /**
     * Returns whether a process is alive, as {@link #isAlive} does, but seldom asks the kernel.
     *
     * @param tag its {@link ProcessTag}
     * @return {@code false} if it is dead; {@code true} may be some milliseconds old
     */
    public boolean isBelievedAlive(long tag) {
        return slots.isBelievedAlive(tag);
    }

    /**
     * Returns where small objects get their memory from.
     *
     * @return the cells
     */
    public Cells cells() {
        return cells;
    }

    /**
     * Returns where it is.
     *
     * @return the path
     */
    public Path path() {
        return path;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
