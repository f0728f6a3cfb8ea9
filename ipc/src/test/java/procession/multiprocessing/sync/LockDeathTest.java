// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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
import procession.threading.Acquirable;

/** What becomes of a lock, and of those who wait for it, when the process dies that has it. */
@ExtendWith(LeakCheck.class)
class LockDeathTest {
    private final Lock lock = new Lock();
    private final RLock reentrant = new RLock();
    private final Lock recovering = Lock.recovering();
    private final IntValue stage = new IntValue(0);

    @AfterEach
    void destroy() {
        lock.destroy();
        reentrant.destroy();
        recovering.destroy();
        stage.destroy();
    }

    private static void never() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Starts a process that acquires and goes on for ever, and returns it when it has. */
    private Process holderOf(Acquirable held) {
        IntValue reached = stage;
        int before = reached.get();
        return started(before, () -> {
            held.acquire();
            reached.getAndAdd(1);
            never();
        });
    }

    private Process started(int before, Action action) {
        var process = new Process(action);
        process.start();
        Await.until("the child has come so far", Delays.large(), () -> stage.get() > before || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
        return process;
    }

    private static long kill(Process process) throws InterruptedException {
        process.kill();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(-9), process.exitcode());
        return process.pid();
    }

    private static void assertOwnerDied(long pid, Acquirable held) {
        assertEquals(pid, assertThrows(OwnerDiedException.class, held::acquire).pid());
        assertEquals(
                pid, assertThrows(OwnerDiedException.class, held::tryAcquire).pid());
        assertEquals(
                pid,
                assertThrows(OwnerDiedException.class, () -> held.acquire(Delays.medium()))
                        .pid());
    }

    @Test
    void acquire_whenTheHolderWasKilled_throwsUntilRecovered() throws Exception {
        long pid = kill(holderOf(lock));
        assertOwnerDied(pid, lock);
        assertEquals(OptionalLong.of(pid), lock.holder());
        assertTrue(lock.toString().endsWith("[abandoned by process " + pid + "]"), lock::toString);
        assertThrows(IllegalMonitorStateException.class, lock::release);
        var repairs = new AtomicInteger();
        assertTrue(lock.recover(() -> {
            repairs.incrementAndGet();
            assertTrue(lock.toString().contains("under repair"), lock::toString);
            assertThrows(IllegalMonitorStateException.class, lock::release, "which would let others in meanwhile");
            assertFalse(lock.tryAcquire());
        }));
        assertFalse(lock.recover(repairs::incrementAndGet));
        assertEquals(1, repairs.get());
        assertFalse(lock.locked());
        lock.run(() -> assertFalse(lock.tryAcquire()));
    }

