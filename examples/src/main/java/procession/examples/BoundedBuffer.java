// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.threading.Lock;
import procession.threading.Semaphore;

/** Producers and consumers with a buffer between them that is made of two semaphores and a lock. */
@Command(
        name = "bounded-buffer",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Passes numbers from producers to consumers through a buffer made of two semaphores.")
final class BoundedBuffer extends ThreadExample {
    @Option(
            names = "--capacity",
            defaultValue = "3",
            paramLabel = "<items>",
            converter = WholeNumber.class,
            description = "what the buffer has room for, at least 1")
    private long capacity;

    @Option(
            names = "--items",
            defaultValue = "10_000",
            paramLabel = "<items>",
            converter = WholeNumber.class,
            description = "how many items each producer makes, at least 0")
    private long items;

    @Option(
            names = "--producers",
            defaultValue = "2",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that put items, at least 1")
    private long producers;

    @Option(
            names = "--consumers",
            defaultValue = "2",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that take items, at least 1")
    private long consumers;

    /**
     * A queue that makes its putters wait when it is full, and its takers when it is empty. One semaphore counts the free
     * places, and one the items; the lock is for the queue itself, and held by nobody who waits.
     *
     * @param <E> the type of the items
     */
    static final class Buffer<E> {
        private final Queue<E> items = new ArrayDeque<>();
        private final Lock lock = new Lock();
        private final Semaphore free;
        private final Semaphore filled = new Semaphore(0);
        private int most;

        Buffer(int capacity) {
            free = new Semaphore(capacity);
        }

        void put(E item) throws InterruptedException {
            free.acquire();
            lock.run(() -> {
                items.add(item);
                most = Math.max(most, items.size());
            });
            filled.release();
        }

        E take() throws InterruptedException {
            filled.acquire();
            E item = lock.call(items::remove); // which would throw if there were none
            free.release();
            return item;
        }

        /** Returns how many items there were at the most. */
        int most() throws InterruptedException {
            return lock.call(() -> most);
        }

        int size() throws InterruptedException {
            return lock.call(items::size);
        }
    }

    @Override
    void run(PrintWriter out) throws InterruptedException {
        Buffer<Integer> buffer = new Buffer<>(within(1, "--capacity", capacity, MOST));
        int each = within(0, "--items", items, MOST / MOST_THREADS);
        int putters = within(1, "--producers", producers, MOST_THREADS);
        int takers = within(1, "--consumers", consumers, MOST_THREADS);
        int all = each * putters;
        AtomicLong sum = new AtomicLong();
        AtomicInteger tickets = new AtomicInteger(all);
        List<Action> threads = new ArrayList<>();
        for (int p = 0; p < putters; p++) {
            int first = p * each;
            threads.add(() -> {
                for (int i = 0; i < each; i++) {
                    buffer.put(first + i);
                }
            });
        }
        for (int c = 0; c < takers; c++) {
            threads.add(() -> {
                while (tickets.getAndDecrement() > 0) {
                    sum.addAndGet(buffer.take());
                }
            });
        }
        together(threads);
        out.printf(Race.LOCALE, "%d producers put %,d items, %d consumers took them all%n", putters, all, takers);
        out.printf(Race.LOCALE, "sum of what was put: %d, of what was taken: %d%n", sumBelow(all), sum.get());
        out.printf(
                Race.LOCALE,
                "room for %d; at the most there were %d, and now there are %d%n",
                capacity,
                buffer.most(),
                buffer.size());
    }

    private static long sumBelow(long count) {
        return count * (count - 1) / 2;
    }
}
