// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.File;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
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
     * Entries are made absolute, because they are relative to a directory that a program can't change but its
     * workers might be started in another.
     */

    /** What a worker can do without, but not as well: see {@code SelfKill}. */
    private static final String OPTIONAL_MODULE = "jdk.unsupported";

    /**
     * Finds out where the classes of this program and of Procession come from.
     *
     * @param context the class loader that sees the tasks, or {@code null} if there is none beyond Procession's own
     * @param procession a class of Procession
     * @param mainClassName the class to start
     * @return the options
     */
    public static CodeLocations of(@Nullable ClassLoader context, Class<?> procession, String mainClassName) {
        List<String> options = new ArrayList<>();
        addPath("--module-path", "jdk.module.path", options);
        addPath("--upgrade-module-path", "jdk.module.upgrade.path", options);
        Module module = procession.getModule();
        if (module.isNamed() && module.getLayer() == ModuleLayer.boot()) {
            options.add("--add-modules");
            options.add(String.join(",", moduleNames()));
        }
        Set<String> classPath = new LinkedHashSet<>();
        addClassPath(context, classPath);
        addClassPath(procession.getClassLoader(), classPath);
        if (!classPath.isEmpty()) {
            options.add("--class-path");
            options.add(String.join(File.pathSeparator, classPath));
        }
        return new CodeLocations(
                options,
                module.isNamed() && module.getLayer() == ModuleLayer.boot()
                        ? List.of("-m", module.getName() + "/" + mainClassName)
                        : List.of(mainClassName));
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
                for (URL url : withUrls.getURLs()) {
                    String file = fileOf(url);
                    if (file != null) {
                        classPath.add(file);
                    }
                }
            } else if (loader == ClassLoader.getSystemClassLoader()) {
                classPath.addAll(absolute(System.getProperty("java.class.path", "")));
            }
        }
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
