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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.StartMark;

/**
 * The directory in which one worker and its parent meet: private to the user, with an unguessable name, holding the
 * socket that the worker connects to and the {@link StartMark}. It is gone as soon as they have met, and so is the file with
 * the worker's options, if there was one.
 */
public final class Rendezvous implements AutoCloseable {
    static final String SOCKET = "control.sock";
    private static final String MARK = "start.mark";

    /** The names of all that is ever in it. */
    static final List<String> FILES = List.of(SOCKET, MARK);

    private static final String PREFIX = "procession-";
    private static final int RANDOM_BYTES = 12;

    /** The longest path that every system takes as the address of a Unix-domain socket. */
    private static final int MAX_ADDRESS_BYTES = 100;

    private static final String ENDING = "this program is ending, and starts no more processes";

    private final Path directory;

    /** Told when this JVM ends before worker and parent have met. */
    private final Thread atEnd;

    /** Guarded by this; and so are the steps that something has to be undone of, if this JVM ends. */
    private boolean ended;

    /** What the worker removes, if it gets so far. */
    private @Nullable Path arguments;

    private @Nullable Process worker;
    private @Nullable ServerSocketChannel listener;

    private Rendezvous(Path directory) {
        this.directory = directory;
        this.atEnd = new Thread(null, this::endedBefore, "procession-unmet", 0, false);
    }

    /**
     * Starts a process, makes the directory, and listens in it. If this JVM ends before they have met, the process is
     * killed, because it may not get so far as to see that end, and the directory removed.
     *
     * @param command what starts the process
     * @param name what the operator sees in the list of processes
     * @param settings its environment, directory and streams
     * @return the place to meet
     * @throws IOException if it can't be started, or there is no directory to make this one in, with the remedy; or if this
     *     JVM is ending
     */
    public static Rendezvous start(WorkerCommand command, String name, ProcessSettings settings) throws IOException {
        Rendezvous meeting = new Rendezvous(newDirectory());
        try {
            Runtime.getRuntime().addShutdownHook(meeting.atEnd);
        } catch (IllegalStateException underWay) {
            throw new IOException(ENDING, underWay);
        }
        try {
            meeting.open(command, name, settings);
            LeftBehind.lookOnce(Objects.requireNonNull(meeting.directory.getParent())); // while that process starts
            return meeting;
        } catch (IOException | RuntimeException | OutOfMemoryError failure) {
            meeting.abandon();
            throw failure;
        }
    }

    private synchronized void open(WorkerCommand command, String name, ProcessSettings settings) throws IOException {
        if (ended) {
            throw new IOException(ENDING);
        }
        arguments = command.writeArguments();
        worker = command.start(name, settings, arguments);
        WorkerCommand.announce(worker, socket());
        create(directory); // not before: if this JVM is killed, there has to be somebody who knows it and removes it
        ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener = opened;
        opened.configureBlocking(false);
        opened.bind(UnixDomainSocketAddress.of(directory.resolve(SOCKET)), 1);
    }

    private synchronized void endedBefore() {
        ended = true;
        kill();
        remove();
    }

    /** Removes what is in files, and needed no more. */
    private void remove() {
        remove(directory);
        delete(arguments);
    }

    private void kill() {
        if (worker != null) {
            worker.destroyForcibly();
        }
    }

    /** Kills the process, and leaves nothing behind. */
    public void abandon() {
        synchronized (this) {
            kill();
        }
        close();
    }

    /**
     * Returns the process that was started.
     *
     * @return the process; its output has to be read where it is not redirected
     */
    public synchronized Process worker() {
        return Objects.requireNonNull(worker);
    }

    /**
     * Makes the memory that tells what the worker has started.
     *
     * @return the mark, or {@code null} where there can't be one
     * @throws IOException if it can't be made
     */
    public synchronized @Nullable StartMark createMark() throws IOException {
        if (ended) {
            throw new IOException(ENDING);
        }
        return StartMark.isSupported() ? StartMark.create(markBeside(socket())) : null;
    }

    private static Path newDirectory() throws IOException {
        byte[] name = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(name); // made here, because workers use this class and have no use for that
        String random = PREFIX + HexFormat.of().formatHex(name);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        if (tooLong(temporary.resolve(random + Origin.UNKNOWN)) && Files.isDirectory(Path.of("/tmp"))) {
            temporary = Path.of("/tmp");
        }
        Path directory = temporary.resolve(random + Origin.of(temporary));
        if (tooLong(directory)) {
            throw new IOException("the temporary directory's path is too long for a Unix-domain socket: " + temporary
                    + "; set -Djava.io.tmpdir to a shorter one");
        }
        return directory;
    }

    /** Returns whether a directory of this name could be one of these, if it is from there. */
    static boolean isName(String name, String origin) {
        return name.length() == PREFIX.length() + 2 * RANDOM_BYTES + origin.length()
                && name.startsWith(PREFIX)
                && name.endsWith(origin)
                && name.substring(PREFIX.length()).chars().allMatch(HexFormat::isHexDigit);
    }

    private static void create(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
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
    public synchronized ServerSocketChannel listener() {
        return Objects.requireNonNull(listener);
    }

    /** Stops listening and removes the directory. */
    @Override
    public void close() {
        synchronized (this) {
            try {
                if (listener != null) {
                    listener.close();
                }
            } catch (IOException alreadyUnusable) {
                // nothing is left to be closed
            }
            remove();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException underWay) {
            // it has come, or finds nothing to do
        }
    }

    /**
     * Removes the directory that holds a worker's socket; what is not there any more is not missed.
     *
     * @param directory the directory
     */
    public static void remove(Path directory) {
        for (String name : FILES) {
            delete(directory.resolve(name));
        }
        delete(directory);
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException left) {
            // a cleaner of the system has to do it; it is private
        }
    }
}
