// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.multiprocessing.Process;
import procession.multiprocessing.sync.Lock;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ProcessHarness;

/** What a whole program leaves in shared memory when all of its processes are killed. */
@ExtendWith(LeakCheck.class)
class KilledTreeTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path parent;

    private static void makeOneOfEach(String name) throws IOException {
        new Lock().tryAcquire();
        new IntValue(1).tryAcquire();
        new LongArray(100_000).set(1, 1);
        SharedMemory.create(name, 100_000).buffer().put(1, (byte) 1);
        ShareableList.of("text", 1);
    }

    /** Makes shared memory, as its child process does, and waits to be killed. */
    static final class Root {
        public static void main(String[] arguments) throws Exception {
            makeOneOfEach("of-the-root");
            new Process(() -> {
                        makeOneOfEach("of-the-child");
                        System.out.println("child.");
                        Thread.currentThread().join();
                    })
                    .start();
            Thread.currentThread().join();
        }
    }

    /** Shares a little, and ends. */
    static final class Next {
        public static void main(String[] arguments) {
            new IntValue(1).destroy();
        }
    }

    private List<Path> directories() throws IOException {
        try (Stream<Path> all = Files.list(parent)) {
            return all.toList();
        }
    }

    @Test
    void nextStart_leavesNothing_ofATreeThatWasKilled() throws Exception {
        List<String> options = List.of("-Dprocession.shared.directory=" + parent);
        try (var processes = new ProcessHarness()) {
            ProcessHarness.Child root = processes.java(Root.class, options);
            root.awaitOutput("child.");
            List<ProcessHandle> tree =
                    new ArrayList<>(root.process().descendants().toList());
            assertFalse(tree.isEmpty());
            tree.add(root.process().toHandle());
            root.kill("STOP"); // so that it does not clean up after its children
            tree.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle each : tree) {
                Await.until("it is dead", Delays.large(), () -> !each.isAlive());
            }
            Path left = directories().get(0);
            for (String name : List.of("slots", "of-the-root.memory", "of-the-child.memory")) {
                assertTrue(Files.exists(left.resolve(name)), name);
            }

            ProcessHarness.Child next = processes.java(Next.class, options);
            assertEquals(0, next.exitCode(), next::errors);
            assertEquals(List.of(), directories());
            assertTrue(next.errors().contains("of-the-root.memory, "), next::errors);
            assertTrue(next.errors().contains("of-the-child.memory"), next::errors);
        }
    }
}
