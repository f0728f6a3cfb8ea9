// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.testing.NullPointerTester;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;
import procession.threading.BarrierContract;
import procession.threading.ThrowingRunnable;

/** A barrier of shared memory, among the threads of one process. */
@ExtendWith(LeakCheck.class)
class BarrierTest extends BarrierContract {
    private final List<Barrier> made = new ArrayList<>();

    @Override
    protected Subject create(int parties, @Nullable Runnable action, @Nullable Duration defaultTimeout) {
        Barrier barrier = keep(BarrierSubject.barrier(parties, action, defaultTimeout));
        return new BarrierSubject(() -> barrier);
    }

    private Barrier keep(Barrier barrier) {
        made.add(barrier);
        return barrier;
    }

    @Override
    protected boolean movesUp() {
        return false;
    }

    @AfterEach
    void destroy() {
        made.forEach(Barrier::destroy);
    }

    @Test
    void everyConstructor_withTooFewOrTooManyParties_namesThem() {
        for (int parties : new int[] {0, Integer.MAX_VALUE}) {
            Runnable action = () -> {};
            List<ThrowingRunnable<RuntimeException>> constructors = List.of(
                    () -> new Barrier(parties),
                    () -> new Barrier(parties, () -> {}),
                    () -> new Barrier(parties, action),
                    () -> new Barrier(parties, Duration.ZERO),
                    () -> new Barrier(parties, action, Duration.ZERO),
                    () -> new Barrier(parties, () -> {}, Duration.ZERO));
            for (var constructor : constructors) {
                var thrown = assertThrows(IllegalArgumentException.class, constructor::run);
                assertTrue(String.valueOf(thrown.getMessage()).contains("parties = " + parties), thrown::toString);
            }
        }
    }

    @Test
    void nullArguments_areRefused() {
        var tester = new NullPointerTester().setDefault(int.class, 1);
        tester.testAllPublicConstructors(Barrier.class);
        tester.testAllPublicInstanceMethods(keep(new Barrier(1)));
    }

    @Test
    void parties_inGreatNumber_haveAPlaceEach() throws Exception {
        Barrier barrier = keep(new Barrier(1 << 18));
        assertEquals(1 << 18, barrier.parties());
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 200; i++) {
                threads.start("one-of-many", () -> assertThrows(BrokenBarrierException.class, barrier::await));
            }
            Await.until("all wait", () -> barrier.waiting() == 200);
            barrier.abort();
        }
    }

    @Test
    void action_thatThrowsAnything_breaksTheBarrier() {
        Action action = () -> {
            throw new Exception("checked");
        };
        Barrier barrier = keep(new Barrier(1, action));
        Throwable thrown = assertThrows(CompletionException.class, barrier::await);
        assertTrue(String.valueOf(thrown.getCause()).contains("checked"), thrown::toString);
        assertTrue(barrier.broken());
    }

    @Test
    void register_closedTwice_leavesOnce() {
        Barrier barrier = keep(new Barrier(2));
        var first = barrier.register();
        var second = barrier.register();
        assertTrue(first.toString().contains(barrier.toString()), first::toString);
        first.close();
        first.close();
        assertFalse(barrier.broken());
        second.close();
        barrier.destroy();
        second.close();
        assertThrows(IllegalStateException.class, barrier::register);
    }

    @Test
    void rounds_withAProcessWithoutNativeCalls_followEachOther() throws Exception {
        Barrier barrier = keep(new Barrier(3));
        int rounds = 200;
        var process = Process.builder(() -> {
                    for (int i = 0; i < rounds; i++) {
                        barrier.await();
                    }
                })
                .jvmOptions("-Dprocession.native=false")
                .build();
        process.start();
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int k = 0; k < 2; k++) {
                threads.start("party-" + k, () -> {
                    for (int i = 0; i < rounds; i++) {
                        barrier.await();
                    }
                });
            }
        }
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
    }

    @Test
    void destroy_endsItForAll() {
        var runs = new AtomicInteger();
        Barrier barrier = keep(new Barrier(4, runs::incrementAndGet));
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 3; i++) {
                Await.blocked(threads.start("waiter", () -> assertThrows(IllegalStateException.class, barrier::await)));
            }
            barrier.destroy();
        }
        assertThrows(IllegalStateException.class, barrier::await);
        assertThrows(IllegalStateException.class, barrier::abort);
        assertThrows(IllegalStateException.class, barrier::reset);
        assertThrows(IllegalStateException.class, barrier::waiting);
        assertThrows(IllegalStateException.class, barrier::broken);
        assertTrue(barrier.toString().endsWith("[destroyed]"), barrier::toString);
        barrier.destroy();
        assertEquals(0, runs.get());
    }
}
