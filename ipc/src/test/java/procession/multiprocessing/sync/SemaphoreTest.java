// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A semaphore of shared memory, among the threads of one process. */
@ExtendWith(LeakCheck.class)
class SemaphoreTest extends AcquirableContract {
    private final List<Semaphore> made = new ArrayList<>();

    @Override
    protected Acquirable create() {
        return semaphore(1);
    }

    @Override
    protected @Nullable Class<? extends RuntimeException> surplusRelease() {
        return null;
    }

    private Semaphore semaphore(int permits) {
        return kept(new Semaphore(permits));
    }

    private <S extends Semaphore> S kept(S semaphore) {
        made.add(semaphore);
        return semaphore;
    }

    @AfterEach
    void destroy() {
        made.forEach(Semaphore::destroy);
    }

    @Test
    void constructor_negativePermits_namesThem() {
        for (Executable call : List.<Executable>of(
                () -> semaphore(-3), () -> Semaphore.recovering(-3), () -> new BoundedSemaphore(-3))) {
            var thrown = assertThrows(IllegalArgumentException.class, call);
            assertTrue(String.valueOf(thrown.getMessage()).contains("permits = -3"), thrown::toString);
        }
    }

    @Test
    void acquire_takesOneOfSeveral() throws InterruptedException {
        for (var semaphore : List.of(semaphore(4), kept(Semaphore.recovering(4)), kept(new BoundedSemaphore(4)))) {
            semaphore.acquire();
            assertTrue(semaphore.tryAcquire());
            assertTrue(semaphore.acquire(Delays.brief()));
            var held = semaphore.hold();
            assertEquals(0, semaphore.value());
            assertFalse(semaphore.tryAcquire());
            assertFalse(semaphore.acquire(Delays.brief()));
            held.close();
            semaphore.release(3);
            assertEquals(4, semaphore.value());
        }
    }

    @Test
    void release_beyondTheStart_adds() {
        for (var semaphore : List.of(semaphore(1), kept(Semaphore.recovering(1)))) {
            semaphore.release();
            semaphore.release(5);
            assertEquals(7, semaphore.value());
            assertTrue(semaphore.tryAcquire());
            semaphore.release(2);
            assertEquals(8, semaphore.value());
        }
    }

    @Test
    void releaseN_lessThanOne_isRefused() {
        var semaphore = semaphore(1);
        for (int n : new int[] {0, -1, Integer.MIN_VALUE}) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> semaphore.release(n));
            assertTrue(String.valueOf(thrown.getMessage()).contains("n = " + n), thrown::toString);
        }
        assertEquals(1, semaphore.value());
    }

    @Test
    void releaseN_pastTheLargestInt_releasesNothing() throws InterruptedException {
        var semaphore = semaphore(Integer.MAX_VALUE - 1);
        assertThrows(IllegalStateException.class, () -> semaphore.release(2));
        assertThrows(IllegalStateException.class, () -> semaphore.release(Integer.MAX_VALUE));
        assertEquals(Integer.MAX_VALUE - 1, semaphore.value());
        semaphore.release();
        var thrown = assertThrows(IllegalStateException.class, semaphore::release);
        assertTrue(String.valueOf(thrown.getMessage()).contains("2147483647"), thrown::toString);
        assertEquals(Integer.MAX_VALUE, semaphore.value());
        semaphore.run(() -> assertEquals(Integer.MAX_VALUE - 1, semaphore.value()));
    }

    @Test
    void release_ofABoundedOne_keepsTheBound() throws InterruptedException {
        var semaphore = kept(new BoundedSemaphore(3));
        assertThrows(IllegalStateException.class, semaphore::release);
        semaphore.acquire();
        assertThrows(IllegalStateException.class, () -> semaphore.release(2));
        assertEquals(2, semaphore.value());
        semaphore.release();
        var thrown = assertThrows(IllegalStateException.class, semaphore::release);
        assertTrue(String.valueOf(thrown.getMessage()).contains("3 of at most 3"), thrown::toString);
        assertThrows(IllegalStateException.class, () -> semaphore.run(semaphore::release));
        assertEquals(3, semaphore.value());
    }

    @Test
    void releaseN_wakesExactlyNOfTheWaiters() {
        var semaphore = semaphore(0);
        var through = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            var waiters = new ArrayList<Thread>();
            for (int i = 0; i < 5; i++) {
                waiters.add(threads.start("waiter-" + i, () -> {
                    semaphore.acquire();
                    through.incrementAndGet();
                }));
            }
            waiters.forEach(Await::blocked);
            semaphore.release(3);
            Await.until("three are through", () -> through.get() == 3);
            assertEquals(0, semaphore.value());
            Await.until(
                    "two still wait",
                    () -> waiters.stream().filter(Thread::isAlive).count() == 2);
            semaphore.release(2);
        }
        assertEquals(5, through.get());
        assertEquals(0, semaphore.value());
    }

    @Test
    void acquire_neverLetsMoreInThanPermits() {
        for (var semaphore : List.of(semaphore(3), kept(Semaphore.recovering(3)), kept(new BoundedSemaphore(3)))) {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            try (var threads = new ThreadHarness(Delays.large())) {
                threads.startTogether(6, "visitor", () -> {
                    for (int i = 0; i < 1000; i++) {
                        semaphore.run(() -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                        });
                        semaphore.acquire();
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        semaphore.release();
                    }
                });
            }
            assertTrue(most.get() <= 3, () -> most + " of 3");
            assertEquals(3, semaphore.value());
        }
    }

    @Test
    void destroy_endsItForAll() {
        for (var semaphore : List.of(semaphore(0), kept(new BoundedSemaphore(0)))) {
            try (var threads = new ThreadHarness()) {
                for (int i = 0; i < 3; i++) {
                    Await.blocked(threads.start("waiter", () -> assertDestroyed(semaphore::acquire)));
                }
                semaphore.destroy();
            }
            assertDestroyed(semaphore::release);
            assertDestroyed(semaphore::hold);
            assertDestroyed(semaphore::tryAcquire);
            assertDestroyed(semaphore::value);
            assertTrue(semaphore.toString().endsWith("[destroyed]"), semaphore::toString);
            semaphore.destroy();
        }
    }

    private static void assertDestroyed(Executable call) {
        String message =
                String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
        assertTrue(message.contains("has been destroyed"), message);
    }

    @Test
    void toString_tellsWhoHasPermitsThatComeBack() throws InterruptedException {
        var semaphore = semaphore(3);
        semaphore.acquire();
        assertTrue(semaphore.toString().matches("Semaphore@[0-9a-f]+\\[value 2]"), semaphore::toString);
        semaphore.run(() -> assertTrue(
                semaphore
                        .toString()
                        .endsWith("[value 1, process " + ProcessHandle.current().pid() + " has 1]"),
                semaphore::toString));
        assertTrue(kept(new BoundedSemaphore(1)).toString().startsWith("BoundedSemaphore@"));
    }
}
