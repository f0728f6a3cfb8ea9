// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What becomes of a signal, whoever frees the lock meanwhile. */
@SuppressWarnings({"serial", "WaitNotInLoop"}) // no sync is serialized, and what one wait returns is what is tested
class UnownedWaitersTest {
    /** Can be acquired at any time; runs {@code meanwhile} in a test's thread that comes to wait, whose release fails. */
    private static final class Sync extends MutexSync {
        private final transient Thread failing = Thread.currentThread();
        private transient Runnable meanwhile = () -> {};

        @Override
        protected boolean tryAcquire(int ignored) {
            return true;
        }

        @Override
        protected boolean tryRelease(int ignored) {
            if (Thread.currentThread() == failing) {
                meanwhile.run();
                return false;
            }
            return true;
        }

        @Override
        protected boolean isHeldExclusively() {
            return true;
        }
    }

    @Test
    void signal_ofOneThatCannotFreeTheLock_goesToTheNext() throws Exception {
        Sync sync = new Sync();
        UnownedWaiters waiters = new UnownedWaiters(sync);
        List<Boolean> signalled = new ArrayList<>();
        try (ThreadHarness threads = new ThreadHarness()) {
            sync.meanwhile = () -> {
                Thread second = threads.start(
                        "second",
                        () -> signalled.add(waiters.await(Delays.large().toNanos(), TimeUnit.NANOSECONDS)));
                Await.blocked(second);
                waiters.signal();
            };
            assertThrows(IllegalMonitorStateException.class, waiters::await);
            threads.join();
        }
        assertEquals(List.of(true), signalled);
    }

    @Test
    void failedRelease_withoutASignal_wakesNobody() throws Exception {
        Sync sync = new Sync();
        UnownedWaiters waiters = new UnownedWaiters(sync);
        List<Boolean> signalled = new ArrayList<>();
        try (ThreadHarness threads = new ThreadHarness()) {
            sync.meanwhile = () -> {
                Thread second = threads.start(
                        "second",
                        () -> signalled.add(waiters.await(Delays.small().toNanos(), TimeUnit.NANOSECONDS)));
                Await.until("waiting", () -> second.getState() == Thread.State.TIMED_WAITING || !second.isAlive());
            };
            assertThrows(IllegalMonitorStateException.class, waiters::await);
            threads.join();
        }
        assertEquals(List.of(false), signalled);
    }
}
