// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.multiprocessing.Process;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

@ExtendWith(LeakCheck.class)
class ShareableListTest {
    private static final String LONG_TEXT = "y".repeat(999);

    @Test
    void elements_areOfEachType_andMayChangeIt() {
        var list = ShareableList.of("hällo", 1, 2L, 0.5, 0.25f, true, null, new byte[] {1, 2}, "");
        assertEquals(9, list.size());
        assertEquals(List.of("hällo", 1L, 2L, 0.5, 0.25, true), list.asList().subList(0, 6));
        assertNull(list.get(6));
        assertArrayEquals(new byte[] {1, 2}, assertInstanceOf(byte[].class, list.get(7)));
        assertEquals("", list.get(8));
        assertEquals("8sqqddxxxxxxx?xxxxxx?x8s8s", list.format());
        list.set(0, null);
        list.set(1, "12345678");
        list.set(6, Long.MIN_VALUE);
        list.set(7, Double.NaN);
        list.set(8, false);
        assertEquals(Arrays.asList(null, "12345678", 2L), list.asList().subList(0, 3));
        assertEquals(List.of(Long.MIN_VALUE, Double.NaN, false), list.asList().subList(6, 9));
        var all = new ArrayList<Object>();
        list.forEach(all::add);
        assertEquals(list.asList(), all);
        assertEquals(2L, list.asList().set(2, 3));
        assertEquals(
                List.of(2, -1, 1, 0),
                List.of(list.indexOf((byte) 3), list.indexOf(4), list.count(Double.NaN), list.count("x")));
        assertEquals("ShareableList[" + list.name() + ", 9 elements]", list.toString());
        list.destroy();
    }

    @Test
    void set_ofWhatDoesNotFit_isRefused_andTheOldElementStays() {
        var list = ShareableList.of("12345678", 5, null);
        list.set(0, "123456789012345");
        list.set(0, "1234567890123456");
        for (Executable call : List.<Executable>of(
                () -> list.set(0, "12345678901234567"),
                () -> list.set(0, "ä".repeat(9)),
                () -> list.set(1, "123456789"),
                () -> list.set(2, new byte[9]),
                () -> list.set(0, "\uD800"),
                () -> list.set(0, List.of()),
                () -> ShareableList.of('x'))) {
            assertFalse(String.valueOf(
                            assertThrows(IllegalArgumentException.class, call).getMessage())
                    .isEmpty());
        }
        assertEquals(Arrays.asList("1234567890123456", 5L, null), list.asList());
        for (int index : List.of(-1, 3)) {
            String message = String.valueOf(assertThrows(IndexOutOfBoundsException.class, () -> list.get(index))
                    .getMessage());
            assertTrue(message.contains(index + " ") && message.contains("length 3"), message);
            assertThrows(IndexOutOfBoundsException.class, () -> list.set(index, 1));
        }
        list.destroy();
    }

    @Test
    void list_ofNothing_andOfMuch_isOne() {
        var empty = ShareableList.of();
        assertEquals(List.of(), empty.asList());
        assertEquals("", empty.format());
        empty.destroy();
        var many = new ShareableList(
                java.util.stream.IntStream.range(0, 20_000).boxed().toList());
        many.set(19_999, "end");
        assertEquals("end", many.get(19_999));
        assertEquals(19_998L, many.get(19_998));
        many.destroy();
        assertThrows(IllegalStateException.class, () -> many.get(19_999));
    }

    @Test
    void names_areThoseOfSharedMemory() throws Exception {
        String name = "list-" + UUID.randomUUID();
        var list = ShareableList.create(name, List.of(1, "two"));
        assertEquals(name, list.name());
        var same = ShareableList.attach(name);
        same.set(0, 11);
        assertEquals(List.of(11L, "two"), list.asList());
        assertThrows(FileAlreadyExistsException.class, () -> ShareableList.create(name, List.of()));
        String message = String.valueOf(assertThrows(java.io.IOException.class, () -> SharedMemory.attach(name))
                .getMessage());
        assertTrue(message.contains("of kind"), message);
        same.destroy();
        list.destroy();
        assertThrows(NoSuchFileException.class, () -> ShareableList.attach(name));
        for (Executable call : List.<Executable>of(
                () -> list.get(0), () -> list.set(0, 1), () -> list.count(1), () -> list.indexOf(1), list::format)) {
            assertThrows(IllegalStateException.class, call);
        }
        assertEquals(2, list.size());
    }

    @Test
    void list_thatIsCaptured_isTheSame() throws Exception {
        var list = ShareableList.of("started", 0, null);
        try (var executor = new ProcessPoolExecutor(1)) {
            String seen = executor.submit(() -> {
                        list.set(0, "done");
                        list.set(2, 0.5);
                        return list.format() + list.get(1);
                    })
                    .result();
            assertEquals("8sqd0", seen);
            assertEquals(List.of("done", 0L, 0.5), list.asList());
        } finally {
            list.destroy();
        }
    }

    /** Returns a text of one letter, of some length. */
    private static String text(int i) {
        return String.valueOf((char) ('a' + i % 26)).repeat(1 + i * 37 % 999);
    }

    private static boolean isWhole(@Nullable Object text) {
        String all = String.valueOf(text);
        return all.chars().allMatch(letter -> letter == all.charAt(0));
    }

    @Test
    void reader_neverSeesHalfAnElement_throughTwoMappings() throws Exception {
        var list = ShareableList.of(LONG_TEXT, LONG_TEXT);
        var same = ShareableList.attach(list.name());
        var stop = new AtomicBoolean();
        try (var threads = new ThreadHarness()) {
            for (ShareableList each : List.of(list, same)) {
                threads.start("reader", () -> {
                    while (!stop.get()) {
                        assertTrue(isWhole(each.get(0)));
                    }
                });
            }
            threads.start("writer", () -> {
                for (int i = 0; i < 30_000; i++) {
                    same.set(0, text(i));
                }
            });
            try {
                for (int i = 0; i < 30_000; i++) {
                    list.set(0, text(i + 13));
                }
            } finally {
                stop.set(true);
            }
            threads.join();
        }
        assertEquals(LONG_TEXT, list.get(1));
        list.destroy();
    }

    @Test
    void writer_thatIsKilled_leavesAWholeElement_andHoldsUpNobody() throws Exception {
        var list = ShareableList.of(LONG_TEXT, 0);
        for (int round = 0; round < 5; round++) {
            list.set(1, 0);
            var writer = new Process(() -> {
                for (int i = 0; ; i++) {
                    list.set(0, text(i));
                    list.set(1, i);
                }
            });
            writer.start();
            Await.until("it writes", Delays.large(), () -> !List.of(0L, 1L).contains(list.get(1)));
            writer.kill();
            assertTrue(writer.join(Delays.large()));
            assertTrue(isWhole(list.get(0)));
            list.set(0, LONG_TEXT);
            assertEquals(LONG_TEXT, list.get(0));
        }
        assertTrue(Files.exists(list.cell().segment().file()));
        list.destroy();
        assertFalse(Files.exists(list.cell().segment().file()));
    }
}
