// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeakCheckTest {

    private static Set<String> newSince(Set<String> before) {
        var things = new TreeSet<>(LeakCheck.snapshot());
        things.removeAll(before);
        return things;
    }

    @Test
    void snapshot_seesAChildProcess() throws Exception {
        Set<String> before = LeakCheck.snapshot();
        Process child = new ProcessBuilder("sleep", "60").start();
        assertTrue(newSince(before).stream().anyMatch(thing -> thing.startsWith("process " + child.pid())));
        child.destroyForcibly().waitFor();
        child.getInputStream().close();
        child.getErrorStream().close();
        child.getOutputStream().close();
        LeakCheck.assertNothingNew(before);
    }

    @Test
    void snapshot_seesAThreadOfOurs() throws Exception {
        Set<String> before = LeakCheck.snapshot();
        var end = new CountDownLatch(1);
        var thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                "procession-leaked");
        thread.start();
        assertTrue(newSince(before).toString().contains("procession-leaked"));
        end.countDown();
        LeakCheck.assertNothingNew(before);
    }

    @Test
    void snapshot_seesATemporaryFileOfOurs() throws IOException {
        Set<String> before = LeakCheck.snapshot();
        Path file = Files.createTempFile("procession-leaked", ".tmp");
        assertTrue(newSince(before).toString().contains(file.toString()));
        Files.delete(file);
        LeakCheck.assertNothingNew(before);
    }

    @Test
    void snapshot_seesAnOpenFileAndAnOpenSocket(@TempDir Path directory) throws IOException {
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            return;
        }
        Path file = Files.createFile(directory.resolve("file"));
        Set<String> before = LeakCheck.snapshot();
        try (InputStream input = Files.newInputStream(file)) {
            assertTrue(newSince(before).toString().contains(file.toString()), input::toString);
        }
        try (ServerSocketChannel socket = listen(directory.resolve("socket"))) {
            assertTrue(newSince(before).toString().contains("socket:["), socket::toString);
        }
        LeakCheck.assertNothingNew(before);
        assertFalse(before.isEmpty());
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }
}
