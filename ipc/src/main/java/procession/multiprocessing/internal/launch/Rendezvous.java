// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * The directory in which one worker and its parent meet: private to the user, with an unguessable name, holding the
 * socket that the worker connects to and the {@link
 * procession.multiprocessing.internal.os.StartMark}. It is gone as soon as they have met.
 */
public final class Rendezvous implements AutoCloseable {
    private static final String SOCKET = "control.sock";
    private static final String MARK = "start.mark";

    /** The longest path that every system takes as the address of a Unix-domain socket. */
    private static final int MAX_ADDRESS_BYTES = 100;

    private final Path directory;
    private final ServerSocketChannel listener;

    private Rendezvous(Path directory, ServerSocketChannel listener) {
        this.directory = directory;
        this.listener = listener;
    }

    /**
     * Makes the directory and listens in it.
     *
     * @return the place to meet
     * @throws IOException if there is no directory to make it in, with the remedy
     */
    public static Rendezvous open() throws IOException {
        Path directory = createDirectory();
        try {
            ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                listener.configureBlocking(false);
                listener.bind(UnixDomainSocketAddress.of(directory.resolve(SOCKET)), 1);
                return new Rendezvous(directory, listener);
            } catch (IOException | RuntimeException failure) {
                listener.close();
                throw failure;
            }
        } catch (IOException | RuntimeException failure) {
            remove(directory);
            throw failure;
        }
    }

    private static Path createDirectory() throws IOException {
        byte[] name = new byte[16];
        new SecureRandom().nextBytes(name); // made here, because workers use this class and have no use for that
        String last = "procession-" + HexFormat.of().formatHex(name);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        if (tooLong(temporary.resolve(last)) && Files.isDirectory(Path.of("/tmp"))) {
            temporary = Path.of("/tmp");
        }
        Path directory = temporary.resolve(last);
        if (tooLong(directory)) {
            throw new IOException("the temporary directory's path is too long for a Unix-domain socket: " + temporary
                    + "; set -Djava.io.tmpdir to a shorter one");
        }
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                : Files.createDirectory(directory);
    }

    private static boolean tooLong(Path directory) {
        return directory.resolve(SOCKET).toString().getBytes(ArgumentFile.encoding()).length > MAX_ADDRESS_BYTES;
    }

    /**
     * Returns where the worker connects to.
     *
     * @return the path of the socket
     */
    public Path socket() {
        return directory.resolve(SOCKET);
    }

    /**
     * Returns where the memory is that tells what the worker has started.
     *
     * @param socket the path of the socket
     * @return the path of the file beside it
     */
    public static Path markBeside(Path socket) {
        return socket.resolveSibling(MARK);
    }

    /**
     * Returns the channel that accepts the worker; it does not block.
     *
     * @return the channel
     */
    public ServerSocketChannel listener() {
        return listener;
    }

    /** Stops listening and removes the directory. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException alreadyUnusable) {
            // nothing is left to be closed
        }
        remove(directory);
    }

    /**
     * Removes the directory that holds a worker's socket; what is not there any more is not missed.
     *
     * @param directory the directory
     */
    public static void remove(Path directory) {
        for (String name : List.of(SOCKET, MARK, "")) {
            try {
                Files.deleteIfExists(directory.resolve(name));
            } catch (IOException left) {
                // a cleaner of the system has to do it; it is private
            }
        }
    }
}
