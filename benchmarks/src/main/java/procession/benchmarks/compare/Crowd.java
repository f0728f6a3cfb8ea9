// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/** Threads that do the same for a time, or have something to do together. */
final class Crowd {
    /** What each thread does until it is to stop. */
    @FunctionalInterface
    interface Member {
        /** Goes on until {@code stop} is true, and returns how often it did it. */
        long run(AtomicBoolean stop) throws Exception;
    }

    /** A part of some work. */
    @FunctionalInterface
    interface Part {
        void run(int things) throws Exception;
    }

    private Crowd() {}

    /** Returns how often each of so many threads did it in about that time. */
    private static List<Long> counts(int threads, Duration atLeast, Member member) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch go = new CountDownLatch(1);
        List<FutureTask<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            tasks.add(new FutureTask<>(() -> {
                go.await();
                return member.run(stop);
            }));
        }
        start(tasks);
        go.countDown();
        Thread.sleep(Math.max(1, atLeast.toMillis()));
        stop.set(true);
        List<Long> counts = new ArrayList<>();
        for (FutureTask<Long> task : tasks) {
            counts.add(get(task));
        }
        return counts;
    }

    /** Returns how often so many threads together did it in a second. */
    static double perSecond(int threads, Duration atLeast, Member member) throws Exception {
        long begin = System.nanoTime();
        long done = counts(threads, atLeast, member).stream()
                .mapToLong(Long::longValue)
                .sum();
        return done * 1e9 / (System.nanoTime() - begin);
    }

    /** Returns how often the thread that came round least did it, for each time that the luckiest did. */
    static double fairness(int threads, Duration atLeast, Member member) throws Exception {
        List<Long> counts = counts(threads, atLeast, member);
        long least = counts.stream().mapToLong(Long::longValue).min().orElseThrow();
        long most = counts.stream().mapToLong(Long::longValue).max().orElseThrow();
        return Math.max(1, least) / (double) Math.max(1, most);
    }

    /** Has pairs of threads share two kinds of work, and returns when all of it is done. */
    static void pairs(int pairs, int things, Part first, Part second) throws Exception {
        share(pairs, things, List.of(first, second));
    }

    /** Has threads share some work, and returns when all of it is done. */
    static void all(int threads, int things, Part part) throws Exception {
        share(threads, things, List.of(part));
    }

    private static void share(int threads, int things, List<Part> parts) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            for (Part part : parts) {
                tasks.add(new FutureTask<>(() -> {
                    go.await();
                    part.run(things / threads);
                    return null;
                }));
            }
        }
        start(tasks);
        go.countDown();
        for (FutureTask<Void> task : tasks) {
            get(task);
        }
    }

    private static void start(List<? extends FutureTask<?>> tasks) {
        for (FutureTask<?> task : tasks) {
            Thread thread = new Thread(task, "crowd");
            thread.setDaemon(true); // so that one that hangs does not keep the program from ending
            thread.start();
        }
    }

    private static <T> T get(FutureTask<T> task) throws Exception {
        try {
            return task.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }
}
