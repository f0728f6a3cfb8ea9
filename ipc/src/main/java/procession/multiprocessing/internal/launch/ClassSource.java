// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.FailureCodec;
import procession.multiprocessing.internal.wire.Fetch;
import procession.multiprocessing.internal.wire.Fetched;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/** What this program can give its children of the classes and resources that are not on their class paths. */
public final class ClassSource {
    /*
     * Overview. A child is started with every jar and directory that can be named to it. What then is missing it asks
     * its parent for, resource by resource, and this is who answers. It looks in
     *   1. the context class loader of whoever made the pool or the process
     *   2. the class loaders of classes that have been sent to it: those of tasks, of what they capture, of their items
     * The second are held weakly, so that nothing is kept that the program has done with.
     *
     * What a loader defines but gives no bytes of can't be sent. That is found out by loading the class, which is done
     * only where nothing else was found, and it makes the difference between "not there" and "not to be had".
     *
     * Reading a resource is I/O, and may run code of a class loader of the user's. So this is called on no thread that
     * others wait for.
     */
    private static final String CLASS_SUFFIX = ".class";

    private final ClassLoader context;
    private final List<WeakReference<ClassLoader>> met = new CopyOnWriteArrayList<>();

    /**
     * Makes a source.
     *
     * @param context where classes are looked for first
     */
    public ClassSource(ClassLoader context) {
        this.context = context;
    }

    /**
     * Returns the source that the calling thread would have classes from.
     *
     * @return a source on its context class loader, or where it has none on Procession's own
     */
    public static ClassSource ofCaller() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return new ClassSource(context == null ? ClassSource.class.getClassLoader() : context);
    }

    /**
     * Returns where classes are looked for first.
     *
     * @return the class loader
     */
    public ClassLoader context() {
        return context;
    }

    /**
     * Takes note of a class loader one of whose classes has been sent to a child; quick if it is known.
     *
     * @param loader the class loader
     */
    public void met(ClassLoader loader) {
        for (ClassLoader known = context; known != null; known = known.getParent()) {
            if (known == loader) {
                return;
            }
        }
        if (loader == ClassLoader.getPlatformClassLoader() || others().contains(loader)) {
            return;
        }
        met.removeIf(reference -> reference.get() == null);
        met.add(new WeakReference<>(loader)); // benign: two threads may both add it, and it is asked twice
    }

    /**
     * Returns the class loaders that were met and are not behind {@link #context()}.
     *
     * @return those that are still there, in the order in which they were met
     */
    public List<ClassLoader> others() {
        List<ClassLoader> others = new ArrayList<>(met.size());
        for (WeakReference<ClassLoader> reference : met) {
            ClassLoader loader = reference.get();
            if (loader != null) {
                others.add(loader);
            }
        }
        return others;
    }

    /**
     * Answers a child; may block, and may run code of class loaders.
     *
     * @param payload the question, see {@link Fetch}
     * @return the answer, see {@link Fetched}
     */
    public byte[] answer(byte @Nullable [] payload) {
        Fetched answer;
        try {
            answer = payload == null ? tooLarge() : find(Fetch.decode(payload));
            return answer.encode();
        } catch (OutOfMemoryError noMemory) {
            return tooLarge().encode();
        } catch (Throwable failure) { // whatever a class loader of the user's throws
            return Fetched.none("looking for it failed there: " + FailureCodec.textOf(failure))
                    .encode();
        }
    }

    private static Fetched tooLarge() {
        return Fetched.none("it has no memory to send it");
    }

    private Fetched find(Fetch fetch) throws IOException {
        String name = fetch.name();
        if (name.startsWith("java/")) {
            return Fetched.none("classes of the JDK come from the JDK of each process");
        }
        List<ClassLoader> loaders = new ArrayList<>();
        loaders.add(context);
        loaders.addAll(others());
        List<Fetched.Resource> found = fetch.all() ? all(fetch, loaders) : first(name, loaders);
        long bytes =
                found.stream().mapToLong(resource -> resource.bytes().length).sum();
        if (bytes > FrameDescriptor.MAX_PAYLOAD_BYTES / 2) {
            return tooLarge();
        }
        return found.isEmpty() && !fetch.all() ? Fetched.none(whyNot(name, loaders)) : new Fetched("", found);
    }

    private static List<Fetched.Resource> first(String name, List<ClassLoader> loaders) throws IOException {
        for (ClassLoader loader : loaders) {
            URL url = loader.getResource(name);
            if (url != null && isDirectory(url)) {
                continue;
            }
            try (InputStream in = loader.getResourceAsStream(name)) { // some loaders give a stream and no URL
                if (in != null) {
                    return List.of(new Fetched.Resource(url == null ? "" : url.toString(), in.readAllBytes()));
                }
            }
        }
        return List.of();
    }

    private static List<Fetched.Resource> all(Fetch fetch, List<ClassLoader> loaders) throws IOException {
        List<Fetched.Resource> found = new ArrayList<>();
        Set<String> seen = new HashSet<>(fetch.known());
        for (ClassLoader loader : loaders) {
            Enumeration<URL> urls = loader.getResources(fetch.name());
            for (URL url : Collections.list(urls)) {
                if (seen.add(url.toString()) && !isDirectory(url)) {
                    found.add(new Fetched.Resource(url.toString(), read(url)));
                }
            }
        }
        return found;
    }

    private static byte[] read(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false); // or a jar would stay open
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes();
        }
    }

    /** A directory is read as if it had content, but what its readers want is what is in it. */
    private static boolean isDirectory(URL url) {
        try {
            if ("file".equals(url.getProtocol())) {
                return Files.isDirectory(Path.of(url.toURI()));
            }
            return url.getPath().endsWith("/");
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException unusual) {
            return false;
        }
    }

    private static String whyNot(String name, List<ClassLoader> loaders) {
        if (name.endsWith(CLASS_SUFFIX)) {
            String className =
                    name.substring(0, name.length() - CLASS_SUFFIX.length()).replace('/', '.');
            for (ClassLoader loader : loaders) {
                try {
                    ClassLoader definer =
                            Class.forName(className, false, loader).getClassLoader();
                    return "it has the class, but its class loader " + inWords(definer)
                            + " gives nobody the bytes of it;"
                            + " put the class into a jar or a directory of the class path, or let getResourceAsStream(\""
                            + name + "\") of that class loader return them";
                } catch (ClassNotFoundException | LinkageError notThere) {
                    // the next one may have it
                }
            }
        }
        return "none of its class loaders has it (it asked "
                + String.join(", ", loaders.stream().map(ClassSource::inWords).toList())
                + "); put it on the class path of the program, or make the pool or process on a thread whose context"
                + " class loader has it";
    }

    /** Without asking the class loader, whose own words may be anything. */
    private static String inWords(@Nullable ClassLoader loader) {
        return loader == null
                ? "of the JDK"
                : loader.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(loader));
    }
}
