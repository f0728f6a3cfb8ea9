// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.MoreExecutors;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import procession.testing.Delays;
import procession.testing.Exhaustion;

/** Whatever of the user's runs out of stack or memory, futures complete and the pool goes on. */
@SuppressWarnings("NullAway") // failures that are there
class ErrorsInCallbacksTest {
    private record Case(Exhaustion exhaustion, String name, Callable<ThreadPoolExecutor> maker) {
        @Override
        public String toString() {
            return exhaustion + " " + name;
        }
    }

    static Stream<Case> pools() {
        return Stream.of(Exhaustion.values()).flatMap(exhaustion -> {
            List<Case> cases = new ArrayList<>();
            cases.add(new Case(exhaustion, "one thread", () -> new ThreadPoolExecutor(1)));
            if (Runtime.version().feature() >= 21) {
                cases.add(new Case(exhaustion, "virtual", ThreadPoolExecutor::virtual));
            }
            return cases.stream();
        });
    }

    private static void assertServes(Executor executor) throws Exception {
        List<Future<Integer>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            futures.add(executor.submit(() -> number));
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(i, futures.get(i).result(Delays.medium()));
        }
        assertEquals(
                List.of(1, 2), executor.map(number -> number, List.of(1, 2)).toList());
    }

    /** Iterates as often as it is told, and strikes then; may also strike in its first method. */
    private static final class Input implements Iterable<Integer> {
        private final Exhaustion exhaustion;
        private final int strikesAt;
        private final boolean inHasNext;

        Input(Exhaustion exhaustion, int strikesAt, boolean inHasNext) {
            this.exhaustion = exhaustion;
            this.strikesAt = strikesAt;
            this.inHasNext = inHasNext;
        }

        @Override
        public Iterator<Integer> iterator() {
            if (strikesAt < 0) {
                exhaustion.strike();
            }
            return new Iterator<>() {
                private int last;

                @Override
                public boolean hasNext() {
                    return !inHasNext || last < strikesAt || exhaustion.strike() > 0;
                }

                @Override
                public Integer next() {
                    return last < strikesAt ? ++last : exhaustion.strike();
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void task_ofEveryShape(Case each) throws Exception {
        Exhaustion exhaustion = each.exhaustion;
        try (ThreadPoolExecutor executor = each.maker.call()) {
            Callable<Integer> callable = exhaustion::strike;
            Runnable runnable = exhaustion::strike;
            Executor limited = executor.with(TaskOptions.timeout(Delays.large()).retries(1));
            for (Executor through : List.of(executor, limited)) {
                for (Future<?> failed : List.of(
                        through.submit(() -> exhaustion.strike()),
                        through.submit(callable),
                        through.submit(runnable),
                        through.submit(runnable, 1))) {
                    assertInstanceOf(exhaustion.error(), failed.exception(Delays.medium()));
                    assertThrows(exhaustion.error(), failed::result);
                }
                assertServes(executor);
                for (int chunksize : new int[] {1, 3}) {
                    Results<Integer> results = through.map(
                            i -> i % 2 == 0 ? exhaustion.strike() : i,
                            List.of(1, 2, 3, 4, 5),
                            MapOptions.chunksize(chunksize));
                    assertEquals(1, results.next());
                    assertThrows(exhaustion.error(), results::next);
                    assertEquals(3, results.next());
                    assertThrows(exhaustion.error(), results::next);
                    assertEquals(5, results.next());
                }
                assertEquals(2, through.invokeAny(List.of(callable, () -> 2)));
                assertServes(executor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void executedCommand_andTheHandlerOfWhatItThrows(Case each) throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        var reported = new LinkedBlockingQueue<Throwable>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            reported.add(thrown);
            each.exhaustion.strike();
        });
        try (ThreadPoolExecutor executor = each.maker.call()) {
            for (int i = 0; i < 3; i++) {
                executor.execute(each.exhaustion::strike);
                assertInstanceOf(
                        each.exhaustion.error(), reported.poll(Delays.medium().toNanos(), TimeUnit.NANOSECONDS));
                assertServes(executor);
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void callbacksAndListeners_theOthersAreCalledAndTheWorkerGoesOn(Case each) throws Exception {
        Exhaustion exhaustion = each.exhaustion;
        try (ThreadPoolExecutor executor = each.maker.call()) {
            CountDownLatch gate = new CountDownLatch(1);
            List<Integer> called = new ArrayList<>();
            CompletableFuture<Integer> last = new CompletableFuture<>();
            Future<Integer> future = executor.submit(() -> {
                gate.await();
                return 7;
            });
            future.addDoneCallback(done -> called.add(1));
            future.addDoneCallback(done -> exhaustion.strike());
            future.addListener(exhaustion::strike, MoreExecutors.directExecutor());
            future.addListener(() -> called.add(0), command -> exhaustion.strike());
            CompletableFuture<Integer> stage =
                    future.toCompletableFuture().thenApply(seven -> seven + exhaustion.strike());
            future.addDoneCallback(done -> called.add(2));
            future.addDoneCallback(done -> last.complete(3));
            gate.countDown();
            assertEquals(7, future.result(Delays.medium()));
            assertEquals(3, last.get(Delays.medium().toNanos(), TimeUnit.NANOSECONDS));
            assertEquals(List.of(1, 2), called);
            assertTrue(stage.isCompletedExceptionally());

            future.addDoneCallback(done -> exhaustion.strike()); // at once, in this thread
            assertServes(executor);

            CountDownLatch never = new CountDownLatch(1);
            Future<?> blocks = executor.submit(() -> never.await());
            Future<Integer> pending = executor.submit(() -> 1);
            pending.addDoneCallback(done -> exhaustion.strike());
            pending.addDoneCallback(done -> called.add(4));
            pending.cancel();
            blocks.cancel(true);
            if (pending.cancelled()) { // on a virtual thread it may have run
                assertEquals(List.of(1, 2, 4), called);
            }
            assertServes(executor);
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void inputOfAMap_whatWasSubmittedIsCancelledOrComesFirst(Case each) throws Exception {
        try (ThreadPoolExecutor executor = each.maker.call()) {
            for (boolean inHasNext : new boolean[] {true, false}) {
                for (int strikesAt : new int[] {-1, 0, 1, 5}) {
                    Input input = new Input(each.exhaustion, strikesAt, inHasNext);
                    assertThrows(each.exhaustion.error(), () -> executor.map(i -> i, input));
                    assertThrows(each.exhaustion.error(), () -> executor.map(i -> i, input, MapOptions.chunksize(2)));
                    assertServes(executor);
                }
                Results<Integer> lazy =
                        executor.map(i -> i, new Input(each.exhaustion, 3, inHasNext), MapOptions.buffersize(1));
                assertEquals(1, lazy.next());
                assertEquals(2, lazy.next());
                assertEquals(3, lazy.next());
                assertThrows(each.exhaustion.error(), lazy::next);
                assertEquals(false, lazy.hasNext());
                assertServes(executor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void displayOfAMap_theMapGoesOn(Case each) throws Exception {
        try (ThreadPoolExecutor executor = each.maker.call()) {
            assertEquals(
                    List.of(1, 2, 3),
                    executor.map(i -> i, List.of(1, 2, 3), MapOptions.progress(state -> each.exhaustion.strike()))
                            .toList());
            Progress cannotBegin = new Progress() {
                @Override
                public void update(State state) {}

                @Override
                public Progress begin() {
                    each.exhaustion.strike();
                    return this;
                }
            };
            assertThrows(
                    each.exhaustion.error(), () -> executor.map(i -> i, List.of(1), MapOptions.progress(cannotBegin)));
            assertServes(executor);
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void whoTakesResults_theRestIsThere(Case each) throws Exception {
        try (ThreadPoolExecutor executor = each.maker.call()) {
            Results<Integer> results = executor.map(i -> i, List.of(1, 2, 3));
            assertThrows(each.exhaustion.error(), () -> results.forEachRemaining(result -> each.exhaustion.strike()));
            assertEquals(List.of(2, 3), results.toList());
            Results<Integer> streamed = executor.map(i -> i, List.of(1, 2, 3));
            assertThrows(each.exhaustion.error(), () -> streamed.stream().forEach(result -> each.exhaustion.strike()));
            assertServes(executor);
            List<Future<Integer>> futures =
                    List.of(executor.submit(() -> 1), executor.submit(() -> 2), executor.submit(() -> 3));
            AtomicInteger taken = new AtomicInteger();
            Iterator<Future<Integer>> completed = Futures.asCompleted(futures).iterator();
            assertThrows(each.exhaustion.error(), () -> completed.forEachRemaining(done -> each.exhaustion.strike()));
            completed.forEachRemaining(done -> taken.incrementAndGet());
            assertEquals(2, taken.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void initializer_thePoolIsBrokenAndSaysBy(Exhaustion exhaustion) {
        CountDownLatch gate = new CountDownLatch(1);
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    gate.await();
                    exhaustion.strike();
                })
                .build()) {
            List<Future<Integer>> futures = List.of(executor.submit(() -> 1), executor.submit(() -> 2));
            gate.countDown();
            for (Future<Integer> future : futures) {
                Throwable failure = assertThrows(BrokenThreadPoolException.class, future::result);
                assertInstanceOf(exhaustion.error(), failure.getCause());
            }
            Throwable refused = assertThrows(BrokenThreadPoolException.class, () -> executor.submit(() -> 3));
            assertNotNull(refused.getCause());
        }
    }

    @ParameterizedTest
    @EnumSource
    void contextPropagation_theTaskFailsAndThePoolGoesOn(Exhaustion exhaustion) throws Exception {
        AtomicInteger mode = new AtomicInteger();
        try (ThreadPoolExecutor executor = ThreadPoolExecutor.builder()
                .maxWorkers(1)
                .contextPropagation(() -> {
                    int captured = mode.get();
                    if (captured == 1) {
                        exhaustion.strike();
                    }
                    return task -> {
                        if (captured == 2) {
                            exhaustion.strike();
                        }
                        task.run();
                        if (captured == 3) {
                            exhaustion.strike();
                        }
                    };
                })
                .build()) {
            mode.set(1);
            assertThrows(exhaustion.error(), () -> executor.submit(() -> 1));
            assertThrows(exhaustion.error(), () -> executor.execute(() -> {}));
            assertThrows(exhaustion.error(), () -> executor.map(i -> i, List.of(1)));
            for (int inTheTask : new int[] {2, 3}) {
                mode.set(inTheTask);
                assertInstanceOf(exhaustion.error(), executor.submit(() -> 1).exception(Delays.medium()));
            }
            mode.set(0);
            assertServes(executor);
        }
    }
}
