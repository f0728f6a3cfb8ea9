// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import com.google.common.util.concurrent.MoreExecutors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.ThreadHarness;

/** A {@link Promise}, and so a {@link Future}, in every state and through every transition. */
@SuppressWarnings("NullAway") // passes nulls on purpose, and knows which exceptions have causes
class FutureTest {

    private static Promise<Integer> pending() {
        return new Promise<>();
    }

    private static Promise<Integer> running() {
        Promise<Integer> promise = new Promise<>();
        assertTrue(promise.setRunningOrNotifyCancel());
        return promise;
    }

    private static Promise<Integer> returned(Integer result) {
        Promise<Integer> promise = running();
        promise.setResult(result);
        return promise;
    }

    private static Promise<Integer> failed(Throwable failure) {
        Promise<Integer> promise = running();
        promise.setException(failure);
        return promise;
    }

    private static Promise<Integer> cancelled() {
        Promise<Integer> promise = new Promise<>();
        assertTrue(promise.cancel());
        return promise;
    }

    private static void assertState(Future<?> future, boolean running, boolean done, boolean cancelled) {
        assertEquals(running, future.running(), "running");
        assertEquals(done, future.done(), "done");
        assertEquals(done, future.isDone(), "isDone");
        assertEquals(cancelled, future.cancelled(), "cancelled");
        assertEquals(cancelled, future.isCancelled(), "isCancelled");
    }

    @Test
    void pending_isNeitherRunningNorDone() {
        assertState(pending(), false, false, false);
        assertThrows(TimeoutException.class, () -> pending().result(Duration.ZERO));
        assertThrows(TimeoutException.class, () -> pending().exception(Duration.ZERO));
        assertTrue(pending().toString().contains("not started"), () -> pending().toString());
    }

    @Test
    void setRunning_pending_running() {
        Promise<Integer> promise = running();
        assertState(promise, true, false, false);
        assertTrue(promise.toString().contains("running"), promise::toString);
    }

    @Test
    void setRunning_runningOrDone_illegal() {
        assertThrows(IllegalStateException.class, running()::setRunningOrNotifyCancel);
        assertThrows(IllegalStateException.class, returned(1)::setRunningOrNotifyCancel);
        assertThrows(IllegalStateException.class, failed(new IOException())::setRunningOrNotifyCancel);
    }

    @Test
    void setRunning_doneWithoutHavingRun_illegal() {
        Promise<Integer> promise = pending();
        promise.setResult(1);
        assertThrows(IllegalStateException.class, promise::setRunningOrNotifyCancel);
        assertFalse(promise.cancel());
        assertThrows(IllegalStateException.class, promise::setRunningOrNotifyCancel);
    }

    @Test
    void setRunning_cancelled_false() {
        Promise<Integer> promise = cancelled();
        assertFalse(promise.setRunningOrNotifyCancel());
        assertFalse(promise.setRunningOrNotifyCancel());
        Promise<Integer> byJdk = pending();
        assertTrue(byJdk.cancel(false));
        assertFalse(byJdk.setRunningOrNotifyCancel());
    }

    @Test
    void setResult_runningOrPending_done() throws Exception {
        assertState(returned(5), false, true, false);
        assertEquals(5, returned(5).result());
        assertEquals(5, returned(5).result(Duration.ZERO));
        assertNull(returned(5).exception());
        assertNull(returned(null).result());
        Promise<Integer> promise = pending();
        promise.setResult(6);
        assertState(promise, false, true, false);
        assertEquals(6, promise.get());
    }

    @Test
    void setException_runningOrPending_done() throws Exception {
        IOException failure = new IOException("x");
        Promise<Integer> promise = failed(failure);
        assertState(promise, false, true, false);
        assertSame(failure, promise.exception());
        assertSame(failure, promise.exception(Duration.ZERO));
        assertSame(
                failure,
                assertThrows(CompletionException.class, promise::result).getCause());
        assertSame(failure, assertThrows(ExecutionException.class, promise::get).getCause());
        Promise<Integer> early = pending();
        early.setException(failure);
        assertSame(failure, early.exception());
    }

    @Test
    void result_uncheckedAndErrors_asThemselves() {
        RuntimeException unchecked = new IllegalArgumentException("x");
        assertSame(unchecked, assertThrows(IllegalArgumentException.class, failed(unchecked)::result));
        Error error = new AssertionError("x");
        assertSame(error, assertThrows(AssertionError.class, failed(error)::result));
    }

    @Test
    void set_doneOrCancelled_illegal() {
        for (Promise<Integer> promise : List.of(returned(1), failed(new IOException()), cancelled())) {
            assertThrows(IllegalStateException.class, () -> promise.setResult(2));
            assertThrows(IllegalStateException.class, () -> promise.setException(new IOException()));
            assertFalse(promise.trySetResult(2));
            assertFalse(promise.trySetException(new IOException()));
        }
    }

