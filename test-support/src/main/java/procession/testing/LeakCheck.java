// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test, or a test class, that leaves something behind: a child process, a non-daemon thread whose name starts
 * with {@code procession}, an open file or socket, a file {@code procession*} in a temporary directory, or shared memory
 * that this JVM has made. What goes away within {@link Delays#medium()} is no leak.
 *
 * <p>Use it with {@code @ExtendWith(LeakCheck.class)}. Tests that run at the same time in the same JVM would see each
 * other's things.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakCheck.class);
    private static final String PREFIX = "procession";
    private static final String SLOTS = "slots";

    static {
        openWhatTheJvmKeeps();
    }

    /** Creates a check; JUnit does it. */
    public LeakCheck() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        remember(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        remember(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        compare(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        compare(context);
    }

    /**
     * Returns what is there now.
     *
     * @return a line for each thing that must go away again
     */
    public static Set<String> snapshot() {
        var things = new TreeSet<String>();
        ProcessHandle.current()
                .descendants()
                .forEach(child -> things.add("process " + child.pid() + " "
                        + child.info().commandLine().orElse("?")));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.isDaemon() && thread.getName().startsWith(PREFIX)) {
                things.add("thread " + thread.getName() + "#" + thread.getId());
            }
        }
        things.addAll(openFiles());
        things.addAll(temporaryFiles(Path.of(System.getProperty("java.io.tmpdir", "/tmp"))));
        things.addAll(temporaryFiles(Path.of("/dev/shm")));
        return things;
    }

    /**
     * Waits until everything that is there now, and was not there {@code before}, has gone.
     *
     * @param before an earlier {@link #snapshot()}
     * @throws AssertionError if something stays
     */
    public static void assertNothingNew(Set<String> before) {
        // What comes later is not this test's: temporary directories are shared with the other JVMs of this machine.
        var left = new TreeSet<>(snapshot());
        left.removeAll(before);
        boolean gone = left.isEmpty()
                || Await.becomesTrue(Delays.medium(), () -> {
                    left.retainAll(snapshot());
                    return left.isEmpty();
                });
        if (!gone) {
            throw new AssertionError("Left behind:\n    " + String.join("\n    ", left));
        }
    }

    /** The first file channel, socket and selector each open a descriptor that the JVM never closes. */
    private static void openWhatTheJvmKeeps() {
        try {
            Path file = Files.createTempFile("leak-check", ".tmp");
            FileChannel.open(file).close();
            Files.delete(file);
            Selector.open().close();
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).close();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static void remember(ExtensionContext context) {
        context.getStore(NAMESPACE).put(context.getUniqueId(), snapshot());
    }

    @SuppressWarnings("unchecked")
    private static void compare(ExtensionContext context) {
        assertNothingNew(
                (Set<String>) Objects.requireNonNull(context.getStore(NAMESPACE).remove(context.getUniqueId())));
    }

    /** Regular files are left out when they are jars or classes: class loading opens those when it likes. */
    private static List<String> openFiles() {
        var open = new ArrayList<String>();
        Path directory = Path.of("/proc/self/fd");
        if (!Files.isDirectory(directory)) {
            return open;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(directory)) {
            for (Path descriptor : descriptors) {
                describe(descriptor, open);
            }
        } catch (IOException e) {
            throw new AssertionError("Cannot list " + directory, e);
        }
        return open;
    }

    private static void describe(Path descriptor, List<String> open) {
        String target;
        try {
            target = Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // Closed since it was listed, so it is no leak.
            return;
        }
        boolean listing = target.startsWith("/proc/") || target.startsWith("/dev/");
        boolean library = target.endsWith(".jar") || target.endsWith(".class") || target.endsWith("/modules");
        // The JVM keeps these for its own use from the first selector or process on.
        boolean selector = target.startsWith("anon_inode:");
        // Closing it would give up the lock that says that this JVM is alive.
        boolean slots = target.endsWith("/" + SLOTS);
        // JNA makes the code of its calls in it.
        boolean code = target.matches(".*/ffi\\w+ \\(deleted\\)");
        if (!listing && !library && !selector && !slots && !code) {
            open.add("descriptor " + target);
        }
    }

    /** The directories of shared memory stay while any process uses them; what this JVM makes there does not. */
    private static boolean isOfSharedMemory(Path directory) {
        return Files.exists(directory.resolve(SLOTS));
    }

    private static void addOwnSegments(Path directory, List<String> found) {
        String own = String.format(Locale.ROOT, "%08x", ProcessHandle.current().pid());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, own + "*")) {
            files.forEach(file -> found.add("shared memory " + file));
        } catch (NoSuchFileException gone) {
            // another JVM was the last one in it
        } catch (IOException e) {
            throw new AssertionError("Cannot list " + directory, e);
        }
    }

    private static List<String> temporaryFiles(Path directory) {
        var found = new ArrayList<String>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path file : files) {
                if (isOfSharedMemory(file)) {
                    addOwnSegments(file, found);
                } else {
                    found.add("file " + file);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("Cannot list " + directory, e);
        }
        return found;
    }
}
