// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessTree;

/**
 * Copies of the jars of Procession's own classes, for a program that has them inside of another jar. They are in a
 * private directory, which is there until this JVM ends; if it is killed, the workers remove it as they die, and if they
 * are killed too, the next program does ({@link LeftBehind}), which learns from a lock that this JVM is gone.
 *
 * <p>Whole jars are copied, never some classes of one: a package that is half here and half in another class loader
 * can't use itself.
 */
public final class UnpackedCode {
    private static final String PROPERTY = "procession.unpacked";
    private static final String PREFIX = "procession-code-";

    /**
     * What begins the names of properties that name the directories of this JVM; not a set in a field, because this class
     * may be there several times, in several class loaders.
     */
    static final String OWN = "procession.unpacked.own.";

    private static final Pattern COPY = Pattern.compile("code\\d*\\.jar");

    /** The file that its owner has locked. */
    static final String LOCK = "owner.lock";

    /** How long the parent of an orphan may still seem to be its parent. */
    private static final long ADOPTION_MILLIS = 200;

    /** From what the URLs of classes begin with, to the copy. */
    @GuardedBy("UnpackedCode.class")
    private static final Map<String, Path> COPIES = new HashMap<>();

    @GuardedBy("UnpackedCode.class")
    private static @Nullable Path directory;

    private UnpackedCode() {}

    /** Returns a copy of the jar that a class is from. */
    static synchronized Path jarOf(Class<?> type) throws IOException {
        String resource = type.getName().replace('.', '/') + ".class";
        ClassLoader loader = type.getClassLoader();
        URL url = loader == null ? null : loader.getResource(resource);
        if (url == null || !url.toString().endsWith(resource)) {
            throw new IOException(
                    type + " is in no file, and its class loader " + loader + " does not say where it is");
        }
        String base = url.toString().substring(0, url.toString().length() - resource.length());
        Path copy = COPIES.get(base);
        if (copy == null || !Files.exists(copy)) {
            URLConnection connection = url.openConnection();
            connection.setUseCaches(false); // or the jar would stay open
            if (!(connection instanceof JarURLConnection inJar)) {
                throw new IOException(type + " is at " + url + ", which is in no jar");
            }
            copy = Files.createTempFile(directory(), "code", ".jar");
            try (JarFile jar = inJar.getJarFile()) {
                copy(jar, inJar.getEntryName(), resource, copy);
            }
            COPIES.put(base, copy);
        }
        return copy;
    }

    static synchronized Path directory() throws IOException {
        Path made = directory;
        if (made == null || !Files.exists(made)) {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            Path created = Files.createTempDirectory(
                    temporary, PREFIX + ProcessTree.ownPid() + "-" + Origin.of(temporary) + "-"); // for this user only
            System.setProperty(OWN + created.getFileName(), "");
            FileChannel lock = lock(created.resolve(LOCK));
            Thread hook = new Thread(null, () -> remove(created, lock), "procession-unpacked", 0, false);
            hook.setContextClassLoader(null); // which would live as long as this JVM
            try {
                Runtime.getRuntime().addShutdownHook(hook); // which also keeps the lock
            } catch (IllegalStateException underWay) {
                remove(created, lock);
                throw new IOException("this program is ending, and unpacks no more code", underWay);
            }
            directory = created;
            made = created;
        }
        return made;
    }

    /** Locks a new file, until this JVM is gone; or returns {@code null} and leaves none where files can't be locked. */
    private static @Nullable FileChannel lock(Path file) throws IOException {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return channel;
            }
            channel.close();
        } catch (IOException full) {
            // which who copies the code will see, too
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException left) {
            // it is removed with the directory
        }
        return null;
    }

    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException notOnThisFileSystem) {
            return false;
        }
    }

    private static void remove(Path directory, @Nullable FileChannel lock) {
        try {
            if (lock != null) {
                lock.close(); // or some systems would keep the file
            }
        } catch (IOException alreadyUnusable) {
            // nothing is left to be closed
        }
        remove(directory);
    }

    /** Returns whether a directory of this name could be one of these, if it is from there and another JVM has made it. */
    static boolean isOfAnother(String name, String origin) {
        int pidEnd = name.indexOf('-', PREFIX.length());
        return name.startsWith(PREFIX)
                && pidEnd >= 0
                && name.startsWith(origin + "-", pidEnd + 1)
                && System.getProperty(OWN + name) == null; // it need not have another pid, after a container's restart
    }

    /** Returns whether a file of this name could be in such a directory. */
    static boolean isFile(String name) {
        return name.equals(LOCK) || COPY.matcher(name).matches();
    }

    private static void copy(JarFile jar, String entryName, String resource, Path copy) throws IOException {
        String prefix = entryName.substring(0, entryName.length() - resource.length());
        Set<String> names = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(copy);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.startsWith(prefix) && !entry.isDirectory() && names.add(name)) {
                    out.putNextEntry(new ZipEntry(name.substring(prefix.length())));
                    try (InputStream in = jar.getInputStream(entry)) {
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    /** Returns the option by which a child knows what it has to remove when this process is killed. */
    static synchronized String option() {
        return "-D" + PROPERTY + "=" + directory;
    }

    /**
     * Removes, in a child whose parent seems to have died, what the parent has unpacked for it; if the parent lives and
     * has only given up this child, nothing is removed.
     */
    public static void removeOfParent() {
        String unpacked = System.getProperty(PROPERTY);
        if (unpacked != null) {
            Path left = Path.of(unpacked);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ADOPTION_MILLIS);
            boolean orphan = isOrphan(left);
            while (!orphan && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // the system closes sockets before it adopts
                orphan = isOrphan(left);
            }
            if (orphan) {
                remove(left);
            }
        }
    }

    /** Returns whether the parent is not the process that has made a directory of this kind. */
    private static boolean isOrphan(Path directory) {
        String name = String.valueOf(directory.getFileName());
        return name.startsWith(PREFIX) && !name.startsWith(PREFIX + ProcessTree.parentPid() + "-");
    }

    private static void remove(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException leftOver) {
            // a cleaner of the system has to do it; it is private
        }
    }
}
