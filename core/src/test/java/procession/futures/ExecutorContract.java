// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What every {@link Executor} does, wherever its tasks run; {@code map} has a suite of its own. */
@SuppressWarnings("NullAway") // passes nulls on purpose, and knows which exceptions have causes
public abstract class ExecutorContract extends ExecutorFixture {

    private static int answer() {
        return 42;
    }

    private static int answerOrFail() throws IOException {
        return 43;
    }

    private static void doNothing() {}

    private static void failChecked() throws IOException {
        throw new IOException("checked");
    }

    @Test
    void submit_task_itsValue() throws Exception {
        assertEquals(7, executor(1).submit(() -> 7).result());
    }

    @Test
    void submit_taskReturningNull_null() throws Exception {
        Future<String> future = executor(1).submit(() -> (String) null);
        assertNull(future.result());
        assertNull(future.exception());
        assertTrue(future.done());
    }

    @Test
    void submit_captured_values() throws Exception {
        String text = "a";
        int number = 3;
        assertEquals("aaa", executor(1).submit(() -> text.repeat(number)).result());
    }

    @Test
    void submit_statement_isAnAction() throws Exception {
        FileGate gate = gate();
        Future<Void> future = executor(1).submit(() -> {
            gate.reach();
        });
        assertNull(future.result());
        assertTrue(gate.reached());
    }

    @Test
    void submit_lambdaThatOnlyThrows_fails() {
        Future<?> future = executor(1).submit(() -> {
            throw new IOException("no");
        });
        CompletionException thrown = assertThrows(CompletionException.class, future::result);
        assertInstanceOf(IOException.class, thrown.getCause());
    }

    @Test
    @SuppressWarnings("InfiniteLoopStatement")
    void submit_endlessLoop_resolves() throws Exception {
        FileGate gate = gate();
        Future<?> future = executor(1).submit(() -> {
            while (true) {
                gate.pass();
                failChecked();
            }
        });
        gate.awaitReached();
        gate.open();
        assertInstanceOf(IOException.class, future.exception());
    }

    @Test
    void submit_methodReferences_resolve() throws Exception {
        Executor executor = executor(1);
        assertEquals(42, executor.submit(ExecutorContract::answer).result());
        assertEquals(43, executor.submit(ExecutorContract::answerOrFail).result());
        assertNull(executor.submit(ExecutorContract::doNothing).result());
        assertInstanceOf(
                IOException.class,
                executor.submit(ExecutorContract::failChecked).exception());
    }

