// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import procession.multiprocessing.internal.wire.Fetch;
import procession.multiprocessing.internal.wire.Fetched;
import procession.testing.Await;
import procession.testing.Delays;

/** What a parent answers its children. */
class ClassSourceTest {
    private static final String OWN = ClassSourceTest.class.getName().replace('.', '/') + ".class";

    @TempDir
    Path directory;

    private static Fetched answer(ClassSource source, String name, boolean all, String... known) throws Exception {
        return Fetched.decode(source.answer(new Fetch(name, all, List.of(known)).encode()));
    }

    private static ClassSource source() {
        return new ClassSource(ClassSourceTest.class.getClassLoader());
    }

    @Test
    void answer_hasTheBytesAndWhereTheyAreFrom() throws Exception {
        Fetched.Resource found = answer(source(), OWN, false).resources().get(0);
        try (InputStream own =
                Objects.requireNonNull(ClassSourceTest.class.getClassLoader().getResourceAsStream(OWN))) {
            assertArrayEquals(own.readAllBytes(), found.bytes());
        }
        assertTrue(found.url().startsWith("file:") && found.url().endsWith(OWN), found.url());
    }

    @Test
    void answer_toAllWithKnownOnes_isTheRest() throws Exception {
        Fetched all = answer(source(), OWN, true);
        assertEquals(1, all.resources().size());
        assertEquals(
                List.of(),
                answer(source(), OWN, true, all.resources().get(0).url()).resources());
    }

    @Test
    void answer_toClassesOfTheJdk_isNone() throws Exception {
        Fetched refused = answer(source(), "java/lang/Object.class", false);
        assertEquals(List.of(), refused.resources());
        assertTrue(refused.reason().contains("JDK"), refused.reason());
    }

    @Test
    void answer_toADirectory_isNone() throws Exception {
        Files.createDirectories(directory.resolve("some/where"));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            assertEquals(
                    List.of(),
                    answer(new ClassSource(loader), "some/where", false).resources());
            assertEquals(
                    List.of(),
                    answer(new ClassSource(loader), "some/where", true).resources());
        }
    }

    @Test
    void answer_toGarbage_saysSo() throws Exception {
        Fetched answer = Fetched.decode(source().answer(new byte[] {1, 2, 3}));
        assertTrue(answer.reason().contains("EOFException"), answer.reason());
        assertTrue(Fetched.decode(source().answer(null)).resources().isEmpty());
    }

    /** In a method of its own, so that no stack frame keeps the loader. */
    private static void meetOne(ClassSource source) {
        source.met(new ClassLoader(null) {});
        source.met(ClassSourceTest.class.getClassLoader());
        source.met(ClassLoader.getPlatformClassLoader());
        assertEquals(1, source.others().size());
    }

    @Test
    void met_holdsLoadersWeaklyAndOnlyOthers() {
        ClassSource source = source();
        meetOne(source);
        Await.until("the loader to be collected", Delays.large(), () -> {
            System.gc();
            return source.others().isEmpty();
        });
    }
}
