// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.SharedDirectory;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.shared.LongValue;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/**
 * A process dies at each point between two steps of a protocol, one after the other, and the others go on: what locks guard is sound or
 * known not to be, permits come back, and nobody waits for ever.
 */
@ExtendWith(LeakCheck.class)
class FaultPointsTest {
    private static final int PERMITS = 2;

    /** How a process ends that has killed itself: by the signal that SelfKill uses, or by halt, before it can use that. */
    private static final Set<OptionalInt> BY_ITSELF = Set.of(OptionalInt.of(-29), OptionalInt.of(-9));

    private static final Duration A_MOMENT = Duration.ofMillis(1);

    /** Where a process dies that makes shared memory, or enters it. */
    private static final Set<FaultPoint> MAKING = EnumSet.range(FaultPoint.SLOTS_MADE, FaultPoint.SEGMENT_WHOLE);

    /** Where a process dies that finds what another dead one has left. */
    private static final Set<FaultPoint> MOURNING = EnumSet.of(
            FaultPoint.MUTEX_ABANDONED,
            FaultPoint.MUTEX_TAKEN_OVER,
            FaultPoint.MUTEX_UNDER_REPAIR,
            FaultPoint.MUTEX_REPAIRED,
            FaultPoint.MUTEX_ABANDONED_AGAIN,
            FaultPoint.PERMITS_RECLAIMED);

    private final Lock lock = new Lock();
    private final RLock reentrant = new RLock();
    private final Lock recovering = Lock.recovering();
    private final Semaphore semaphore = new Semaphore(PERMITS);
    private final BoundedSemaphore bounded = new BoundedSemaphore(PERMITS);

    /** Whose permits are gone for good with those who die with them. */
    private final Semaphore signal = new Semaphore(PERMITS);

    private final Event event = new Event();
    private final LongValue first = new LongValue(0);
    private final LongValue second = new LongValue(0);
    private final IntValue rounds = new IntValue(0);
    private final IntValue failures = new IntValue(0);
    private final IntValue over = new IntValue(0);

    @AfterEach
    void destroy() {
        lock.destroy();
        reentrant.destroy();
        recovering.destroy();
        semaphore.destroy();
        bounded.destroy();
        signal.destroy();
        event.destroy();
        first.destroy();
        second.destroy();
        rounds.destroy();
        failures.destroy();
        over.destroy();
    }

    static Stream<FaultPoint> making() {
        return MAKING.stream();
    }

    static Stream<FaultPoint> mourning() {
        return MOURNING.stream();
    }

    /** All others: new points are reached by those who use everything together, or the test of them fails. */
    static Stream<FaultPoint> using() {
        return EnumSet.allOf(FaultPoint.class).stream()
                .filter(point -> !MAKING.contains(point) && !MOURNING.contains(point));
    }

    private static void awaitDeath(Process process, FaultPoint point) throws InterruptedException {
        assertTrue(process.join(Delays.large()), () -> "still alive, so it never came to " + point);
        assertTrue(BY_ITSELF.contains(process.exitcode()), () -> process + " died elsewhere than at " + point);
    }

    private static Process startedToDieAt(FaultPoint point, Action action, String... options) {
        String[] all = Stream.concat(Stream.of("-D" + FaultPoint.PROPERTY + "=" + point), Stream.of(options))
                .toArray(String[]::new);
        Process process = Process.builder(action).jvmOptions(all).build();
        process.start();
        return process;
    }

    // ---- making shared memory

    @ParameterizedTest
    @MethodSource("making")
    void deathWhileMakingMemory_leavesAPlaceForOthers(FaultPoint point, @TempDir Path parent) throws Exception {
        Path directory = Files.createDirectory(parent.resolve("shared"));
        String here = "-D" + SharedDirectory.PROPERTY + "=" + directory;
        awaitDeath(startedToDieAt(point, FaultPointsTest::makeAndUse, here), point);
        Process next =
                Process.builder(FaultPointsTest::makeAndUse).jvmOptions(here).build();
        next.start();
        assertTrue(next.join(Delays.large()), next::toString);
        assertEquals(OptionalInt.of(0), next.exitcode());
        assertEquals(0, filesIn(directory), "what the dead one has left is swept");
    }

    private static void makeAndUse() throws Exception {
        var lock = new Lock();
        lock.run(() -> {});
        lock.destroy();
    }

