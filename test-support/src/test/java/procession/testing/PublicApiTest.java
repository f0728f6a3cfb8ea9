// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.planted.api.Sample;

class PublicApiTest {

    @TempDir
    private Path base = Path.of("");

    private static final String EXPECTED = """
            module planted

            package procession.testing.planted.api
              abstract class procession.testing.planted.api.Hidden<T>
                public @Nullable T shown(T)
              public abstract class procession.testing.planted.api.Sample<T extends java.lang.Comparable<? super T>> extends procession.testing.planted.api.Hidden<T> implements java.lang.Runnable
                protected <init>(@Nullable T)
                protected final int count
                public <X extends java.lang.Exception> @Nullable T find(java.util.List<? extends @Nullable T>, java.lang.String...) throws X
                public static void old() (deprecated)
              public record procession.testing.planted.api.Sample$Point(int x, @Nullable java.lang.String[] names)
              public enum procession.testing.planted.api.Sample$Shade
                public static final procession.testing.planted.api.Sample$Shade DARK
            """;

    @Test
    void render_showsWhatUsersSee_withNullness() throws Exception {
        assertEquals(EXPECTED, PublicApi.render(moduleOfSample().classes()));
    }

    @Test
    void compare_whenTheApiDiffers_failsAndNamesTheLine() throws Exception {
        MavenModule module = moduleOfSample();
        Files.createDirectories(module.goldenApi().getParent());
        Files.writeString(module.goldenApi(), EXPECTED.replace("old()", "older()"));
        var error = assertThrows(AssertionError.class, () -> PublicApi.compare(module, false));
        assertTrue(String.valueOf(error.getMessage()).contains("+     public static void old() (deprecated)"));
        Files.writeString(module.goldenApi(), EXPECTED);
        PublicApi.compare(module, false);
    }

    @Test
    void compare_whenUpdating_writesTheFile() throws Exception {
        MavenModule module = moduleOfSample();
        PublicApi.compare(module, true);
        assertEquals(EXPECTED, Files.readString(module.goldenApi()));
    }

    @Test
    void render_withoutAModule_isEmpty() {
        assertEquals("", PublicApi.render(base));
    }

    private MavenModule moduleOfSample() throws URISyntaxException, IOException {
        Path ours = Path.of(
                Sample.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        String packagePath = Sample.class.getPackageName().replace('.', '/');
        var module = new MavenModule(base);
        Path target = Files.createDirectories(module.classes().resolve(packagePath));
        try (var files = Files.list(ours.resolve(packagePath))) {
            files.forEach(file -> copy(file, target));
        }
        Path source = Files.writeString(
                base.resolve("module-info.java"), "module planted { exports " + Sample.class.getPackageName() + "; }");
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        int code = javac.run(System.out, System.err, "-d", module.classes().toString(), source.toString());
        assertEquals(0, code);
        return module;
    }

    private static void copy(Path file, Path directory) {
        try {
            Files.copy(file, directory.resolve(file.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