    @Test
    void cancel_pending_done() {
        Promise<Integer> promise = cancelled();
        assertState(promise, false, true, true);
        assertTrue(promise.cancel(), "again");
        assertFalse(promise.cancel(true), "the JDK's: only the first call cancels");
        assertThrows(CancellationException.class, promise::result);
        assertThrows(CancellationException.class, promise::exception);
        assertThrows(CancellationException.class, () -> promise.result(Duration.ZERO));
        assertThrows(CancellationException.class, () -> promise.exception(Duration.ZERO));
    }

    @Test
    void cancel_runningOrDone_false() throws Exception {
        Promise<Integer> promise = running();
        assertFalse(promise.cancel());
        assertState(promise, true, false, false);
        promise.setResult(1);
        assertFalse(promise.cancel());
        assertEquals(1, promise.result());
        assertFalse(failed(new IOException()).cancel());
    }

    @Test
    void cancelBoolean_running_cancelledAndResultDropped() {
        AtomicInteger interrupts = new AtomicInteger();
        for (boolean mayInterrupt : new boolean[] {false, true}) {
            Promise<Integer> promise = new Promise<>() {
                @Override
                protected void interruptTask() {
                    interrupts.incrementAndGet();
                }
            };
            assertTrue(promise.setRunningOrNotifyCancel());
            assertTrue(promise.cancel(mayInterrupt));
            assertState(promise, false, true, true);
            assertTrue(promise.cancel(), "is cancelled");
            assertFalse(promise.trySetResult(1));
            assertThrows(CancellationException.class, promise::result);
        }
        assertEquals(1, interrupts.get());
    }

    @Test
    void callbacks_inOrderOnceEach() {
        Promise<Integer> promise = running();
        List<Integer> calls = new ArrayList<>();
        IntStream.range(0, 100).forEach(i -> promise.addDoneCallback(done -> calls.add(i)));
        promise.setResult(1);
        assertEquals(IntStream.range(0, 100).boxed().toList(), calls);
    }

    @Test
    void callbacks_sameOneTwice_calledTwice() {
        Promise<Integer> promise = pending();
        AtomicInteger calls = new AtomicInteger();
        java.util.function.Consumer<Future<Integer>> callback = done -> calls.incrementAndGet();
        promise.addDoneCallback(callback);
        promise.addDoneCallback(callback);
        assertTrue(promise.cancel());
        assertTrue(promise.cancel());
        assertEquals(2, calls.get());
    }

    @Test
    void callbacks_failing_othersAreCalled() {
        Promise<Integer> promise = running();
        List<String> calls = new ArrayList<>();
        promise.addDoneCallback(done -> {
            throw new IllegalStateException("on purpose: an exception");
        });
        promise.addDoneCallback(done -> calls.add("a"));
        promise.addDoneCallback(done -> {
            throw new StackOverflowError("on purpose: an error");
        });
        promise.addDoneCallback(done -> calls.add("b"));
        promise.setResult(1);
        assertEquals(List.of("a", "b"), calls);
    }

    @Test
    void callbacks_addedDuringCallbacks_runAtOnce() {
        Promise<Integer> promise = running();
        List<String> calls = new ArrayList<>();
        promise.addDoneCallback(done -> {
            done.addDoneCallback(again -> calls.add("inner"));
            calls.add("first");
        });
        promise.addDoneCallback(done -> calls.add("second"));
        promise.setResult(1);
        assertEquals(List.of("inner", "first", "second"), calls);
    }

    @Test
    void callbacks_runInTheCompletingThread() {
        Promise<Integer> promise = running();
        AtomicReference<Thread> thread = new AtomicReference<>();
        promise.addDoneCallback(done -> thread.set(Thread.currentThread()));
        Thread completer;
        try (ThreadHarness threads = new ThreadHarness()) {
            completer = threads.start("completer", () -> promise.setResult(1));
        }
        assertSame(completer, thread.get());
    }

    @Test
    void waiters_wokenBeforeCallbacksRun() {
        Promise<Integer> promise = running();
        try (ThreadHarness threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> assertEquals(1, promise.result()));
            Await.blocked(waiter);
            promise.addDoneCallback(done -> {
                try {
                    waiter.join(10_000);
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            });
            promise.setResult(1);
            assertFalse(waiter.isAlive(), "waited for the callback");
        }
    }

    @Test
    void manyWaiters_allWoken() {
        Promise<Integer> promise = pending();
        try (ThreadHarness threads = new ThreadHarness()) {
            List<Thread> waiters = IntStream.range(0, 8)
                    .mapToObj(i -> threads.start(
                            "waiter-" + i, () -> assertThrows(CancellationException.class, promise::result)))
                    .toList();
            waiters.forEach(Await::blocked);
            assertTrue(promise.cancel());
        }
    }

