// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** Random steps, compared with a model that is one number; and random threads, which end with as many permits. */
class SemaphoreProperties {
    enum Operation {
        TRY_ACQUIRE,
        ACQUIRE_ZERO,
        ACQUIRE_IF_ANY,
        RELEASE,
        RELEASE_N
    }

    record Step(Operation operation, int n) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> n = Arbitraries.oneOf(
                Arbitraries.integers().between(-2, 6),
                Arbitraries.integers().between(Integer.MAX_VALUE - 6, Integer.MAX_VALUE));
        return Combinators.combine(Arbitraries.of(Operation.class), n)
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }

    @Property
    void semaphore_behavesLikeANumber(@ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 4) int permits)
            throws InterruptedException {
        compare(new Semaphore(permits), permits, Integer.MAX_VALUE, steps);
    }

    @Property
    void boundedSemaphore_behavesLikeANumberWithABound(
            @ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 4) int permits) throws InterruptedException {
        compare(new BoundedSemaphore(permits), permits, permits, steps);
    }

    private static void compare(Semaphore subject, int permits, int bound, List<Step> steps)
            throws InterruptedException {
        int value = permits;
        for (Step step : steps) {
            switch (step.operation) {
                case TRY_ACQUIRE -> {
                    assertEquals(value > 0, subject.tryAcquire());
                    value = Math.max(0, value - 1);
                }
                case ACQUIRE_ZERO -> {
                    assertEquals(value > 0, subject.acquire(Duration.ofNanos(Math.min(0, step.n))));
                    value = Math.max(0, value - 1);
                }
                case ACQUIRE_IF_ANY -> {
                    if (value > 0) {
                        subject.acquire();
                        value--;
                    }
                }
                case RELEASE -> {
                    if (value == bound) {
                        assertThrows(IllegalStateException.class, subject::release);
                    } else {
                        subject.release();
                        value++;
                    }
                }
                case RELEASE_N -> {
                    if (step.n < 1) {
                        assertThrows(IllegalArgumentException.class, () -> subject.release(step.n));
                    } else if ((long) value + step.n > bound) {
                        assertThrows(IllegalStateException.class, () -> subject.release(step.n));
                    } else {
                        subject.release(step.n);
                        value += step.n;
                    }
                }
            }
            assertEquals(value, subject.value());
        }
    }

    @Property(tries = 30)
    void permits_areConservedByThreadsThatGiveUp(
            @ForAll @IntRange(min = 1, max = 3) int permits,
            @ForAll @IntRange(min = 2, max = 5) int workers,
            @ForAll long seed) {
        for (Semaphore subject : List.of(new Semaphore(permits), new BoundedSemaphore(permits))) {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            try (var threads = new ThreadHarness(Delays.large())) {
                var running = new ArrayList<Thread>();
                for (int k = 0; k < workers; k++) {
                    var random = new Random(seed + k);
                    running.add(threads.start("worker-" + k, () -> {
                        for (int i = 0; i < 100; i++) {
                            work(subject, random, inside, most);
                        }
                    }));
                }
                threads.start("interrupter", () -> {
                    var random = new Random(seed);
                    while (running.stream().anyMatch(Thread::isAlive)) {
                        running.get(random.nextInt(workers)).interrupt();
                        LockSupport.parkNanos(random.nextInt(50_000));
                    }
                });
            }
            assertEquals(permits, subject.value());
            assertTrue(most.get() <= permits, () -> most + " inside, of " + permits);
        }
    }

    /** Takes one permit or a few, in any way, and gives all of them back in one release. */
    private static void work(Semaphore subject, Random random, AtomicInteger inside, AtomicInteger most) {
        int got = 0;
        try {
            subject.acquire();
            got++;
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            if (random.nextBoolean() && subject.acquire(Duration.ofNanos(random.nextInt(20_000)))) {
                got++;
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            }
            if (random.nextBoolean() && subject.tryAcquire()) {
                got++;
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            }
            LockSupport.parkNanos(random.nextInt(2_000)); // so that others come to wait
        } catch (InterruptedException givesUpWithWhatItGotSoFar) {
            most.accumulateAndGet(inside.get(), Math::max);
        } finally {
            inside.addAndGet(-got);
            if (got > 0) {
                subject.release(got);
            }
        }
    }
}
