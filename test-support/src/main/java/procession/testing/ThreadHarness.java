// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the threads of one test, by the rules of the JSR-166 tests: what a thread throws fails the test, and no thread
 * outlives it.
 *
 * <pre>{@code
 * try (var threads = new ThreadHarness()) {
 *     threads.start("taker", () -> assertEquals(1, queue.get()));
 *     queue.put(1);
 * }
 * }</pre>
 */
public final class ThreadHarness implements AutoCloseable {

    /** What a thread does. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs.
         *
         * @throws Throwable to fail the test
         */
        void run() throws Throwable;
    }

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Duration limit;

    /** Creates a harness whose threads have {@link Delays#medium()} to end, counted from the join. */
    public ThreadHarness() {
        this(Delays.medium());
    }

    /**
     * Creates a harness.
     *
     * @param limit how long a join waits
     */
    public ThreadHarness(Duration limit) {
        this.limit = limit;
    }

    /**
     * Starts a thread.
     *
     * @param name its name
     * @param body what it does
     * @return the thread
     */
    public Thread start(String name, Body body) {
        var thread = new Thread(() -> run(body), name);
        // A thread that is stuck must not keep the test JVM alive after its stack has been reported.
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /**
     * Starts {@code count} threads that do the same, and lets them go together.
     *
     * @param count how many
     * @param name the names' common part
     * @param body what each does
     */
    public void startTogether(int count, String name, Body body) {
        var gate = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            start(name + '-' + i, () -> {
                gate.countDown();
                gate.await();
                body.run();
            });
        }
    }

    /**
     * Waits until every thread has ended, and fails if one threw or does not end in time.
     *
     * @throws AssertionError if a thread failed or is still running
     */
    public void join() {
        long start = System.nanoTime();
        for (Thread thread : threads) {
            long left = limit.toNanos() - (System.nanoTime() - start);
            if (!ends(thread, left)) {
                var stuck = new AssertionError(
                        thread.getName() + " has not ended within " + limit + "\n" + Stacks.of(thread) + Stacks.all());
                failures.add(stuck);
                threads.forEach(Thread::interrupt);
                break;
            }
        }
        threads.clear();
        throwFailures();
    }

    /**
     * Joins.
     *
     * @throws AssertionError if a thread failed or is still running
     */
    @Override
    public void close() {
        join();
    }

    private void run(Body body) {
        try {
            body.run();
        } catch (Throwable t) {
            failures.add(t);
        }
    }

    private static boolean ends(Thread thread, long nanos) {
        try {
            // At least a millisecond: zero would wait for ever.
            thread.join(Math.max(1, nanos / 1_000_000));
            return !thread.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while joining " + thread.getName() + "\n" + Stacks.all(), e);
        }
    }

    private void throwFailures() {
        if (failures.isEmpty()) {
            return;
        }
        var error = new AssertionError("In another thread: " + failures.get(0), failures.get(0));
        failures.stream().skip(1).forEach(error::addSuppressed);
        failures.clear();
        throw error;
    }
}
