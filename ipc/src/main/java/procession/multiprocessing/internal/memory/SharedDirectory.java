// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
import java.util.function.Consumer;
import java.util.regex.Pattern;

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
     *         0000302a00002001-1a2b3c4d-c0ffee….segment    0600; the tag of the process that has made it, half of its
     *                                             family, without which the tag says nothing, and 16 random bytes
     *         results.memory                      0600; one that a user has named "results"
     *
     * Who enters removes the segments of the dead, and says so in the log; that needs their names only, and the headers of
     * those that users have named. Who leaves in good order removes its own, and the last one the directory. Processes that have
     * a removed segment mapped go on using it.
     *
     * A user's name is given to a segment that is complete, and given and taken by one process at a time: so nobody finds half a
     * segment there, and nobody removes a new one in the place of an old one.
     *
     * A process may be in several directories: an object that comes from another process says which one it is in.
     */

    /** The system property that names the directory in which the directories of the users are. */
    public static final String PROPERTY = "procession.shared.directory";

    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");

    private static final Path FASTEST = Path.of("/dev/shm");
    private static final String SLOTS = "slots";
    private static final String ENDING = ".segment";
    private static final String NAMED_ENDING = ".memory";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
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
            Path real = realPath(path);
            directory = ENTERED.get(real);
            if (directory != null) {
                ENTERED.put(path, directory);
                return directory;
            }
            directory = Undisturbed.call(() -> enter(real));
            ENTERED.put(path, directory);
            ENTERED.put(real, directory);
        }
        SharedDirectory entered = directory;
        Undisturbed.call(() -> {
            entered.sweep();
            entered.sweepNamed(true);
            return entered;
        });
        return directory;
    }

    /** Returns the one path that a directory has, if it is no link. */
    private static Path realPath(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null) {
            return absolute;
        }
        try {
            return parent.toRealPath().resolve(name);
        } catch (NoSuchFileException missing) {
            throw new IOException(
                    "memory can't be shared in " + absolute + ": there is no directory " + parent
                            + "; make it, or name another place by -D" + PROPERTY,
                    missing);
        }
    }

    /**
     * Returns a directory that others have made.
     *
     * @param path where it is
     * @return the directory, entered
     * @throws IOException if there is none any more, or this process can't enter it
     */
    public static SharedDirectory existing(Path path) throws IOException {
        synchronized (ENTERED) {
            if (!ENTERED.containsKey(path) && !Files.exists(path.resolve(SLOTS), LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(
                        path.toString(), null, "the shared memory there is gone: all processes that had it have ended");
            }
        }
        return at(path);
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
        sayIsSwept(swept);
    }

    /** Removes what the dead have named; {@code lock} says whether names may change meanwhile. */
    private void sweepNamed(boolean lock) {
        Set<String> swept = new TreeSet<>();
        try (DirectoryStream<Path> named = Files.newDirectoryStream(path, "*" + NAMED_ENDING)) {
            for (Path file : named) {
                if (lock ? slots.exclusively(() -> isRemovedOfTheDead(file)) : isRemovedOfTheDead(file)) {
                    swept.add(nameOf(file));
                }
            }
        } catch (IOException | DirectoryIteratorException left) {
            LOGGER.log(System.Logger.Level.DEBUG, "what dead processes left in " + path + " can't be removed", left);
        }
        sayIsSwept(swept);
    }

    private boolean isRemovedOfTheDead(Path file) throws IOException {
        if (slots.isEntered(file)) { // to close it after reading its header would make this process look dead
            return false;
        }
        long creator = Segment.creatorOf(this, file);
        return creator != 0 && !slots.isAlive(creator) && Files.deleteIfExists(file);
    }

    private void sayIsSwept(Set<String> swept) {
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
            long tag = HexFormat.fromHexDigitsToLong(name, 0, TAG_DIGITS);
            return name.startsWith(maker(tag) + "-") && !slots.isAlive(tag);
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
            if (slots.removeIfLast(() -> {
                sweep();
                sweepNamed(false);
            })) {
                Files.deleteIfExists(path);
            }
        } catch (IOException inUseAgain) {
            // whoever uses it removes it
        }
    }

    private void unlinkWhatOthersMadeForThis() {
        String mine = maker(own()) + "-*" + ENDING;
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
        Segment segment = createOf(maker(own()), dataBytes);
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

    /** Returns what the names of a process's segments begin with: its tag, and half of the family that knows it. */
    private String maker(long tag) {
        return HexFormat.of().toHexDigits(tag) + "-" + HexFormat.of().toHexDigits((int) family().high());
    }

    /**
     * Makes a segment that has a name of the user's, with one object in it.
     *
     * @param name the name; empty for one that nobody can guess
     * @param kind which kind of object is in it
     * @param options what the object is made with
     * @param dataBytes how much memory follows its cell
     * @param fill writes into the cell and what follows it, before anybody else can find it
     * @return the cell, in a segment whose {@link #userName} is the name
     * @throws FileAlreadyExistsException if the name is taken
     * @throws IOException if there is no room for it
     * @throws IllegalArgumentException if this can't be a name
     */
    public Cell createNamed(String name, CellKind kind, int options, long dataBytes, Consumer<Cell> fill)
            throws IOException {
        byte[] unguessable = new byte[8];
        random.nextBytes(unguessable);
        String chosen = name.isEmpty() ? "procession-" + HexFormat.of().formatHex(unguessable) : name;
        Path file = fileOf(chosen);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOfTheDead(file)) {
            throw taken(chosen);
        }
        Segment unnamed = create(Math.addExact(CellDescriptor.BYTES, dataBytes));
        try {
            fill.accept(Cells.begin(unnamed, kind.code(), options));
            Segment named = Undisturbed.call(() -> slots.exclusively(() -> {
                isRemovedOfTheDead(file);
                return unnamed.renamed(file);
            }));
            synchronized (made) {
                made.put(nameOf(file), named);
            }
            return Cells.find(named, SegmentDescriptor.DATA_AT, kind.code());
        } catch (FileAlreadyExistsException since) {
            throw taken(chosen);
        } finally {
            remove(unnamed);
        }
    }

    private boolean isOfTheDead(Path file) throws IOException {
        return Undisturbed.call(() -> {
            long creator = slots.isEntered(file) ? 0 : Segment.creatorOf(this, file);
            return creator != 0 && !slots.isAlive(creator);
        });
    }

    private static FileAlreadyExistsException taken(String name) {
        return new FileAlreadyExistsException(
                name, null, "there is shared memory of this name; attach it, or choose another name");
    }

    /**
     * Finds the object in a segment that has a name of the user's.
     *
     * @param name the name
     * @param kind which kind of object has to be in it
     * @return its cell
     * @throws NoSuchFileException if there is no shared memory of that name
     * @throws IOException if it is something else, or can't be shared with this process
     * @throws IllegalArgumentException if this can't be a name
     */
    public Cell attachNamed(String name, CellKind kind) throws IOException {
        Path file = fileOf(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw missing(name);
        }
        try {
            return Cells.find(attachAnew(nameOf(file)), SegmentDescriptor.DATA_AT, kind.code());
        } catch (IOException refused) {
            throw refused.getCause() instanceof NoSuchFileException ? missing(name) : refused;
        }
    }

    private static NoSuchFileException missing(String name) {
        return new NoSuchFileException(
                name, null, "there is no shared memory of this name; has its creator unlinked it, or ended?");
    }

    private Path fileOf(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" can't be the name of shared memory: that is up to 200 of"
                            + " A-Z, a-z, 0-9, '.', '_' and '-', and begins with a letter or a digit");
        }
        return path.resolve(name + NAMED_ENDING);
    }

    /**
     * Returns the name that a user has given.
     *
     * @param segment a segment that was made or attached by its name
     * @return the name
     */
    public static String userName(Segment segment) {
        String file = nameOf(segment.file());
        return file.endsWith(NAMED_ENDING) ? file.substring(0, file.length() - NAMED_ENDING.length()) : file;
    }

    /**
     * Takes a segment's name away, whichever process has made it; does nothing if that has been done.
     *
     * @param segment the segment; who has it mapped can go on using it
     * @throws UncheckedIOException if names can't be changed now, because another process is stopped while it changes one
     */
    public void unlink(Segment segment) {
        try {
            Undisturbed.call(() -> slots.exclusively(() -> {
                segment.unlink();
                return segment;
            }));
        } catch (IOException stopped) {
            throw new UncheckedIOException(stopped.getMessage(), stopped);
        }
        synchronized (made) {
            made.values().remove(segment);
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
        if (name.endsWith(NAMED_ENDING)) { // may name another one by now
            return attachAnew(name);
        }
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
     * Removes a segment, whoever has made it.
     *
     * @param segment the segment; who has it mapped can go on using it
     */
    public void remove(Segment segment) {
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
