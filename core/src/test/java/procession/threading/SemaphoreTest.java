// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class SemaphoreTest extends AcquirableContract {
    @Override
    protected Acquirable create() {
        return new Semaphore(1);
    }

    @Override
    protected @Nullable Class<? extends RuntimeException> surplusRelease() {
        return null;
    }

    @Test
    void constructor_negativePermits_namesThem() {
        var thrown = assertThrows(IllegalArgumentException.class, () -> new Semaphore(-3));
        assertTrue(String.valueOf(thrown.getMessage()).contains("permits = -3"), thrown::toString);
        assertThrows(IllegalArgumentException.class, () -> new Semaphore(Integer.MIN_VALUE));
    }

    @Test
    void constructor_zeroPermits_startsEmpty() {
        var semaphore = new Semaphore(0);
        assertEquals(0, semaphore.value());
        assertFalse(semaphore.tryAcquire());
        semaphore.release();
        assertTrue(semaphore.tryAcquire());
    }

    @Test
    void acquire_takesOneOfSeveral() throws InterruptedException {
        var semaphore = new Semaphore(3);
        semaphore.acquire();
        assertTrue(semaphore.tryAcquire());
        assertTrue(semaphore.acquire(Delays.brief()));
        assertEquals(0, semaphore.value());
        assertFalse(semaphore.tryAcquire());
        assertFalse(semaphore.acquire(Delays.brief()));
        assertEquals(0, semaphore.value());
    }

    @Test
    void release_beyondTheStart_adds() {
        var semaphore = new Semaphore(1);
        semaphore.release();
        semaphore.release(5);
        assertEquals(7, semaphore.value());
    }

    @Test
    void releaseN_lessThanOne_isRefused() {
        var semaphore = new Semaphore(1);
        for (int n : new int[] {0, -1, Integer.MIN_VALUE}) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> semaphore.release(n));
            assertTrue(String.valueOf(thrown.getMessage()).contains("n = " + n), thrown::toString);
        }
        assertEquals(1, semaphore.value());
    }

    @Test
    void releaseN_pastTheLargestInt_releasesNothing() {
        var semaphore = new Semaphore(Integer.MAX_VALUE - 1);
        assertThrows(IllegalStateException.class, () -> semaphore.release(2));
        assertThrows(IllegalStateException.class, () -> semaphore.release(Integer.MAX_VALUE));
        assertEquals(Integer.MAX_VALUE - 1, semaphore.value());
        semaphore.release();
        var thrown = assertThrows(IllegalStateException.class, semaphore::release);
        assertTrue(String.valueOf(thrown.getMessage()).contains("2147483647"), thrown::toString);
        assertEquals(Integer.MAX_VALUE, semaphore.value());
    }

    @Test
    void releaseN_wakesExactlyNOfTheWaiters() {
        var semaphore = new Semaphore(0);
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
    void releaseN_whileWaitersGiveUp_losesNoWakeUp() throws InterruptedException {
        for (int round = 0; round < 100; round++) {
            var semaphore = new Semaphore(0);
            var through = new AtomicInteger();
            var gaveUp = new AtomicInteger();
            try (var threads = new ThreadHarness()) {
                var waiters = new ArrayList<Thread>();
                for (int i = 0; i < 4; i++) {
                    waiters.add(threads.start("waiter-" + i, () -> {
                        try {
                            semaphore.acquire();
                            through.incrementAndGet();
                        } catch (InterruptedException e) {
                            gaveUp.incrementAndGet();
                        }
                    }));
                }
                waiters.forEach(Await::blocked);
                threads.start("interrupter", () -> {
                    waiters.get(0).interrupt();
                    waiters.get(1).interrupt();
                });
                semaphore.release(4);
            }
            assertEquals(4, through.get() + gaveUp.get());
            assertEquals(gaveUp.get(), semaphore.value());
        }
    }

    @Test
    void acquire_neverLetsMoreInThanPermits() {
        var semaphore = new Semaphore(3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(6, "visitor", () -> {
                for (int i = 0; i < rounds(); i++) {
                    semaphore.run(() -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                    });
                }
            });
        }
        assertTrue(most.get() <= 3, () -> most + " inside at once");
        assertEquals(3, semaphore.value());
    }

    /** The lecture's bounded buffer of two semaphores: nothing lost, nothing twice, never more than its places. */
    @Test
    void twoSemaphores_makeABoundedBuffer() {
        var free = new Semaphore(2);
        var filled = new Semaphore(0);
        var guard = new Lock();
        var places = new ArrayList<Integer>(); // guarded by guard
        var sum = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(2, "putter", () -> {
                for (int i = 1; i <= 1000; i++) {
                    int item = i;
                    free.acquire();
                    guard.run(() -> {
                        places.add(item);
                        assertTrue(places.size() <= 2);
                    });
                    filled.release();
                }
            });
            threads.startTogether(2, "taker", () -> {
                for (int i = 1; i <= 1000; i++) {
                    filled.acquire();
                    sum.addAndGet(guard.call(() -> places.remove(0)));
                    free.release();
                }
            });
        }
        assertEquals(1000 * 1001, sum.get());
        assertEquals(2, free.value());
        assertEquals(0, filled.value());
    }

    @Test
    void toString_namesTheValue() {
        var semaphore = new Semaphore(4);
        assertTrue(semaphore.toString().matches("Semaphore@[0-9a-f]+\\[value 4]"), semaphore::toString);
    }
}
