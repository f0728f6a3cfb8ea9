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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import procession.multiprocessing.internal.os.ProcessTree;

/** Directories that nobody has removed, because a program was killed together with its workers. */
final class LeftBehind {
    /*
     * Overview. A program looks for them once, on a thread of its own, when it starts its first process. Whether the owner
     * of one is gone is asked of the kernel, not of a number that may belong to another process by now, or to one in another
     * container with the same temporary directory:
     *
     *   unpacked code   its owner holds a lock on a file in it; the lock is free
     *   meeting place   its owner listens on a socket in it; a connection is refused, or there is no socket
     *
     * A directory that is not older than MIN_AGE is left alone, because its owner may be about to lock, or to listen. One
     * that is opened is what is looked at and emptied, whatever its name comes to mean meanwhile; no link is followed. Where
     * there are no such streams (Windows), nothing is removed.
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
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            if (files instanceof SecureDirectoryStream<Path> secure) {
                for (Path file : secure) {
                    String name = file.getFileName().toString();
                    boolean isCode = UnpackedCode.isOfAnother(name, ProcessTree.ownPid());
                    if ((isCode || Rendezvous.isName(name)) && remove(secure, file, isCode, owner)) {
                        removed.add(file);
                    }
                }
            }
        }
        return removed;
    }

    private static boolean remove(SecureDirectoryStream<Path> parent, Path path, boolean isCode, UserPrincipal owner) {
        try {
            try (SecureDirectoryStream<Path> opened =
                    parent.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
                PosixFileAttributes attributes = opened.getFileAttributeView(PosixFileAttributeView.class)
                        .readAttributes();
                long age = System.currentTimeMillis()
                        - attributes.lastModifiedTime().toMillis();
                if (age < MIN_AGE_MILLIS || !attributes.owner().equals(owner)) {
                    return false;
                }
                boolean emptied = isCode ? emptyIfUnlocked(opened) : emptyIfUnheard(opened, path);
                if (!emptied) {
                    return false;
                }
            }
            parent.deleteDirectory(path.getFileName());
            return true;
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean emptyIfUnlocked(SecureDirectoryStream<Path> directory) throws IOException {
        try (FileChannel channel = (FileChannel) directory.newByteChannel(
                        Path.of(UnpackedCode.LOCK),
                        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            empty(directory);
            return true;
        }
    }

    private static boolean emptyIfUnheard(SecureDirectoryStream<Path> directory, Path path) throws IOException {
        Path socket = path.resolve(Rendezvous.SOCKET);
        if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS) && isHeard(socket)) {
            return false;
        }
        empty(directory);
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

    /** Removes files, and links as such; what has a directory in it is not ours, and stays. */
    private static void empty(SecureDirectoryStream<Path> directory) throws IOException {
        for (Path file : directory) {
            directory.deleteFile(file.getFileName());
        }
    }
}
