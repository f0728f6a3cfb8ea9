// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.shared.IntValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** What becomes of those who wait for a signal, and of the signals, when a process dies. */
@SuppressWarnings("WaitNotInLoop") // single waits are what is tested
@ExtendWith(LeakCheck.class)
class ConditionDeathTest {
    private final List<Runnable> destroyers = new ArrayList<>();
    private final IntValue stage = new IntValue(0);

    @AfterEach
    void destroy() {
        destroyers.forEach(Runnable::run);
        stage.destroy();
    }

    private Condition kept(Condition condition) {
        destroyers.add(condition::destroy);
        return condition;
    }

    private static void kill(Process process) throws InterruptedException {
        process.kill();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(-9), process.exitcode());
    }

    private static long stateOfFirstRecord(Condition condition) {
        return (long) Cell.LONG.getVolatile(condition.cell().memory(), stateAt(condition));
    }

    private static int stateAt(Condition condition) {
        return condition.cell().at(2 * CellDescriptor.BYTES + Long.BYTES);
    }

    /** Starts a process that waits; it is the first to. */
    private static Process waiting(Condition condition) {
        var process = new Process(() -> condition.run(condition::await));
        process.start();
        Await.until(
                "the child waits",
                Delays.large(),
                () -> (stateOfFirstRecord(condition) != 0 && !condition.locked()) || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
        return process;
    }

    /** Starts a process that acquires, and goes on for ever. */
    private Process holding(Condition condition) {
        IntValue reached = stage;
        var process = new Process(() -> {
            condition.acquire();
            reached.getAndAdd(1);
            new CountDownLatch(1).await();
        });
        process.start();
        Await.until("the child holds it", Delays.large(), () -> reached.get() == 1 || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
        return process;
    }

    private static Thread startWaiter(ThreadHarness threads, Condition condition, AtomicInteger woken) {
        Thread waiter = threads.start("waiter", () -> {
            condition.run(condition::await);
            woken.incrementAndGet();
        });
        Await.blocked(waiter);
        return waiter;
    }

    @Test
    void signal_whenAWaiterIsDead_isForTheLiving() throws Exception {
        Condition condition = kept(new Condition());
        kill(waiting(condition));
        var woken = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            startWaiter(threads, condition, woken);
            condition.run(condition::signal);
        }
        assertEquals(1, woken.get());
    }

    @Test
    void signal_ofAProcessThatDiesBeforeItHasTheLock_goesToAnother() throws Exception {
        for (boolean another : new boolean[] {false, true}) {
            Condition condition = kept(new Condition());
            Process first = waiting(condition);
            var woken = new AtomicInteger();
            try (var threads = new ThreadHarness(Delays.large())) {
                startWaiter(threads, condition, woken);
                if (another) {
                    startWaiter(threads, condition, woken);
                }
                condition.acquire();
                condition.signal();
                assertEquals(1, (int) stateOfFirstRecord(condition), "it is the first one's");
                kill(first);
                if (another) {
                    condition.signal();
                }
                condition.release();
            }
            assertEquals(another ? 2 : 1, woken.get());
        }
    }

    @Test
    void signal_whoseProcessDiesBeforeTheWakeUp_isHeardOf() throws Exception {
        Condition condition = kept(new Condition());
        try (var threads = new ThreadHarness(Delays.large())) {
            startWaiter(threads, condition, new AtomicInteger());
            Cell.LONG.setVolatile(condition.cell().memory(), stateAt(condition), 1L << 32 | 1); // as signal() leaves it
        }
        assertFalse(condition.locked());
    }

    @Test
    void await_whenTheHolderOfTheLockDies_throwsWithoutTheLock() throws Exception {
        var plain = new Lock();
        var owned = new RLock();
        destroyers.add(plain::destroy);
        destroyers.add(owned::destroy);
        for (Condition condition : List.of(kept(new Condition(plain)), kept(new Condition(owned)))) {
            stage.set(0);
            try (var threads = new ThreadHarness(Delays.large())) {
                var pids = new AtomicInteger();
                for (int i = 0; i < 3; i++) {
                    Await.blocked(threads.start("waiter-" + i, () -> {
                        condition.acquire();
                        pids.set((int) assertThrows(OwnerDiedException.class, condition::await)
                                .pid());
                        assertThrows(IllegalMonitorStateException.class, condition::release);
                    }));
                }
                Process holder = holding(condition);
                kill(holder);
                threads.join();
                assertEquals(holder.pid(), pids.get());
            }
            assertThrows(OwnerDiedException.class, condition::acquire);
        }
        assertTrue(plain.recover(() -> {}));
        assertTrue(owned.recover(() -> {}));
        Condition again = kept(new Condition(owned));
        try (var threads = new ThreadHarness(Delays.large())) {
            startWaiter(threads, again, new AtomicInteger());
            again.run(again::signalAll);
        }
        assertFalse(owned.locked());
    }

    @Test
    void await_whenTheHolderDiesBehindASignal_throws() throws Exception {
        Condition condition = kept(new Condition());
        IntValue reached = stage;
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> {
                condition.acquire();
                assertThrows(OwnerDiedException.class, condition::await);
            }));
            var signaller = new Process(() -> {
                condition.acquire();
                condition.signal();
                reached.set(1);
                new CountDownLatch(1).await();
            });
            signaller.start();
            Await.until("it has signalled", Delays.large(), () -> reached.get() == 1 || !signaller.isAlive());
            kill(signaller);
        }
        assertEquals(0, stateOfFirstRecord(condition) >>> 32, "nobody waits any more");
    }

    @Test
    void await_whenTheHolderOfARecoveringLockDies_waitsOn() throws Exception {
        var lock = RLock.recovering();
        destroyers.add(lock::destroy);
        Condition condition = kept(new Condition(lock));
        var woken = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            startWaiter(threads, condition, woken);
            kill(holding(condition));
            assertFalse(Await.becomesTrue(Delays.small(), () -> woken.get() != 0));
            condition.run(condition::signal);
        }
        assertEquals(1, woken.get());
    }

    @Test
    void buffer_betweenProcesses_losesNothingWhenWaitersAreKilled() throws Exception {
        Condition changed = kept(new Condition());
        var items = new IntValue(0);
        var taken = new IntValue(0);
        destroyers.add(items::destroy);
        destroyers.add(taken::destroy);
        int all = 300;
        List<Process> takers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var taker = new Process(() -> changed.run(() -> {
                while (taken.get() < all) {
                    changed.awaitFor(() -> items.get() > 0 || taken.get() >= all);
                    if (items.get() > 0 && taken.get() < all) {
                        items.set(items.get() - 1);
                        taken.set(taken.get() + 1);
                    }
                }
                changed.signalAll();
            }));
            taker.start();
            takers.add(taker);
        }
        Await.until(
                "all wait", Delays.large(), () -> takers.stream().allMatch(Process::isAlive) && waiters(changed) == 3);
        for (int i = 0; i < all; i++) {
            int victim = i == 0 ? 0 : i == all / 2 ? 1 : -1;
            changed.run(() -> {
                items.set(items.get() + 1);
                changed.signal();
                if (victim >= 0) {
                    kill(takers.get(victim)); // with a signal, or waiting for one or for the lock
                }
            });
        }
        Await.until("all is taken", Delays.large(), () -> taken.get() == all);
        for (Process taker : takers) {
            assertTrue(taker.join(Delays.large()), taker::toString);
        }
        assertEquals(0, items.get());
    }

    private static int waiters(Condition condition) {
        int waiters = 0;
        for (int i = 0; i < 3; i++) {
            int at = condition.cell().at(2 * CellDescriptor.BYTES + i * 2 * Long.BYTES + Long.BYTES);
            waiters += (int) ((long) Cell.LONG.getVolatile(condition.cell().memory(), at) >>> 32);
        }
        return waiters;
    }
}