    private static long filesIn(Path directory) throws Exception {
        if (!Files.exists(directory)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    // ---- using it

    /** Uses everything once, so long that others have to wait. */
    private Action round() {
        Lock plain = lock;
        RLock twice = reentrant;
        Lock silent = recovering;
        Semaphore some = semaphore;
        Semaphore plainly = signal;
        BoundedSemaphore bound = bounded;
        Event flag = event;
        LongValue one = first;
        LongValue other = second;
        IntValue wrong = failures;
        return () -> {
            try {
                plain.run(() -> {
                    if (one.get() != other.get()) {
                        wrong.getAndAdd(1);
                    }
                    one.getAndAdd(1);
                    Await.sleep(A_MOMENT);
                    other.getAndAdd(1);
                });
            } catch (OwnerDiedException death) {
                repair(plain, one, other);
            }
            try {
                twice.run(() -> twice.run(() -> Await.sleep(A_MOMENT)));
            } catch (OwnerDiedException death) {
                twice.recover(() -> {});
            }
            silent.run(() -> Await.sleep(A_MOMENT));
            some.run(() -> Await.sleep(A_MOMENT));
            bound.run(() -> Await.sleep(A_MOMENT));
            plainly.acquire();
            plainly.release();
            flag.clear();
            flag.await(A_MOMENT);
            flag.set();
        };
    }

    /** Fails at first, so that also a failing repair happens. */
    private static void repair(Lock lock, LongValue first, LongValue second) throws InterruptedException {
        try {
            lock.recover(() -> {
                throw new IllegalArgumentException("repaired the next time");
            });
        } catch (IllegalArgumentException failed) {
            lock.recover(() -> second.set(first.get()));
        }
    }

    private Action roundsUntilOver() {
        Action once = round();
        IntValue done = rounds;
        IntValue end = over;
        return () -> {
            while (end.get() == 0) {
                once.run();
                done.getAndAdd(1);
            }
        };
    }

    /** Everything can be had, by one who comes after. */
    private void assertUsable() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            threads.start("next", () -> {
                round().run(); // may find what has to be repaired
                round().run();
            });
        }
        assertEquals(0, failures.get());
        assertEquals(first.get(), second.get());
        Await.until("all permits are back: " + bounded, Delays.large(), () -> allTaken(bounded));
        Await.until("all permits are back: " + semaphore, Delays.large(), () -> allTaken(semaphore));
    }

    /** Takes all permits, and gives them back; also finds those of the dead. */
    private static boolean allTaken(Semaphore semaphore) {
        int taken = 0;
        while (taken < PERMITS && semaphore.tryAcquire()) {
            taken++;
        }
        if (taken > 0) {
            semaphore.release(taken);
        }
        return taken == PERMITS;
    }

    @ParameterizedTest
    @MethodSource("using")
    void deathAmongOthers_stopsNobody(FaultPoint point) throws Exception {
        Action hammer = roundsUntilOver();
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int i = 0; i < PERMITS + 1; i++) {
                threads.start("survivor-" + i, hammer::run);
            }
            try {
                awaitDeath(startedToDieAt(point, hammer), point);
                int before = rounds.get();
                Await.until("they go on: " + lock, Delays.large(), () -> rounds.get() > before + 2 * (PERMITS + 1));
            } finally {
                over.set(1);
            }
        }
        assertUsable();
    }

    @ParameterizedTest
    @MethodSource("mourning")
    void deathBesideTheDead_isMadeGoodByTheNext(FaultPoint point) throws Exception {
        Lock plain = lock;
        RLock twice = reentrant;
        Lock silent = recovering;
        BoundedSemaphore bound = bounded;
        IntValue reached = rounds;
        LongValue one = first;
        Process holder = new Process(() -> {
            plain.acquire();
            one.getAndAdd(1);
            twice.acquire();
            silent.acquire();
            bound.acquire();
            bound.acquire();
            reached.set(1);
            new CountDownLatch(1).await();
        });
        holder.start();
        Await.until("it has all", Delays.large(), () -> reached.get() == 1);
        holder.kill();
        assertTrue(holder.join(Delays.large()));
        awaitDeath(startedToDieAt(point, roundsUntilOver()), point);
        assertUsable();
    }
}
