// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where this JVM has its classes from, as options for another JVM that is to have the same.
 *
 * @param options the options, as {@code -cp} and {@code --module-path} with what belongs to them
 * @param mainClass what to give the launcher to start a class of Procession: its name, or {@code -m} and module/name
 */
public record CodeLocations(List<String> options, List<String> mainClass) {
    /*
     * Overview. A program has its classes from one of these:
     *   - the class path: java.class.path. Under Surefire that property holds the test class path, whatever jar the
     *     JVM was really started with.
     *   - the module path: jdk.module.path, with the modules that were resolved; a class path may be there besides.
     *   - class loaders above the system's, as exec:java and application servers have them: the files that
     *     URLClassLoaders list. The system class path counts only if that chain of loaders ends in the system loader.
     *   - an executable jar of Spring Boot: see NestedJars.
     *   - other class loaders, and URLs that are no files: what only those have, the child asks this process for, see
     *     ClassSource. A loader with both is left out with all that it has, because the child's system loader, which
     *     would define what is in its files, could not see the rest. Procession itself can't be asked for; where it is
     *     in no file it is unpacked into one.
     * Entries are made absolute, because they are relative to a directory that a program can't change but its
     * workers might be started in another.
     */

    /** What a worker can do without, but not as well: see {@code SelfKill}. */
    private static final String OPTIONAL_MODULE = "jdk.unsupported";

    /** A class of each jar that Procession consists of or may need. */
    private static final List<String> OWN_CODE = List.of(
            CodeLocations.class.getName(),
            "procession.futures.Executor",
            "com.google.common.base.Preconditions",
            "com.google.common.util.concurrent.internal.InternalFutureFailureAccess",
            "org.jctools.queues.MessagePassingQueue",
            "com.sun.jna.Native");

    /**
     * Finds out where the classes of this program and of Procession come from.
     *
     * @param context the class loader that sees the tasks, or {@code null} if there is none beyond Procession's own
     * @param procession a class of Procession
     * @param mainClassName the class to start
     * @return the options
     * @throws UncheckedIOException if Procession's own classes are where no other JVM can have them from
     */
    public static CodeLocations of(@Nullable ClassLoader context, Class<?> procession, String mainClassName) {
        List<String> options = new ArrayList<>(LaunchedJar.options());
        addPath("--module-path", "jdk.module.path", options);
        addPath("--upgrade-module-path", "jdk.module.upgrade.path", options);
        Module module = procession.getModule();
        boolean inModule = module.isNamed() && module.getLayer() == ModuleLayer.boot();
        if (inModule) {
            options.add("--add-modules");
            options.add(String.join(",", moduleNames()));
        }
        NestedJars nested = NestedJars.find(context, procession.getClassLoader());
        Set<String> classPath = new LinkedHashSet<>();
        if (nested == null) {
            addClassPath(context, classPath);
            addClassPath(procession.getClassLoader(), classPath);
            if (!inModule) {
                addOwnCode(procession, classPath, options);
            }
        } else {
            classPath.addAll(systemClassPath());
            options.addAll(nested.optionsToStart(mainClassName));
        }
        if (!classPath.isEmpty()) {
            options.add("--class-path");
            options.add(String.join(File.pathSeparator, classPath));
        }
        if (nested != null) {
            return new CodeLocations(options, List.of(nested.launcher()));
        }
        return new CodeLocations(
                options, inModule ? List.of("-m", module.getName() + "/" + mainClassName) : List.of(mainClassName));
    }

    /** Adds the jars of Procession and of what it needs where they are in a loader that does not list files. */
    private static void addOwnCode(Class<?> procession, Set<String> classPath, List<String> options) {
        ClassLoader loader = procession.getClassLoader();
        boolean unpacked = false;
        for (String name : isOfEveryJvm(loader) ? List.<String>of() : OWN_CODE) {
            Class<?> own;
            try {
                own = Class.forName(name, false, loader);
            } catch (ClassNotFoundException notUsed) {
                continue;
            }
            if (!isOfEveryJvm(own.getClassLoader())) {
                CodeSource source = own.getProtectionDomain().getCodeSource();
                String file = source == null || source.getLocation() == null ? null : fileOf(source.getLocation());
                classPath.add(file == null ? unpacked(own) : file);
                unpacked |= file == null;
            }
        }
        if (unpacked) {
            options.add(UnpackedCode.option());
        }
    }

    private static String unpacked(Class<?> own) {
        try {
            return UnpackedCode.jarOf(own).toString();
        } catch (IOException nowhere) {
            throw new UncheckedIOException(
                    "a worker JVM can't be given the classes of Procession: " + nowhere.getMessage()
                            + "; put procession-ipc, procession-core and Guava on the class path or the module path of"
                            + " this program",
                    nowhere);
        }
    }

    /** Returns whether a loader has what the class path of the JVM says. */
    private static boolean isOfEveryJvm(@Nullable ClassLoader loader) {
        return loader == null
                || loader == ClassLoader.getSystemClassLoader()
                || loader == ClassLoader.getPlatformClassLoader();
    }

    /** Passes on a path of this JVM, also to a program on the class path, which may use modules besides. */
    private static void addPath(String option, String property, List<String> options) {
        List<String> path = absolute(System.getProperty(property, ""));
        if (!path.isEmpty()) {
            options.add(option);
            options.add(String.join(File.pathSeparator, path));
        }
    }

    private static Set<String> moduleNames() {
        Set<String> names = new TreeSet<>();
        for (Module module : ModuleLayer.boot().modules()) {
            names.add(module.getName());
        }
        if (ModuleFinder.ofSystem().find(OPTIONAL_MODULE).isPresent()) {
            names.add(OPTIONAL_MODULE);
        }
        return names;
    }

    private static void addClassPath(@Nullable ClassLoader start, Set<String> classPath) {
        for (ClassLoader loader = start; loader != null; loader = loader.getParent()) {
            if (loader instanceof URLClassLoader withUrls) {
                List<String> files = filesOf(withUrls);
                if (files != null) {
                    classPath.addAll(files);
                }
            } else if (loader == ClassLoader.getSystemClassLoader()) {
                classPath.addAll(systemClassPath());
            }
        }
    }

    private static List<String> systemClassPath() {
        return absolute(System.getProperty("java.class.path", ""));
    }

    /** Returns what a loader lists, or {@code null} if some of it is no file. */
    private static @Nullable List<String> filesOf(URLClassLoader loader) {
        List<String> files = new ArrayList<>();
        for (URL url : loader.getURLs()) {
            String file = fileOf(url);
            if (file == null) {
                return null;
            }
            files.add(file);
        }
        return files;
    }

    private static @Nullable String fileOf(URL url) {
        try {
            return "file".equals(url.getProtocol())
                    ? Path.of(url.toURI()).toAbsolutePath().toString()
                    : null;
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException unusable) {
            return null; // no JVM could be given this entry as a path
        }
    }

    private static List<String> absolute(String path) {
        List<String> entries = new ArrayList<>();
        if (!path.isEmpty()) {
            for (String entry : path.split(File.pathSeparator, -1)) {
                entries.add(Path.of(entry).toAbsolutePath().toString());
            }
        }
        return entries;
    }
}
