// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import procession.futures.Action;
import procession.futures.Future;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** Workers that don't start are not started for ever, even if there is one that works for ever. */
@ExtendWith(LeakCheck.class)
class StartFailureTest {
    private static final int ROUNDS = 10;
    private static final String NOT_STARTED = "did not start";
    private static final String GIVEN_UP = "tries to start more only once a minute";
    private static final String ON_PURPOSE = "on purpose: a worker that does not start";

    @TempDir
    Path directory;

    private Mark fails;
    private Mark works;
    private Mark goOn;
    private Mark pids;
    private ProcessPoolExecutor pool;

    @BeforeEach
    void openPool() {
        fails = new Mark(directory, "fails");
        works = new Mark(directory, "works");
        goOn = new Mark(directory, "go-on");
        pids = new Mark(directory, "pids");
        Mark failing = fails;
        Mark working = works;
        Action initializer = () -> {
            if (!failing.lines().isEmpty() && working.lines().isEmpty()) {
                throw new IllegalStateException(ON_PURPOSE);
            }
        };
        pool = ProcessPoolExecutor.builder()
                .maxWorkers(3)
                .initializer(initializer)
                .build();
    }

    @AfterEach
    void closePool() {
        pool.killWorkers(); // a task waits for what the test does, and must not wait for ever if the test fails
        pool.close();
    }

    /** Has a worker run a task that does not end before it may. */
    private Future<Long> submitGate(int number) {
        Mark started = pids;
        Mark end = goOn;
        Future<Long> gate = pool.submit(() -> {
            started.addPid();
            end.pass();
            return Workers.pid();
        });
        Await.until(
                "task " + number + " runs",
                Delays.large(),
                () -> started.lines().size() == number);
        return gate;
    }

    /** Lets the pool believe that it has waited long enough since the last failure; returns how many workers start then. */
    private long starting() throws Exception {
        PoolLoop loop = ((LoopRunner) pool.loop()).loop();
        loop.post(() -> loop.workers.attempts.retryAtNanos = System.nanoTime());
        CompletableFuture<Long> count = new CompletableFuture<>();
        loop.post(() -> count.complete(
                loop.workers.all().stream().filter(WorkerProcess::isUnready).count()));
        return count.get(Delays.large().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void awaitGivenUp(Logged logged) {
        Await.until("the pool gives up", Delays.large(), () -> {
            long unused = starting();
            return !logged.lines(GIVEN_UP).isEmpty();
        });
    }

    private void assertNobodyStarts() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            assertEquals(0, starting());
        }
    }

    @Test
    void starts_thatFailBesideATaskThatNeverEnds_areBounded_andTasksGoOn() throws Exception {
        Future<Long> gate = submitGate(1);
        fails.add("from now on");
        Future<Long> behind = pool.submit(Workers::pid);
        try (Logged logged = new Logged()) {
            awaitGivenUp(logged);
            assertNobodyStarts();
            assertEquals(
                    ROUNDS,
                    logged.lines(NOT_STARTED).size(),
                    () -> logged.lines().toString());
            assertEquals(1, logged.lines(GIVEN_UP).size(), () -> logged.lines().toString());
            String said = logged.lines(GIVEN_UP).get(0);
            assertTrue(said.contains("the 1 worker") && said.contains(ON_PURPOSE), said);
        }
        assertFalse(behind.isDone());
        goOn.add("now");
        long pid = gate.result(Delays.large());
        assertEquals(pid, behind.result(Delays.large()));
        assertEquals(pid, pool.submit(Workers::pid).result(Delays.large()));
    }

    @Test
    void lossOfAWorker_isAReasonToTryAgain() throws Exception {
        Future<Long> first = submitGate(1);
        Future<Long> second = submitGate(2);
        fails.add("from now on");
        Future<Long> behind = pool.submit(Workers::pid);
        try (Logged logged = new Logged()) {
            awaitGivenUp(logged);
            works.add("again");
            assertNobodyStarts();
            Workers.kill(pids.awaitPid());
            assertInstanceOf(WorkerDiedException.class, first.exception(Delays.large()));
            assertTrue(behind.result(Delays.large()) > 0, "another worker ran it");
        }
        goOn.add("now");
        assertTrue(second.result(Delays.large()) > 0);
    }

    @Test
    void lossOfTheLastWorker_breaksThePool_ifNoOtherStarts() throws Exception {
        Future<Long> gate = submitGate(1);
        fails.add("from now on");
        Future<Long> behind = pool.submit(Workers::pid);
        try (Logged logged = new Logged()) {
            awaitGivenUp(logged);
            Workers.kill(pids.awaitPid());
            assertInstanceOf(WorkerDiedException.class, gate.exception(Delays.large()));
            BrokenProcessPoolException broken =
                    assertInstanceOf(BrokenProcessPoolException.class, behind.exception(Delays.large()));
            String said = String.valueOf(broken.getMessage());
            assertTrue(said.contains("3 workers in a row") && said.contains(ON_PURPOSE), said);
        }
    }

    @Test
    void failures_ofWorkersThatWereStartedTogether_countOnce() {
        StartAttempts attempts = new StartAttempts();
        for (int round = 1; round <= ROUNDS; round++) {
            assertFalse(attempts.givesUpNow());
            int number = attempts.starts();
            for (int worker = 0; worker < 20; worker++) {
                attempts.retryAtNanos = System.nanoTime(); // they are so slow that it passes between their failures
                int unused = attempts.failed(number);
            }
        }
        assertTrue(attempts.givesUpNow());
        assertFalse(attempts.givesUpNow(), "said once");
        assertTrue(attempts.isGivenUp());
        attempts.probeAtNanos = System.nanoTime();
        assertFalse(attempts.isGivenUp(), "one may be tried");
        int probe = attempts.starts();
        assertTrue(attempts.isGivenUp(), "and no other");
        assertTrue(attempts.failed(probe) > 0);
        assertFalse(attempts.givesUpNow(), "said once");
        assertTrue(attempts.isGivenUp());
        attempts.workerIsGone();
        assertFalse(attempts.isGivenUp());
    }
}