    @Test
    void submit_jdkShapes_run() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        Callable<Integer> callable = (Callable<Integer> & Serializable) () -> 5;
        Runnable runnable = (Runnable & Serializable) gate::reach;
        assertEquals(5, executor.submit(callable).result());
        assertNull(executor.submit(runnable).result());
        assertTrue(gate.reached());
        assertEquals("given", executor.submit(runnable, "given").result());
        assertNull(executor.submit(runnable, null).result());
    }

    @Test
    void submit_actionAsRunnable_itsOwnException() throws Exception {
        Action action = ExecutorContract::failChecked;
        Runnable runnable = action;
        assertInstanceOf(IOException.class, executor(1).submit(runnable).exception(), "not wrapped by Action.run()");
    }

    @Test
    void execute_runs() {
        FileGate gate = gate();
        executor(1).execute((Runnable & Serializable) gate::reach);
        gate.awaitReached();
    }

    @Test
    void result_uncheckedException_asItself() throws Exception {
        Future<Integer> future = executor(1).submit(() -> {
            throw new IllegalStateException("bad");
        });
        IllegalStateException thrown = assertThrows(IllegalStateException.class, future::result);
        assertEquals("bad", thrown.getMessage());
        assertSame(thrown, assertThrows(IllegalStateException.class, future::result));
        assertSame(thrown, future.exception());
        assertSame(thrown, future.exception(Duration.ZERO));
        assertSame(thrown, assertThrows(ExecutionException.class, future::get).getCause());
        assertTrue(future.done());
        assertFalse(future.cancelled());
    }

    @Test
    void result_checkedException_wrapped() throws Exception {
        Future<?> future = executor(1).submit(ExecutorContract::failChecked);
        CompletionException thrown = assertThrows(CompletionException.class, future::result);
        assertEquals("checked", thrown.getCause().getMessage());
        assertSame(thrown.getCause(), future.exception());
    }

    @Test
    void result_error_asItselfAndTheExecutorLives() throws Exception {
        Executor executor = executor(1);
        Future<Integer> future = executor.submit(() -> {
            throw new StackOverflowError("deep");
        });
        assertThrows(StackOverflowError.class, future::result);
        assertEquals(1, executor.submit(() -> 1).result());
    }

    @Test
    void result_timeout_elapses() {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        assertThrows(TimeoutException.class, () -> future.result(Duration.ofMillis(1)));
        assertThrows(TimeoutException.class, () -> future.result(Duration.ZERO));
        assertThrows(TimeoutException.class, () -> future.result(Duration.ofSeconds(Long.MIN_VALUE)));
        assertThrows(TimeoutException.class, () -> future.exception(Duration.ofMillis(-1)));
        assertFalse(future.done());
    }

    @Test
    void result_longTimeout_value() throws Exception {
        Future<Integer> future = executor(1).submit(() -> 1);
        assertEquals(1, future.result(Duration.ofSeconds(Long.MAX_VALUE)));
        assertEquals(1, future.result(Duration.ofSeconds(-1)), "a result that is there needs no wait");
    }

    @Test
    void result_interrupted_taskGoesOn() throws Exception {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> assertThrows(InterruptedException.class, future::result));
            Await.blocked(waiter);
            waiter.interrupt();
        }
        gate.open();
        assertEquals(1, future.result());
    }

    @Test
    void running_thenDone() throws Exception {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        gate.awaitReached();
        Await.until("running", future::running);
        assertFalse(future.done());
        gate.open();
        assertEquals(1, future.result());
        assertFalse(future.running());
        assertTrue(future.done());
    }

    @Test
    void cancel_running_false() throws Exception {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        gate.awaitReached();
        Await.until("running", future::running);
        assertFalse(future.cancel());
        assertFalse(future.cancelled());
        gate.open();
        assertEquals(1, future.result());
        assertFalse(future.cancel(), "done");
        assertFalse(future.cancel(true), "done");
    }

    @Test
    void cancelTrue_running_stopsItAndTheExecutorLives() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        Future<?> future = executor.submit(gate::pass);
        gate.awaitReached();
        assertTrue(future.cancel(true));
        assertTrue(future.cancelled());
        assertThrows(CancellationException.class, future::result);
        assertEquals(1, executor.submit(() -> 1).result(Delays.large()), "the worker is free again, or replaced");
    }

    @Test
    void addDoneCallback_orderAndFailures_allCalled() throws Exception {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        List<Integer> called = new CopyOnWriteArrayList<>();
        AtomicReference<Future<Integer>> seen = new AtomicReference<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            future.addDoneCallback(done -> {
                called.add(number);
                seen.set(done);
                if (number == 4) {
                    throw new IllegalStateException("on purpose: a callback that fails");
                }
            });
        }
        gate.open();
        assertEquals(1, future.result());
        Await.until("all called", () -> called.size() == 10);
        assertEquals(IntStream.range(0, 10).boxed().toList(), called);
        assertSame(future, seen.get());
        AtomicBoolean atOnce = new AtomicBoolean();
        future.addDoneCallback(done -> atOnce.set(true));
        assertTrue(atOnce.get());
    }

    @Test
    void toCompletableFuture_value() throws Exception {
        CompletableFuture<Integer> bridge = executor(1).submit(() -> 20).toCompletableFuture();
        assertEquals(21, bridge.thenApply(value -> value + 1).get());
    }

    @Test
    void toCompletableFuture_bridgeCancelled_leavesARunningTaskAlone() throws Exception {
        FileGate gate = gate();
        Future<Integer> future = executor(1).submit(() -> {
            gate.pass();
            return 1;
        });
        gate.awaitReached();
        Await.until("running", future::running);
        CompletableFuture<Integer> bridge = future.toCompletableFuture();
        assertTrue(bridge.cancel(true));
        assertFalse(future.done());
        gate.open();
        assertEquals(1, future.result());
    }

    @Test
    void toCompletableFuture_futureStopped_isCancelled() throws Exception {
        FileGate gate = gate();
        Future<?> future = executor(1).submit(gate::pass);
        CompletableFuture<?> bridge = future.toCompletableFuture();
        gate.awaitReached();
        assertTrue(future.cancel(true));
        Await.until("the bridge is done", bridge::isDone);
        assertTrue(bridge.isCancelled());
    }

    @Test
    void invokeAll_allDoneInOrder() throws Exception {
        Executor executor = executor(2);
        List<Task<Integer>> tasks = List.of(() -> 1, () -> Integer.parseInt("x"), () -> 3);
        List<java.util.concurrent.Future<Integer>> futures = executor.invokeAll(tasks);
        assertEquals(3, futures.size());
        assertTrue(futures.stream().allMatch(java.util.concurrent.Future::isDone));
        assertEquals(1, futures.get(0).get());
        ExecutionException thrown =
                assertThrows(ExecutionException.class, () -> futures.get(1).get());
        assertInstanceOf(NumberFormatException.class, thrown.getCause());
        assertEquals(3, futures.get(2).get());
        assertEquals(List.of(), executor.invokeAll(List.<Task<Integer>>of()));
    }

    @Test
    void invokeAny_oneThatSucceeds() throws Exception {
        Executor executor = executor(1);
        List<Task<Integer>> tasks = List.of(() -> Integer.parseInt("x"), () -> 2, () -> Integer.parseInt("y"));
        assertEquals(2, executor.invokeAny(tasks));
        assertEquals(2, executor.invokeAny(tasks, 1, TimeUnit.DAYS));
    }

    @Test
    void invokeAny_noneSucceeds_lastFailure() {
        List<Task<Integer>> tasks = List.of(() -> Integer.parseInt("x"), () -> Integer.parseInt("y"));
        Executor executor = executor(1);
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> executor.invokeAny(tasks));
        assertInstanceOf(NumberFormatException.class, thrown.getCause());
        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(List.<Task<Integer>>of()));
    }

    @Test
    void invokeAny_oneSucceeds_stopsTheOthers() throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(
                () -> {
                    gate.pass();
                    return 1;
                },
                () -> {
                    gate.awaitReached();
                    return 2;
                });
        Executor executor = executor(2);
        assertEquals(2, executor.invokeAny(tasks));
        assertNothingRuns(executor);
    }

    /** Ends an executor whose tasks would run until the end of the test if they had not been stopped. */
    private static void assertNothingRuns(Executor executor) throws InterruptedException {
        executor.shutdown();
        assertTrue(
                executor.awaitTermination(Delays.large().toNanos(), TimeUnit.NANOSECONDS),
                () -> "something still runs in " + executor);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
    void invokeAny_timeout_stopsThem(long millis) throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(() -> {
            gate.pass();
            return 1;
        });
        Executor executor = executor(1);
        assertThrows(TimeoutException.class, () -> executor.invokeAny(tasks, millis, TimeUnit.MILLISECONDS));
        assertNothingRuns(executor);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
    void invokeAll_timeout_stopsThem(long millis) throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(() -> {
            gate.pass();
            return 1;
        });
        Executor executor = executor(1);
        assertTrue(
                executor.invokeAll(tasks, millis, TimeUnit.MILLISECONDS).get(0).isCancelled());
        assertNothingRuns(executor);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void invokeAll_interrupted_stopsThem(boolean timed) throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(() -> {
            gate.pass();
            return 1;
        });
        Executor executor = executor(1);
        assertInterrupted(
                gate, timed ? () -> executor.invokeAll(tasks, 1, TimeUnit.DAYS) : () -> executor.invokeAll(tasks));
        assertNothingRuns(executor);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void invokeAny_interrupted_stopsThem(boolean timed) throws Exception {
        FileGate gate = gate();
        List<Task<Integer>> tasks = List.of(() -> {
            gate.pass();
            return 1;
        });
        Executor executor = executor(1);
        assertInterrupted(
                gate, timed ? () -> executor.invokeAny(tasks, 1, TimeUnit.DAYS) : () -> executor.invokeAny(tasks));
        assertNothingRuns(executor);
    }

    /** Interrupts a call once the gate is reached and the call waits. */
    private static void assertInterrupted(FileGate gate, Executable call) {
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Thread caller = threads.start("caller", () -> assertThrows(InterruptedException.class, call));
            gate.awaitReached();
            Await.blocked(caller);
            caller.interrupt();
        }
    }

    @Test
    void awaitTermination_interrupted_tasksGoOn() throws Exception {
        FileGate gate = gate();
        Executor executor = executor(1);
        Future<Integer> running = executor.submit(() -> {
            gate.pass();
            return 1;
        });
        executor.shutdown();
        assertInterrupted(gate, () -> executor.awaitTermination(1, TimeUnit.DAYS));
        assertFalse(running.isDone());
        assertFalse(executor.isTerminated());
        gate.open();
        assertEquals(1, running.result());
        assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
    }

    @Test
    void shutdown_queuedTasksStillRun() throws Exception {
        Executor executor = executor(1);
        FileGate gate = gate();
        Future<?> first = executor.submit(gate::pass);
        Future<Integer> second = executor.submit(() -> 2);
        gate.awaitReached();
        executor.shutdown();
        assertTrue(executor.isShutdown());
        assertFalse(executor.isTerminated());
        assertFalse(executor.awaitTermination(1, TimeUnit.MILLISECONDS));
        assertFalse(executor.awaitTermination(-1, TimeUnit.DAYS));
        assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 3));
        assertThrows(RejectedExecutionException.class, () -> executor.map(item -> item, List.of(1)));
        gate.open();
        assertNull(first.result());
        assertEquals(2, second.result());
        assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
        assertTrue(executor.isTerminated());
        executor.shutdown();
    }

    @Test
    void shutdown_neverUsed_terminates() throws Exception {
        Executor executor = executor(3);
        assertFalse(executor.isShutdown());
        executor.shutdown();
        assertTrue(executor.awaitTermination(1, TimeUnit.DAYS));
    }

    @Test
    void shutdownWait_allDone() {
        Executor executor = executor(2);
        List<Future<Integer>> futures =
                IntStream.range(0, 20).mapToObj(i -> executor.submit(() -> i)).toList();
        executor.shutdown(true, false);
        assertTrue(executor.isTerminated());
        assertTrue(futures.stream().allMatch(Future::done));
        executor.shutdown(true, true);
        executor.close();
    }

    @Test
    void close_waitsForTheTasks() {
        Executor executor = executor(1);
        List<Future<Integer>> futures =
                Stream.of(1, 2, 3).map(i -> executor.submit(() -> i)).toList();
        executor.close();
        assertTrue(executor.isTerminated());
        assertTrue(futures.stream().allMatch(Future::done));
        executor.close();
    }

    @Test
    void shutdownWait_interrupted_stopsWaiting() {
        Executor executor = executor(1);
        FileGate gate = gate();
        Future<?> running = executor.submit(gate::pass);
        gate.awaitReached();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread closer = threads.start("closer", () -> {
                executor.shutdown(true, false);
                assertTrue(Thread.interrupted());
            });
            Await.blocked(closer);
            closer.interrupt();
        }
        assertFalse(running.done(), "the task was not stopped");
    }

    @Test
    @SuppressWarnings("NullArgumentForNonNullParameter") // on purpose
    void nulls_refusedAtOnce() {
        Executor executor = executor(1);
        assertThrows(NullPointerException.class, () -> executor.submit((Task<Integer>) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Callable<Integer>) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Action) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Runnable) null));
        assertThrows(NullPointerException.class, () -> executor.submit((Runnable) null, 1));
        assertThrows(NullPointerException.class, () -> executor.execute(null));
        assertThrows(NullPointerException.class, () -> executor.map(null, List.of(1)));
        assertThrows(NullPointerException.class, () -> executor.map(item -> item, null));
        assertThrows(NullPointerException.class, () -> executor.map(item -> item, List.of(1), null));
        assertThrows(NullPointerException.class, () -> executor.map(null, List.of(1), List.of(1)));
        assertThrows(NullPointerException.class, () -> executor.map((a, b) -> a, null, List.of(1)));
        assertThrows(NullPointerException.class, () -> executor.map((a, b) -> a, List.of(1), null));
        assertThrows(NullPointerException.class, () -> executor.map((a, b) -> a, List.of(1), List.of(1), null));
        Collection<Task<Integer>> withNull = new ArrayList<>();
        withNull.add(() -> 1);
        withNull.add(null);
        assertThrows(NullPointerException.class, () -> executor.invokeAll(withNull));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(withNull));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(List.<Task<Integer>>of(), 1, null));
        assertThrows(NullPointerException.class, () -> executor.awaitTermination(1, null));
    }

    @Test
    void submit_fromManyThreads_eachItsOwnResult() {
        Executor executor = executor(2);
        int each = 200;
        int[] sums = new int[4];
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            for (int t = 0; t < 4; t++) {
                int thread = t;
                threads.start("submitter-" + t, () -> {
                    List<Future<Integer>> futures = IntStream.range(0, each)
                            .mapToObj(i -> executor.submit(() -> thread * each + i))
                            .toList();
                    for (int i = 0; i < each; i++) {
                        assertEquals(thread * each + i, futures.get(i).result());
                        sums[thread]++;
                    }
                });
            }
        }
        assertArrayEquals(new int[] {each, each, each, each}, sums);
    }
}
