// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the manifest of an executable jar says to its JVM is said to those that it starts. */
class LaunchedJarTest {
    @TempDir
    Path directory;

    private String jar(Map<String, String> attributes) throws IOException {
        Path jar = directory.resolve("a.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        attributes.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.finish();
        }
        return jar.toString();
    }

    @Test
    void access_isTranslated() throws Exception {
        List<String> expected = new ArrayList<>(List.of(
                "--add-exports=a/b.c=ALL-UNNAMED", "--add-opens=d/e=ALL-UNNAMED", "--add-opens=f/g=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 22) { // before, the launcher does not look at it
            expected.add("--enable-native-access=ALL-UNNAMED");
        }
        assertEquals(
                expected,
                LaunchedJar.optionsOf(jar(Map.of(
                        "Add-Exports", "a/b.c", "Add-Opens", " d/e  f/g ", "Enable-Native-Access", "ALL-UNNAMED"))));
    }

    @Test
    void manifestWithoutAny_orNoJar_givesNone() throws Exception {
        assertEquals(List.of(), LaunchedJar.optionsOf(jar(Map.of())));
        assertEquals(
                List.of(), LaunchedJar.optionsOf(directory.resolve("none.jar").toString()));
        assertEquals(List.of(), LaunchedJar.options(), "these tests are in no executable jar");
    }
}
