// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** Random steps, compared with a model: the list of those that wait, the first of which is woken first. */
class ConditionProperties {
    enum Operation {
        WAIT,
        WAIT_WITHOUT_TIME,
        INTERRUPT,
        SIGNAL,
        SIGNAL_SOME,
        SIGNAL_ALL
    }

    record Step(Operation operation, int which) {}

    /** How somebody's wait has ended. */
    enum End {
        SIGNALLED,
        INTERRUPTED
    }

    private static final class Waiter {
        final CompletableFuture<End> end = new CompletableFuture<>();
        final Thread thread;

        @SuppressWarnings("WaitNotInLoop") // who is woken, and how often, is what is tested
        Waiter(ThreadHarness threads, Condition condition, int level) {
            thread = threads.start("waiter", () -> {
                for (int i = 0; i < level; i++) {
                    condition.acquire();
                }
                try {
                    condition.await();
                    end.complete(End.SIGNALLED);
                } catch (InterruptedException e) {
                    end.complete(End.INTERRUPTED);
                }
                for (int i = 0; i < level; i++) {
                    condition.release(); // as often as it was held, or this throws
                }
            });
            Await.blocked(thread);
        }

        void mustEnd(End expected) throws Exception {
            assertEquals(expected, end.get(Delays.medium().toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Operation> operations = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(Operation.WAIT)), Tuple.of(5, Arbitraries.of(Operation.class)));
        return Combinators.combine(operations, Arbitraries.integers().between(0, 3))
                .as(Step::new)
                .list()
                .ofMaxSize(15);
    }

    @Property(tries = 100)
    void conditionOfAnRLock_isAList(@ForAll("steps") List<Step> steps) throws Exception {
        run(steps, new Condition(), 3);
    }

    @Property(tries = 100)
    void conditionOfALock_isAList(@ForAll("steps") List<Step> steps) throws Exception {
        run(steps, new Condition(new Lock()), 1);
    }

    private static void run(List<Step> steps, Condition condition, int level) throws Exception {
        List<Waiter> waiting = new ArrayList<>();
        try (var threads = new ThreadHarness()) {
            for (Step step : steps) {
                switch (step.operation()) {
                    case WAIT -> waiting.add(new Waiter(threads, condition, level));
                    case WAIT_WITHOUT_TIME ->
                        assertFalse(condition.call(() -> condition.await(Duration.ZERO)), "nobody has signalled");
                    case INTERRUPT -> {
                        if (!waiting.isEmpty()) {
                            Waiter interrupted = waiting.remove(step.which() % waiting.size());
                            interrupted.thread.interrupt();
                            interrupted.mustEnd(End.INTERRUPTED);
                        }
                    }
                    case SIGNAL -> {
                        condition.run(condition::signal);
                        wakeFirst(waiting, 1);
                    }
                    case SIGNAL_SOME -> {
                        condition.run(() -> condition.signal(step.which()));
                        wakeFirst(waiting, step.which());
                    }
                    case SIGNAL_ALL -> {
                        condition.run(condition::signalAll);
                        wakeFirst(waiting, waiting.size());
                    }
                }
                for (Waiter waiter : waiting) {
                    assertFalse(waiter.end.isDone(), "still waits");
                }
                assertFalse(condition.call(() -> false));
            }
            condition.run(condition::signalAll);
            wakeFirst(waiting, waiting.size());
        }
        assertFalse(condition.locked());
    }

    private static void wakeFirst(List<Waiter> waiting, int count) throws Exception {
        for (int i = 0; i < count && !waiting.isEmpty(); i++) {
            waiting.remove(0).mustEnd(End.SIGNALLED);
        }
    }
}
