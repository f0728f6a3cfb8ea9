// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.sync.Lock;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/** The lectures' counter: two processes that each add 100,000 times. */
@ExtendWith(LeakCheck.class)
class SharedCounterTest {
    private static final int TIMES = 100_000;

    /** Runs an action in two processes, the second of which may have other options. */
    private static void inTwo(Action action, String... optionsOfSecond) throws InterruptedException {
        List<Process> processes = new ArrayList<>();
        processes.add(new Process(action));
        processes.add(Process.builder(action).jvmOptions(optionsOfSecond).build());
        processes.forEach(Process::start);
        for (Process process : processes) {
            assertTrue(process.join(Delays.large()), process::toString);
            assertEquals(OptionalInt.of(0), process.exitcode());
        }
    }

    private static Action withLock(IntValue counter, Lock lock) {
        return () -> {
            for (int i = 0; i < TIMES; i++) {
                lock.run(() -> counter.set(counter.get() + 1));
            }
        };
    }

    @Test
    void counterWithALock_losesNothing() throws Exception {
        var counter = new IntValue(0);
        var lock = new Lock();
        inTwo(withLock(counter, lock));
        assertEquals(2 * TIMES, counter.get());
        lock.destroy();
        counter.destroy();
    }

    @Test
    void counterWithALock_whereOneProcessHasNoNativeCalls_losesNothing() throws Exception {
        var counter = new IntValue(0);
        var lock = new Lock();
        inTwo(withLock(counter, lock), "-Dprocession.native=false");
        assertEquals(2 * TIMES, counter.get());
        lock.destroy();
        counter.destroy();
    }

    @Test
    void counterWithItsOwnLock_losesNothing() throws Exception {
        var counter = new LongValue(0);
        inTwo(() -> {
            for (int i = 0; i < TIMES; i++) {
                // pairs with itself in the other process, by the lock
                counter.run(() -> counter.raw().setPlain(counter.raw().getPlain() + 1));
            }
        });
        assertEquals(2 * TIMES, counter.get());
        counter.destroy();
    }

    @Test
    void counterWithoutALock_losesNothing() throws Exception {
        var ints = new IntValue(0);
        var longs = new LongValue(0);
        inTwo(() -> {
            for (int i = 0; i < TIMES; i++) {
                ints.getAndAdd(1);
                longs.updateAndGet(n -> n + 1);
            }
        });
        assertEquals(2 * TIMES, ints.get());
        assertEquals(2 * TIMES, longs.get());
        ints.destroy();
        longs.destroy();
    }
}
