// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.futures.Future;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What workers print, and how pools and their workers end. */
@ExtendWith(LeakCheck.class)
class PoolLifeTest {
    @TempDir
    Path directory;

    @Test
    void output_ofAWorker_comesOutHere() throws Exception {
        try (Captured printed = new Captured();
                ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    1,
                    pool.submit(() -> {
                                System.out.println("to one stream: äß");
                                System.err.println("to the other");
                                return 1;
                            })
                            .result(Delays.large()));
            printed.awaitOut("to one stream");
            printed.awaitErr("to the other");
        }
    }

    @Test
    void input_ofAWorker_isEmpty() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            int read = pool.submit(() -> System.in.read()).result(Delays.large());
            assertTrue(read < 0 || read == '\n', "the token stays out of sight, but read " + read);
        }
    }

    @Test
    void hundredMegabytesOfOutput_blockNobody() throws Exception {
        AtomicLong arrived = new AtomicLong();
        PrintStream before = System.out;
        System.setOut(new PrintStream(new OutputStream() {
            @Override
            public void write(int one) {
                arrived.incrementAndGet();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                arrived.addAndGet(length);
            }
        }));
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            assertEquals(
                    "done",
                    pool.submit(() -> {
                                byte[] megabyte = new byte[1 << 20];
                                for (int i = 0; i < 100; i++) {
                                    System.out.write(megabyte, 0, megabyte.length);
                                }
                                System.out.flush();
                                return "done";
                            })
                            .result(Delays.large()));
            Await.until("all of it", Delays.large(), () -> arrived.get() == 100 << 20);
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void task_thatClosesItsStreams_harmsNobody() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            long pid = pool.submit(Workers::pid).result(Delays.large());
            assertEquals(
                    1,
                    pool.submit(() -> {
                                System.out.close();
                                System.err.close();
                                System.in.close();
                                return 1;
                            })
                            .result(Delays.large()));
            assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
        }
    }

    @Test
    void task_thatLeavesAnInterruptOrAClassLoader_harmsNobody() throws Exception {
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            int before = pool.submit(() -> {
                        Thread.currentThread().interrupt();
                        int loader =
                                System.identityHashCode(Thread.currentThread().getContextClassLoader());
                        Thread.currentThread().setContextClassLoader(null);
                        return loader;
                    })
                    .result(Delays.large());
            assertEquals(
                    "false " + before,
                    pool.submit(() -> Thread.currentThread().isInterrupted() + " "
                                    + System.identityHashCode(
                                            Thread.currentThread().getContextClassLoader()))
                            .result(Delays.large()));
        }
    }

    @Test
    void close_byManyThreads_allWait() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark goOn = new Mark(directory, "go-on");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Future<Integer> future = pool.submit(() -> {
            started.addPid();
            goOn.pass();
            return 1;
        });
        long pid = started.awaitPid();
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 4; i++) {
                Await.blocked(threads.start("closer-" + i, () -> {
                    pool.close();
                    assertTrue(future.isDone());
                    assertTrue(pool.isTerminated());
                    assertTrue(Workers.isGone(pid));
                }));
            }
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> 2));
            goOn.add("go on");
        }
        assertEquals(1, future.result());
    }

    @Test
    void shutdownNow_killsWhatRunsAndReturnsWhatDidNot() throws Exception {
        Mark started = new Mark(directory, "started");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Future<?> running = pool.submit(() -> {
            started.addPid();
            Workers.never();
        });
        List<Future<?>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(pool.submit(started::addPid));
        }
        long pid = started.awaitPid();
        List<Runnable> never = pool.shutdownNow();
        assertTrue(pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        assertEquals(5, never.size());
        assertTrue(running.isCancelled());
        assertThrows(CancellationException.class, running::result);
        assertTrue(waiting.stream().allMatch(Future::isCancelled));
        assertTrue(Workers.isGone(pid));
        assertEquals(1, started.lines().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endOfAllWorkers_failsWhatRunsAndCancelsTheRest(boolean force) throws Exception {
        Mark started = new Mark(directory, "started");
        Mark hook = new Mark(directory, "hook");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(2);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            running.add(pool.submit(() -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        hook.addPid();
                    } catch (IOException unseen) {
                        Runtime.getRuntime().halt(1);
                    }
                }));
                started.addPid();
                Workers.never();
            }));
        }
        Await.until("both", Delays.large(), () -> started.lines().size() == 2);
        Future<Integer> waiting = pool.submit(() -> 1);
        if (force) {
            pool.killWorkers();
        } else {
            pool.terminateWorkers();
        }
        assertTrue(pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
        for (Future<?> future : running) {
            WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, future.exception());
            assertEquals(force ? 9 : 15, died.signal().orElse(-1), died::toString);
        }
        assertTrue(waiting.isCancelled());
        assertEquals(force ? 0 : 2, hook.lines().size());
    }

    @Test
    void terminateWorkers_oneThatDoesNotEnd_isKilled() throws Exception {
        Mark started = new Mark(directory, "started");
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        Future<?> running = pool.submit(() -> {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                while (true) {
                    Thread.onSpinWait();
                }
            }));
            started.addPid();
            Workers.never();
        });
        started.awaitPid();
        pool.terminateWorkers();
        WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, running.exception(Delays.large()));
        assertTrue(Workers.isGone(died.pid()));
        assertTrue(pool.awaitTermination(Delays.large().toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Uses a pool and forgets it. */
    private static long useAndForget(List<WeakReference<Object>> forgotten) throws Exception {
        ProcessPoolExecutor pool = new ProcessPoolExecutor(1);
        forgotten.add(new WeakReference<>(pool));
        return pool.submit(Workers::pid).result(Delays.large());
    }

    @Test
    void pool_thatIsNoLongerReferenced_endsItsWorkers() throws Exception {
        List<WeakReference<Object>> forgotten = new ArrayList<>();
        long pid = useAndForget(forgotten);
        Await.until("its worker has ended", () -> {
            System.gc();
            return forgotten.get(0).get() == null && Workers.isGone(pid);
        });
    }

    @Test
    void pool_thatIsNoLongerReferenced_doesItsTasksFirst() throws Exception {
        Mark goOn = new Mark(directory, "go-on");
        Future<Integer> future = new ProcessPoolExecutor(1).submit(() -> {
            goOn.pass();
            return 1;
        });
        System.gc();
        goOn.add("go on");
        assertEquals(1, future.result(Delays.large()));
        Await.until("its worker has ended", () -> {
            System.gc();
            return Workers.children().isEmpty();
        });
    }

    @Test
    void cancelTrue_killsWhatTheTaskHasStarted() throws Exception {
        Mark grandchild = new Mark(directory, "grandchild");
        try (ProcessPoolExecutor pool = new ProcessPoolExecutor(1)) {
            Future<Integer> future = pool.submit(() -> {
                java.lang.Process process = new ProcessBuilder("sleep", "1000").start();
                grandchild.add(process.pid());
                return process.waitFor();
            });
            long pid = grandchild.awaitPid();
            assertTrue(future.cancel(true));
            Await.until("the grandchild is gone", () -> Workers.isGone(pid));
            assertEquals(1, pool.submit(() -> 1).result(Delays.large()));
        }
    }
}
