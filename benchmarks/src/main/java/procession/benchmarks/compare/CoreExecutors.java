// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import procession.futures.Future;
import procession.futures.Task;
import procession.futures.ThreadPoolExecutor;

/** The thread pools of {@link CoreArea}. Each has loops of its own, whose call sites see no other type. */
final class CoreExecutors {
    private static final int WORKERS = 2;
    private static final int TASKS = 10_000;
    private static final String POOL = "j.u.c. ThreadPoolExecutor";
    private static final String FORK_JOIN = "j.u.c. ForkJoinPool";

    private CoreExecutors() {}

    static List<Bench> open(Setup setup, CorePython python) {
        ThreadPoolExecutor ours = setup.own(new ThreadPoolExecutor(WORKERS));
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
        setup.own(pool::shutdown);
        ForkJoinPool forkJoin = new ForkJoinPool(WORKERS);
        setup.own(forkJoin::shutdown);
        List<Bench> benches = new ArrayList<>();
        for (int submitters : new int[] {1, 4}) {
            benches.add(new Bench(
                    "core.executor.submit." + submitters,
                    Unit.TASKS_PER_SECOND,
                    atLeast -> ourSubmit(ours, atLeast, submitters),
                    python.with(
                            "submit_" + submitters,
                            new Peer(POOL, atLeast -> poolSubmit(pool, atLeast, submitters)),
                            new Peer(FORK_JOIN, atLeast -> forkJoinSubmit(forkJoin, atLeast, submitters)))));
        }
        benches.add(new Bench(
                "core.executor.round-trip",
                Unit.MICROS,
                atLeast -> ourRoundTrip(ours, atLeast),
                python.with(
                        "round_trip",
                        new Peer(POOL, atLeast -> poolRoundTrip(pool, atLeast)),
                        new Peer(FORK_JOIN, atLeast -> forkJoinRoundTrip(forkJoin, atLeast)))));
        return benches;
    }

    private static double ourRoundTrip(ThreadPoolExecutor pool, Duration atLeast) throws Exception {
        Task<Integer> task = () -> 1;
        return Clock.medianMicros(atLeast, () -> pool.submit(task).result());
    }

    private static double poolRoundTrip(ExecutorService pool, Duration atLeast) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.medianMicros(atLeast, () -> pool.submit(task).get());
    }

    private static double forkJoinRoundTrip(ForkJoinPool pool, Duration atLeast) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.medianMicros(atLeast, () -> pool.submit(task).get());
    }

    private static double ourSubmit(ThreadPoolExecutor pool, Duration atLeast, int submitters) throws Exception {
        Task<Integer> task = () -> 1;
        return Clock.perSecond(
                atLeast,
                TASKS,
                () -> Crowd.all(submitters, TASKS, things -> {
                    List<Future<Integer>> futures = new ArrayList<>(things);
                    for (int i = 0; i < things; i++) {
                        futures.add(pool.submit(task));
                    }
                    for (Future<Integer> future : futures) {
                        check(future.result());
                    }
                }));
    }

    private static double poolSubmit(ExecutorService pool, Duration atLeast, int submitters) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.perSecond(
                atLeast,
                TASKS,
                () -> Crowd.all(submitters, TASKS, things -> {
                    List<java.util.concurrent.Future<Integer>> futures = new ArrayList<>(things);
                    for (int i = 0; i < things; i++) {
                        futures.add(pool.submit(task));
                    }
                    for (java.util.concurrent.Future<Integer> future : futures) {
                        check(future.get());
                    }
                }));
    }

    private static double forkJoinSubmit(ForkJoinPool pool, Duration atLeast, int submitters) throws Exception {
        Callable<Integer> task = () -> 1;
        return Clock.perSecond(
                atLeast,
                TASKS,
                () -> Crowd.all(submitters, TASKS, things -> {
                    List<java.util.concurrent.Future<Integer>> futures = new ArrayList<>(things);
                    for (int i = 0; i < things; i++) {
                        futures.add(pool.submit(task));
                    }
                    for (java.util.concurrent.Future<Integer> future : futures) {
                        check(future.get());
                    }
                }));
    }

    private static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("wrong result");
        }
    }
}
