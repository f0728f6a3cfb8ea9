// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * The jar that this program was started from by {@code java -jar}, whose manifest is then a source of JVM options. A
 * worker has it on its class path, where the manifest has no such effect.
 */
final class LaunchedJar {
    private static final int FIRST_WITH_NATIVE_ACCESS = 22;

    private LaunchedJar() {}

    /** Returns what the manifest says of access to modules, as options of another JVM. */
    static List<String> options() {
        String jar = System.getProperty("java.class.path", "");
        String command = System.getProperty("sun.java.command", "");
        boolean launched = !jar.isEmpty() && (command.equals(jar) || command.startsWith(jar + " "));
        return launched ? optionsOf(jar) : List.of();
    }

    static List<String> optionsOf(String jar) {
        List<String> options = new ArrayList<>();
        try (JarFile file = new JarFile(jar)) {
            Manifest manifest = file.getManifest();
            if (manifest != null) {
                Attributes main = manifest.getMainAttributes();
                add("--add-exports=", main.getValue("Add-Exports"), options);
                add("--add-opens=", main.getValue("Add-Opens"), options);
                String nativeAccess = main.getValue("Enable-Native-Access");
                if (nativeAccess != null && Runtime.version().feature() >= FIRST_WITH_NATIVE_ACCESS) {
                    options.add("--enable-native-access=" + nativeAccess.trim());
                }
            }
        } catch (IOException notAJar) {
            return List.of(); // a main class of the same name as the class path, or a jar that is gone
        }
        return options;
    }

    private static void add(String option, @Nullable String packages, List<String> options) {
        if (packages != null) {
            for (String each : packages.trim().split("\\s+", -1)) {
                options.add(option + each + "=ALL-UNNAMED");
            }
        }
    }
}
