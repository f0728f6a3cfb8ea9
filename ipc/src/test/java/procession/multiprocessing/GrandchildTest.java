// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Future;
import procession.multiprocessing.internal.os.Descendants;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** What a worker has started goes with it when it ends in an orderly way, or is asked to end. */
@ExtendWith(LeakCheck.class)
class GrandchildTest {
    private static final int STARTED = 2;

    @TempDir
    Path directory;

    private Mark pids;

    @BeforeEach
    void openMark() {
        pids = new Mark(directory, "pids");
    }

    @AfterEach
    void killAll() throws IOException {
        for (String pid : pids.lines()) {
            Workers.kill(Long.parseLong(pid));
        }
    }

    /** Starts, in a worker, a process that has started another one; both hold the output of the worker open. */
    private static void startTwo(Mark pids) throws IOException {
        new ProcessBuilder("sh", "-c", "echo $$ >> \"$0\"; sleep 1000 & echo $! >> \"$0\"; wait", pids.path())
                .inheritIO()
                .start();
        while (pids.lines().size() < STARTED) {
            Thread.onSpinWait();
        }
    }

    private void assertBothAreThere() throws IOException {
        assertEquals(STARTED, pids.lines().size());
        for (String pid : pids.lines()) {
            assertFalse(Workers.isGone(Long.parseLong(pid)), pid);
        }
    }

    private void awaitEndOfBoth() throws IOException {
        for (String pid : pids.lines()) {
            Await.until("the end of " + pid, Delays.large(), () -> Workers.isGone(Long.parseLong(pid)));
        }
    }

    @Test
    void close_endsWhatWorkersHaveStarted_afterTheirShutdownHooks() throws Exception {
        Mark started = pids;
        Mark hook = new Mark(directory, "hook");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                startTwo(started);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        Thread.sleep(Delays.small().toMillis()); // which is how such hooks end their processes
                        hook.add(Workers.isGone(started.awaitPid()) ? "too late" : "in time");
                    } catch (IOException | InterruptedException unseen) {
                        Runtime.getRuntime().halt(1);
                    }
                }));
            });
            future.result(Delays.large());
            assertBothAreThere();
        }
        assertEquals("in time", hook.await());
        awaitEndOfBoth();
    }

    @Test
    void recycling_endsWhatTheOldWorkerHasStarted() throws Exception {
        Mark started = pids;
        try (ProcessPoolExecutor pool =
                ProcessPoolExecutor.builder().maxWorkers(1).maxTasksPerChild(1).build()) {
            pool.submit(() -> startTwo(started)).result(Delays.large());
            awaitEndOfBoth();
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }

    @Test
    void terminateWorkers_endsWhatTheyHaveStarted() throws Exception {
        Mark started = pids;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                startTwo(started);
                Workers.never();
            });
            Await.until("both", Delays.large(), () -> started.lines().size() == STARTED);
            pool.terminateWorkers();
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
            assertEquals(15, died.signal().orElse(-1), died::toString);
        }
        awaitEndOfBoth();
    }

    @Test
    void exitOfATask_endsWhatItHasStarted() throws Exception {
        Mark started = pids;
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<?> future = pool.submit(() -> {
                startTwo(started);
                System.exit(3);
            });
            assertInstanceOf(WorkerDiedException.class, future.exception(Delays.large()));
            awaitEndOfBoth();
        }
    }

    /** As in Python: what a Process leaves behind is its own business, until it is killed. */
    @Test
    void terminateOfAProcess_leavesWhatItHasStarted() throws Exception {
        Mark started = pids;
        Mark runs = new Mark(directory, "runs");
        Process process = Children.endless(runs, Process.builder(() -> {
            startTwo(started);
            runs.addPid();
            Workers.never();
        }));
        process.terminate();
        assertEquals(-15, Children.end(process));
        assertBothAreThere();
    }

    @Test
    void listOfDescendants_isOfThoseThatAreStillThere() throws Exception {
        java.lang.Process sleeping = new ProcessBuilder("sleep", "1000").start();
        pids.add(sleeping.pid());
        byte[] list = Descendants.encodeOwn(Delays.large().toMillis());
        assertEquals("[" + sleeping.pid() + "]", Descendants.decode(list).toString());
        long start = ByteBuffer.wrap(list).getLong(Long.BYTES);
        assertTrue(start > 0);
        byte[] another = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(sleeping.pid())
                .putLong(start + 1)
                .array();
        assertEquals("[]", Descendants.decode(another).toString(), "one that has come to have the same number");
        Descendants.decode(list).kill();
        assertEquals(128 + 9, sleeping.waitFor());
        assertEquals("[]", Descendants.decode(list).toString());
    }
}