    @Test
    void toCompletableFuture_followsTheFuture() throws Exception {
        Promise<Integer> promise = running();
        CompletableFuture<Integer> bridge = promise.toCompletableFuture();
        assertFalse(bridge.isDone());
        promise.setResult(4);
        assertEquals(4, bridge.get());
        IOException failure = new IOException("x");
        ExecutionException thrown = assertThrows(
                ExecutionException.class,
                () -> failed(failure).toCompletableFuture().get());
        assertSame(failure, thrown.getCause());
        assertTrue(cancelled().toCompletableFuture().isCancelled());
    }

    @Test
    void toCompletableFuture_bridgeOfAPendingOneCancelled_cancelsTheFuture() {
        Promise<Integer> promise = pending();
        assertTrue(promise.toCompletableFuture().cancel(true));
        assertTrue(promise.cancelled());
        Promise<Integer> other = pending();
        assertTrue(other.toCompletableFuture().complete(1));
        assertFalse(other.done(), "completing the bridge by hand leaves the future alone");
    }

    @Test
    void toCompletableFuture_bridgeOfARunningOneCancelled_leavesTheFutureItsResult() throws Exception {
        Promise<Integer> promise = running();
        CompletableFuture<Integer> bridge = promise.toCompletableFuture();
        CompletableFuture<Integer> other = promise.toCompletableFuture();
        assertTrue(bridge.cancel(true));
        assertTrue(promise.running());
        promise.setResult(4);
        assertEquals(4, promise.result());
        assertEquals(4, other.get());
        assertTrue(bridge.isCancelled());
    }

    @Test
    void toCompletableFuture_futureCancelledLater_cancelsTheBridge() {
        Promise<Integer> promise = pending();
        CompletableFuture<Integer> bridge = promise.toCompletableFuture();
        assertTrue(promise.cancel());
        assertTrue(bridge.isCancelled());
        Promise<Integer> stopped = running();
        CompletableFuture<Integer> other = stopped.toCompletableFuture();
        assertTrue(stopped.cancel(true));
        assertTrue(other.isCancelled());
    }

    @Test
    void guava_worksWithIt() throws Exception {
        Promise<Integer> one = pending();
        Promise<Integer> two = pending();
        var sum = com.google.common.util.concurrent.Futures.transform(
                com.google.common.util.concurrent.Futures.allAsList(one, two),
                values -> values.get(0) + values.get(1),
                MoreExecutors.directExecutor());
        two.setResult(2);
        one.setResult(1);
        assertEquals(3, sum.get());
    }

    @Test
    void listener_thatThrowsAnError_keepsNoOtherFromRunning() {
        for (boolean cancelled : new boolean[] {true, false}) {
            Promise<Integer> promise = pending();
            List<String> calls = new ArrayList<>();
            promise.addDoneCallback(done -> calls.add("a"));
            promise.addListener(
                    () -> {
                        throw new AssertionError("on purpose: in a listener");
                    },
                    MoreExecutors.directExecutor());
            promise.addListener(() -> calls.add("never run"), command -> {
                throw new OutOfMemoryError("on purpose: no thread for a listener");
            });
            promise.addDoneCallback(done -> calls.add("b"));
            if (cancelled) {
                assertTrue(promise.cancel());
            } else {
                promise.setResult(1);
            }
            assertEquals(List.of("a", "b"), calls);
        }
    }

    @Test
    void cancelAndStart_racing_exactlyOneWins() {
        List<Promise<Integer>> promises =
                IntStream.range(0, 200_000).mapToObj(i -> pending()).toList();
        List<AtomicInteger> winners =
                promises.stream().map(promise -> new AtomicInteger()).toList();
        try (ThreadHarness threads = new ThreadHarness()) {
            AtomicInteger turn = new AtomicInteger();
            // Both go from promise to promise together.
            threads.startTogether(2, "racer", () -> {
                boolean cancels = turn.getAndIncrement() == 0;
                for (int i = 0; i < promises.size(); i++) {
                    Promise<Integer> promise = promises.get(i);
                    if (cancels ? promise.cancel() : promise.setRunningOrNotifyCancel()) {
                        winners.get(i).incrementAndGet();
                    }
                    turn.incrementAndGet();
                    for (int spins = 0; turn.get() < 2 * i + 4 && spins < 1000; spins++) {
                        Thread.onSpinWait();
                    }
                }
            });
        }
        assertTrue(winners.stream().allMatch(wins -> wins.get() == 1));
    }

    @Test
    void nulls_refused() throws Exception {
        NullPointerTester tester = new NullPointerTester()
                .setDefault(Throwable.class, new IOException("x"))
                .ignore(Promise.class.getMethod("setResult", Object.class))
                .ignore(Promise.class.getMethod("trySetResult", Object.class));
        tester.testAllPublicInstanceMethods(returned(1));
        tester.testAllPublicStaticMethods(MapOptions.class);
        tester.testAllPublicInstanceMethods(MapOptions.defaults());
        assertThrows(NullPointerException.class, () -> Outcome.failure(null));
    }
}
