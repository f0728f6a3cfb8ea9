// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Fn;
import procession.futures.Task;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** When callbacks run, with what, and what happens if they misbehave. */
@ExtendWith(LeakCheck.class)
@SuppressWarnings("NullAway") // knows what was set
class PoolCallbackTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    @TempDir
    Path directory;

    /** What callbacks were given. */
    private final List<Object> given = Collections.synchronizedList(new ArrayList<>());

    private static void never(Object unexpected) {
        throw new AssertionError("called with " + unexpected);
    }

    @Test
    void exactlyOneOfBoth_isCalled_beforeGetReturns() throws Exception {
        try (Pool pool = new Pool(2)) {
            assertEquals(1, pool.applyAsync(() -> 1, given::add, given::add).get());
            assertEquals(List.of(1), given);
            AsyncResult<Integer> failed = pool.applyAsync(
                    (Task<Integer>) () -> {
                        throw new IllegalStateException("bad");
                    },
                    given::add,
                    given::add);
            IllegalStateException thrown = assertThrows(IllegalStateException.class, failed::get);
            assertSame(thrown, given.get(1));
            AsyncResult<List<Integer>> list = pool.mapAsync(n -> n, TEN, given::add, given::add);
            assertEquals(TEN, list.get());
            assertSame(list.get(), given.get(2));
            AsyncResult<List<Integer>> died = pool.mapAsync(
                    n -> {
                        if (n == 3) {
                            Runtime.getRuntime().halt(1);
                        }
                        return n;
                    },
                    TEN,
                    2,
                    given::add,
                    given::add);
            died.await();
            assertInstanceOf(WorkerDiedException.class, given.get(3));
            assertEquals(4, given.size());
        }
    }

    @Test
    void oneCallback_isForResultsOnly() throws Exception {
        Fn<Integer, Integer> bad = n -> {
            throw new IllegalStateException("bad");
        };
        try (Pool pool = new Pool(1)) {
            AsyncResult<Integer> call = pool.applyAsync(() -> bad.apply(1), PoolCallbackTest::never);
            assertThrows(IllegalStateException.class, call::get);
            AsyncResult<List<Integer>> list = pool.mapAsync(bad, TEN, PoolCallbackTest::never);
            assertThrows(IllegalStateException.class, list::get);
            AsyncResult<List<Integer>> pairs =
                    pool.starmapAsync((a, b) -> a / b, List.of(Map.entry(1, 0)), PoolCallbackTest::never);
            assertThrows(ArithmeticException.class, pairs::get);
            assertEquals(1, pool.applyAsync(() -> 1, given::add).get());
            assertEquals(TEN, pool.mapAsync(n -> n, TEN, given::add).get());
            assertEquals(
                    List.of(3),
                    pool.starmapAsync((a, b) -> a + b, List.of(Map.entry(1, 2)), given::add)
                            .get());
            assertEquals(List.of(1, TEN, List.of(3)), given);
        }
    }

    @Test
    void callbacksOfAnAction_areGivenNull_orItsFailure() throws Exception {
        Action good = () -> {};
        Action bad = () -> {
            throw new IllegalStateException("bad");
        };
        AtomicInteger nulls = new AtomicInteger();
        Consumer<Integer> ofSomeType = nothing -> nulls.addAndGet(nothing == null ? 1 : 100);
        try (Pool pool = new Pool(1)) {
            assertNull(pool.applyAsync(good, ofSomeType).get());
            assertNull(
                    pool.applyAsync(good, ofSomeType, PoolCallbackTest::never).get());
            assertEquals(2, nulls.get());
            AsyncResult<Void> failed = pool.applyAsync(bad, PoolCallbackTest::never, given::add);
            assertSame(assertThrows(IllegalStateException.class, failed::get), given.get(0));
            AsyncResult<Void> unseen = pool.applyAsync(bad, PoolCallbackTest::never);
            assertThrows(IllegalStateException.class, unseen::get);
            assertThrows(NullPointerException.class, () -> pool.applyAsync(good, null));
            assertThrows(NullPointerException.class, () -> pool.applyAsync(() -> 1, null));
        }
    }

    @Test
    void result_isNotReady_whileItsCallbackRuns() throws Exception {
        CountDownLatch inCallback = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        try (Pool pool = new Pool(1)) {
            AsyncResult<Integer> result = pool.applyAsync(
                    () -> 1,
                    one -> {
                        inCallback.countDown();
                        try {
                            mayReturn.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    },
                    PoolCallbackTest::never);
            try {
                inCallback.await();
                assertFalse(result.ready());
                assertFalse(result.await(Delays.brief()));
                assertEquals(2, pool.apply(() -> 2), "results without a callback don't wait for that");
            } finally {
                mayReturn.countDown();
            }
            assertEquals(1, result.get());
        }
    }

    @Test
    void callbacks_runOnAThreadOfThePool_inOrderOfCompletion() throws Exception {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        try (Pool pool = new Pool(1)) {
            List<AsyncResult<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int item = i;
                results.add(pool.applyAsync(
                        () -> item,
                        result -> {
                            given.add(result);
                            threads.add(Thread.currentThread());
                        },
                        PoolCallbackTest::never));
            }
            results.get(49).await();
        }
        assertEquals(IntStream.range(0, 50).boxed().toList(), given);
        assertEquals(1, threads.stream().distinct().count());
        assertTrue(threads.get(0) != Thread.currentThread());
    }

    @Test
    void callbackThatThrows_harmsNothing() throws Exception {
        Consumer<Object> failing = result -> {
            given.add(result);
            throw new StackOverflowError("on purpose");
        };
        Pool pool = new Pool(1);
        AsyncResult<Integer> first = pool.applyAsync(() -> 1, failing, PoolCallbackTest::never);
        assertEquals(1, first.get(Delays.large()));
        assertTrue(first.successful());
        Fn<Integer, Integer> bad = n -> {
            throw new IllegalStateException("bad");
        };
        AsyncResult<List<Integer>> second = pool.mapAsync(bad, TEN, PoolCallbackTest::never, failing);
        assertThrows(IllegalStateException.class, () -> second.get(Delays.large()));
        assertEquals(2, given.size());
        assertEquals(
                TEN,
                pool.mapAsync(n -> n, TEN, given::add, PoolCallbackTest::never).get(Delays.large()));
        pool.terminate();
        assertTrue(pool.join(Delays.large()));
    }

    @Test
    void callback_mayAskForItsResult_andWaitForOthers() throws Exception {
        Mark gate = new Mark(directory, "gate");
        AtomicReference<AsyncResult<Integer>> own = new AtomicReference<>();
        AtomicReference<AsyncResult<Integer>> other = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        AtomicInteger sum = new AtomicInteger();
        try (Pool pool = new Pool(2)) {
            own.set(pool.applyAsync(
                    () -> 1,
                    one -> {
                        try {
                            known.await();
                            gate.add("open");
                            assertTrue(own.get().ready());
                            sum.set(own.get().get() + other.get().get() + pool.apply(() -> 4));
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    },
                    PoolCallbackTest::never));
            other.set(pool.applyAsync(
                    () -> {
                        gate.pass();
                        return 2;
                    },
                    given::add,
                    PoolCallbackTest::never));
            known.countDown();
            own.get().get(Delays.large());
            assertEquals(7, sum.get());
            other.get().await();
            assertEquals(List.of(2), given);
        }
    }

    @Test
    void callback_mayCloseThePool() throws Exception {
        Pool pool = new Pool(1);
        AsyncResult<Integer> result = pool.applyAsync(() -> 1, one -> pool.close(), PoolCallbackTest::never);
        assertEquals(1, result.get(Delays.large()));
        pool.join();
    }

    @Test
    void emptyInput_callsBackAtOnce() {
        try (Pool pool = new Pool(1)) {
            AsyncResult<List<Integer>> result = pool.mapAsync(
                    n -> n,
                    List.<Integer>of(),
                    list -> {
                        given.add(list);
                        throw new IllegalStateException("on purpose");
                    },
                    PoolCallbackTest::never);
            assertEquals(List.of(List.of()), given);
            assertTrue(result.successful());
        }
    }

    @Test
    void close_returnsAfterTheCallbacks() {
        AtomicInteger called = new AtomicInteger();
        try (Pool pool = new Pool(2)) {
            for (int i = 0; i < 20; i++) {
                AsyncResult<Integer> unused = pool.applyAsync(() -> 1, called::addAndGet, PoolCallbackTest::never);
            }
        }
        assertEquals(20, called.get());
    }
}
