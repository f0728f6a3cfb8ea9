// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Executor;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.TaskOptions;
import procession.futures.TaskOutput;
import procession.futures.ThreadPoolExecutor;
import procession.testing.Await;
import procession.testing.LeakCheck;

/** What a task prints comes with its result. */
@ExtendWith(LeakCheck.class)
class TaskOutputTest {
    private static final String LINE = System.lineSeparator();

    @SuppressWarnings("NullAway") // made before each test
    private ProcessPoolExecutor executor;

    @BeforeEach
    void open() {
        executor = ProcessPoolExecutor.builder().maxWorkers(1).build();
    }

    @AfterEach
    void close() {
        executor.close();
    }

    private Executor capturing() {
        return executor.with(TaskOptions.captureOutput());
    }

    private static TaskOutput outputOf(Future<?> future) throws Exception {
        Await.until("done", future::done);
        return future.output().orElseThrow();
    }

    @Test
    void bothStreams_comeWithTheResult_andNotToTheParent() throws Exception {
        try (Captured captured = new Captured()) {
            Future<Integer> future = capturing().submit(() -> {
                System.out.println("to out ✓");
                System.err.print("to err");
                return 1;
            });
            assertEquals(1, future.result());
            TaskOutput output = future.output().orElseThrow();
            assertEquals("to out ✓" + LINE, output.out());
            assertEquals("to err", output.err());
            assertEquals(0, output.droppedBytes());
            assertEquals(future, output.future());
            assertTrue(output.task().contains("a lambda of " + TaskOutputTest.class.getName()), output::task);
            executor.submit(() -> System.out.println("not captured")).result();
            captured.awaitOut("not captured");
            assertFalse(captured.out().contains("to out") || captured.err().contains("to err"));
        }
    }

    @Test
    void taskWithoutTheOption_hasNone_norHasOneThatRuns() throws Exception {
        assertEquals(Optional.empty(), executor.submit(() -> 1).output());
        Future<?> silent = capturing().submit(() -> 1);
        assertEquals("", outputOf(silent).out());
        Future<?> running = capturing().submit(() -> Workers.never());
        Await.until("it runs", running::running);
        assertEquals(Optional.empty(), running.output());
        running.cancel(true);
    }

    @Test
    void failure_hasItsOutputToo() throws Exception {
        Future<?> future = capturing().submit(() -> {
            System.out.println("before the failure");
            throw new IllegalStateException("on purpose");
        });
        assertInstanceOf(IllegalStateException.class, future.exception());
        assertEquals("before the failure" + LINE, outputOf(future).out());
    }

    @Test
    void map_eachItemHasItsOwn_inAChunkToo() throws Exception {
        List<String> outputs = new CopyOnWriteArrayList<>();
        List<Integer> items = IntStream.range(0, 20).boxed().toList();
        Executor consuming = executor.with(
                TaskOptions.captureOutput(output -> outputs.add(output.out().strip())));
        assertEquals(
                items,
                consuming
                        .map(
                                i -> {
                                    System.out.println("item " + i);
                                    return i;
                                },
                                items,
                                MapOptions.chunksize(7))
                        .toList());
        Await.until("all are told", () -> outputs.size() == 20);
        assertEquals(items.stream().map(i -> "item " + i).toList(), outputs);
    }

    @Test
    void consumerThatThrows_hurtsNobody_andOthersAreTold() throws Exception {
        List<String> outputs = new CopyOnWriteArrayList<>();
        Executor consuming = executor.with(TaskOptions.captureOutput(output -> {
            outputs.add(output.out());
            throw new IllegalStateException("on purpose");
        }));
        consuming.submit(() -> System.out.print("one")).result();
        consuming.submit(() -> System.out.print("two")).result();
        Await.until("both are told", () -> outputs.equals(List.of("one", "two")));
    }

    @Test
    void threadsOfTheTask_countWhileItRuns_andNotAfter() throws Exception {
        try (Captured captured = new Captured()) {
            Future<?> future = capturing().submit(() -> {
                Thread thread = new Thread(() -> System.out.println("from a thread"));
                thread.start();
                thread.join();
                java.io.PrintStream kept = System.out;
                Thread late = new Thread(() -> {
                    Await.until("the next task runs", () -> System.getProperty("next") != null);
                    kept.println("late");
                });
                late.setDaemon(true);
                late.start();
            });
            assertEquals("from a thread" + LINE, outputOf(future).out());
            Future<?> next = capturing().submit(() -> {
                System.setProperty("next", "runs");
                System.out.println("of the next");
                for (Thread each : Thread.getAllStackTraces().keySet()) {
                    if (each.getName().startsWith("Thread-")) {
                        each.join();
                    }
                }
            });
            assertEquals("of the next" + LINE, outputOf(next).out());
            captured.awaitOut("late");
        }
    }

