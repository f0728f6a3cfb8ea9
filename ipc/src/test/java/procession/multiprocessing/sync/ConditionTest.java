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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.Process;
import procession.multiprocessing.shared.IntValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;
import procession.threading.ConditionContract;

/** A condition of shared memory, among the threads of one process. */
@SuppressWarnings("WaitNotInLoop") // single waits are what is tested
@ExtendWith(LeakCheck.class)
class ConditionTest extends ConditionContract {
    private final List<Runnable> destroyers = new ArrayList<>();

    @Override
    protected List<Subject> createTwo() {
        var lock = new RLock();
        destroyers.add(lock::destroy);
        return List.of(subject(new Condition(lock)), subject(new Condition(lock)));
    }

    private Subject subject(Condition condition) {
        keep(condition);
        return new ConditionSubject(() -> condition);
    }

    private Condition keep(Condition condition) {
        destroyers.add(condition::destroy);
        return condition;
    }

    /** Those who are woken at once compete for the lock. */
    @Override
    protected boolean inOrder() {
        return false;
    }

    @AfterEach
    void destroy() {
        destroyers.forEach(Runnable::run);
    }

    @Test
    void nullArguments_areRefused() {
        var tester = new NullPointerTester().setDefault(Duration.class, Duration.ZERO);
        tester.setDefault(BooleanSupplier.class, () -> true);
        tester.testAllPublicConstructors(Condition.class);
        Condition condition = keep(new Condition());
        assertTrue(condition.tryAcquire());
        tester.testAllPublicInstanceMethods(condition);
        condition.release();
    }

    @Test
    void toString_tellsTheStateOfTheLock() {
        Condition condition = keep(new Condition());
        assertTrue(
                condition.toString().matches("Condition@[0-9a-f]+\\[RLock@[0-9a-f]+\\[unlocked]]"),
                condition::toString);
    }

    @Test
    void signal_throughManyCopies_isForEach() throws Exception {
        Condition condition = keep(new Condition());
        int waits = 30;
        var woken = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < waits; i++) {
                Condition copy = PassageTest.copy(condition);
                Await.blocked(threads.start("waiter-" + i, () -> {
                    copy.run(copy::await);
                    woken.incrementAndGet();
                }));
            }
            condition.run(() -> condition.signal(waits - 1));
            Await.until("all but one", () -> woken.get() == waits - 1);
            condition.run(condition::signal);
        }
    }

    @Test
    void signals_withAProcessWithoutNativeCalls_goBackAndForth() throws Exception {
        Condition changed = keep(new Condition());
        var turn = new IntValue(0);
        destroyers.add(turn::destroy);
        int rounds = 200;
        var process = Process.builder(() -> changed.run(() -> {
                    for (int i = 0; i < rounds; i++) {
                        changed.awaitFor(() -> turn.get() == 1);
                        turn.set(0);
                        changed.signalAll();
                    }
                }))
                .jvmOptions("-Dprocession.native=false")
                .build();
        process.start();
        changed.run(() -> {
            for (int i = 0; i < rounds; i++) {
                turn.set(1);
                changed.signalAll();
                assertTrue(changed.awaitFor(() -> turn.get() == 0, Delays.large()), process::toString);
            }
        });
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
    }

    @Test
    void destroy_endsItForAll_andItsOwnLock() throws InterruptedException {
        Condition own = keep(new Condition());
        var lock = new Lock();
        Condition shared = keep(new Condition(lock));
        try (var threads = new ThreadHarness()) {
            Await.blocked(threads.start("waiter", () -> {
                lock.acquire();
                assertThrows(IllegalStateException.class, shared::await);
                assertTrue(lock.locked(), "again");
                lock.release();
            }));
            Await.blocked(threads.start("own", () -> {
                own.acquire();
                assertThrows(IllegalStateException.class, own::await);
            }));
            shared.destroy();
            own.destroy();
        }
        assertThrows(IllegalStateException.class, own::acquire);
        lock.run(() -> {
            assertThrows(IllegalStateException.class, () -> shared.await(Delays.brief()));
            assertThrows(IllegalStateException.class, shared::signal);
        });
        assertFalse(lock.locked());
        assertEquals(1, lock.call(() -> 1));
        lock.destroy();
        shared.destroy();
    }
}
