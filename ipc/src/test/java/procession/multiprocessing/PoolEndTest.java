// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Results;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** How a pool ends: close, terminate, join. */
@ExtendWith(LeakCheck.class)
@SuppressWarnings("NullAway") // knows which exceptions have messages
class PoolEndTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    @TempDir
    Path directory;

    private static void assertRefusesAll(Pool pool) {
        List<Executable> all = List.of(
                () -> pool.apply(() -> 1),
                () -> pool.apply((Action) () -> {}),
                () -> pool.applyAsync(() -> 1),
                () -> pool.applyAsync(() -> 1, result -> {}, failure -> {}),
                () -> pool.map(n -> n, TEN),
                () -> pool.map(n -> n, List.of()),
                () -> pool.mapAsync(n -> n, TEN, 3),
                () -> pool.starmap((a, b) -> a, Map.of(1, 2).entrySet()),
                () -> pool.imap(n -> n, TEN),
                () -> pool.imapUnordered(n -> n, TEN));
        for (Executable one : all) {
            String message = assertThrows(IllegalStateException.class, one).getMessage();
            assertTrue(message.contains("Pool not running"), message);
        }
    }

    @Test
    void join_beforeCloseOrTerminate_isRefused() throws Exception {
        try (Pool pool = new Pool(1)) {
            assertTrue(assertThrows(IllegalStateException.class, pool::join)
                    .getMessage()
                    .contains("still running"));
            assertThrows(IllegalStateException.class, () -> pool.join(Duration.ZERO));
            assertEquals(1, pool.apply(() -> 1));
        }
    }

    @Test
    void close_waitsForWhatIsOutstanding_andTakesNoMore() throws Exception {
        Mark gate = new Mark(directory, "gate");
        Pool pool = new Pool(2);
        AsyncResult<List<Integer>> result = pool.mapAsync(
                n -> {
                    gate.pass();
                    return n;
                },
                TEN);
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Thread closer = threads.start("closer", pool::close);
            Await.blocked(closer);
            Await.until("closed", () -> {
                try {
                    return !pool.join(Delays.brief());
                } catch (IllegalStateException notYet) {
                    return false;
                }
            });
            assertRefusesAll(pool);
            assertFalse(result.ready());
            assertTrue(closer.isAlive());
            gate.add("open");
        }
        assertTrue(result.ready(), "before close returned");
        assertEquals(TEN, result.get());
        pool.join();
        assertTrue(pool.join(Duration.ZERO));
        pool.close();
        pool.terminate();
        assertTrue(pool.toString().startsWith("Pool procession-pool-"), pool::toString);
        assertRefusesAll(pool);
    }

    @Test
    void interruptedClose_terminates_andSetsTheFlag() throws Exception {
        Mark started = new Mark(directory, "started");
        Pool pool = new Pool(1);
        AsyncResult<Integer> result = pool.applyAsync(() -> {
            started.add("");
            Workers.never();
            return 1;
        });
        started.await();
        try (ThreadHarness threads = new ThreadHarness(Delays.large())) {
            Thread closer = threads.start("closer", () -> {
                pool.close();
                assertTrue(Thread.interrupted());
            });
            Await.blocked(closer);
            closer.interrupt();
        }
        assertThrows(CancellationException.class, result::get);
    }

    @Test
    void terminate_cancelsWhatIsOutstanding_atOnce() throws Exception {
        Mark started = new Mark(directory, "started");
        Mark called = new Mark(directory, "called");
        try (Pool pool = new Pool(1);
                ThreadHarness threads = new ThreadHarness(Delays.large())) {
            AsyncResult<Integer> running = pool.applyAsync(() -> {
                started.add("");
                Workers.never();
                return 1;
            });
            AsyncResult<List<Integer>> waiting =
                    pool.mapAsync(n -> n, TEN, list -> {}, failure -> add(called, failure.getClass()));
            List<Integer> many = IntStream.range(0, 1_000).boxed().toList(); // more than imap reads ahead
            Results<Integer> results = pool.imap(n -> n, many);
            started.await();
            threads.start("getter", () -> assertThrows(CancellationException.class, running::get));
            threads.start("lister", () -> assertThrows(CancellationException.class, waiting::get));
            Thread mapper = threads.start(
                    "mapper", () -> assertThrows(CancellationException.class, () -> pool.map(n -> n, TEN)));
            Await.until(
                    "map waits",
                    () -> Arrays.stream(mapper.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("waitFor")));
            pool.terminate();
            assertTrue(pool.join(Delays.large()));
            assertEquals(List.of("class java.util.concurrent.CancellationException"), called.lines());
            int cancelled = 0;
            IllegalStateException end = assertThrows(IllegalStateException.class, results::next);
            for (; end instanceof CancellationException; cancelled++) { // of what had been read ahead
                end = assertThrows(IllegalStateException.class, results::next);
            }
            assertTrue(cancelled > 0 && cancelled < many.size(), cancelled + " cancelled");
            assertTrue(String.valueOf(end.getMessage()).contains("Pool not running"));
            assertFalse(results.hasNext());
            assertFalse(running.successful());
            pool.terminate();
            pool.join();
            assertRefusesAll(pool);
        }
    }

    private static void add(Mark mark, Object line) {
        try {
            mark.add(line);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unusedPool_closesAndTerminates() throws Exception {
        Pool pool = new Pool();
        pool.close();
        pool.join();
        Pool other = new Pool();
        other.terminate();
        other.join();
    }
}
