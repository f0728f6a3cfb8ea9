// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.threading.Barrier;
import procession.threading.Lock;

/** Two threads that take two locks in opposite orders, which a timeout finds, and in one order, which never fails. */
@Command(
        name = "deadlock",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Shows a deadlock, found by a timeout, and how the order of locks avoids it.")
final class Deadlock extends ThreadExample {
    @Option(
            names = "--timeout-millis",
            defaultValue = "200",
            paramLabel = "<ms>",
            converter = WholeNumber.class,
            description = "milliseconds that a thread waits for its second lock, at least 1")
    private long timeoutMillis;

    @Option(
            names = "--rounds",
            defaultValue = "1_000",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "how often each thread takes both locks in order, at least 0")
    private long rounds;

    /** A lock with a place in the order in which locks are taken. */
    private record Ranked(int rank, Lock lock) {}

    @Override
    void run(PrintWriter out) throws InterruptedException {
        Duration timeout = Duration.ofMillis(within(1, "--timeout-millis", timeoutMillis, 60_000));
        int times = within(0, "--rounds", rounds, MOST);
        Ranked left = new Ranked(1, new Lock());
        Ranked right = new Ranked(2, new Lock());

        Barrier bothHoldOne = new Barrier(2);
        AtomicInteger gaveUp = new AtomicInteger();
        together(List.of(
                () -> takeAsTheyCome(left, right, bothHoldOne, timeout, gaveUp),
                () -> takeAsTheyCome(right, left, bothHoldOne, timeout, gaveUp)));
        out.printf(
                Race.LOCALE,
                "in opposite orders: deadlock, found by %d of 2 threads after %d ms%n",
                gaveUp.get(),
                timeout.toMillis());

        int[] count = new int[1];
        together(List.of(() -> takeInOrder(left, right, times, count), () -> takeInOrder(right, left, times, count)));
        out.printf(Race.LOCALE, "in one order: both locks were held %,d times%n", count[0]);
    }

    private static void takeAsTheyCome(
            Ranked first, Ranked second, Barrier bothHoldOne, Duration timeout, AtomicInteger gaveUp) throws Exception {
        first.lock.run(() -> {
            bothHoldOne.await(); // without it a deadlock is a matter of luck
            if (second.lock.acquire(timeout)) {
                second.lock.release(); // the other one gave up in time
            } else {
                gaveUp.incrementAndGet(); // and lets go of the first one
            }
        });
    }

    private static void takeInOrder(Ranked one, Ranked other, int rounds, int[] count) throws InterruptedException {
        Lock lower = one.rank < other.rank ? one.lock : other.lock;
        Lock higher = one.rank < other.rank ? other.lock : one.lock;
        for (int round = 0; round < rounds; round++) {
            lower.run(() -> higher.run(() -> count[0]++));
        }
    }
}
