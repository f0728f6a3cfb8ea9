// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static procession.threading.AcquirableContract.assertInterrupted;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** What holds for every event, in one process or between several. A subclass says how to make one. */
public abstract class EventContract {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** An event. */
    public interface Subject {
        /** Sets it. */
        void set();

        /** Clears it. */
        void clear();

        /** Returns whether it is set. */
        boolean isSet();

        /** Waits until it is set. */
        void await() throws InterruptedException;

        /** Waits until it is set. */
        boolean await(Duration timeout) throws InterruptedException;
    }

    /**
     * Makes an event.
     *
     * @return the event, which is not set
     */
    protected abstract Subject create();

    /**
     * Says how often the tests repeat what has to meet a rare moment.
     *
     * @return 2000 unless overridden
     */
    protected int rounds() {
        return 2000;
    }

    private int plain; // not volatile, on purpose: the event has to publish it

    @Test
    public void newEvent_isNotSet() throws InterruptedException {
        var event = create();
        assertFalse(event.isSet());
        assertFalse(event.await(Duration.ZERO));
        event.clear();
        assertFalse(event.isSet());
    }

    @Test
    public void set_lasts() throws InterruptedException {
        var event = create();
        event.set();
        event.set();
        assertTrue(event.isSet());
        event.await();
        event.await();
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofDays(-1), Delays.large(), FOR_EVER)) {
            assertTrue(event.await(timeout));
        }
        event.clear();
        event.clear();
        assertFalse(event.isSet());
        assertFalse(event.await(Duration.ofSeconds(Long.MIN_VALUE)));
        event.set();
        assertTrue(event.isSet());
    }

    @Test
    public void await_timedOut_isFalse() throws InterruptedException {
        var event = create();
        event.set();
        event.clear();
        long start = System.nanoTime();
        assertFalse(event.await(Delays.brief()));
        assertTrue(System.nanoTime() - start >= Delays.brief().toNanos());
    }

    private static void startWaiters(Subject event, ThreadHarness threads, int count, AtomicInteger through) {
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean timed = i % 2 == 0;
            waiters.add(threads.start("waiter-" + i, () -> {
                if (timed) {
                    assertTrue(event.await(FOR_EVER));
                } else {
                    event.await();
                }
                through.incrementAndGet();
            }));
        }
        waiters.forEach(Await::blocked);
    }

    @Test
    public void set_letsAllGo() {
        var event = create();
        var through = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            startWaiters(event, threads, 6, through);
            assertEquals(0, through.get());
            event.set();
        }
        assertEquals(6, through.get());
    }

    @Test
    public void set_thenClear_letsAllGoThatWait_andNobodyElse() throws InterruptedException {
        var event = create();
        for (int round = 0; round < rounds() / 20; round++) {
            var through = new AtomicInteger();
            try (var threads = new ThreadHarness()) {
                startWaiters(event, threads, 4, through);
                event.set();
                event.clear();
                assertFalse(event.await(Duration.ZERO), "came too late");
            }
            assertEquals(4, through.get());
        }
    }

    @Test
    public void set_thenClear_someLeaveAtThatMoment_theOthersGo() {
        for (int round = 0; round < rounds() / 10; round++) {
            var event = create();
            var through = new AtomicInteger();
            try (var threads = new ThreadHarness()) {
                Thread first = threads.start("first", () -> {
                    try {
                        event.await();
                    } catch (InterruptedException e) {
                        assertFalse(Thread.currentThread().isInterrupted());
                    }
                });
                Await.blocked(first);
                int nanos = round * 2_000;
                threads.start("second", () -> event.await(Duration.ofNanos(nanos)));
                startWaiters(event, threads, 1, through);
                threads.start("interrupter", first::interrupt);
                event.set();
                event.clear();
            }
            assertEquals(1, through.get());
        }
    }

    @Test
    public void await_timeoutThatRacesWithASet_isFalseOnlyIfItWasNotSet() {
        var event = create();
        var both = new Rendezvous();
        var seen = new boolean[1];
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("waiter", () -> {
                var random = new Random(1);
                for (int i = 0; i < rounds(); i++) {
                    both.meet();
                    seen[0] = event.await(Duration.ofNanos(random.nextInt(20_000)));
                    // A set that is seen after a timeout came after it.
                    both.meet();
                    both.meet();
                }
            });
            threads.start("setter", () -> {
                for (int i = 0; i < rounds(); i++) {
                    both.meet();
                    event.set();
                    event.clear();
                    both.meet();
                    assertFalse(event.isSet());
                    both.meet();
                }
            });
        }
    }

    @Test
    public void await_showsWhatWasWrittenBeforeTheSet() {
        var there = create();
        var back = create();
        int rounds = rounds();
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("one", () -> {
                for (int i = 1; i <= rounds; i++) {
                    plain = i;
                    there.set();
                    back.await();
                    assertEquals(-i, plain);
                    back.clear();
                }
            });
            threads.start("other", () -> {
                for (int i = 1; i <= rounds; i++) {
                    assertTrue(there.await(FOR_EVER));
                    assertEquals(i, plain);
                    there.clear();
                    plain = -i;
                    back.set();
                }
            });
        }
    }

    @Test
    public void await_interrupted_throws() {
        var event = create();
        assertInterrupted(event::await);
        assertInterrupted(() -> event.await(Delays.large()));
        assertInterrupted(() -> event.await(Duration.ZERO));
        for (ThrowingRunnable<Exception> wait :
                List.<ThrowingRunnable<Exception>>of(event::await, () -> event.await(Delays.large()))) {
            try (var threads = new ThreadHarness()) {
                Thread waiter = threads.start("waiter", () -> assertThrows(InterruptedException.class, wait::run));
                Await.blocked(waiter);
                waiter.interrupt();
            }
        }
        assertFalse(event.isSet());
    }

    @Test
    public void await_atRandomMoments_isNeverStuckWhenItIsSetInTheEnd() {
        var event = create();
        var interrupts = new AtomicInteger();
        try (var threads = new ThreadHarness(Delays.large())) {
            List<Thread> waiters = new ArrayList<>();
            for (int k = 0; k < 3; k++) {
                waiters.add(threads.start("waiter-" + k, () -> {
                    for (int i = 0; i < rounds(); i++) {
                        try {
                            if (i % 2 == 0) {
                                event.await();
                            } else {
                                event.await(Duration.ofNanos(20_000));
                            }
                        } catch (InterruptedException e) {
                            interrupts.incrementAndGet();
                        }
                    }
                }));
            }
            threads.start("flipper", () -> {
                var random = new Random(1);
                while (waiters.stream().anyMatch(Thread::isAlive)) {
                    event.set();
                    event.clear();
                    LockSupport.parkNanos(random.nextInt(20_000));
                    waiters.get(random.nextInt(3)).interrupt();
                }
            });
        }
    }

    @Test
    public void await_usesNoProcessor() {
        var event = create();
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", event::await);
            Await.blocked(waiter);
            long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId());
            Await.sleep(Delays.small()); // a time to look at, not an order of events
            long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(waiter.getId()) - before;
            event.set();
            assertTrue(used < Delays.small().toNanos() / 10, () -> used + " ns of processor time");
        }
    }

    @Test
    public void await_byManyVirtualThreads_leavesTheirCarriersToOthers() throws Exception {
        var event = create();
        Carriers.areLeftToOthers(Carriers.many(), event::await, event::set);
    }

    @Test
    public void toString_tellsTheState() {
        var event = create();
        assertTrue(event.toString().matches("Event@[0-9a-f]+\\[unset]"), event::toString);
        event.set();
        assertTrue(event.toString().matches("Event@[0-9a-f]+\\[set]"), event::toString);
    }
}
