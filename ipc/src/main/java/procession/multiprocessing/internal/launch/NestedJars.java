// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An executable jar of Spring Boot, whose classes are in jars within that jar.
 *
 * <p>Only Boot's own launchers can read it, and one of them, the {@code PropertiesLauncher}, starts any class that it is
 * told. So a worker has the same class loader as its parent, and resources have the same URLs. Before Boot 3.2 the
 * launchers were in another package; both are beside the class loader. An executable war has no such launcher.
 *
 * @param launcher the main class that starts another one with the nested jars
 */
record NestedJars(String launcher) {
    private static final String BOOT = "org.springframework.boot.loader.";
    private static final String NESTED = "!BOOT-INF/";
    private static final String NESTED_IN_OLD = "!/BOOT-INF/";

    /** Looks for a class loader of nested jars among these and those above them. */
    static @Nullable NestedJars find(@Nullable ClassLoader context, @Nullable ClassLoader procession) {
        NestedJars found = find(context);
        return found == null ? find(procession) : found;
    }

    private static @Nullable NestedJars find(@Nullable ClassLoader start) {
        for (ClassLoader loader = start; loader != null; loader = loader.getParent()) {
            Class<?> type = loader.getClass();
            if (type.getName().startsWith(BOOT) && loader instanceof URLClassLoader withUrls && isNested(withUrls)) {
                String launcher = type.getPackageName() + ".PropertiesLauncher";
                if (ClassLoader.getSystemResource(launcher.replace('.', '/') + ".class") != null) {
                    return new NestedJars(launcher);
                }
            }
        }
        return null;
    }

    private static boolean isNested(URLClassLoader loader) {
        for (URL url : loader.getURLs()) {
            String text = url.toString();
            if (text.contains(NESTED) || text.contains(NESTED_IN_OLD)) {
                return true;
            }
        }
        return false;
    }

    /** Returns what the launcher has to be told. */
    List<String> optionsToStart(String mainClassName) {
        return List.of("-Dloader.main=" + mainClassName);
    }
}
