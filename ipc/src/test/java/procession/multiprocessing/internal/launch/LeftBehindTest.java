// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** What programs leave behind that are killed together with their workers is removed, and nothing else is. */
@ExtendWith(LeakCheck.class)
class LeftBehindTest {
    @TempDir
    Path directory;

    private Path temporary;

    @BeforeEach
    void createTemporary() throws IOException {
        temporary = Files.createDirectory(directory.resolve("t"));
    }

    /** A program that has unpacked code, and a process that has not connected yet. */
    static final class Owner {
        public static void main(String[] arguments) throws Exception {
            Path code = UnpackedCode.directory();
            Files.writeString(code.resolve("code.jar"), "a copy");
            WorkerCommand command = WorkerCommand.createAlone(Owner.class.getClassLoader(), List.of());
            Rendezvous meeting = Rendezvous.start(command, "waits", ProcessSettings.NONE);
            boolean unused = meeting.createMark() == null;
            System.out.println("waits");
            new CountDownLatch(1).await();
            meeting.abandon();
        }
    }

    /** Starts one, and returns what it has made, which looks old. */
    private ProcessHarness.Child start(ProcessHarness processes, Set<Path> made) throws IOException {
        Set<Path> before = files();
        List<String> options = List.of(
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-D" + WorkerSizing.CHILD + "=true"); // so that it does not look for what others have left
        ProcessHarness.Child owner = processes.java(Owner.class, options);
        owner.awaitOutput("waits");
        made.addAll(files());
        made.removeAll(before);
        assertEquals(2, made.size(), made::toString);
        for (Path each : made) {
            makeOld(each);
        }
        return owner;
    }

    private static void makeOld(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    private static void killWithItsWorker(ProcessHarness.Child owner) {
        List<ProcessHandle> workers = owner.process().children().toList();
        assertEquals(1, workers.size());
        for (ProcessHandle worker : workers) {
            worker.destroyForcibly(); // first, or it would remove what its parent has left
            Await.until("the end of " + worker.pid(), Delays.large(), () -> isGone(worker));
        }
        owner.kill();
    }

    /** Its parent is told, but does not have to have taken note. */
    private static boolean isGone(ProcessHandle process) throws IOException {
        Path stat = Path.of("/proc/" + process.pid() + "/stat");
        return !process.isAlive()
                || (Files.exists(stat) && Files.readString(stat).contains(") Z "));
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return new HashSet<>(files.toList());
        }
    }

    private Set<Path> tree() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return new HashSet<>(files.toList());
        }
    }

    private Set<Path> remove() throws IOException {
        return new HashSet<>(LeftBehind.remove(temporary, LeftBehind.self()));
    }

    @Test
    void directoriesOfTheDead_areRemoved_andThoseOfTheLivingAreNot() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            Set<Path> ofTheDead = new HashSet<>();
            Set<Path> ofTheLiving = new HashSet<>();
            ProcessHarness.Child dead = start(processes, ofTheDead);
            ProcessHarness.Child living = start(processes, ofTheLiving);
            killWithItsWorker(dead);
            assertTrue(files().containsAll(ofTheDead), () -> "it left nothing behind");
            UserPrincipal somebody = () -> "somebody else";
            assertEquals(List.of(), LeftBehind.remove(temporary, somebody));
            assertEquals(ofTheDead, remove());
            assertEquals(ofTheLiving, files());
            killWithItsWorker(living);
            assertEquals(ofTheLiving, remove());
            assertEquals(Set.of(), files());
        }
    }

    private Path create(String name) throws IOException {
        Path created = Files.createDirectory(temporary.resolve(name));
        makeOld(created);
        return created;
    }

    /** Returns a name that a meeting place here could have. */
    private String place(char different) {
        return "procession-" + "0123456789abcdef01234567".replace('0', different) + Origin.of(temporary);
    }

    /** Returns a name that a directory with the code of another program with this pid could have. */
    private String code(String random) {
        return "procession-code-" + ProcessHandle.current().pid() + "-" + Origin.of(temporary) + "-" + random;
    }

    private void createWith(String name, String... files) throws IOException {
        Path created = Files.createDirectory(temporary.resolve(name));
        for (String file : files) {
            if (file.endsWith("/")) {
                Files.createDirectory(created.resolve(file));
            } else {
                Files.writeString(created.resolve(file), "a file");
            }
        }
        makeOld(created);
    }

    @Test
    void whatIsYoung_orNamedOtherwise_orHoldsSomethingElse_stays() throws IOException {
        create(code("2")); // without a lock that tells
        create(place('0') + "0");
        create(place('x'));
        Files.createDirectory(temporary.resolve(place('0')));
        Files.writeString(temporary.resolve(place('1')), "a file");
        createWith(place('2'), "start.mark", "of somebody");
        createWith(place('3'), "control.sock", "start.mark/");
        createWith(place('4'), "start.mark", "z.txt", "a directory/");
        createWith(code("3"), "owner.lock", "code1.jar", "code.txt");
        createWith(code("4"), "owner.lock", "code1.jar", "code2.jar/");
        Set<Path> before = tree();
        assertEquals(Set.of(), remove());
        assertEquals(before, tree());
    }

    @Test
    void directoriesOfAnotherKernel_stay() throws IOException {
        String here = Origin.of(temporary);
        String there = Origin.UNKNOWN;
        createWith(place('0').replace(here, there), "start.mark");
        createWith(code("1").replace(here, there), "owner.lock");
        createWith(place('0'), "start.mark");
        createWith(code("1"), "owner.lock", "code1.jar");
        assertEquals(Set.of(temporary.resolve(place('0')), temporary.resolve(code("1"))), remove());
        assertEquals(2, files().size());
    }

    /** The others are removed, and another program finds this one's locked, although this one has looked. */
    @Test
    void lockedDirectories_ofThisProgram_endNothing() throws Exception {
        String name = code("of another class loader");
        createWith(name, UnpackedCode.LOCK);
        for (char each = '1'; each <= '9'; each++) {
            createWith(place(each));
        }
        Path file = temporary.resolve(name).resolve(UnpackedCode.LOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            System.setProperty(UnpackedCode.OWN + name, "");
            assertEquals(9, remove().size());
            assertEquals(Set.of(temporary.resolve(name)), files());
            try (ProcessHarness processes = new ProcessHarness()) {
                ProcessHarness.Child other = processes.java(Other.class, List.of(), temporary.toString());
                assertEquals(0, other.exitCode(), other::errors);
            }
            assertTrue(lock.isValid());
            System.clearProperty(UnpackedCode.OWN + name);
            for (char each = '1'; each <= '9'; each++) {
                createWith(place(each));
            }
            assertEquals(9, remove().size());
            assertEquals(Set.of(temporary.resolve(name)), files());
        } finally {
            System.clearProperty(UnpackedCode.OWN + name);
        }
    }

    /** A program that finds nothing to remove. */
    static final class Other {
        public static void main(String[] arguments) throws Exception {
            List<Path> removed = LeftBehind.remove(Path.of(arguments[0]), LeftBehind.self());
            if (!removed.isEmpty()) {
                throw new AssertionError(removed);
            }
        }
    }

    @Test
    void links_areNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve(place('0')));
        Path file = Files.writeString(elsewhere.resolve("start.mark"), "of somebody");
        makeOld(elsewhere);
        Path link = Files.createSymbolicLink(temporary.resolve(place('0')), elsewhere);
        Path place = create(place('1'));
        Files.createSymbolicLink(place.resolve("start.mark"), file);
        makeOld(place);
        assertEquals(Set.of(place), remove());
        assertEquals(Set.of(link), files());
        assertEquals("of somebody", Files.readString(file));
    }

    /** A program that uses a pool, and goes on until a directory is gone. */
    static final class Next {
        public static void main(String[] arguments) throws Exception {
            try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
                pool.submit(() -> 1).result();
                while (Files.exists(Path.of(arguments[0]))) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void nextProgram_removesThem() throws Exception {
        Path left = create(place('0'));
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child next = processes.java(
                    Next.class, List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary), left.toString());
            assertEquals(0, next.exitCode(), next::errors);
        }
        assertEquals(Set.of(), files());
    }
}
