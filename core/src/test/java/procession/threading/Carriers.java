// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import procession.testing.Delays;

/** More virtual threads than there are carriers, to find out whether a wait holds on to them. */
final class Carriers {
    private Carriers() {}

    /**
     * Lets many virtual threads wait, sees whether another one gets a carrier, and then lets them go.
     *
     * @param many how many
     * @param wait what each does
     * @param letGo what ends all of their waits
     */
    static void areLeftToOthers(int many, ThrowingRunnable<Exception> wait, ThrowingRunnable<Exception> letGo)
            throws Exception {
        var started = new CountDownLatch(many);
        var ended = new CountDownLatch(many);
        var other = new CountDownLatch(1);
        var successes = new AtomicInteger();
        for (int i = 0; i < many; i++) {
            startVirtual(() -> {
                started.countDown();
                try {
                    wait.run();
                    successes.incrementAndGet();
                } catch (Exception e) {
                    // not counted
                } finally {
                    ended.countDown();
                }
            });
        }
        assertTrue(wait(started), "a waiter keeps its carrier");
        startVirtual(other::countDown);
        assertTrue(wait(other), "the waiters keep all carriers");
        letGo.run();
        assertTrue(wait(ended), "not all came through");
        assertEquals(many, successes.get());
    }

    /** Returns a number of threads that no machine has carriers for. */
    static int many() {
        return 4 * Runtime.getRuntime().availableProcessors() + 64;
    }

    private static boolean wait(CountDownLatch latch) throws InterruptedException {
        return latch.await(Delays.medium().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Starts a virtual thread where there are any, else a daemon. */
    private static void startVirtual(Runnable body) throws ReflectiveOperationException {
        try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
        } catch (NoSuchMethodException before21) {
            var thread = new Thread(body, "instead-of-virtual");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
