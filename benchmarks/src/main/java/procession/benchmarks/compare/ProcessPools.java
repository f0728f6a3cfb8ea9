// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import procession.futures.Fn;
import procession.futures.Future;
import procession.futures.Results;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.multiprocessing.Pool;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.WorkerDiedException;

/** The process side of {@link PoolArea}: ours beside Python's, which {@code pool_peers.py} measures. */
final class ProcessPools {
    private static final int WORKERS = 2;
    private static final int BATCH = 1_000;
    private static final long SUM_OF_BATCH = BATCH * (BATCH - 1L) / 2;
    private static final double DEATH_MILLIS = 10;
    private static final double LATENESS_MILLIS = 5;
    private static final long MEETING_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final String PROGRAM = "pool_peers.py";
    private static final String POOL = "multiprocessing.Pool";
    private static final String EXECUTOR = "concurrent.futures.ProcessPoolExecutor";
    private static final String JOBLIB = "joblib.Parallel";

    private ProcessPools() {}

    static List<Bench> open(Setup setup) {
        ProcessPoolExecutor ours = setup.own(new ProcessPoolExecutor(WORKERS));
        Pool ourPool = setup.own(new Pool(WORKERS));
        // Whose workers are killed: a new worker is a JVM that has compiled nothing yet.
        ProcessPoolExecutor mortal = setup.own(new ProcessPoolExecutor(WORKERS));
        Optional<PythonPeer> pool = setup.python(PROGRAM, "pool", POOL);
        Optional<PythonPeer> executor = setup.python(PROGRAM, "executor", EXECUTOR);
        Optional<PythonPeer> joblib = setup.python(PROGRAM, "joblib", JOBLIB);
        Optional<PythonPeer> starts = pool.flatMap(there -> setup.python(PROGRAM, "starts", "their start-up"));

        List<Peer> roundTrips = new ArrayList<>();
        pool.ifPresent(peer -> roundTrips.add(Peer.interpreted(POOL, peer.contender("round_trip"))));
        executor.ifPresent(peer -> roundTrips.add(Peer.interpreted(EXECUTOR, peer.contender("round_trip"))));
        joblib.ifPresent(peer -> roundTrips.add(Peer.interpreted(JOBLIB, peer.contender("round_trip"))));
        List<Peer> submits = new ArrayList<>();
        executor.ifPresent(peer -> submits.add(Peer.interpreted(EXECUTOR, peer.contender("submit"))));
        List<Peer> maps = new ArrayList<>();
        executor.ifPresent(peer -> maps.add(Peer.interpreted(EXECUTOR, peer.contender("map"))));
        List<Peer> imaps = new ArrayList<>();
        pool.ifPresent(peer -> imaps.add(Peer.interpreted(POOL, peer.contender("imap"))));
        List<Peer> startUps = new ArrayList<>();
        starts.ifPresent(peer -> startUps.add(Peer.interpreted(POOL + " (spawn)", peer.contender("pool"))));
        starts.ifPresent(peer -> startUps.add(Peer.interpreted(EXECUTOR + " (spawn)", peer.contender("executor"))));

        return List.of(
                new Bench(
                        "pool.processes.round-trip",
                        Unit.MICROS,
                        atLeast -> Clock.medianMicros(atLeast, () -> roundTrip(ours)),
                        roundTrips),
                new Bench(
                        "pool.processes.submit",
                        Unit.TASKS_PER_SECOND,
                        atLeast -> Clock.perSecond(atLeast, BATCH, () -> submit(ours)),
                        submits),
                new Bench(
                        "pool.processes.map",
                        Unit.TASKS_PER_SECOND,
                        atLeast -> Clock.perSecond(atLeast, BATCH, () -> map(ours)),
                        maps),
                new Bench(
                        "pool.processes.imap",
                        Unit.TASKS_PER_SECOND,
                        atLeast -> Clock.perSecond(atLeast, BATCH, () -> imap(ourPool)),
                        imaps),
                new Bench("pool.processes.start-up", Unit.MILLIS, ProcessPools::start, startUps),
                new Bench(
                        "pool.processes.death",
                        Unit.MILLIS,
                        once -> death(mortal),
                        List.of(Peer.absolute(DEATH_MILLIS))),
                new Bench(
                        "pool.processes.timeout",
                        Unit.MILLIS,
                        once -> lateness(mortal),
                        List.of(Peer.absolute(LATENESS_MILLIS))));
    }

