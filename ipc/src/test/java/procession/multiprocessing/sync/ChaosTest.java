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
import java.util.concurrent.TimeoutException;
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
import procession.threading.Held;

/**
 * Processes hammer locks, semaphores and an event while they are killed and stopped at random instants. What the locks guard stays
 * sound, permits come back, each death is found out, and nobody waits for ever.
 */
@ExtendWith(LeakCheck.class)
class ChaosTest {
    /** Kills of one round, each of which is a test of its own. */
    private static final int KILLS = 20;

    private static final int ROUNDS = Math.max(1, Integer.getInteger("chaos.kills", 100) / KILLS);
    private static final int FEWEST = 2;
    private static final int MOST = 8;
    private static final int PERMITS = 2;

    /** How long it took after each kill until each thing could be had again by one who came next, and the longest of each. */
    private static final List<Long> NANOS = new ArrayList<>();

    private static long repairs;
    private static long stops;

    /** What all processes use. */
    private static final class Arena {
        final Lock lock = new Lock();
        final RLock reentrant = new RLock();
        final Lock recovering = Lock.recovering();
        final Semaphore semaphore = new Semaphore(PERMITS);
        final BoundedSemaphore bounded = new BoundedSemaphore(PERMITS);
        final Event event = new Event();

        /** Two numbers that are equal whenever nobody has the lock, and the same for the other one. */
        final LongValue first = new LongValue(0);

        final LongValue second = new LongValue(0);
        final LongValue third = new LongValue(0);
        final LongValue fourth = new LongValue(0);

        /** Who has the lock that needs no repair, by his pid. */
        final LongValue owner = new LongValue(0);

        /** Counted without lock, and on its own lock. */
        final LongValue added = new LongValue(0);

        final LongValue guarded = new LongValue(0);
        final LongValue repairs = new LongValue(0);
        final LongValue rounds = new LongValue(0);
        final IntValue errors = new IntValue(0);
        final IntValue here = new IntValue(0);
        final IntValue over = new IntValue(0);

        /** Whether to leave the processors to a process that starts. */
        final IntValue calm = new IntValue(0);

        void destroy() {
            lock.destroy();
            reentrant.destroy();
            recovering.destroy();
            semaphore.destroy();
            bounded.destroy();
            event.destroy();
            List.of(first, second, third, fourth, owner, added, guarded, repairs, rounds)
                    .forEach(LongValue::destroy);
            List.of(errors, here, over, calm).forEach(IntValue::destroy);
        }

        /** What each process does until it is killed, or all is over. */
        Action hammer() {
            List<Action> all =
                    List.of(withLock(), withReentrant(), withRecovering(), withPermits(), withEvent(), withValue());
            LongValue done = rounds;
            IntValue started = here;
            IntValue end = over;
            IntValue slowly = calm;
            return () -> {
                started.getAndAdd(1);
                while (end.get() == 0) {
                    for (Action each : all) {
                        each.execute();
                    }
                    done.getAndAdd(1);
                    if (slowly.get() != 0) {
                        Thread.sleep(2);
                    }
                }
            };
        }

        private Action withLock() {
            Lock plain = lock;
            LongValue a = first;
            LongValue b = second;
            LongValue repaired = repairs;
            IntValue wrong = errors;
            return () -> {
                try {
                    plain.run(() -> addToBoth(a, b, wrong));
                } catch (OwnerDiedException death) {
                    if (plain.recover(() -> b.set(a.get()))) {
                        repaired.getAndAdd(1);
                    }
                }
            };
        }

        private Action withReentrant() {
            RLock twice = reentrant;
            LongValue a = third;
            LongValue b = fourth;
            LongValue repaired = repairs;
            IntValue wrong = errors;
            return () -> {
                try {
                    twice.run(() -> twice.run(() -> addToBoth(a, b, wrong)));
                } catch (OwnerDiedException death) {
                    if (twice.recover(() -> b.set(a.get()))) {
                        repaired.getAndAdd(1);
                    }
                }
            };
        }

