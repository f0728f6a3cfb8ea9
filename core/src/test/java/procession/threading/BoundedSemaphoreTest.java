// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class BoundedSemaphoreTest extends AcquirableContract {
    @Override
    protected Acquirable create() {
        return new BoundedSemaphore(1);
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalStateException.class;
    }

    @Test
    void constructor_negativePermits_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BoundedSemaphore(-1));
    }

    @Test
    void constructor_zeroPermits_canNeverBeReleased() {
        var semaphore = new BoundedSemaphore(0);
        assertThrows(IllegalStateException.class, semaphore::release);
        assertEquals(0, semaphore.value());
    }

    @Test
    void releaseN_pastTheBound_releasesNothing() throws InterruptedException {
        var semaphore = new BoundedSemaphore(3);
        semaphore.acquire();
        semaphore.acquire();
        for (int n : new int[] {3, 4, Integer.MAX_VALUE}) {
            var thrown = assertThrows(IllegalStateException.class, () -> semaphore.release(n));
            assertTrue(
                    String.valueOf(thrown.getMessage()).contains("release of " + n + " with 1 of at most 3"),
                    thrown::toString);
            assertEquals(1, semaphore.value());
        }
        semaphore.release(2);
        assertEquals(3, semaphore.value());
    }

    @Test
    void releaseN_lessThanOne_isAWrongArgument() {
        var semaphore = new BoundedSemaphore(3);
        assertThrows(IllegalArgumentException.class, () -> semaphore.release(0));
        assertThrows(IllegalArgumentException.class, () -> semaphore.release(-1));
    }

    @Test
    void release_byTwoThreadsAtOnce_stopsAtTheBound() {
        var semaphore = new BoundedSemaphore(1);
        var both = new Rendezvous();
        var released = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.startTogether(2, "releaser", () -> {
                for (int i = 0; i < rounds(); i++) {
                    if (both.meet()) {
                        semaphore.acquire();
                    }
                    both.meet();
                    try {
                        semaphore.release();
                        released.incrementAndGet();
                    } catch (IllegalStateException theOtherWasFaster) {
                        assertEquals(1, semaphore.value());
                    }
                }
            });
        }
        assertEquals(rounds(), released.get());
    }

    @Test
    void toString_namesTheValueAndTheBound() throws InterruptedException {
        var semaphore = new BoundedSemaphore(3);
        semaphore.acquire();
        assertTrue(semaphore.toString().matches("BoundedSemaphore@[0-9a-f]+\\[value 2 of 3]"), semaphore::toString);
    }
}
