// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/** Files and directories that nobody else can read, write, or put something in the place of. */
final class PrivateFiles {
    /** What {@link #keyOf} returns where there is no file. */
    static final Object NO_FILE = "none";

    private static final Path SELF = Path.of("/proc/self");

    private PrivateFiles() {}

    /** Returns whether the files there have owners and permissions. */
    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Returns what tells a file from another one of the same name. */
    static Object keyOf(Path file) throws IOException {
        try {
            Object key = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            return key == null ? file : key;
        } catch (NoSuchFileException none) {
            return NO_FILE;
        }
    }

    /** Returns the attributes of a new file, which only its owner can use. */
    static FileAttribute<?>[] fileAttributes(Path file) {
        return attributes(file, "rw-------");
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Returns what tells this user from others in the name of a directory; whose the directory is has to be asked besides.
     */
    static String userName() throws IOException {
        if (Files.exists(SELF)
                && SELF.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return String.valueOf(Files.getAttribute(SELF, "unix:uid"));
        }
        return System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /** Makes a directory that only this user can use, or makes sure that the one that is there is such a one. */
    static void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (FileAlreadyExistsException there) {
            check(directory);
        }
    }

    private static void check(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(directory, "it is no directory");
        }
        if (!isPosix(directory)) {
            return;
        }
        PosixFileAttributes attributes =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        UserPrincipal self = self();
        if (!attributes.owner().equals(self)) {
            throw refused(directory, "it belongs to " + attributes.owner() + ", and this program to " + self);
        }
        String permissions = PosixFilePermissions.toString(attributes.permissions());
        if (!permissions.equals("rwx------")) {
            throw refused(directory, "its permissions are " + permissions + ", and not rwx------");
        }
    }

    private static UserPrincipal self() throws IOException {
        if (Files.exists(SELF)) {
            return Files.getOwner(SELF);
        }
        Path probe = Files.createTempFile("procession", null);
        try {
            return Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
    }

    private static IOException refused(Path directory, String why) {
        return new IOException("memory can't be shared in " + directory + ": " + why
                + "; have it removed, or name another place by -D" + SharedDirectory.PROPERTY);
    }
}
