// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
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

/**
 * Random steps on a pool whose tasks wait until they are let go, compared with a model: a list of tasks, the first of which
 * run, as many as there are workers.
 */
class ThreadPoolProperties {
    enum Operation {
        SUBMIT,
        SUBMIT_FAILING,
        FINISH,
        CANCEL,
        INTERRUPT,
        SHUTDOWN,
        CANCEL_PENDING
    }

    record Step(Operation operation, int which) {}

    private static final class Entry {
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch gate = new CountDownLatch(1);
        final boolean fails;
        final Future<Integer> future;

        Entry(Executor executor, boolean fails) {
            this.fails = fails;
            future = executor.submit(() -> {
                started.countDown();
                gate.await();
                if (fails) {
                    throw new IllegalStateException("as it was told");
                }
                return 7;
            });
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Operation> operations = Arbitraries.integers()
                .between(0, 2)
                .flatMap(dice -> dice == 0
                        ? Arbitraries.of(Operation.class)
                        : Arbitraries.of(
                                Operation.SUBMIT,
                                Operation.SUBMIT,
                                Operation.SUBMIT_FAILING,
                                Operation.FINISH,
                                Operation.CANCEL));
        return Combinators.combine(operations, Arbitraries.integers().between(0, 5))
                .as(Step::new)
                .list()
                .ofMaxSize(25);
    }

    @Property(tries = 300)
    void pool_runsTheFirstOfAList(@ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 3) int workers)
            throws Exception {
        List<Entry> tasks = new ArrayList<>(); // not done
        boolean shutdown = false;
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(workers)) {
            try {
                for (Step step : steps) {
                    int running = Math.min(workers, tasks.size());
                    int which = tasks.isEmpty() ? -1 : step.which() % tasks.size();
                    switch (step.operation()) {
                        case SUBMIT, SUBMIT_FAILING -> {
                            boolean fails = step.operation() == Operation.SUBMIT_FAILING;
                            if (shutdown) {
                                assertThrows(RejectedExecutionException.class, () -> new Entry(executor, fails));
                            } else {
                                tasks.add(new Entry(executor, fails));
                            }
                        }
                        case FINISH -> {
                            if (running > 0) {
                                Entry finished = tasks.remove(step.which() % running);
                                finished.gate.countDown();
                                assertFinished(finished);
                            }
                        }
                        case CANCEL -> {
                            if (which >= 0) {
                                assertEquals(
                                        which >= running,
                                        tasks.get(which).future.cancel());
                                if (which >= running) {
                                    assertTrue(tasks.remove(which).future.cancelled());
                                }
                            }
                        }
                        case INTERRUPT -> {
                            if (which >= 0) {
                                assertTrue(tasks.remove(which).future.cancel(true));
                            }
                        }
                        case SHUTDOWN -> {
                            executor.shutdown(false, false);
                            shutdown = true;
                        }
                        case CANCEL_PENDING -> {
                            executor.shutdown(false, true);
                            shutdown = true;
                            while (tasks.size() > running) {
                                assertTrue(tasks.remove(running).future.cancelled());
                            }
                        }
                    }
                    assertRunning(tasks, workers);
                    assertEquals(shutdown, executor.isShutdown());
                }
            } finally {
                tasks.forEach(task -> task.gate.countDown());
            }
            executor.shutdown();
            assertTrue(executor.awaitTermination(Delays.medium().toNanos(), TimeUnit.NANOSECONDS));
            for (Entry task : tasks) {
                assertFinished(task);
            }
        }
    }

    private static void assertRunning(List<Entry> tasks, int workers) throws InterruptedException {
        for (int i = 0; i < tasks.size(); i++) {
            Entry task = tasks.get(i);
            if (i < workers) {
                assertTrue(task.started.await(Delays.medium().toNanos(), TimeUnit.NANOSECONDS), "runs");
                Await.until("it runs", task.future::running);
            } else {
                assertEquals(1, task.started.getCount(), "waits for a worker");
            }
        }
    }

    private static void assertFinished(Entry task) throws Exception {
        if (task.fails) {
            Throwable failure = task.future.exception(Delays.medium());
            assertSame(IllegalStateException.class, failure == null ? null : failure.getClass());
        } else {
            assertEquals(7, task.future.result(Delays.medium()));
        }
    }
}
