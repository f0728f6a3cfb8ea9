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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.shared.IntValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** Which permits come back when the process dies that has taken them. */
@ExtendWith(LeakCheck.class)
class SemaphoreDeathTest {
    private final List<Semaphore> made = new ArrayList<>();
    private final IntValue stage = new IntValue(0);

    @AfterEach
    void destroy() {
        made.forEach(Semaphore::destroy);
        stage.destroy();
    }

    private <S extends Semaphore> S kept(S semaphore) {
        made.add(semaphore);
        return semaphore;
    }

    /** Starts a process that does something and then goes on for ever, and returns it when it has. */
    private Process doing(Action action) {
        IntValue reached = stage;
        int before = reached.get();
        var process = new Process(() -> {
            action.run();
            reached.getAndAdd(1);
            new CountDownLatch(1).await();
        });
        process.start();
        Await.until("the child has come so far", Delays.large(), () -> stage.get() > before || !process.isAlive());
        assertTrue(process.isAlive(), process::toString);
        return process;
    }

    private static void kill(Process process) throws InterruptedException {
        process.kill();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(-9), process.exitcode());
    }

    @Test
    void hold_ofADeadProcess_comesBack() throws Exception {
        Semaphore semaphore = kept(new Semaphore(3));
        kill(doing(() -> {
            semaphore.hold();
            semaphore.hold();
            semaphore.acquire();
        }));
        assertTrue(semaphore.tryAcquire());
        assertTrue(semaphore.tryAcquire());
        assertFalse(semaphore.tryAcquire(), "what was taken by acquire stays taken");
    }

    @Test
    void hold_ofAProcessThatHasExited_comesBack() throws Exception {
        Semaphore semaphore = kept(new Semaphore(1));
        var process = new Process(semaphore::hold);
        process.start();
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
        assertTrue(semaphore.tryAcquire());
    }

    @Test
    void acquire_ofARecoveringOrBoundedOne_comesBack() throws Exception {
        for (Semaphore semaphore : List.of(kept(Semaphore.recovering(2)), kept(new BoundedSemaphore(2)))) {
            kill(doing(() -> {
                semaphore.acquire();
                assertTrue(semaphore.tryAcquire());
            }));
            assertTrue(semaphore.tryAcquire());
            assertTrue(semaphore.tryAcquire());
            assertFalse(semaphore.tryAcquire());
        }
    }

    @Test
    void acquire_whileTheHolderIsKilled_getsWhatComesBack() throws Exception {
        Semaphore semaphore = kept(new Semaphore(2));
        Process holder = doing(() -> {
            semaphore.hold();
            semaphore.hold();
        });
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("first", semaphore::acquire));
            Await.blocked(threads.start("second", semaphore::acquire));
            kill(holder);
        }
        assertEquals(0, semaphore.value());
    }

    @Test
    void acquire_inAnotherProcess_whileTheHolderIsKilled_getsWhatComesBack() throws Exception {
        Semaphore semaphore = kept(new BoundedSemaphore(1));
        Process holder = doing(semaphore::acquire);
        var waiter = new Process(() -> semaphore.run(() -> {}));
        waiter.start();
        kill(holder);
        assertTrue(waiter.join(Delays.large()));
        assertEquals(OptionalInt.of(0), waiter.exitcode());
        assertTrue(semaphore.tryAcquire());
    }

    @Test
    void release_byAnotherProcess_isNotGivenBackTwice() throws Exception {
        var semaphore = kept(new BoundedSemaphore(3));
        Process taker = doing(() -> {
            semaphore.acquire();
            semaphore.acquire();
            semaphore.acquire();
        });
        semaphore.release();
        assertEquals(1, semaphore.value());
        kill(taker);
        for (int i = 0; i < 3; i++) {
            assertTrue(semaphore.tryAcquire());
        }
        assertFalse(semaphore.tryAcquire());
        semaphore.release(3);
        assertThrows(IllegalStateException.class, semaphore::release);
    }

    @Test
    void acquire_whenTheHolderIsAlive_takesNothingAway() throws Exception {
        Semaphore semaphore = kept(new Semaphore(1));
        Process holder = doing(semaphore::hold);
        assertFalse(semaphore.acquire(Delays.small()));
        kill(holder);
        assertTrue(semaphore.acquire(Delays.large()));
    }
}
