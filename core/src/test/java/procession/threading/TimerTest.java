// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static procession.threading.AcquirableContract.assertInterrupted;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

class TimerTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    private int plain; // not volatile, on purpose: start and join have to publish it

    private static void assertEnds(Timer timer) throws InterruptedException {
        assertTrue(timer.join(Delays.medium()), () -> timer + " has not ended");
        assertFalse(timer.isAlive());
        timer.join();
        assertTrue(timer.join(Duration.ZERO));
    }

    // ---- once

    @Test
    void timer_runsOnceAfterItsTime() throws InterruptedException {
        var ran = new AtomicLong();
        plain = 1;
        var timer = new Timer(Delays.brief(), () -> {
            assertEquals(1, plain);
            plain = 2;
            ran.set(System.nanoTime());
        });
        assertFalse(timer.isAlive());
        long start = System.nanoTime();
        assertSame(timer, timer.start());
        assertTrue(timer.isAlive());
        assertFalse(timer.join(Duration.ZERO));
        assertFalse(timer.join(Duration.ofDays(-1)));
        assertEnds(timer);
        assertTrue(ran.get() - start >= Delays.brief().toNanos());
        assertEquals(2, plain);
        timer.cancel(); // too late, and allowed
    }

    @Test
    void timer_withoutTime_runsAtOnce() throws InterruptedException {
        for (Duration delay : List.of(Duration.ZERO, Duration.ofDays(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            var runs = new AtomicInteger();
            var timer = new Timer(delay, runs::incrementAndGet).start();
            assertEnds(timer);
            assertEquals(1, runs.get());
        }
    }

    @Test
    void cancel_beforeItsTime_runsNothing() throws InterruptedException {
        var runs = new AtomicInteger();
        for (Duration delay : List.of(Duration.ofDays(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            var timer = new Timer(delay, runs::incrementAndGet).start();
            assertFalse(timer.join(SHORT));
            timer.cancel();
            timer.cancel();
            assertEnds(timer);
        }
        assertEquals(0, runs.get());
    }

    @Test
    void cancel_beforeTheStart_runsNothing() throws InterruptedException {
        var runs = new AtomicInteger();
        var timer = new Timer(Duration.ZERO, runs::incrementAndGet);
        timer.cancel();
        timer.start();
        assertEnds(timer);
        assertEquals(0, runs.get());
    }

    @Test
    void cancel_whileItRuns_letsItEnd() throws InterruptedException {
        var running = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var ends = new AtomicInteger();
        var timer = new Timer(Duration.ZERO, () -> {
            running.countDown();
            try {
                mayEnd.await();
                ends.incrementAndGet();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        timer.start();
        running.await();
        timer.cancel();
        assertFalse(timer.join(SHORT));
        assertTrue(timer.isAlive());
        mayEnd.countDown();
        assertEnds(timer);
        assertEquals(1, ends.get());
    }

    @Test
    void start_twice_isRefused() throws InterruptedException {
        var runs = new AtomicInteger();
        var timer = new Timer(Duration.ZERO, runs::incrementAndGet).start();
        assertThrows(IllegalStateException.class, timer::start);
        assertEnds(timer);
        var thrown = assertThrows(IllegalStateException.class, timer::start);
        assertTrue(String.valueOf(thrown.getMessage()).contains("starts once"), thrown::toString);
        assertEquals(1, runs.get());
    }

    @Test
    void join_whereItCanNeverReturn_isRefused() throws InterruptedException {
        var timer = new Timer(Duration.ZERO, () -> {});
        assertThrows(IllegalStateException.class, timer::join);
        assertThrows(IllegalStateException.class, () -> timer.join(Delays.large()));

        var own = new AtomicReference<@Nullable Timer>();
        var refused = new AtomicInteger();
        var started = new CountDownLatch(1);
        var joinsItself = new Timer(Duration.ZERO, () -> {
            try {
                started.await();
                Timer self = own.get();
                assertNotNull(self);
                assertThrows(IllegalStateException.class, self::join);
                assertThrows(IllegalStateException.class, () -> self.join(Delays.large()));
                refused.incrementAndGet();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        own.set(joinsItself);
        joinsItself.start();
        started.countDown();
        assertEnds(joinsItself);
        assertEquals(1, refused.get());
    }

    @Test
    void join_interrupted_leavesTheTimer() throws InterruptedException {
        var timer = new Timer(Duration.ofDays(1), () -> {}).start();
        assertInterrupted(timer::join);
        assertInterrupted(() -> timer.join(Delays.large()));
        try (var threads = new ThreadHarness()) {
            Thread joiner = threads.start("joiner", () -> assertThrows(InterruptedException.class, timer::join));
            Await.blocked(joiner);
            joiner.interrupt();
        }
        assertTrue(timer.isAlive());
        timer.cancel();
        assertEnds(timer);
    }

    /** Also on the last steps of the timer's thread. */
    @Test
    void join_interruptedAtRandom_waitsForTheEndAndLeavesTheTimer() {
        try (var threads = new ThreadHarness(Delays.large())) {
            Thread joiner = threads.start("joiner", () -> {
                for (int round = 0; round < 500; round++) {
                    var ran = new boolean[1]; // plain: join has to publish it
                    var timer = new Timer(Duration.ofNanos(50_000L * (round % 3)), () -> ran[0] = true).start();
                    while (!hasJoined(timer, round % 2 == 0)) {
                        Thread.onSpinWait();
                    }
                    assertFalse(timer.isAlive());
                    assertTrue(ran[0]);
                }
            });
            threads.start("interrupter", () -> {
                var random = new Random(1);
                while (joiner.isAlive()) {
                    joiner.interrupt();
                    LockSupport.parkNanos(random.nextInt(100_000));
                }
            });
        }
    }

    private static boolean hasJoined(Timer timer, boolean timed) {
        try {
            if (timed) {
                return timer.join(Delays.large());
            }
            timer.join();
            return true;
        } catch (InterruptedException again) {
            return false;
        }
    }

    @Test
    void thread_isADaemonLikeItsCreator_andAlwaysIfPeriodic() throws InterruptedException {
        var daemons = new AtomicReference<>("");
        Runnable look =
                () -> daemons.accumulateAndGet(Thread.currentThread().isDaemon() ? "daemon " : "user ", String::concat);
        try (var threads = new ThreadHarness()) { // whose threads are daemons
            threads.start("daemon", () -> assertEnds(new Timer(Duration.ZERO, look).start()));
        }
        var user = new Thread(() -> {
            try {
                assertEnds(new Timer(Duration.ZERO, look).start());
                var periodic = new AtomicReference<@Nullable Timer>();
                var timer = Timer.every(SHORT, () -> {
                    look.run();
                    Timer self = periodic.get();
                    if (self != null) {
                        self.cancel();
                    }
                });
                periodic.set(timer);
                assertEnds(timer.start());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        user.setDaemon(false);
        user.start();
        user.join();
        assertEquals("daemon user daemon ", daemons.get());
    }

    @Test
    void action_throws_goesToTheHandlerOfTheThread() throws InterruptedException {
        var failure = new StackOverflowError("pretended");
        var handled = new AtomicReference<@Nullable Throwable>();
        var timer = new Timer(Duration.ZERO, () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                handled.set(thrown);
                throw new IllegalStateException("of the handler");
            });
            throw failure;
        });
        assertEnds(timer.start());
        assertSame(failure, handled.get());
    }

    // ---- again and again

    @Test
    void every_wantsATimeBetweenTwoRuns() {
        for (Duration period : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> Timer.every(period, () -> {}));
            assertTrue(String.valueOf(thrown.getMessage()).contains("period = " + period), thrown::toString);
        }
    }

    @Test
    void every_runsNotBeforeItsTime_andDoesNotDrift() throws InterruptedException {
        var runs = new AtomicInteger();
        var enough = new CountDownLatch(1);
        var timer = Timer.every(SHORT, () -> {
            if (runs.incrementAndGet() == 20) {
                enough.countDown();
            }
        });
        assertFalse(timer.isAlive());
        assertEquals(0, runs.get());
        long start = System.nanoTime();
        timer.start();
        enough.await();
        long took = System.nanoTime() - start;
        timer.cancel();
        assertEnds(timer);
        assertTrue(took >= 20 * SHORT.toNanos(), () -> took + " ns");
    }

    @Test
    void every_afterALongRun_leavesOutWhatCameDue() throws InterruptedException {
        Duration period = Duration.ofMillis(20);
        var longRun = new CountDownLatch(1);
        var runs = new AtomicInteger();
        var fourth = new AtomicLong();
        var enough = new CountDownLatch(1);
        var timer = Timer.every(period, () -> {
            int run = runs.incrementAndGet();
            if (run == 1) {
                try {
                    longRun.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            } else if (run == 4) {
                fourth.set(System.nanoTime());
                enough.countDown();
            }
        });
        timer.start();
        Await.until("the first runs", () -> runs.get() == 1);
        Await.sleep(period.multipliedBy(6)); // the time in which others come due
        assertEquals(1, runs.get());
        long released = System.nanoTime();
        longRun.countDown();
        enough.await();
        timer.cancel();
        assertEnds(timer);
        // Made up for, they would have come at once.
        assertTrue(fourth.get() - released >= 2 * period.toNanos() * 9 / 10);
    }

    @Test
    void every_actionThrows_goesOn() throws InterruptedException {
        var handled = new AtomicInteger();
        var runs = new AtomicInteger();
        var enough = new CountDownLatch(1);
        var timer = Timer.every(SHORT, () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> handled.incrementAndGet());
            switch (runs.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("of the action");
                case 2 -> throw new OutOfMemoryError("pretended");
                case 3 -> Thread.currentThread().interrupt();
                case 4 -> enough.countDown();
                default -> assertNotNull(enough);
            }
        });
        timer.start();
        enough.await();
        assertEquals(2, handled.get());
        timer.cancel();
        assertEnds(timer);
    }

    @Test
    void every_cancelledByItsAction_ends() throws InterruptedException {
        var own = new AtomicReference<@Nullable Timer>();
        var runs = new AtomicInteger();
        var timer = Timer.every(SHORT, () -> {
            Timer self = own.get();
            if (runs.incrementAndGet() == 3 && self != null) {
                self.cancel();
            }
        });
        own.set(timer);
        assertEnds(timer.start());
        assertEquals(3, runs.get());
    }

    @Test
    void every_interruptedFromOutside_ends() throws InterruptedException {
        var thread = new AtomicReference<@Nullable Thread>();
        var timer = Timer.every(SHORT, () -> thread.set(Thread.currentThread()));
        timer.start();
        Await.until("it runs", () -> thread.get() != null);
        // Until it hits a wait: an interrupt that hits a run is the action's.
        Await.until("it ends", () -> {
            Thread its = thread.get();
            assertNotNull(its);
            its.interrupt();
            return !timer.isAlive();
        });
        assertEnds(timer);
    }

    @Test
    void every_withTheLongestPeriod_waits() throws InterruptedException {
        var runs = new AtomicInteger();
        var timer = Timer.every(Duration.ofSeconds(Long.MAX_VALUE), runs::incrementAndGet)
                .start();
        assertFalse(timer.join(SHORT));
        timer.cancel();
        assertEnds(timer);
        assertEquals(0, runs.get());
    }

    // ---- all the rest

    @Test
    void nullArguments_areRefused() throws InterruptedException {
        var tester = new NullPointerTester()
                .setDefault(Duration.class, Duration.ofDays(1))
                .setDefault(Runnable.class, () -> {});
        tester.testAllPublicConstructors(Timer.class);
        tester.testAllPublicStaticMethods(Timer.class);
        var timer = new Timer(Duration.ZERO, () -> {}).start();
        tester.testAllPublicInstanceMethods(timer);
        assertEnds(timer);
    }

    @Test
    void toString_tellsWhatItDoes() throws InterruptedException {
        var timer = new Timer(Duration.ofDays(1), () -> {});
        assertTrue(timer.toString().matches("Timer-\\d+\\[after PT24H, not started]"), timer::toString);
        timer.start();
        assertTrue(timer.toString().endsWith("[after PT24H, alive]"), timer::toString);
        timer.cancel();
        assertEnds(timer);
        assertTrue(timer.toString().endsWith("[after PT24H, ended]"), timer::toString);
        assertTrue(Timer.every(SHORT, () -> {}).toString().contains("[every PT0.005S, not started]"));
    }

    @Test
    void join_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        var timer = new Timer(Duration.ofDays(1), () -> {}).start();
        Carriers.areLeftToOthers(Carriers.many(), timer::join, timer::cancel);
    }
}