    private static Task<Integer> same(int x) {
        return () -> x;
    }

    private static void roundTrip(ProcessPoolExecutor pool) throws Exception {
        pool.submit(same(1)).result();
    }

    private static void submit(ProcessPoolExecutor pool) throws Exception {
        List<Future<Integer>> futures = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            futures.add(pool.submit(same(i)));
        }
        long sum = 0;
        for (Future<Integer> future : futures) {
            sum += future.result();
        }
        check(sum);
    }

    private static Fn<Integer, Integer> same() {
        return x -> x;
    }

    private static List<Integer> numbers() {
        return IntStream.range(0, BATCH).boxed().toList();
    }

    private static void map(ProcessPoolExecutor pool) {
        long sum = 0;
        try (Results<Integer> results = pool.map(same(), numbers())) {
            for (int result : results) {
                sum += result;
            }
        }
        check(sum);
    }

    private static void imap(Pool pool) {
        long sum = 0;
        try (Results<Integer> results = pool.imap(same(), numbers())) {
            for (int result : results) {
                sum += result;
            }
        }
        check(sum);
    }

    private static void check(long sum) {
        if (sum != SUM_OF_BATCH) {
            throw new IllegalStateException("wrong results");
        }
    }

    /** From before a pool is made until both of its workers gave a result. */
    static double start(Duration once) throws Exception {
        Path directory = Files.createTempDirectory("compare");
        try {
            String here = directory.toString();
            long start = System.nanoTime();
            ProcessPoolExecutor pool = new ProcessPoolExecutor(WORKERS);
            try (pool) {
                Future<String> first = pool.submit(meeting(here, "a", "b"));
                Future<String> second = pool.submit(meeting(here, "b", "a"));
                first.result();
                second.result();
                return (System.nanoTime() - start) / 1e6;
            }
        } finally {
            Files.deleteIfExists(directory.resolve("a"));
            Files.deleteIfExists(directory.resolve("b"));
            Files.delete(directory);
        }
    }

    /** From when a worker is killed until the future of its task has failed. */
    private static double death(ProcessPoolExecutor pool) throws Exception {
        Path file = Files.createTempFile("compare", ".pid");
        try {
            String path = file.toString();
            Future<String> future = pool.submit(() -> {
                Files.writeString(Path.of(path), ProcessHandle.current().pid() + " ");
                new CountDownLatch(1).await();
                return path;
            });
            String pid = "";
            while (!pid.endsWith(" ")) {
                Thread.sleep(1);
                pid = Files.readString(file);
            }
            ProcessHandle worker = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
            long start = System.nanoTime();
            worker.destroyForcibly();
            if (!(future.exception() instanceof WorkerDiedException)) {
                throw new IllegalStateException("the death went unnoticed");
            }
            double millis = (System.nanoTime() - start) / 1e6;
            roundTrip(pool); // so that the next one finds the pool as this one did
            return millis;
        } finally {
            Files.delete(file);
        }
    }

    /** How long after its deadline a task that does not end fails. */
    private static double lateness(ProcessPoolExecutor pool) throws Exception {
        Duration limit = Duration.ofMillis(50);
        long start = System.nanoTime();
        Future<?> future = pool.with(TaskOptions.timeout(limit)).submit(() -> new CountDownLatch(1).await());
        if (!(future.exception() instanceof TaskTimeoutException)) {
            throw new IllegalStateException("the timeout went by");
        }
        double millis = (System.nanoTime() - start - limit.toNanos()) / 1e6;
        roundTrip(pool);
        return millis;
    }

    private static Task<String> meeting(String directory, String me, String other) {
        return () -> meet(Path.of(directory), me, other);
    }

    /** Returns when another process has come to the same place, so that two of these prove two workers. */
    private static String meet(Path directory, String me, String other) throws IOException, InterruptedException {
        Files.createFile(directory.resolve(me));
        long begin = System.nanoTime();
        while (!Files.exists(directory.resolve(other))) {
            if (System.nanoTime() - begin > MEETING_NANOS) {
                throw new IOException("the other worker did not come");
            }
            Thread.sleep(1);
        }
        return me;
    }
}