    @Test
    void acquire_whileTheHolderIsKilled_throwsInEveryWaiter() throws Exception {
        Process holder = holderOf(lock);
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 4; i++) {
                Await.blocked(threads.start("waiter-" + i, () -> {
                    long pid = assertThrows(OwnerDiedException.class, lock::acquire)
                            .pid();
                    assertEquals(holder.pid(), pid);
                }));
            }
            kill(holder);
        }
    }

    @Test
    void acquire_inAnotherProcess_whileTheHolderIsKilled_throwsThere() throws Exception {
        Process holder = holderOf(lock);
        Lock waited = lock;
        IntValue reached = stage;
        Process waiter = started(reached.get(), () -> {
            reached.getAndAdd(1);
            try {
                waited.acquire();
            } catch (OwnerDiedException expected) {
                reached.set((int) expected.pid());
            }
        });
        long pid = kill(holder);
        assertTrue(waiter.join(Delays.large()));
        assertEquals(OptionalInt.of(0), waiter.exitcode());
        assertEquals(pid, stage.get());
    }

    @Test
    void acquire_whenTheHolderHasExited_throws() throws Exception {
        Lock held = lock;
        var process = new Process(held::acquire);
        process.start();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
        assertOwnerDied(process.pid(), lock);
    }

    @Test
    void acquire_whenTheHolderIsStopped_waits() throws Exception {
        Process holder = holderOf(lock);
        try (var threads = new ThreadHarness(Delays.large())) {
            stop(holder);
            threads.start("waiter", () -> assertFalse(lock.acquire(Delays.small())));
        }
        assertOwnerDied(kill(holder), lock);
    }

    private static void stop(Process process) throws Exception {
        int code = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, code);
    }

    @Test
    void recover_thatFails_leavesItAbandoned() throws Exception {
        long pid = kill(holderOf(lock));
        var failure = new IllegalArgumentException();
        assertEquals(
                failure,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> lock.recover(() -> {
                            throw failure;
                        })));
        assertOwnerDied(pid, lock);
        assertTrue(lock.recover(() -> {}));
        assertTrue(lock.tryAcquire());
    }

    @Test
    void recover_whenTheRepairerIsKilled_isForTheNext() throws Exception {
        kill(holderOf(lock));
        Lock broken = lock;
        IntValue reached = stage;
        Process repairer = started(
                reached.get(),
                () -> broken.recover(() -> {
                    reached.getAndAdd(1);
                    never();
                }));
        assertFalse(lock.tryAcquire());
        var repaired = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("next", () -> assertTrue(lock.recover(repaired::incrementAndGet))));
            kill(repairer);
        }
        assertEquals(1, repaired.get());
        assertTrue(lock.tryAcquire());
    }

    @Test
    void acquire_ofARecoveringLock_takesItOver() throws Exception {
        kill(holderOf(recovering));
        recovering.acquire();
        assertEquals(OptionalLong.of(ProcessHandle.current().pid()), recovering.holder());
        recovering.release();
        Process holder = holderOf(recovering);
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < 4; i++) {
                Await.blocked(threads.start("waiter-" + i, () -> recovering.run(() -> {})));
            }
            kill(holder);
        }
        assertFalse(recovering.locked());
    }

    @Test
    void acquire_ofAReentrantLock_throwsUntilRecovered() throws Exception {
        RLock held = reentrant;
        IntValue reached = stage;
        long pid = kill(started(reached.get(), () -> {
            held.acquire();
            held.acquire();
            reached.getAndAdd(1);
            never();
        }));
        assertOwnerDied(pid, reentrant);
        assertTrue(reentrant.recover(() -> {
            assertTrue(reentrant.heldByCurrentThread());
            reentrant.run(() -> assertTrue(reentrant.heldByCurrentThread()));
        }));
        assertFalse(reentrant.heldByCurrentThread());
        assertFalse(reentrant.locked());
        assertTrue(reentrant.tryAcquire());
        reentrant.release();
        assertFalse(reentrant.locked(), "once is enough, whatever the dead one had");
    }

    // ---- the instants of a death that no kill would meet: the word is as the dead would have left it

    private long word() {
        return (long) Cell.LONG.getVolatile(lock.cell().memory(), lock.cell().at(CellDescriptor.LOCK_AT));
    }

    private void leave(long word) {
        Cell.LONG.setVolatile(lock.cell().memory(), lock.cell().at(CellDescriptor.LOCK_AT), word);
    }

    @Test
    void release_whoseProcessDiesBeforeTheWakeUp_losesNothing() throws Exception {
        lock.acquire();
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> lock.run(() -> {})));
            leave(0);
        }
        assertFalse(lock.locked());
    }

    @Test
    void acquire_thatLosesTheMarkOfTheSleepers_keepsNobodyAsleep() throws Exception {
        lock.acquire();
        long unmarked = word();
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> lock.run(() -> {})));
            assertFalse(word() == unmarked);
            leave(unmarked);
            Await.until("the mark is there again", () -> word() != unmarked);
            lock.release();
        }
        assertFalse(lock.locked());
    }

    @Test
    void abandon_whoseProcessDiesBeforeTheWakeUp_losesNobody() throws Exception {
        long dead = kill(holderOf(lock));
        assertOwnerDied(dead, lock);
        long abandoned = word();
        assertTrue(lock.recover(() -> {}));
        lock.acquire();
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", () -> assertThrows(OwnerDiedException.class, lock::acquire)));
            leave(abandoned);
        }
    }
}