        private static void addToBoth(LongValue a, LongValue b, IntValue wrong) {
            if (a.get() != b.get()) {
                wrong.getAndAdd(1);
            }
            a.set(a.get() + 1);
            linger();
            b.set(b.get() + 1);
        }

        /** Makes it likely that a death comes here. */
        private static void linger() {
            for (int i = 0; i < 500; i++) {
                Thread.onSpinWait();
            }
        }

        /** Whoever finds another one's name there follows a dead one, or there are two at once: then the other writes, too. */
        private Action withRecovering() {
            Lock taken = recovering;
            LongValue who = owner;
            IntValue wrong = errors;
            return () -> taken.run(() -> {
                long me = ProcessHandle.current().pid();
                who.set(me);
                linger();
                if (who.get() != me) {
                    wrong.getAndAdd(1);
                }
            });
        }

        private Action withPermits() {
            Semaphore some = semaphore;
            BoundedSemaphore few = bounded;
            IntValue wrong = errors;
            return () -> {
                some.run(() -> checkPermits(some, wrong));
                few.acquire();
                checkPermits(few, wrong);
                few.release();
            };
        }

        private static void checkPermits(Semaphore semaphore, IntValue wrong) {
            linger();
            if (semaphore.value() >= PERMITS) { // one of them is here
                wrong.getAndAdd(1);
            }
        }

        private Action withEvent() {
            Event signal = event;
            return () -> {
                signal.clear();
                signal.await(Duration.ofNanos(20_000));
                signal.set();
            };
        }

        private Action withValue() {
            LongValue free = added;
            LongValue own = guarded;
            LongValue repaired = repairs;
            return () -> {
                free.getAndAdd(1);
                try {
                    own.run(() -> {
                        own.set(own.get() + 1);
                        linger();
                    });
                } catch (OwnerDiedException death) {
                    if (own.recover(() -> {})) {
                        repaired.getAndAdd(1);
                    }
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

    /** Takes all permits there can be, which also finds those of the dead. */
    private static boolean allTaken(Semaphore semaphore) {
        List<Held> held = new ArrayList<>();
        try {
            while (held.size() < PERMITS) {
                held.add(semaphore.hold(Duration.ZERO));
            }
            return semaphore.value() == 0;
        } catch (TimeoutException none) {
            return false;
        } catch (InterruptedException hurry) {
            throw new IllegalStateException(hurry);
        } finally {
            held.forEach(Held::close);
        }
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
                    "chaos: %d kills, %d stops, %d repairs; somebody had everything again within %.1f ms (50 %%), %.1f ms (90 %%), %.1f ms (99 %%), %.1f ms (100 %%)%n",
                    nanos.length,
                    stops,
                    repairs,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[nanos.length * 9 / 10] / 1e6,
                    nanos[nanos.length * 99 / 100] / 1e6,
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
        int atATime = FEWEST + 3 * round % (MOST - FEWEST + 1);
        for (int i = 0; i < atATime; i++) {
            processes.add(started(arena));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            int expected = kill + atATime;
            arena.calm.set(1);
            Await.until("all are here", Delays.large(), () -> arena.here.get() == expected);
            arena.calm.set(0);
            long busy = arena.rounds.get() + 10L * atATime;
            Await.until("all are busy", Delays.large(), () -> arena.rounds.get() > busy);
            Await.sleep(Duration.ofNanos(random.nextInt(3_000_000)));
            Process victim = processes.remove();
            boolean stopped = random.nextInt(4) == 0;
            if (stopped) {
                stops++;
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
        arena.guarded.recover(() -> {});
        assertTrue(arena.recovering.tryAcquire());
        Await.until("all permits are back: " + arena.semaphore, Delays.large(), () -> allTaken(arena.semaphore));
        Await.until("all permits are back: " + arena.bounded, Delays.large(), () -> allTaken(arena.bounded));
        assertTrue(arena.added.get() >= arena.rounds.get());
        arena.destroy();
    }
}
