// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import procession.multiprocessing.internal.memory.SharedDirectory;

/** What lies where memory is attached may be anything: it is refused, or sound. */
class SharedMemoryProperties {
    private static final int DATA_BYTES = 64;
    private static final int HEADERS_BYTES = 2 * 64;

    private static void attachAndUse(byte[] content) throws IOException {
        String name = "random-" + UUID.randomUUID();
        Path file = SharedDirectory.current().path().resolve(name + ".memory");
        Files.write(file, content);
        try (var found = SharedMemory.attach(name)) {
            assertTrue(found.size() <= DATA_BYTES);
            found.buffer().put((int) found.size() - 1, (byte) 1);
        } catch (IOException refused) {
            assertFalse(String.valueOf(refused.getMessage()).isEmpty());
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] goodList() throws IOException {
        var list = ShareableList.of(1, "two", null);
        byte[] content = Files.readAllBytes(list.cell().segment().file());
        list.destroy();
        return content;
    }

    @Property(tries = 500)
    void attach_ofAListWithAnotherByte_isRefusedOrSound(
            @ForAll @IntRange(max = HEADERS_BYTES + 160 - 1) int at, @ForAll byte value) throws IOException {
        byte[] content = goodList();
        content[at % content.length] = value;
        String name = "random-" + UUID.randomUUID();
        Path file = SharedDirectory.current().path().resolve(name + ".memory");
        Files.write(file, content);
        try {
            var found = ShareableList.attach(name);
            assertTrue(found.format().length() >= found.size());
        } catch (IOException | IllegalStateException refused) {
            assertFalse(String.valueOf(refused.getMessage()).isEmpty());
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] good() throws IOException {
        try (var memory = SharedMemory.create(DATA_BYTES)) {
            byte[] content = Files.readAllBytes(SharedDirectory.current().path().resolve(memory.name() + ".memory"));
            memory.unlink();
            return content;
        }
    }

    @Property(tries = 300)
    void attach_ofOneWithAnotherByte_isRefusedOrSound(
            @ForAll @IntRange(max = HEADERS_BYTES - 1) int at, @ForAll byte value) throws IOException {
        byte[] content = good();
        content[at] = value;
        attachAndUse(content);
    }

    @Property(tries = 100)
    void attach_ofRandomBytes_isRefused(@ForAll @Size(max = 300) byte[] content) throws IOException {
        attachAndUse(content);
    }
}
