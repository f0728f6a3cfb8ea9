// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** Random steps, compared with a model: the list of those that wait, and whether the barrier is broken. */
class BarrierProperties {
    enum Operation {
        ARRIVE,
        ARRIVE_WITHOUT_TIME,
        INTERRUPT,
        ABORT,
        RESET
    }

    record Step(Operation operation, int which) {}

    /** Somebody at the barrier, and what became of him: a place, or -1 for broken, or -2 for interrupted. */
    private static final class Arrival {
        final CompletableFuture<Integer> outcome = new CompletableFuture<>();
        final Thread thread;

        Arrival(ThreadHarness threads, Barrier barrier) {
            thread = threads.start("arrival", () -> {
                try {
                    outcome.complete(barrier.await());
                } catch (BrokenBarrierException e) {
                    outcome.complete(-1);
                } catch (InterruptedException e) {
                    outcome.complete(-2);
                }
            });
        }

        void mustBe(int expected) throws Exception {
            assertEquals(expected, outcome.get(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Operation> operations = Arbitraries.of(
                Operation.ARRIVE,
                Operation.ARRIVE,
                Operation.ARRIVE,
                Operation.ARRIVE_WITHOUT_TIME,
                Operation.INTERRUPT,
                Operation.ABORT,
                Operation.RESET,
                Operation.RESET);
        return Combinators.combine(operations, Arbitraries.integers().between(0, 3))
                .as(Step::new)
                .list()
                .ofMaxSize(15);
    }

    @Property(tries = 150)
    void barrier_isAList(@ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 4) int parties)
            throws Exception {
        var barrier = new Barrier(parties);
        List<Arrival> waiting = new ArrayList<>();
        boolean broken = false;
        try (var threads = new ThreadHarness()) {
            for (Step step : steps) {
                switch (step.operation()) {
                    case ARRIVE -> {
                        var arrival = new Arrival(threads, barrier);
                        if (broken) {
                            arrival.mustBe(-1);
                        } else {
                            waiting.add(arrival);
                            if (waiting.size() == parties) {
                                for (int place = 0; place < parties; place++) {
                                    waiting.get(place).mustBe(place);
                                }
                                waiting.clear();
                            } else {
                                Await.blocked(arrival.thread);
                            }
                        }
                    }
                    case ARRIVE_WITHOUT_TIME -> {
                        if (!broken && waiting.size() == parties - 1) {
                            assertEquals(parties - 1, barrier.await(Duration.ZERO));
                            for (int place = 0; place < parties - 1; place++) {
                                waiting.get(place).mustBe(place);
                            }
                            waiting.clear();
                        } else {
                            assertThrows(BrokenBarrierException.class, () -> barrier.await(Duration.ZERO));
                            broken = true;
                            letGo(waiting);
                        }
                    }
                    case INTERRUPT -> {
                        if (!waiting.isEmpty()) {
                            Arrival leaving = waiting.remove(step.which() % waiting.size());
                            leaving.thread.interrupt();
                            leaving.mustBe(-2);
                        }
                    }
                    case ABORT -> {
                        barrier.abort();
                        broken = true;
                        letGo(waiting);
                    }
                    case RESET -> {
                        barrier.reset();
                        broken = false;
                        letGo(waiting);
                    }
                }
                assertEquals(broken, barrier.broken());
                assertEquals(waiting.size(), barrier.waiting());
            }
            barrier.abort();
            letGo(waiting);
        }
    }

    private static void letGo(List<Arrival> waiting) throws Exception {
        for (Arrival arrival : waiting) {
            arrival.mustBe(-1);
        }
        waiting.clear();
    }
}
