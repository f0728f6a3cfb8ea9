// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.Process;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.shared.LongValue;
import procession.queue.Empty;
import procession.queue.Full;
import procession.queue.ShutDown;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** Queues within a process, and between processes of which some are killed. */
@ExtendWith(LeakCheck.class)
class QueueTest {
    private final Queue<@Nullable Object> queue = new Queue<>();
    private final Queue<Object> bounded = new Queue<>(2);
    private final JoinableQueue<Object> joinable = new JoinableQueue<>();
    private final SimpleQueue<@Nullable Object> simple = new SimpleQueue<>();

    @AfterEach
    void destroy() {
        queue.destroy();
        bounded.destroy();
        joinable.destroy();
        simple.destroy();
    }

    // ---- within a process

    @Test
    @SuppressWarnings("NullAway") // which takes no note of what a type parameter allows
    void put_andGet_keepTheOrder() throws Exception {
        queue.put("a");
        queue.put(null, Delays.brief());
        queue.putNowait(List.of(1, 2));
        assertEquals(3, queue.qsize());
        assertFalse(queue.empty());
        assertEquals("a", queue.get());
        assertNull(queue.get(Delays.brief()));
        assertEquals(List.of(1, 2), queue.getNowait());
        assertTrue(queue.empty());
        assertEquals(0, queue.maxsize());
        assertFalse(queue.full());
        simple.put(7);
        simple.put(null);
        assertEquals(7, simple.get());
        assertNull(simple.get());
        assertTrue(simple.empty());
    }

    @Test
    void put_ofItemsOfEveryLength_growsAndShrinks() throws Exception {
        int[] lengths = {0, 1, 8, 1000, 65_000, 65_536, 70_000, 300_000, 5, 2_000_000, 3};
        for (int round = 0; round < 3; round++) {
            for (int length : lengths) {
                byte[] item = new byte[length];
                Arrays.fill(item, (byte) (length + round));
                queue.put(item);
                queue.put(length);
            }
            for (int length : lengths) {
                byte[] expected = new byte[length];
                Arrays.fill(expected, (byte) (length + round));
                assertArrayEquals(expected, (byte[]) queue.get());
                assertEquals(length, queue.get());
            }
            assertTrue(queue.empty());
        }
    }

