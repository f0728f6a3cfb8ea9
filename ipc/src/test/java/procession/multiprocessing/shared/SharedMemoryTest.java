// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.Process;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.internal.futex.Futex;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

@ExtendWith(LeakCheck.class)
class SharedMemoryTest {
    /** A name that no other test has, nor another run of this one. */
    private static String newName() {
        return "test-" + UUID.randomUUID();
    }

    private static Path fileOf(String name) {
        return SharedDirectory.current().path().resolve(name + ".memory");
    }

    @Test
    void create_thenAttach_isTheSameMemory() throws Exception {
        String name = newName();
        try (var memory = SharedMemory.create(name, 100_001);
                var same = SharedMemory.attach(name)) {
            assertEquals(List.of(name, name), List.of(memory.name(), same.name()));
            assertEquals(List.of(100_001L, 100_001L), List.of(memory.size(), same.size()));
            assertEquals("SharedMemory[" + name + ", 100001 bytes]", memory.toString());
            assertEquals(ByteBuffer.allocate(100_001), memory.buffer());
            memory.buffer().put(100_000, (byte) 42);
            assertEquals(42, same.buffer().get(100_000));
            same.buffer(99_999, 2).put(0, (byte) 43);
            assertEquals(43, memory.buffer().get(99_999));
            assertThrows(IndexOutOfBoundsException.class, () -> memory.buffer(100_000, 2));
            memory.unlink();
            memory.unlink();
            same.unlink();
            assertFalse(Files.exists(fileOf(name)));
            assertThrows(NoSuchFileException.class, () -> SharedMemory.attach(name));
            memory.buffer().put(0, (byte) 1);
            assertEquals(1, same.buffer().get(0), "who has it can go on");
        }
    }

    @Test
    void create_withoutAName_choosesOneThatOthersCanUse() throws Exception {
        try (var first = SharedMemory.create(1);
                var second = SharedMemory.create(1);
                var same = SharedMemory.attach(first.name())) {
            assertNotEquals(first.name(), second.name());
            first.buffer().put(0, (byte) 5);
            assertEquals(5, same.buffer().get(0));
            first.unlink();
            second.unlink();
        }
    }

    @Test
    void create_ofANameThatIsTaken_isRefused_untilItIsUnlinked() throws Exception {
        String name = newName();
        var first = SharedMemory.create(name, 10);
        String message =
                String.valueOf(assertThrows(FileAlreadyExistsException.class, () -> SharedMemory.create(name, 10))
                        .getMessage());
        assertTrue(message.contains(name) && message.contains("attach it"), message);
        first.buffer().put(0, (byte) 1);
        first.unlink();
        try (var second = SharedMemory.create(name, 20)) {
            assertEquals(0, second.buffer().get(0));
            first.unlink();
            assertTrue(Files.exists(fileOf(name)), "the name is the second one's now");
            assertEquals(1, first.buffer().get(0));
            second.unlink();
        }
        first.close();
    }

    @Test
    void names_thatAreNone_areRefused() {
        for (String name :
                List.of("", ".", "..", "../x", "a/b", "/a", ".hidden", "a\0b", "a b", "ä", "x".repeat(201))) {
            assertThrows(IllegalArgumentException.class, () -> SharedMemory.create(name, 1), name);
            assertThrows(IllegalArgumentException.class, () -> SharedMemory.attach(name), name);
        }
        String missing = newName();
        String message = String.valueOf(assertThrows(NoSuchFileException.class, () -> SharedMemory.attach(missing))
                .getMessage());
        assertTrue(message.contains(missing), message);
        for (long size : new long[] {0, -1, Long.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> SharedMemory.create(size));
        }
    }

    @Test
    void create_ofMoreThanThereIs_saysWhatIsFree_andLeavesNoName() {
        String name = newName();
        String message = String.valueOf(assertThrows(IOException.class, () -> SharedMemory.create(name, 1L << 55))
                .getMessage());
        assertTrue(message.contains(String.valueOf((1L << 55) + 128)) && message.contains("bytes are free"), message);
        assertThrows(NoSuchFileException.class, () -> SharedMemory.attach(name));
    }

    @Test
    void close_letsThisObjectThrow_andViewsAndOthersLive() throws Exception {
        var memory = SharedMemory.create(100);
        var other = SharedMemory.attach(memory.name());
        ByteBuffer view = memory.buffer();
        memory.close();
        memory.close();
        assertThrows(IllegalStateException.class, memory::buffer);
        assertThrows(IllegalStateException.class, () -> memory.buffer(0, 1));
        assertEquals(100, memory.size());
        assertTrue(memory.toString().endsWith(", closed]"), memory::toString);
        other.buffer().put(7, (byte) 7);
        assertEquals(7, view.get(7));
        memory.unlink();
        assertEquals(7, other.buffer().get(7));
        other.close();
    }

