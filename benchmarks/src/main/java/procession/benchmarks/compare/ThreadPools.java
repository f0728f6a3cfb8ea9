// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import procession.futures.Future;
import procession.futures.Task;
import procession.futures.ThreadPoolExecutor;

/**
 * The thread side of {@link PoolArea}: ours beside the JDK's, written out twice so that each has call sites of its own,
 * which the compiler sees only one type at.
 */
final class ThreadPools {
    private static final int WORKERS = 2;
    private static final int BATCH = 10_000;
    private static final String PEER = "j.u.c. ThreadPoolExecutor";

    private ThreadPools() {}

    static List<Bench> open(Setup setup) {
        ThreadPoolExecutor ours = setup.own(new ThreadPoolExecutor(WORKERS));
        ExecutorService theirs = Executors.newFixedThreadPool(WORKERS);
        setup.own(theirs::shutdown);
        return List.of(
                new Bench(
                        "pool.threads.round-trip",
                        Unit.MICROS,
                        atLeast -> ourRoundTrip(ours, atLeast),
                        List.of(new Peer(PEER, atLeast -> theirRoundTrip(theirs, atLeast)))),
                new Bench(
                        "pool.threads.submit",
                        Unit.TASKS_PER_SECOND,
                        atLeast -> ourSubmit(ours, atLeast),
                        List.of(new Peer(PEER, atLeast -> theirSubmit(theirs, atLeast)))),
                new Bench(
                        "pool.threads.start-up",
                        Unit.MICROS,
                        ThreadPools::ourStart,
                        List.of(new Peer(PEER, ThreadPools::theirStart))));
    }

    private static double ourRoundTrip(ThreadPoolExecutor pool, Duration atLeast) throws Exception {
        Task<Integer> task = () -> 1;
        return Clock.medianMicros(atLeast, () -> pool.submit(task).result());
    }

    private static double theirRoundTrip(ExecutorService pool, Duration atLeast) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.medianMicros(atLeast, () -> pool.submit(task).get());
    }

    private static double ourSubmit(ThreadPoolExecutor pool, Duration atLeast) throws Exception {
        Task<Integer> task = () -> 1;
        return Clock.perSecond(atLeast, BATCH, () -> {
            List<Future<Integer>> futures = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                futures.add(pool.submit(task));
            }
            long sum = 0;
            for (Future<Integer> future : futures) {
                sum += future.result();
            }
            check(sum);
        });
    }

    private static double theirSubmit(ExecutorService pool, Duration atLeast) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.perSecond(atLeast, BATCH, () -> {
            List<java.util.concurrent.Future<Integer>> futures = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                futures.add(pool.submit(task));
            }
            long sum = 0;
            for (java.util.concurrent.Future<Integer> future : futures) {
                sum += future.get();
            }
            check(sum);
        });
    }

    private static void check(long sum) {
        if (sum != BATCH) {
            throw new IllegalStateException("wrong results");
        }
    }

    private static double ourStart(Duration atLeast) throws Exception {
        Samples nanos = new Samples();
        long begin = System.nanoTime();
        while (nanos.size() == 0 || System.nanoTime() - begin < atLeast.toNanos()) {
            CountDownLatch both = new CountDownLatch(WORKERS);
            Callable<Integer> meet = () -> meet(both);
            long start = System.nanoTime();
            ThreadPoolExecutor pool = new ThreadPoolExecutor(WORKERS);
            Future<Integer> first = pool.submit(meet);
            Future<Integer> second = pool.submit(meet);
            first.result();
            second.result();
            nanos.add(System.nanoTime() - start);
            pool.close();
        }
        return nanos.median() / 1e3;
    }

    private static double theirStart(Duration atLeast) throws Exception {
        Samples nanos = new Samples();
        long begin = System.nanoTime();
        while (nanos.size() == 0 || System.nanoTime() - begin < atLeast.toNanos()) {
            CountDownLatch both = new CountDownLatch(WORKERS);
            Callable<Integer> meet = () -> meet(both);
            long start = System.nanoTime();
            ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
            java.util.concurrent.Future<Integer> first = pool.submit(meet);
            java.util.concurrent.Future<Integer> second = pool.submit(meet);
            first.get();
            second.get();
            nanos.add(System.nanoTime() - start);
            pool.shutdown();
            while (!pool.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS)) {
                // Ours is closed too before the next one starts.
            }
        }
        return nanos.median() / 1e3;
    }

    /** Returns when the other worker is there as well, so that both have proved to run. */
    private static int meet(CountDownLatch both) throws InterruptedException {
        both.countDown();
        both.await();
        return 1;
    }
}