    @Test
    void maxsize_isExact() throws Exception {
        bounded.put(1);
        assertFalse(bounded.full());
        bounded.put(2);
        assertTrue(bounded.full());
        assertEquals(2, bounded.maxsize());
        assertThrows(Full.class, () -> bounded.putNowait(3));
        assertThrows(Full.class, () -> bounded.put(3, Delays.brief()));
        assertEquals(2, bounded.qsize());
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("putter", () -> bounded.put(3)));
            assertEquals(1, bounded.get());
        }
        assertEquals(2, bounded.get());
        assertEquals(3, bounded.get());
        assertThrows(Empty.class, bounded::getNowait);
        assertThrows(Empty.class, () -> bounded.get(Delays.brief()));
        assertThrows(Empty.class, () -> bounded.get(Duration.ofSeconds(-1)));
    }

    @Test
    void put_whatCantTravel_putsNothing() {
        assertThrows(NotTransferableException.class, () -> queue.put(new Object()));
        assertThrows(NotTransferableException.class, () -> simple.put(new Object()));
        assertTrue(queue.empty());
    }

    @Test
    void get_whenInterrupted_takesNothing() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread getter = threads.start("getter", () -> assertThrows(InterruptedException.class, queue::get));
            Await.blocked(getter);
            getter.interrupt();
            Thread putter = threads.start("putter", () -> {
                bounded.put(1);
                bounded.put(2);
                assertThrows(InterruptedException.class, () -> bounded.put(3));
            });
            Await.blocked(putter);
            putter.interrupt();
        }
        queue.put("still here");
        assertEquals("still here", queue.get());
        assertEquals(2, bounded.qsize());
    }

    @Test
    void shutdown_letsTheRestBeGot() throws Exception {
        bounded.put(1);
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("getter", () -> assertThrows(ShutDown.class, queue::get)));
            queue.shutdown();
            bounded.shutdown();
        }
        assertTrue(bounded.isShutdown());
        assertThrows(ShutDown.class, () -> bounded.put(2));
        assertThrows(ShutDown.class, () -> bounded.putNowait(2));
        assertEquals(1, bounded.get());
        assertThrows(ShutDown.class, bounded::get);
        assertThrows(ShutDown.class, bounded::getNowait);
        joinable.put(1);
        joinable.put(2);
        assertEquals(1, joinable.get());
        joinable.shutdown(true);
        assertThrows(ShutDown.class, joinable::get);
        assertEquals(1, joinable.unfinishedTasks());
        joinable.taskDone();
        joinable.join();
    }

    @Test
    void close_endsTheUseHere() throws Exception {
        queue.put(1);
        queue.close();
        queue.close();
        for (Executable call : List.<Executable>of(() -> queue.put(1), queue::get, queue::getNowait)) {
            String message = String.valueOf(
                    assertThrows(IllegalStateException.class, call).getMessage());
            assertTrue(message.contains("closed in this process"), message);
        }
        assertEquals(1, queue.qsize());
    }

    @Test
    void destroy_endsItForAll() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("getter", () -> assertDestroyed(queue::get)));
            joinable.put(1);
            Await.blocked(threads.start("joiner", () -> assertDestroyed(joinable::join)));
            queue.destroy();
            joinable.destroy();
        }
        assertDestroyed(() -> queue.put(1));
        assertDestroyed(queue::getNowait);
        assertTrue(queue.toString().endsWith("[destroyed]"), queue::toString);
    }

    private static void assertDestroyed(Executable call) {
        String message =
                String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
        assertTrue(message.contains("has been destroyed"), message);
    }

    @Test
    void taskDone_isCounted() throws Exception {
        assertThrows(IllegalStateException.class, joinable::taskDone);
        joinable.join();
        joinable.put(1);
        joinable.put(2);
        assertFalse(joinable.join(Delays.brief()));
        assertEquals(2, joinable.unfinishedTasks());
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("joiner", joinable::join));
            joinable.get();
            joinable.taskDone();
            joinable.get();
            joinable.taskDone();
        }
        assertEquals(0, joinable.unfinishedTasks());
        assertThrows(IllegalStateException.class, joinable::taskDone);
        assertEquals(0, joinable.lostItems());
    }

    @Test
    void manyThreads_loseAndDoubleNothing() {
        var sum = new AtomicLong();
        int each = 2000;
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 3; i++) {
                threads.start("putter-" + i, () -> {
                    for (int n = 1; n <= each; n++) {
                        bounded.put(n);
                    }
                });
                threads.start("getter-" + i, () -> {
                    for (int n = 1; n <= each; n++) {
                        sum.addAndGet((int) bounded.get());
                    }
                });
            }
        }
        assertEquals(3L * each * (each + 1) / 2, sum.get());
        assertTrue(bounded.empty());
    }

    // ---- between processes

    private static void joined(Process process) throws InterruptedException {
        assertTrue(process.join(Delays.large()), process::toString);
        assertEquals(OptionalInt.of(0), process.exitcode());
    }

    @Test
    void processes_loseAndDoubleNothing() throws Exception {
        Queue<@Nullable Object> items = queue;
        var sum = new LongValue(0);
        int each = 3000;
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new Process(() -> {
                for (int n = 1; n <= each; n++) {
                    items.put(n);
                }
            }));
            processes.add(new Process(() -> {
                for (int n = 1; n <= each; n++) {
                    sum.getAndAdd((int) Objects.requireNonNull(items.get()));
                }
            }));
        }
        processes.forEach(Process::start);
        for (Process process : processes) {
            joined(process);
        }
        assertEquals(2L * each * (each + 1) / 2, sum.get());
        assertTrue(queue.empty());
        sum.destroy();
    }

    @Test
    void join_ofAChildWithUnreadItems_works() throws Exception {
        Queue<@Nullable Object> items = queue;
        var process = new Process(() -> {
            for (int n = 0; n < 100; n++) {
                items.put(new byte[100_000]);
            }
        });
        process.start();
        joined(process);
        assertEquals(100, queue.qsize());
        for (int n = 0; n < 100; n++) {
            assertEquals(100_000, ((byte[]) Objects.requireNonNull(queue.get())).length);
        }
    }

    @Test
    void queue_capturedByTasks_isTheSame() throws Exception {
        Queue<Object> items = bounded;
        try (var executor = new ProcessPoolExecutor(1)) {
            executor.submit(() -> items.put("from a task")).result();
            assertEquals("from a task", bounded.get(Delays.large()));
        }
    }

    @Test
    void kills_ofPuttersAndGetters_leaveItSound() throws Exception {
        Queue<Object> items = bounded;
        var put = new LongValue(0);
        var got = new LongValue(0);
        for (int kill = 0; kill < 6; kill++) {
            int start = kill;
            var putter = new Process(() -> {
                for (int n = 0; true; n++) {
                    items.put(new byte[n % 300]);
                    put.getAndAdd(1);
                }
            });
            var getter = new Process(() -> {
                while (true) {
                    items.get();
                    got.getAndAdd(1);
                }
            });
            putter.start();
            getter.start();
            long before = got.get();
            Await.until("some have come", Delays.large(), () -> got.get() > before + 100 + start);
            (kill % 2 == 0 ? putter : getter).kill();
            assertTrue((kill % 2 == 0 ? putter : getter).join(Delays.large()));
            long then = got.get();
            if (kill % 2 == 0) {
                Await.until("it is empty", Delays.large(), () -> items.empty());
                getter.kill();
                assertTrue(getter.join(Delays.large()));
            } else {
                Await.until("it is full", Delays.large(), () -> items.full());
                putter.kill();
                assertTrue(putter.join(Delays.large()));
            }
            assertTrue(got.get() >= then);
        }
        long left = 0;
        while (!bounded.empty()) {
            assertTrue(((byte[]) bounded.get(Delays.large())).length < 300);
            left++;
        }
        long unknown = put.get() - got.get() - left - bounded.lostItems();
        assertTrue(Math.abs(unknown) <= 12, "each killed process was at one item at most: " + unknown);
        bounded.put("works");
        assertEquals("works", bounded.get());
        put.destroy();
        got.destroy();
    }

    @Test
    void join_whenAWorkerIsKilledWithATask_countsItAsLost() throws Exception {
        JoinableQueue<Object> tasks = joinable;
        var stage = new IntValue(0);
        var worker = new Process(() -> {
            tasks.get();
            tasks.taskDone();
            tasks.get();
            stage.set(1);
            new CountDownLatch(1).await();
        });
        joinable.put(1);
        joinable.put(2);
        worker.start();
        Await.until("it has the second task", Delays.large(), () -> stage.get() == 1);
        assertEquals(1, joinable.unfinishedTasks());
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("joiner", joinable::join));
            worker.kill();
        }
        assertTrue(worker.join(Delays.large()));
        assertEquals(1, joinable.lostItems());
        assertEquals(0, joinable.unfinishedTasks());
        stage.destroy();
    }
}