    @Test
    void taskThatReplacesTheStreams_leavesNothingToTheNext() throws Exception {
        Future<?> future = capturing().submit(() -> {
            System.out.print("seen");
            System.setOut(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));
            System.out.print("unseen");
        });
        assertEquals("seen", outputOf(future).out());
        assertEquals(
                "next",
                outputOf(capturing().submit(() -> System.out.print("next"))).out());
    }

    /** What System.out and System.err were in a worker, which no task may change for the others. */
    private static final class Streams {
        static final java.io.PrintStream OUT = System.out;
        static final java.io.PrintStream ERR = System.err;

        static boolean areThose() {
            return System.out == OUT && System.err == ERR;
        }
    }

    @Test
    void streams_areTheSameAgain_behindEachCapture() throws Exception {
        assertTrue(executor.submit(Streams::areThose).result(), "which has loaded the class that keeps them");
        assertFalse(capturing().submit(Streams::areThose).result());
        assertTrue(executor.submit(Streams::areThose).result(), "after a result");
        assertInstanceOf(
                IllegalStateException.class,
                capturing()
                        .submit(() -> {
                            throw new IllegalStateException("on purpose");
                        })
                        .exception());
        assertTrue(executor.submit(Streams::areThose).result(), "after a failure");
        assertEquals(
                List.of(false, false),
                capturing()
                        .map(item -> Streams.areThose(), List.of(1, 2), MapOptions.chunksize(2))
                        .toList());
        assertTrue(executor.submit(Streams::areThose).result(), "after a chunk");
        capturing()
                .submit(() -> {
                    System.setOut(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));
                    System.setErr(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));
                })
                .result();
        assertTrue(executor.submit(Streams::areThose).result(), "after a task that replaced them");
        try (Captured captured = new Captured()) {
            executor.submit(() -> System.out.println("seen again")).result();
            captured.awaitOut("seen again");
        }
    }

    @Test
    void pool_eachCallHasItsOwn_andNotTheParent() throws Exception {
        Queue<TaskOutput> told = new ConcurrentLinkedQueue<>();
        try (Captured captured = new Captured()) {
            try (Pool pool =
                    Pool.builder().processes(1).captureOutput(told::add).build()) {
                pool.apply(() -> System.out.print("applied"));
                assertEquals(List.of("applied"), outputs(told, 1));
                Fn<Integer, Integer> prints = i -> {
                    System.err.print("item " + i);
                    return i;
                };
                List<Integer> items = List.of(1, 2, 3);
                List<String> printed = List.of("item 1", "item 2", "item 3");
                assertEquals(items, pool.map(prints, items));
                assertEquals(printed, outputs(told, 3));
                assertEquals(items, pool.imap(prints, items).toList());
                assertEquals(printed, outputs(told, 3));
                assertEquals(items, pool.imapUnordered(prints, items, 2).toList());
                assertEquals(printed, outputs(told, 3));
                AsyncResult<?> dies = pool.applyAsync(() -> {
                    System.out.println("last words");
                    Runtime.getRuntime().halt(7);
                });
                assertThrows(WorkerDiedException.class, dies::get);
                assertEquals(List.of("last words" + LINE), outputs(told, 1));
                Object anchor = new Object();
                assertThrows(NotTransferableException.class, () -> pool.apply(() -> anchor.hashCode()));
                assertThrows(NotTransferableException.class, () -> pool.map(i -> anchor.hashCode(), items));
                assertEquals(3, pool.apply(() -> 3));
                assertEquals(List.of(""), outputs(told, 1));
            }
            assertFalse((captured.out() + captured.err()).matches("(?s).*(applied|item|last words).*"));
        }
        assertThrows(
                NullPointerException.class,
                () -> Pool.builder().captureOutput(new Consumers().none).build());
    }

    private static final class Consumers {
        @SuppressWarnings("NullAway") // what is refused
        final java.util.function.Consumer<TaskOutput> none = null;
    }

    /** Waits for so many, takes them, and returns what each has printed. */
    private static List<String> outputs(Queue<TaskOutput> told, int count) {
        Await.until("so many calls are told of: " + count, () -> told.size() >= count);
        List<String> outputs =
                told.stream().map(output -> output.out() + output.err()).toList();
        told.clear();
        return outputs;
    }

    @Test
    void muchOutput_isCutToItsEnd_andTheRestIsCounted() throws Exception {
        int lines = 200_000;
        Future<?> future = capturing().submit(() -> {
            for (int i = 0; i < lines; i++) {
                System.out.println("ä line " + i);
            }
        });
        TaskOutput output = outputOf(future);
        assertTrue(output.out().endsWith("ä line 199999" + LINE));
        assertTrue(output.out().length() <= 65_536 && output.out().length() > 60_000);
        assertFalse(output.out().contains("\ufffd"));
        long total = 0;
        for (int i = 0; i < lines; i++) {
            total += ("ä line " + i + LINE).length() + 1;
        }
        assertEquals(total - 65_536, output.droppedBytes());
    }

    @Test
    void death_hasWhatHadArrived() throws Exception {
        Future<?> future = executor.with(TaskOptions.captureOutput()).submit(() -> {
            System.out.println("last words");
            System.err.println("of a worker");
            Runtime.getRuntime().halt(7);
        });
        assertInstanceOf(WorkerDiedException.class, future.exception());
        assertEquals("last words" + LINE, outputOf(future).out());
        assertEquals("of a worker" + LINE, outputOf(future).err());
    }

    @Test
    void cancelledTask_hasWhatHadArrived(@TempDir Path directory) throws Exception {
        Mark mark = new Mark(directory, "printed");
        List<String> told = new CopyOnWriteArrayList<>();
        Future<?> future = executor.with(TaskOptions.captureOutput(output -> told.add(output.task())))
                .submit(() -> {
                    System.out.println("stuck");
                    mark.add("printed");
                    Workers.never();
                });
        mark.await();
        assertTrue(future.cancel(true));
        Await.until("what was printed is here", () -> outputOf(future).out().equals("stuck" + LINE));
        assertEquals(1, told.size());
    }

    @Test
    void retriedTask_hasTheOutputOfItsLastRun(@TempDir Path directory) throws Exception {
        Mark mark = new Mark(directory, "ran");
        Future<Integer> future = executor.with(TaskOptions.captureOutput().retries(1))
                .submit(() -> {
                    if (mark.lines().isEmpty()) {
                        mark.add("once");
                        System.err.println("first");
                        Runtime.getRuntime().halt(7);
                    }
                    System.out.print("second");
                    return 2;
                });
        assertEquals(2, future.result());
        assertEquals("second", outputOf(future).out());
        assertEquals("", outputOf(future).err());
    }

    @Test
    void onThreads_isRefused_withTheRemedy() {
        try (ThreadPoolExecutor threads = new ThreadPoolExecutor(1)) {
            Executor view = threads.with(TaskOptions.captureOutput());
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> view.submit(() -> 1));
            assertTrue(String.valueOf(refusal.getMessage()).contains("use a ProcessPoolExecutor"), refusal::toString);
            assertThrows(
                    IllegalArgumentException.class, () -> view.map(i -> i, List.of(1, 2), MapOptions.chunksize(2)));
        }
    }

    @Test
    void whatCannotTravel_isNamedAsEver() {
        Object anchor = new Object();
        NotTransferableException refusal =
                assertThrows(NotTransferableException.class, () -> capturing().submit(() -> anchor.hashCode()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("java.lang.Object"), refusal::toString);
        assertFalse(String.valueOf(refusal.getMessage()).contains("Captured"), refusal::toString);
    }

    @Test
    void options_sayWhatTheyAre() {
        TaskOptions.Chain options = TaskOptions.captureOutput()
                .retries(1)
                .timeout(Duration.ofSeconds(1))
                .onFailure(procession.futures.OnFailure.fail())
                .progressTimeout(Duration.ofSeconds(2));
        assertTrue(options.capturesOutput());
        assertTrue(options.outputConsumer().isEmpty());
        assertTrue(TaskOptions.retries(1)
                .captureOutput(output -> {})
                .outputConsumer()
                .isPresent());
        assertTrue(options.toString().contains("captureOutput"), options::toString);
        assertFalse(TaskOptions.defaults().capturesOutput());
    }
}
