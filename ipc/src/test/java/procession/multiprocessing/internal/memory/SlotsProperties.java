// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;

/** What lies where processes say that they are alive may be anything: it is refused, or good enough to enter. */
class SlotsProperties {
    private final Path parent = newParent();

    private static Path newParent() {
        try {
            return Files.createTempDirectory("slots");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterProperty
    void delete() throws IOException {
        try (Stream<Path> all = Files.walk(parent)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private void enter(byte[] content) throws IOException {
        Path directory = Files.createTempDirectory(
                parent, "of", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(directory.resolve("slots"), content);
        try {
            Slots entered = Slots.enter(directory.resolve("slots"));
            assertTrue(entered.isAlive(entered.own()));
        } catch (IOException refused) {
            assertFalse(String.valueOf(refused.getMessage()).isEmpty());
        }
    }

    private byte[] good() throws IOException {
        Path file = parent.resolve("good");
        if (!Files.exists(file)) {
            Slots.enter(file);
        }
        return Files.readAllBytes(file);
    }

    @Property(tries = 100)
    void enter_whereOneByteIsAnother_isRefusedOrSound(
            @ForAll @IntRange(max = SlotsDescriptor.TAGS_AT + 64 - 1) int at, @ForAll byte value) throws IOException {
        byte[] content = good();
        content[at] = value;
        enter(content);
    }

    @Property(tries = 50)
    void enter_whereRandomBytesAre_isRefused(@ForAll @Size(max = 100) byte[] content) throws IOException {
        enter(content);
    }
}
