// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadHarnessTest {

    @Test
    void close_waitsForAll() {
        var count = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            threads.startTogether(4, "adder", count::incrementAndGet);
        }
        assertEquals(4, count.get());
    }

    @Test
    void close_whenAThreadThrew_throwsWithAllFailures() {
        var first = new IOException("planted");
        var threads = new ThreadHarness();
        threads.start("thrower", () -> {
            throw first;
        });
        threads.start("other", () -> {
            throw new AssertionError("planted too");
        });
        var error = assertThrows(AssertionError.class, threads::close);
        assertEquals(1, error.getSuppressed().length);
        assertTrue(error.getCause() == first || error.getSuppressed()[0] == first);
    }

    @Test
    void join_afterAFailureWasReported_isClean() {
        var threads = new ThreadHarness();
        threads.start("thrower", () -> {
            throw new AssertionError("planted");
        });
        assertThrows(AssertionError.class, threads::join);
        threads.close();
    }

    @Test
    void close_whenAThreadIsStuck_failsWithItsStackAndInterruptsIt() throws InterruptedException {
        var never = new CountDownLatch(1);
        var threads = new ThreadHarness(Duration.ofMillis(100));
        Thread stuck = threads.start("stuck one", never::await);
        Await.blocked(stuck);
        var error = assertThrows(AssertionError.class, threads::close);
        assertTrue(String.valueOf(error.getMessage()).contains("CountDownLatch.await"), error.getMessage());
        stuck.join(Delays.medium().toMillis());
        assertFalse(stuck.isAlive());
    }

    @Test
    void until_whenTheConditionThrows_failsWithItsCause() {
        var cause = new IllegalStateException("planted");
        var error = assertThrows(
                AssertionError.class,
                () -> Await.until("never", () -> {
                    throw cause;
                }));
        assertSame(cause, error.getCause());
    }

    @Test
    void until_whenItNeverHolds_failsWithStacks() {
        var error = assertThrows(
                AssertionError.class, () -> Await.until("the impossible", Duration.ofMillis(20), () -> false));
        assertTrue(String.valueOf(error.getMessage()).contains("the impossible"), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains("ThreadHarnessTest"), error.getMessage());
    }
}
