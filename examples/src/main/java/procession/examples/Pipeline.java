// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.queue.Queue;
import procession.queue.ShutDown;

/** Stages with queues between them, each ended by the one before it: with a last element, or by shutting the queue down. */
@Command(
        name = "pipeline",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Squares and adds numbers in stages with queues between them, ended in two ways.")
final class Pipeline extends ThreadExample {
    @Option(
            names = "--n",
            defaultValue = "1_000",
            paramLabel = "<numbers>",
            converter = WholeNumber.class,
            description = "how many numbers go through, at least 0")
    private long numbers;

    @Option(
            names = "--capacity",
            defaultValue = "10",
            paramLabel = "<items>",
            converter = WholeNumber.class,
            description = "what each queue has room for, at least 1")
    private long capacity;

    @Option(
            names = "--workers",
            defaultValue = "2",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that square, at least 1")
    private long workers;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int count = within(0, "--n", numbers, 1_000_000);
        int room = within(1, "--capacity", capacity, MOST);
        int squarers = within(1, "--workers", workers, MOST_THREADS);
        print(out, "sentinels", count, sumWithSentinels(count, room, squarers));
        print(out, "shutdown", count, sumWithShutdown(count, room, squarers));
    }

    private static void print(PrintWriter out, String way, int count, long sum) {
        out.printf(Race.LOCALE, "%s: the squares from 1 to %d add up to %d%n", way, count, sum);
    }

    /** Each stage passes on an empty element when it has passed on all others. */
    private static long sumWithSentinels(int count, int capacity, int squarers) throws InterruptedException {
        Queue<Optional<Long>> toSquare = new Queue<>(capacity);
        Queue<Optional<Long>> toAdd = new Queue<>(capacity);
        AtomicInteger squaring = new AtomicInteger(squarers);
        AtomicLong sum = new AtomicLong();
        List<Action> stages = new ArrayList<>();
        stages.add(() -> {
            for (long number = 1; number <= count; number++) {
                toSquare.put(Optional.of(number));
            }
            toSquare.put(Optional.empty());
        });
        for (int i = 0; i < squarers; i++) {
            stages.add(() -> {
                Optional<Long> number = toSquare.get();
                while (number.isPresent()) {
                    toAdd.put(number.map(value -> value * value));
                    number = toSquare.get();
                }
                if (squaring.decrementAndGet() > 0) {
                    toSquare.put(number); // for the next one
                } else {
                    toAdd.put(number);
                }
            });
        }
        stages.add(() -> {
            for (var square = toAdd.get(); square.isPresent(); square = toAdd.get()) {
                sum.addAndGet(square.get());
            }
        });
        together(stages);
        return sum.get();
    }

    /** Each stage shuts its output down when its input is, and needs no element for that. */
    private static long sumWithShutdown(int count, int capacity, int squarers) throws InterruptedException {
        Queue<Long> toSquare = new Queue<>(capacity);
        Queue<Long> toAdd = new Queue<>(capacity);
        AtomicInteger squaring = new AtomicInteger(squarers);
        AtomicLong sum = new AtomicLong();
        List<Action> stages = new ArrayList<>();
        stages.add(() -> {
            for (long number = 1; number <= count; number++) {
                toSquare.put(number);
            }
            toSquare.shutdown();
        });
        for (int i = 0; i < squarers; i++) {
            stages.add(() -> {
                try {
                    while (true) {
                        long number = toSquare.get();
                        toAdd.put(number * number);
                    }
                } catch (ShutDown noMore) {
                    if (squaring.decrementAndGet() == 0) {
                        toAdd.shutdown();
                    }
                }
            });
        }
        stages.add(() -> {
            try {
                while (true) {
                    sum.addAndGet(toAdd.get());
                }
            } catch (ShutDown noMore) {
                // all is added
            }
        });
        together(stages);
        return sum.get();
    }
}
