// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.shared.LongValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/**
 * Processes hammer locks while they are killed and stopped at random instants. What the locks guard stays sound, each death
 * is found out, and nobody waits for ever.
 */
@ExtendWith(LeakCheck.class)
class ChaosTest {
    /** Kills of one round, each of which is a test of its own. */
    private static final int KILLS = 10;

    private static final int ROUNDS = Math.max(1, Integer.getInteger("chaos.kills", 100) / KILLS);
    private static final int AT_A_TIME = 3;

    /** How long it took after each kill until somebody went on. */
    private static final List<Long> NANOS = new ArrayList<>();

    private static long repairs;

    /** Two numbers that are equal whenever nobody has the lock, and the same for a lock that needs no repair. */
    private static final class Arena {
        final Lock lock = new Lock();
        final RLock reentrant = new RLock();
        final Lock recovering = Lock.recovering();
        final LongValue first = new LongValue(0);
        final LongValue second = new LongValue(0);
        final LongValue third = new LongValue(0);
        final LongValue fourth = new LongValue(0);
        final LongValue alone = new LongValue(0);
        final LongValue repairs = new LongValue(0);
        final LongValue rounds = new LongValue(0);
        final IntValue errors = new IntValue(0);
        final IntValue here = new IntValue(0);
        final IntValue over = new IntValue(0);

        void destroy() {
            lock.destroy();
            reentrant.destroy();
            recovering.destroy();
            List.of(first, second, third, fourth, alone, repairs, rounds).forEach(LongValue::destroy);
            List.of(errors, here, over).forEach(IntValue::destroy);
        }

        /** What each process does until it is killed, or all is over. */
        Action hammer() {
            Lock plain = lock;
            RLock twice = reentrant;
            Lock taken = recovering;
            LongValue a = first;
            LongValue b = second;
            LongValue c = third;
            LongValue d = fourth;
            LongValue one = alone;
            LongValue repaired = repairs;
            LongValue done = rounds;
            IntValue wrong = errors;
            IntValue started = here;
            IntValue end = over;
            return () -> {
                started.getAndAdd(1);
                while (end.get() == 0) {
                    try {
                        plain.run(() -> {
                            if (a.get() != b.get()) {
                                wrong.getAndAdd(1);
                            }
                            a.set(a.get() + 1);
                            b.set(b.get() + 1);
                        });
                    } catch (OwnerDiedException death) {
                        if (plain.recover(() -> b.set(a.get()))) {
                            repaired.getAndAdd(1);
                        }
                    }
                    try {
                        twice.run(() -> twice.run(() -> {
                            if (c.get() != d.get()) {
                                wrong.getAndAdd(1);
                            }
                            c.set(c.get() + 1);
                            d.set(d.get() + 1);
                        }));
                    } catch (OwnerDiedException death) {
                        if (twice.recover(() -> d.set(c.get()))) {
                            repaired.getAndAdd(1);
                        }
                    }
                    taken.run(() -> one.set(one.get() + 1));
                    done.getAndAdd(1);
                }
            };
        }
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, code);
    }

    private static Process started(Arena arena) {
        var process = new Process(arena.hammer());
        process.start();
        return process;
    }

    /** Returns how long it takes until rounds are done again. */
    private static long nanosToNextRound(Arena arena) {
        long start = System.nanoTime();
        long before = arena.rounds.get();
        Await.until("somebody goes on: " + arena.lock, Delays.large(), () -> arena.rounds.get() > before + 1);
        return System.nanoTime() - start;
    }

    static IntStream rounds() {
        return IntStream.range(0, ROUNDS);
    }

    @AfterAll
    static void report() {
        long[] nanos = NANOS.stream().mapToLong(Long::longValue).sorted().toArray();
        if (nanos.length > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "chaos: %d kills, %d repairs; somebody went on within %.1f ms (median), %.1f ms (90 %%), %.1f ms (all)%n",
                    nanos.length,
                    repairs,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[nanos.length * 9 / 10] / 1e6,
                    nanos[nanos.length - 1] / 1e6);
        }
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void processesKilledAtRandomInstants_harmNobodyElse(int round) throws Exception {
        var arena = new Arena();
        var random = new Random(round);
        Deque<Process> processes = new ArrayDeque<>();
        List<Process> ended = new ArrayList<>();
        for (int i = 0; i < AT_A_TIME; i++) {
            processes.add(started(arena));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            int expected = kill + AT_A_TIME;
            Await.until("all are here", Delays.large(), () -> arena.here.get() == expected);
            Await.sleep(Duration.ofNanos(random.nextInt(3_000_000)));
            Process victim = processes.remove();
            boolean stopped = random.nextInt(4) == 0;
            if (stopped) {
                signal(victim, "STOP"); // it may have a lock, and then nobody goes on until it is dead
                Await.sleep(Duration.ofNanos(random.nextInt(3_000_000)));
            }
            if (stopped && random.nextBoolean()) {
                signal(victim, "CONT");
                processes.add(victim);
                nanosToNextRound(arena);
                victim = processes.remove();
            }
            victim.kill();
            ended.add(victim);
            NANOS.add(nanosToNextRound(arena));
            processes.add(started(arena));
        }
        arena.over.set(1);
        ended.addAll(processes);
        for (Process process : ended) {
            assertTrue(process.join(Delays.large()), process::toString);
        }
        repairs += arena.repairs.get();
        assertEquals(0, arena.errors.get());
        arena.lock.recover(() -> arena.second.set(arena.first.get()));
        arena.reentrant.recover(() -> arena.fourth.set(arena.third.get()));
        assertEquals(arena.first.get(), arena.second.get());
        assertEquals(arena.third.get(), arena.fourth.get());
        assertTrue(arena.recovering.tryAcquire());
        arena.destroy();
    }
}