    @Test
    void lastOneToLeave_givesThePagesBack_andNoOneBefore() throws Exception {
        var memory = SharedMemory.create(8 << 20);
        var other = SharedMemory.attach(memory.name());
        ByteBuffer view = memory.buffer();
        view.put(8 << 19, (byte) 1);
        memory.unlink();
        memory.close();
        assertEquals(1, view.get(8 << 19));
        other.close();
        boolean canGiveBack = Futex.isAvailable();
        assertEquals(canGiveBack ? 0 : 1, view.get(8 << 19));
        view.put(8 << 19, (byte) 2);
        assertEquals(2, view.get(8 << 19));
    }

    @Test
    void memory_thatIsCaptured_isTheSame() throws Exception {
        var memory = SharedMemory.create(1000);
        try (var executor = new ProcessPoolExecutor(1)) {
            assertEquals(
                    3,
                    executor.submit(() -> {
                                memory.buffer().putInt(4, 99);
                                memory.close();
                                return 3;
                            })
                            .result());
            assertEquals(99, memory.buffer().getInt(4));
            String name = memory.name();
            int seen = executor.submit(() -> {
                        try (var same = SharedMemory.attach(name)) {
                            return same.buffer().getInt(4);
                        }
                    })
                    .result();
            assertEquals(99, seen);
        } finally {
            memory.close();
            memory.unlink();
        }
    }

    @Test
    void memory_ofAProcessThatEnded_isGone_andOfOneThatWasKilled_goesWhenItIsWanted() throws Exception {
        String name = newName();
        var ending = new Process(() -> SharedMemory.create(name, 10));
        ending.start();
        assertTrue(ending.join(Delays.large()));
        assertEquals(OptionalInt.of(0), ending.exitcode());
        assertThrows(NoSuchFileException.class, () -> SharedMemory.attach(name));
        var killed = new Process(() -> {
            SharedMemory.create(name, 10);
            Runtime.getRuntime().halt(9); // as a kill, without any hook
        });
        killed.start();
        assertTrue(killed.join(Delays.large()));
        try (var late = SharedMemory.attach(name)) {
            assertEquals(10, late.size());
        }
        try (var mine = createdWhenItIsGone(name)) {
            assertEquals(20, mine.size());
            mine.unlink();
        }
    }

    /** The dead one seems alive while some other process of this machine has its slot and has not yet said so. */
    private static SharedMemory createdWhenItIsGone(String name) {
        var made = new AtomicReference<SharedMemory>();
        Await.until("the name is free", Delays.large(), () -> {
            try {
                made.set(SharedMemory.create(name, 20));
                return true;
            } catch (FileAlreadyExistsException notYet) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return Objects.requireNonNull(made.get());
    }

    // ---- what others may have put there

    private static void assertRefused(String name, String why) {
        String message = String.valueOf(
                assertThrows(IOException.class, () -> SharedMemory.attach(name)).getMessage());
        assertTrue(message.contains(why), message);
        assertThrows(FileAlreadyExistsException.class, () -> SharedMemory.create(name, 1));
    }

    @Test
    void attach_ofWhatIsNoSharedMemory_isRefused() throws Exception {
        String good = newName();
        String bad = newName();
        try (var memory = SharedMemory.create(good, 10)) {
            byte[] bytes = Files.readAllBytes(fileOf(good));
            Files.createSymbolicLink(fileOf(bad), fileOf(good));
            assertRefused(bad, "symbolic link");
            Files.delete(fileOf(bad));
            Files.createDirectory(fileOf(bad));
            assertRefused(bad, "is no file");
            Files.delete(fileOf(bad));
            Files.createLink(fileOf(bad), SharedDirectory.current().path().resolve("slots"));
            assertRefused(bad, "that they are alive");
            Files.delete(fileOf(bad));
            for (int length : List.of(0, 63, 64, 100, bytes.length - 1)) {
                Files.write(fileOf(bad), Arrays.copyOf(bytes, length));
                assertRefused(bad, length < 64 ? "is not shared memory" : "its header says");
            }
            var fifo = new ProcessBuilder("mkfifo", fileOf(bad) + ".fifo.memory").start();
            assertEquals(0, fifo.waitFor());
            assertRefused(bad + ".memory.fifo", "is no file");
            Files.delete(Path.of(fileOf(bad) + ".fifo.memory"));
            Files.delete(fileOf(bad));
            memory.unlink();
        }
    }
}
