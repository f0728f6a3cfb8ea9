// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Directories that nobody has removed, because a program was killed together with its workers. */
final class LeftBehind {
    /*
     * Overview. A program looks for them once, on a thread of its own, when it starts its first process. Whether the owner
     * of one is gone is asked of the kernel, not of a number that may belong to another process by now, or to one in another
     * container with the same temporary directory. Another kernel could not tell, so only those are looked at whose name says
     * that they were made under this one, in this file system (Origin); those from before a restart of the system stay, and so
     * do all where a kernel does not say which one it is.
     *
     *   unpacked code   its owner holds a lock on a file in it; the lock is free
     *   meeting place   its owner listens on a socket in it; a connection is refused, or there is no socket
     *
     * The lock of this JVM itself is never looked at, because closing the file would release it.
     *
     * A directory that is not older than MIN_AGE is left alone, because its owner may be about to lock, or to listen; and so is
     * one in which anything is that its owner does not put there. One that is opened is what is looked at and emptied, whatever
     * its name comes to mean meanwhile; no link is followed. Where there are no such streams (Windows), nothing is removed.
     */
    private static final long MIN_AGE_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private static final AtomicBoolean LOOKED = new AtomicBoolean();

    private LeftBehind() {}

    /** Has them removed, in the background, unless that was done before or this is a worker of somebody who has done it. */
    static void lookOnce(Path directory) {
        if (!Boolean.getBoolean(WorkerSizing.CHILD) && LOOKED.compareAndSet(false, true)) {
            try {
                Thread thread = new Thread(null, () -> look(directory), "procession-left-behind", 0, false);
                thread.setContextClassLoader(null); // which it has no use for
                thread.setDaemon(true);
                thread.start();
            } catch (OutOfMemoryError noThread) {
                // the next program does it
            }
        }
    }

    private static void look(Path directory) {
        try {
            List<Path> removed = remove(directory, self());
            Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
            if (!temporary.equals(directory)) { // where only meeting places are, whose paths must not be long
                removed.addAll(remove(temporary, self()));
            }
            if (!removed.isEmpty()) {
                System.getLogger("procession.multiprocessing")
                        .log(Level.DEBUG, "removed what programs that were killed had left behind: " + removed);
            }
        } catch (IOException | RuntimeException notAllowed) {
            // a cleaner of the system has to do it
        }
    }

    /** Returns who this process is, as the owner of files. */
    static UserPrincipal self() throws IOException {
        Path process = Path.of("/proc/self");
        return Files.exists(process)
                ? Files.getOwner(process)
                : process.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    /**
     * Removes those that are in a directory.
     *
     * @param temporary the directory
     * @param owner whose they must be
     * @return what was removed
     */
    static List<Path> remove(Path temporary, UserPrincipal owner) throws IOException {
        List<Path> removed = new ArrayList<>();
        String origin = Origin.of(temporary);
        if (origin.equals(Origin.UNKNOWN)) {
            return removed;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            if (files instanceof SecureDirectoryStream<Path> secure) {
                for (Path file : secure) {
                    String name = file.getFileName().toString();
                    boolean isCode = UnpackedCode.isOfAnother(name, origin);
                    if ((isCode || Rendezvous.isName(name, origin)) && remove(secure, file, isCode, owner)) {
                        removed.add(file);
                    }
                }
            }
        }
        return removed;
    }

    private static boolean remove(SecureDirectoryStream<Path> parent, Path path, boolean isCode, UserPrincipal owner) {
        try {
            if (!isDirectory(parent, path.getFileName())) {
                return false; // JDK 25 leaves the descriptor open of what it finds not to be one
            }
            try (SecureDirectoryStream<Path> opened =
                    parent.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
                PosixFileAttributes attributes = opened.getFileAttributeView(PosixFileAttributeView.class)
                        .readAttributes();
                long age = System.currentTimeMillis()
                        - attributes.lastModifiedTime().toMillis();
                if (age < MIN_AGE_MILLIS || !attributes.owner().equals(owner)) {
                    return false;
                }
                List<Path> files = filesOf(opened, isCode);
                if (files == null || !(isCode ? emptyIfUnlocked(opened, files) : emptyIfUnheard(opened, files, path))) {
                    return false;
                }
            }
            parent.deleteDirectory(path.getFileName());
            return true;
        } catch (IOException | RuntimeException goneOrNotOurs) {
            return false;
        }
    }

    /** Returns what is in it, or {@code null} if there is anything that would not be there if it were ours. */
    private static @Nullable List<Path> filesOf(SecureDirectoryStream<Path> directory, boolean isCode)
            throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path each : directory) {
            Path file = each.getFileName();
            String name = file.toString();
            boolean isKnown = isCode ? UnpackedCode.isFile(name) : Rendezvous.FILES.contains(name);
            if (!isKnown || isDirectory(directory, file)) {
                return null;
            }
            files.add(file);
        }
        return files;
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        return parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    private static boolean emptyIfUnlocked(SecureDirectoryStream<Path> directory, List<Path> files) throws IOException {
        Path locked = Path.of(UnpackedCode.LOCK);
        try (FileChannel channel = (FileChannel) directory.newByteChannel(
                        locked, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            for (Path file : files) {
                if (!file.equals(locked)) {
                    directory.deleteFile(file);
                }
            }
            directory.deleteFile(locked); // last, so that the next program can do what this one doesn't get to
            return true;
        }
    }

    private static boolean emptyIfUnheard(SecureDirectoryStream<Path> directory, List<Path> files, Path path)
            throws IOException {
        Path socket = Path.of(Rendezvous.SOCKET);
        if (files.contains(socket) && isHeard(path.resolve(socket))) {
            return false;
        }
        for (Path file : files) {
            directory.deleteFile(file);
        }
        return true;
    }

    private static boolean isHeard(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            boolean unused = channel.connect(UnixDomainSocketAddress.of(socket));
            return true; // or it is about to be
        } catch (ConnectException refused) {
            return false;
        }
    }
}
