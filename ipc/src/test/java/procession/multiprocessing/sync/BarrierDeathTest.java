// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.shared.IntValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What becomes of a barrier, and of those who wait at it, when a process dies that has to do with it. */
@ExtendWith(LeakCheck.class)
class BarrierDeathTest {
    private final List<Barrier> made = new ArrayList<>();
    private final IntValue stage = new IntValue(0);

    @AfterEach
    void destroy() {
        made.forEach(Barrier::destroy);
        stage.destroy();
    }

    private Barrier kept(Barrier barrier) {
        made.add(barrier);
        return barrier;
    }

    private static void never() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private static Process started(Action action) {
        var process = new Process(action);
        process.start();
        return process;
    }

    private static Process waiting(Barrier barrier, int expected) {
        Process process = started(() -> {
            barrier.await();
            never();
        });
        Await.until("the child waits", Delays.large(), () -> barrier.waiting() == expected || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
        return process;
    }

    private Process doing(Action action) {
        IntValue reached = stage;
        int before = reached.get();
        Process process = started(() -> {
            action.run();
            reached.getAndAdd(1);
            never();
        });
        awaitStage(before, process);
        return process;
    }

    private void awaitStage(int before, Process process) {
        Await.until("the child has come so far", Delays.large(), () -> stage.get() > before || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
    }

    private static void kill(Process process) throws InterruptedException {
        process.kill();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(-9), process.exitcode());
    }

    private static void assertBrokenBy(Process dead, Barrier barrier) {
        assertTrue(barrier.broken());
        String message = String.valueOf(
                assertThrows(BrokenBarrierException.class, barrier::await).getMessage());
        assertTrue(message.contains("process " + dead.pid()), message);
    }

    private static void assertWorks(Barrier barrier) throws Exception {
        assertFalse(barrier.broken());
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 1; i < barrier.parties(); i++) {
                threads.start("party-" + i, () -> barrier.await(Delays.large()));
            }
            barrier.await(Delays.large());
        }
        assertFalse(barrier.broken());
    }

    @Test
    void await_ofAProcessThatIsKilled_breaksForTheOthers() throws Exception {
        Barrier barrier = kept(new Barrier(4));
        Process waiter = waiting(barrier, 1);
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 2; i++) {
                Await.blocked(threads.start("waiter-" + i, () -> {
                    String message = String.valueOf(assertThrows(BrokenBarrierException.class, barrier::await)
                            .getMessage());
                    assertTrue(message.contains("process " + waiter.pid()), message);
                }));
            }
            kill(waiter);
        }
        assertBrokenBy(waiter, barrier);
        barrier.reset();
        assertWorks(barrier);
    }

    @Test
    void await_inAnotherProcess_hearsOfTheDeathOfAThird() throws Exception {
        Barrier barrier = kept(new Barrier(3));
        Process victim = waiting(barrier, 1);
        IntValue reached = stage;
        Process witness = started(() -> {
            reached.getAndAdd(1);
            try {
                barrier.await();
            } catch (BrokenBarrierException expected) {
                reached.getAndAdd(1);
            }
        });
        Await.until("both wait", Delays.large(), () -> barrier.waiting() == 2);
        kill(victim);
        assertTrue(witness.join(Delays.large()));
        assertEquals(OptionalInt.of(0), witness.exitcode());
        assertEquals(2, stage.get());
    }

    @Test
    void await_asTheLast_whenOneWhoWaitedIsDead_isBroken() throws Exception {
        for (int round = 0; round < 3; round++) {
            Barrier barrier = kept(new Barrier(2));
            Process waiter = waiting(barrier, 1);
            kill(waiter);
            assertThrows(BrokenBarrierException.class, barrier::await);
            assertBrokenBy(waiter, barrier);
        }
    }

    @Test
    void reset_whenOneWhoWaitedIsDead_beginsAnewWithoutIt() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        kill(waiting(barrier, 1));
        barrier.reset();
        assertWorks(barrier);
    }

    @Test
    void action_whoseProcessIsKilled_breaksForTheOthers() throws Exception {
        IntValue reached = stage;
        Barrier barrier = kept(new Barrier(3, () -> {
            reached.getAndAdd(1);
            never();
        }));
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 2; i++) {
                Await.blocked(
                        threads.start("waiter-" + i, () -> assertThrows(BrokenBarrierException.class, barrier::await)));
            }
            Process runner = started(() -> {
                barrier.await();
                never();
            });
            awaitStage(0, runner);
            Await.blocked(threads.start("next", () -> assertThrows(BrokenBarrierException.class, barrier::await)));
            Await.blocked(threads.start("aborter", barrier::abort));
            kill(runner);
        }
        assertTrue(barrier.broken());
    }

    @Test
    void action_whenAPartyIsKilledMeanwhile_runsToItsEnd_andThenItBreaks() throws Exception {
        var acting = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        Barrier barrier = kept(new Barrier(2));
        Barrier withAction = barrier.with(() -> {
            acting.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Process waiter = waiting(barrier, 1);
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("runner", () -> assertThrows(BrokenBarrierException.class, withAction::await));
            acting.await();
            kill(waiter);
            assertFalse(Await.becomesTrue(Delays.small(), barrier::broken), "the action runs alone");
            mayEnd.countDown();
        }
        assertBrokenBy(waiter, barrier);
    }

    @Test
    void register_byAProcessThatDiesAnywhere_breaks() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        Process registered = doing(barrier::register);
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> assertThrows(BrokenBarrierException.class, barrier::await)));
            kill(registered);
        }
        assertBrokenBy(registered, barrier);
        barrier.reset();
        assertWorks(barrier);
    }

    @Test
    void reset_whenOneWhoHasRegisteredIsDead_forgetsIt() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        for (int round = 0; round < 3; round++) {
            kill(doing(barrier::register));
            barrier.reset();
            assertWorks(barrier);
        }
    }

    @Test
    void register_byAProcessThatHasExited_breaksForWhoComesNext() throws Exception {
        Barrier barrier = kept(new Barrier(1));
        Process registered = started(barrier::register);
        assertTrue(registered.join(Delays.large()));
        assertEquals(OptionalInt.of(0), registered.exitcode());
        assertBrokenBy(registered, barrier);
    }

    @Test
    void register_closedBeforeTheDeath_breaksNothing() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        kill(doing(() -> {
            var once = barrier.register();
            barrier.register().close();
            once.close();
        }));
        assertWorks(barrier);
    }

    @Test
    void await_ofAProcessThatHasPassedAndIsKilled_breaksNothing() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        Process passed = waiting(barrier, 1);
        assertEquals(1, barrier.await());
        Await.until("nobody waits", () -> barrier.waiting() == 0);
        kill(passed);
        assertWorks(barrier);
    }

    // ---- the instants of a death that no kill would meet: shared memory is as the dead would have left it

    private static final long ENDING = 1L << 53;
    private static final int END_SHIFT = 56;

    private static long word(Barrier barrier) {
        return (long)
                Cell.LONG.getVolatile(barrier.cell().memory(), barrier.cell().at(CellDescriptor.LOCK_AT));
    }

    private static void leave(Barrier barrier, long word) {
        Cell.LONG.setVolatile(barrier.cell().memory(), barrier.cell().at(CellDescriptor.LOCK_AT), word);
    }

    @Test
    void end_whoseProcessDiesBeforeItHasToldAnybody_isCompleted() {
        for (long end : new long[] {1, 2, 3}) {
            Barrier barrier = kept(new Barrier(3));
            try (var threads = new ThreadHarness(Delays.large())) {
                for (int i = 0; i < 2; i++) {
                    Await.blocked(threads.start("waiter-" + i, () -> {
                        if (end == 1) {
                            barrier.await();
                        } else {
                            assertThrows(BrokenBarrierException.class, barrier::await);
                        }
                    }));
                }
                leave(barrier, word(barrier) | ENDING | end << END_SHIFT);
            }
            assertEquals(end == 3, barrier.broken());
            assertEquals(0, barrier.waiting());
        }
    }

    @Test
    void end_whoseProcessDiesBeforeTheWakeUp_losesNobody() {
        Barrier barrier = kept(new Barrier(2));
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> assertThrows(BrokenBarrierException.class, barrier::await)));
            long record = recordAt(barrier);
            Cell.LONG.setVolatile(barrier.cell().memory(), (int) record, 3L << END_SHIFT);
            leave(barrier, 1 | 3L << END_SHIFT);
        }
        assertTrue(barrier.broken());
    }

    /** Returns where the state of the first record is. */
    private static long recordAt(Barrier barrier) {
        return barrier.cell().at(2 * CellDescriptor.BYTES + Long.BYTES);
    }

    @Test
    void guard_whoseHolderIsKilled_isTakenOver() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        Process holder = doing(() -> Cell.LONG.setVolatile(
                barrier.cell().memory(),
                barrier.cell().at(CellDescriptor.THREAD_AT),
                barrier.cell().segment().directory().own()));
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> barrier.await(Delays.large())));
            kill(holder);
            barrier.await(Delays.large());
        }
        assertFalse(barrier.broken());
    }

    @Test
    void await_thatDiesBetweenTheCountAndThePlace_breaks() throws Exception {
        Barrier barrier = kept(new Barrier(2));
        Process waiter = waiting(barrier, 1);
        leave(barrier, word(barrier) & ~(1L << 32)); // it has counted itself in, and nothing else
        assertEquals(0, barrier.waiting());
        kill(waiter);
        assertBrokenBy(waiter, barrier);
        barrier.reset();
        assertWorks(barrier);
    }
}
