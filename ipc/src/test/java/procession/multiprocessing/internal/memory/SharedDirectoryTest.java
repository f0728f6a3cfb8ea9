// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ProcessHarness;
import procession.testing.ThreadHarness;

/** The directory, its processes and its segments, and what others may have put there. */
class SharedDirectoryTest {
    private static final int BYTES = 4096;

    @TempDir
    Path parent;

    private Path path() {
        return parent.resolve("shared");
    }

    private SharedDirectory enter() throws IOException {
        return SharedDirectory.at(path());
    }

    private List<String> files() throws IOException {
        if (!Files.exists(path())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static String nameOf(Segment segment) {
        return String.valueOf(segment.file().getFileName());
    }

    /** Enters a directory, makes a segment, tells what it is called there, and waits until its input ends. */
    static final class Member {
        public static void main(String[] arguments) throws IOException {
            SharedDirectory directory = SharedDirectory.at(Path.of(arguments[0]));
            Segment segment = directory.create(BYTES);
            System.out.println(directory.own() + " " + nameOf(segment) + " .");
            if (arguments.length == 1) {
                while (System.in.read() >= 0) {
                    // until it is closed
                }
            }
        }
    }

    private ProcessHarness.Child member(ProcessHarness processes) {
        ProcessHarness.Child child = processes.java(Member.class, List.of(), path().toString());
        child.awaitOutput(" .");
        return child;
    }

    private static long tagOf(ProcessHarness.Child child) {
        return Long.parseLong(child.output().split(" ", -1)[0]);
    }

    private static String segmentOf(ProcessHarness.Child child) {
        return child.output().split(" ", -1)[1];
    }

    // ---- who is alive

    @Test
    void isAlive_untilTheProcessEnds_andNeverAfter() throws Exception {
        SharedDirectory directory = enter();
        assertTrue(directory.isAlive(directory.own()));
        try (var processes = new ProcessHarness()) {
            ProcessHarness.Child first = member(processes);
            long tag = tagOf(first);
            assertEquals(first.pid(), ProcessTag.pid(tag));
            assertNotEquals(directory.own(), tag);
            assertTrue(directory.isAlive(tag));
            first.kill("STOP");
            assertTrue(directory.isAlive(tag), "a stopped process is alive");
            first.kill();
            assertFalse(directory.isAlive(tag));

            ProcessHarness.Child second = member(processes);
            assertEquals(ProcessTag.slot(tag), ProcessTag.slot(tagOf(second)), "it has the slot of the dead");
            assertTrue(directory.isAlive(tagOf(second)));
            assertFalse(directory.isAlive(tag), "but is not taken for him");
            second.kill();
            ProcessHarness.Child third = member(processes);
            assertFalse(directory.isAlive(tagOf(second)), "also if nobody has looked in between");
            third.kill();
        }
    }

    @Test
    void isAlive_askedByInterruptedThreads_answers() throws Exception {
        SharedDirectory directory = enter();
        try (var processes = new ProcessHarness();
                var threads = new ThreadHarness()) {
            ProcessHarness.Child child = member(processes);
            threads.startTogether(4, "asker", () -> {
                for (int i = 0; i < 200; i++) {
                    Thread.currentThread().interrupt();
                    assertTrue(directory.isAlive(tagOf(child)));
                    assertTrue(directory.isAlive(directory.own()));
                    assertTrue(Thread.interrupted());
                }
            });
            threads.join();
            child.kill();
            assertFalse(directory.isAlive(tagOf(child)));
            ProcessHarness.Child other = member(processes);
            assertNotEquals(
                    ProcessTag.slot(directory.own()),
                    ProcessTag.slot(tagOf(other)),
                    "this process still holds its slot, so nothing has closed the file");
            other.kill();
        }
    }

    @Test
    void isAlive_ofWhatIsNoTag_isFalse() throws Exception {
        SharedDirectory directory = enter();
        var random = new Random(5);
        assertFalse(directory.isAlive(0));
        assertFalse(directory.isAlive(-1));
        for (int i = 0; i < 10_000; i++) {
            long bits = random.nextLong();
            assertEquals(bits == directory.own(), directory.isAlive(bits));
        }
    }

    @Test
    void at_byManyAtOnce_givesEachASlotOfItsOwn() throws Exception {
        try (var processes = new ProcessHarness()) {
            var children = new ArrayList<ProcessHarness.Child>();
            for (int i = 0; i < 4; i++) {
                children.add(processes.java(Member.class, List.of(), path().toString()));
            }
            children.forEach(child -> child.awaitOutput(" ."));
            assertEquals(
                    4,
                    children.stream()
                            .map(child -> ProcessTag.slot(tagOf(child)))
                            .distinct()
                            .count());
            children.forEach(ProcessHarness.Child::kill);
        }
    }

    // ---- what is left behind

    @Test
    void processesThatEnd_leaveNothing() throws Exception {
        try (var processes = new ProcessHarness()) {
            ProcessHarness.Child first = processes.java(Member.class, List.of(), path().toString(), "ends at once");
            assertEquals(0, first.exitCode(), first::errors);
            assertFalse(Files.exists(path(), LinkOption.NOFOLLOW_LINKS), () -> "left " + path());
            ProcessHarness.Child stays = member(processes);
            assertEquals(
                    0,
                    processes
                            .java(Member.class, List.of(), path().toString(), "ends at once")
                            .exitCode());
            assertEquals(List.of(segmentOf(stays), "slots"), files());
            stays.kill();
        }
    }

    @Test
    void whatTheKilledLeave_isSweptByTheNext() throws Exception {
        try (var processes = new ProcessHarness()) {
            ProcessHarness.Child first = member(processes);
            ProcessHarness.Child second = member(processes);
            first.kill();
            second.kill();
            assertEquals(3, files().size(), () -> "nobody has been there since");
            Path notOurs = Files.createFile(path().resolve("not-a-tag.segment"));
            ProcessHarness.Child next = member(processes);
            assertEquals(
                    List.of(segmentOf(next), "not-a-tag.segment", "slots").stream()
                            .sorted()
                            .toList(),
                    files());
            assertTrue(next.errors().contains(segmentOf(first)), next::errors);
            assertTrue(next.errors().contains(segmentOf(second)), next::errors);
            next.kill();
            Files.delete(notOurs);
            assertEquals(
                    0,
                    processes
                            .java(Member.class, List.of(), path().toString(), "ends at once")
                            .exitCode());
            assertFalse(Files.exists(path()));
        }
    }

    @Test
    void at_whatTheLastOneCouldNotRemove_isBegunAnew() throws Exception {
        try (var processes = new ProcessHarness()) {
            member(processes).kill();
            Path slots = path().resolve("slots");
            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(slots)).order(ByteOrder.nativeOrder());
            Files.write(
                    slots,
                    content.putLong(SlotsDescriptor.MAGIC_AT, SlotsDescriptor.LEFT)
                            .array());
            ProcessHarness.Child next = member(processes);
            ProcessHarness.Child another = member(processes);
            assertNotEquals(ProcessTag.slot(tagOf(next)), ProcessTag.slot(tagOf(another)));
            assertEquals(
                    Stream.of(segmentOf(next), segmentOf(another), "slots")
                            .sorted()
                            .toList(),
                    files());
            next.kill();
            another.kill();
        }
    }

    @Test
    void at_whileOthersComeAndGo_letsEverybodyIn() throws Exception {
        try (var processes = new ProcessHarness()) {
            for (int round = 0; round < 5; round++) {
                var children = new ArrayList<ProcessHarness.Child>();
                for (int i = 0; i < 3; i++) {
                    children.add(processes.java(Member.class, List.of(), path().toString(), "ends at once"));
                }
                children.forEach(child -> assertEquals(0, child.exitCode(), child::errors));
            }
            // Two that end at once may each take the other for alive, and leave the directory to the next.
            ProcessHarness.Child alone = processes.java(Member.class, List.of(), path().toString(), "ends at once");
            assertEquals(0, alone.exitCode(), alone::errors);
        }
        assertFalse(Files.exists(path()));
    }

    @Test
    void at_whereSlotsWasTakenAway_leavesWhatMayBeOfTheLiving() throws Exception {
        try (var processes = new ProcessHarness()) {
            ProcessHarness.Child first = member(processes);
            Files.delete(path().resolve("slots"));
            ProcessHarness.Child second = member(processes);
            assertEquals(
                    Stream.of(segmentOf(first), segmentOf(second), "slots")
                            .sorted()
                            .toList(),
                    files());
            first.kill();
            second.kill();
        }
    }

    @Test
    void at_ofOneDirectoryByTwoNames_entersItOnce() throws Exception {
        SharedDirectory directory = enter();
        assertSame(directory, SharedDirectory.at(parent.resolve(".").resolve(path().getFileName())));
        Path link = Files.createSymbolicLink(parent.resolve("link"), parent);
        assertSame(directory, SharedDirectory.at(link.resolve(path().getFileName())));
        assertTrue(refusal(() -> SharedDirectory.at(parent.resolve("none/procession")))
                .contains("there is no directory"));
    }

    @Test
    void existing_whereNobodyIs_makesNothing() throws Exception {
        Path nowhere = parent.resolve("nowhere");
        assertTrue(refusal(() -> SharedDirectory.existing(nowhere)).contains("is gone"));
        assertFalse(Files.exists(nowhere));
        SharedDirectory directory = enter();
        assertSame(directory, SharedDirectory.existing(path()));
    }

    // ---- segments

    @Test
    void create_isPrivate_andFullOfZeros() throws Exception {
        SharedDirectory directory = enter();
        Segment segment = directory.create(BYTES);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(segment.file())));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
        assertEquals(SegmentDescriptor.DATA_AT + BYTES, segment.memory().capacity());
        for (int at = SegmentDescriptor.DATA_AT; at < segment.memory().capacity(); at++) {
            assertEquals(0, segment.memory().get(at));
        }
        directory.remove(segment);
        assertFalse(Files.exists(segment.file()));
        segment.memory().put(SegmentDescriptor.DATA_AT, (byte) 1); // is there as long as anybody has it
    }

    @Test
    void attach_seesWhatIsWritten_throughEachMapping() throws Exception {
        SharedDirectory directory = enter();
        Segment segment = directory.create(BYTES);
        assertSame(segment, directory.attach(nameOf(segment)));
        Segment again = directory.attachAnew(nameOf(segment));
        assertNotSame(segment.memory(), again.memory());
        segment.memory().putLong(SegmentDescriptor.DATA_AT, 42);
        assertEquals(42, again.memory().getLong(SegmentDescriptor.DATA_AT));
        directory.remove(segment);
    }

    @Test
    void create_inAnInterruptedThread_works() throws Exception {
        SharedDirectory directory = enter();
        Thread.currentThread().interrupt();
        Segment segment = directory.create(BYTES);
        Segment again = directory.attachAnew(nameOf(segment));
        assertTrue(Thread.interrupted());
        assertEquals(segment.memory().capacity(), again.memory().capacity());
        directory.remove(segment);
    }

    @Test
    void create_ofMoreThanThereIs_saysWhatIsFree_andLeavesNothing() throws Exception {
        SharedDirectory directory = enter();
        long tooMuch = Files.getFileStore(path()).getTotalSpace() + 1;
        String message = refusal(() -> directory.create(tooMuch));
        assertTrue(
                message.contains(String.valueOf(tooMuch + SegmentDescriptor.DATA_AT))
                        && message.contains("bytes are free"),
                message);
        assertEquals(List.of("slots"), files());
    }

    // ---- what others may have put there

    private static String refusal(Executable call) {
        return String.valueOf(assertThrows(IOException.class, call).getMessage());
    }

    private void assertRefused(SharedDirectory directory, String name, String why) {
        String message = refusal(() -> directory.attachAnew(name));
        assertTrue(message.contains(why), message);
    }

    @Test
    void attach_ofWhatIsNoSegment_isRefused() throws Exception {
        SharedDirectory directory = enter();
        Segment segment = directory.create(BYTES);
        byte[] good = Files.readAllBytes(segment.file());
        assertRefused(directory, "none.segment", "is gone");
        assertRefused(directory, "../outside", "is no name");
        assertRefused(directory, "a/b", "is no name");
        assertRefused(directory, "slots", "that they are alive");
        Files.createLink(path().resolve("hard"), path().resolve("slots"));
        assertRefused(directory, "hard", "that they are alive");
        Files.createSymbolicLink(path().resolve("link"), segment.file());
        assertRefused(directory, "link", "symbolic link");
        Files.createDirectory(path().resolve("directory"));
        assertRefused(directory, "directory", "is no file");
        for (int length : List.of(0, 1, SegmentDescriptor.DATA_AT - 1, SegmentDescriptor.DATA_AT, good.length - 1)) {
            Files.write(path().resolve("short"), Arrays.copyOf(good, length));
            assertRefused(
                    directory, "short", length < SegmentDescriptor.DATA_AT ? "is not shared memory" : "header says");
        }
        assertRefused(directory, changed(good, SegmentDescriptor.MAGIC_AT), "is not shared memory");
        assertRefused(directory, changed(good, SegmentDescriptor.VERSION_AT), "version");
        assertRefused(directory, changed(good, SegmentDescriptor.BYTES_AT), "header says");
        assertRefused(directory, changed(good, SegmentDescriptor.FAMILY_AT), "shares no locks");
        directory.remove(segment);
    }

    private String changed(byte[] good, int at) throws IOException {
        byte[] bad = good.clone();
        bad[at] ^= 0x55;
        Files.write(path().resolve("changed"), bad);
        return "changed";
    }

    @Test
    void attach_ofRandomBytes_isRefusedOrSound() throws Exception {
        SharedDirectory directory = enter();
        Segment segment = directory.create(BYTES);
        byte[] good = Files.readAllBytes(segment.file());
        var random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bad[random.nextInt(SegmentDescriptor.DATA_AT)] = (byte) random.nextInt();
            }
            Files.write(path().resolve("random"), bad);
            try {
                Segment found = directory.attachAnew("random");
                assertEquals(good.length, found.memory().capacity());
            } catch (IOException refused) {
                assertFalse(String.valueOf(refused.getMessage()).isEmpty());
            }
        }
        directory.remove(segment);
    }

    @Test
    void at_aDirectoryOfOthers_isRefused() throws Exception {
        Path open = Files.createDirectory(parent.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));
        assertTrue(refusal(() -> SharedDirectory.at(open)).contains("rwxrwx---"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), Files.createDirectory(parent.resolve("real")));
        assertTrue(refusal(() -> SharedDirectory.at(link)).contains("is no directory"));
        Path file = Files.createFile(parent.resolve("file"));
        assertTrue(refusal(() -> SharedDirectory.at(file)).contains("is no directory"));
    }

    @Test
    void at_whereSlotsIsSomethingElse_isRefused() throws Exception {
        for (int i = 0; i < 5; i++) {
            Path directory = parent.resolve("wrong-" + i);
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path slots = directory.resolve("slots");
            ByteBuffer content = ByteBuffer.allocate(SlotsDescriptor.BYTES).order(ByteOrder.nativeOrder());
            content.putLong(SlotsDescriptor.MAGIC_AT, i == 0 ? 12345 : SlotsDescriptor.MAGIC);
            content.putInt(SlotsDescriptor.VERSION_AT, i == 1 ? 99 : SlotsDescriptor.VERSION);
            content.putInt(SlotsDescriptor.SLOTS_AT, i == 2 ? 1 : ProcessTag.MAX_SLOTS);
            String why;
            if (i == 3) {
                Files.createSymbolicLink(slots, Files.createFile(parent.resolve("elsewhere")));
                why = "";
            } else {
                int length = i == 4 ? SlotsDescriptor.BYTES - 1 : SlotsDescriptor.BYTES;
                Files.write(slots, Arrays.copyOf(content.array(), length), StandardOpenOption.CREATE_NEW);
                why = i == 0 ? "is not what its name says" : i == 4 ? "bytes, and not" : "another version";
            }
            String message = refusal(() -> SharedDirectory.at(directory));
            assertTrue(message.contains(why), message);
        }
    }

    @Test
    void at_whereSlotsIsADirectoryOrAFifo_isRefused() throws Exception {
        for (String what : List.of("directory", "fifo")) {
            Path directory = Files.createDirectory(
                    parent.resolve("with-" + what),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path slots = directory.resolve("slots");
            if (what.equals("fifo")) {
                assertEquals(
                        0,
                        new ProcessBuilder("mkfifo", slots.toString()).start().waitFor());
            } else {
                Files.createDirectory(slots);
            }
            assertFalse(refusal(() -> SharedDirectory.at(directory)).isEmpty());
        }
    }

    @Test
    void cells_areNeverGivenTwice_andTheirSegmentGoesWithTheLast() throws Exception {
        SharedDirectory directory = enter();
        Cell first = directory.cells().take(1, 0, 1);
        Cell second = directory.cells().take(2, 1, 1);
        assertSame(first.segment(), second.segment());
        assertEquals(List.of(1, 0, 2, 1), List.of(first.kind(), first.options(), second.kind(), second.options()));
        directory.cells().giveBack(first);
        directory.cells().giveBack(first);
        Cell third = directory.cells().take(3, 0, 1);
        assertNotEquals(first.offset(), third.offset());
        directory.cells().giveBack(second);
        assertTrue(Files.exists(third.segment().file()));
        directory.cells().giveBack(third);
        assertFalse(Files.exists(third.segment().file()));
        Await.until("a segment of its own again", Delays.medium(), () -> {
            Cell next = directory.cells().take(1, 0, 1);
            directory.cells().giveBack(next);
            return next.segment() != third.segment();
        });
    }

    @Test
    void cells_ofOneObject_followEachOther_andGoTogether() throws Exception {
        SharedDirectory directory = enter();
        Cell large = directory.cells().take(1, 7, 1000);
        assertEquals(List.of(1, 7, 1000), List.of(large.kind(), large.options(), large.cells()));
        assertEquals(1000, Cells.find(large.segment(), large.offset(), 1).cells());
        Cell next = directory.cells().take(2, 0, 23);
        assertSame(large.segment(), next.segment());
        assertEquals(large.offset() + 1000 * CellDescriptor.BYTES, next.offset());
        Cell elsewhere = directory.cells().take(3, 0, 2);
        assertNotSame(large.segment(), elsewhere.segment());
        for (int count : List.of(0, -1, 1024)) {
            assertThrows(IllegalArgumentException.class, () -> directory.cells().take(1, 0, count));
        }
        directory.cells().giveBack(next);
        assertTrue(Files.exists(large.segment().file()));
        directory.cells().giveBack(large);
        assertFalse(Files.exists(large.segment().file()));
        directory.cells().giveBack(elsewhere);
    }

    @Test
    void find_ofAnObjectThatIsLongerThanItsSegment_isRefused() throws Exception {
        SharedDirectory directory = enter();
        Cell cell = directory.cells().take(1, 0, 2);
        int kindAt = cell.at(CellDescriptor.KIND_AT);
        cell.memory().putInt(kindAt, CellDescriptor.kindAndCells(1, 1023));
        assertEquals(1023, Cells.find(cell.segment(), cell.offset(), 1).cells());
        cell.memory().putInt(kindAt, CellDescriptor.kindAndCells(1, 1024));
        assertTrue(refusal(() -> Cells.find(cell.segment(), cell.offset(), 1)).contains("of 1024 cells"));
        directory.cells().giveBack(cell);
    }

    @Test
    void find_whereNoSuchObjectIs_isRefused() throws Exception {
        SharedDirectory directory = enter();
        Cell cell = directory.cells().take(1, 0, 1);
        Segment segment = cell.segment();
        for (int offset :
                List.of(-64, 0, 63, cell.offset() + 1, segment.memory().capacity(), Integer.MAX_VALUE - 63)) {
            assertTrue(refusal(() -> Cells.find(segment, offset, 1)).contains("there is no object"));
        }
        assertTrue(refusal(() -> Cells.find(segment, cell.offset(), 2)).contains("of kind 1"));
        directory.cells().giveBack(cell);
    }
}
