// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.OnFailure;
import procession.futures.Outcome;
import procession.futures.Results;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.ThreadHarness;

/** Some seconds of the {@link SoakTest}: tasks of all kinds from several threads, while workers are killed and stopped. */
final class SoakSlice {
    /*
     * Overview. Each submitter has a window of entries that it fills with what its random numbers say, and empties from the
     * oldest. An entry is checked when it is taken out, as far as that can be done at once: how the task has ended. How
     * often it was run is checked at the end, when the ledger, to which each run adds a line, is complete.
     *
     * All submitters pause at the same times, for longer than workers may be idle, so that the pool shrinks to nothing and
     * grows again. The killer hits workers that have answered at least once: those that start are not its aim, because a
     * pool whose workers don't start three times in a row is right to break.
     */
    static final Duration IDLE = Duration.ofMillis(300);

    private static final int SUBMITTERS = 3;
    private static final int WINDOW = 16;
    private static final int MAX_RETRIES = 2;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(800);

    /** How entries have ended, for the one who reads the output. */
    enum End {
        RESULT,
        THROWN,
        DIED,
        TIMED_OUT,
        SKIPPED,
        CANCELLED,
        DROPPED
    }

    private final ProcessPoolExecutor pool;
    private final long seed;
    private final Mark ledger;
    private final AtomicLong ids;
    private final AtomicLong recentPid = new AtomicLong(-1);
    private final AtomicInteger hits = new AtomicInteger();
    private final Map<Long, Integer> allowedRuns = new HashMap<>();
    private final Map<Long, Boolean> hasResult = new HashMap<>();
    private final Map<End, AtomicInteger> ends = new EnumMap<>(End.class);
    private final long startNanos = System.nanoTime();
    private final long lengthNanos;

    SoakSlice(ProcessPoolExecutor pool, long seed, Duration length, Path directory, AtomicLong ids) {
        this.pool = pool;
        this.seed = seed;
        this.lengthNanos = length.toNanos();
        this.ledger = new Mark(directory, "ledger-" + seed);
        this.ids = ids;
        for (End end : End.values()) {
            ends.put(end, new AtomicInteger());
        }
    }

    /**
     * A task, or a call of map, that was submitted.
     *
     * @param tasks the tasks
     * @param future its future, if it is one task
     * @param completions how often the future has said that it is done
     * @param results the results of map, if it is that
     * @param cancelled whether it was cancelled, so that it may end as such
     */
    private record Entry(
            List<SoakTask> tasks,
            @Nullable Future<SoakTask.Value> future,
            AtomicInteger completions,
            @Nullable Results<SoakTask.Value> results,
            boolean cancelled) {}

    /** Runs the slice to its end; all that was submitted is done then, and was checked. */
    void run() throws Exception {
        try (ThreadHarness threads = new ThreadHarness(Delays.large().plusNanos(lengthNanos))) {
            for (int i = 0; i < SUBMITTERS; i++) {
                SplittableRandom random = new SplittableRandom(seed * 31 + i);
                threads.start("soak-submitter-" + i, () -> submitAndCheck(random));
            }
            threads.start("soak-killer", () -> kill(new SplittableRandom(seed * 31 - 1)));
            threads.join();
        }
        checkRuns();
        Files.delete(Path.of(ledger.path()));
    }

    @Override
    public String toString() {
        return ends + ", hits on workers: " + hits;
    }

    private boolean isOver() {
        return System.nanoTime() - startNanos >= lengthNanos;
    }

    /** Whether this is a time in which nobody submits. */
    private boolean isPause() {
        return (System.nanoTime() - startNanos) % PERIOD_NANOS >= PERIOD_NANOS - PAUSE_NANOS;
    }

    // ---- submitters ----

    private void submitAndCheck(SplittableRandom random) throws Exception {
        Deque<Entry> window = new ArrayDeque<>();
        while (!isOver()) {
            if (isPause()) {
                drain(window, 0);
                Await.sleep(Delays.brief());
            } else {
                window.add(submit(random));
                drain(window, random.nextInt(WINDOW));
            }
        }
        drain(window, 0);
    }

    private void drain(Deque<Entry> window, int left) throws Exception {
        while (window.size() > left) {
            check(window.removeFirst());
        }
    }

    private Entry submit(SplittableRandom random) throws Exception {
        int retries = random.nextInt(MAX_RETRIES + 1);
        TaskOptions.Chain options = TaskOptions.retries(retries);
        if (random.nextInt(4) == 0) {
            options = options.onFailure(OnFailure.skip(null));
        }
        boolean isMap = random.nextInt(4) == 0;
        List<SoakTask> tasks = new ArrayList<>();
        int count = isMap ? 1 + random.nextInt(12) : 1;
        for (int i = 0; i < count; i++) {
            tasks.add(task(random));
        }
        synchronized (allowedRuns) {
            tasks.forEach(task -> allowedRuns.put(task.id(), 1 + retries));
        }
        if (tasks.stream().anyMatch(task -> task.kind() == SoakTask.Kind.HANGS)) {
            options = random.nextBoolean()
                    ? options.timeout(Duration.ofMillis(100 + random.nextInt(200)))
                    : options.progressTimeout(Duration.ofMillis(100 + random.nextInt(200)));
        }
        if (isMap) {
            MapOptions.Chain chunks = MapOptions.chunksize(1 + random.nextInt(5));
            Results<SoakTask.Value> results =
                    pool.with(options).map(SoakTask::call, tasks, random.nextBoolean() ? chunks : chunks.buffersize(4));
            return new Entry(tasks, null, new AtomicInteger(), results, random.nextInt(8) == 0);
        }
        Future<SoakTask.Value> future = pool.with(options).submit(tasks.get(0));
        AtomicInteger completions = new AtomicInteger();
        future.addDoneCallback(done -> completions.incrementAndGet());
        boolean cancelled = random.nextInt(8) == 0;
        if (cancelled) {
            if (random.nextBoolean()) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(30));
            }
            boolean unused = random.nextBoolean() ? future.cancel(true) : future.cancel();
        }
        return new Entry(tasks, future, completions, null, cancelled);
    }

    private SoakTask task(SplittableRandom random) {
        int dice = random.nextInt(100);
        SoakTask.Kind kind = dice < 40
                ? SoakTask.Kind.QUICK
                : dice < 62
                        ? SoakTask.Kind.SLEEPS
                        : dice < 72
                                ? SoakTask.Kind.LARGE
                                : dice < 80
                                        ? SoakTask.Kind.THROWS
                                        : dice < 84
                                                ? SoakTask.Kind.THROWS_UNSERIALIZABLE
                                                : dice < 91
                                                        ? SoakTask.Kind.REPORTS
                                                        : dice < 96
                                                                ? SoakTask.Kind.PRINTS
                                                                : dice < 98 ? SoakTask.Kind.HALTS : SoakTask.Kind.HANGS;
        String argument = "a".repeat(random.nextInt(8) == 0 ? random.nextInt(1 << 18) : 16);
        return new SoakTask(ids.incrementAndGet(), kind, 1 + random.nextInt(1 << 18), ledger, argument);
    }

    // ---- how each has ended ----

    private void check(Entry entry) throws Exception {
        Future<SoakTask.Value> future = entry.future();
        if (future != null) {
            SoakTask task = entry.tasks().get(0);
            try {
                check(task, outcome(future), entry.cancelled());
            } catch (TimeoutException hangs) {
                throw new AssertionError("has not ended: " + task, hangs);
            }
            Await.until("callbacks of " + task, () -> entry.completions().get() > 0);
            assertEquals(1, entry.completions().get(), () -> "how often it has ended: " + task);
        } else {
            checkMap(entry);
        }
    }

    private void checkMap(Entry entry) throws Exception {
        int taken = 0;
        int limit = entry.cancelled() ? entry.tasks().size() / 2 : Integer.MAX_VALUE;
        try (Results<SoakTask.Value> all = Objects.requireNonNull(entry.results());
                Results<Outcome<SoakTask.Value>> outcomes = all.outcomes()) {
            while (taken < limit && outcomes.hasNext()) {
                check(entry.tasks().get(taken), outcomes.next(Delays.large()), false);
                taken++;
            }
        } catch (TimeoutException hangs) {
            throw new AssertionError("has not ended: " + entry.tasks().get(taken), hangs);
        }
        if (entry.cancelled()) {
            count(End.DROPPED, entry.tasks().size() - taken);
        } else {
            assertEquals(entry.tasks().size(), taken, "how many of a map have ended");
        }
    }

    private static Outcome<SoakTask.Value> outcome(Future<SoakTask.Value> future) throws Exception {
        try {
            Throwable failure = future.exception(Delays.large());
            return failure == null ? Outcome.success(future.result()) : Outcome.failure(failure);
        } catch (CancellationException cancelled) {
            return Outcome.failure(cancelled);
        }
    }

    private void check(SoakTask task, Outcome<SoakTask.Value> outcome, boolean cancelled) {
        if (outcome.succeeded()) {
            SoakTask.@Nullable Value value = outcome.value();
            if (value == null) {
                count(End.SKIPPED, 1);
            } else {
                assertTrue(task.isOwn(value), () -> "another's result: " + task);
                recentPid.set(value.pid());
                synchronized (allowedRuns) {
                    hasResult.put(task.id(), true);
                }
                count(End.RESULT, 1);
            }
            return;
        }
        Throwable failure = outcome.failure();
        if (failure instanceof WorkerDiedException) {
            count(End.DIED, 1);
        } else if (failure instanceof TaskTimeoutException) {
            count(End.TIMED_OUT, 1);
        } else if (failure instanceof CancellationException) {
            assertTrue(cancelled, () -> "nobody has cancelled " + task);
            count(End.CANCELLED, 1);
        } else if (task.kind() == SoakTask.Kind.THROWS || task.kind() == SoakTask.Kind.THROWS_UNSERIALIZABLE) {
            assertTrue(
                    String.valueOf(failure).endsWith("on purpose " + task.id()), () -> "another's failure: " + failure);
            count(End.THROWN, 1);
        } else {
            throw new AssertionError("ended in a way that it can't end in: " + task, failure);
        }
    }

    private void count(End end, int more) {
        AtomicInteger count = ends.get(end);
        if (count != null) {
            count.addAndGet(more);
        }
    }

    private void checkRuns() throws IOException {
        Map<Long, Integer> runs = new HashMap<>();
        for (String line : ledger.lines()) {
            runs.merge(Long.valueOf(line), 1, Integer::sum);
        }
        synchronized (allowedRuns) {
            runs.forEach((id, count) -> assertTrue(
                    count <= allowedRuns.getOrDefault(id, 0), () -> "task " + id + " ran " + count + " times"));
            hasResult.keySet().forEach(id -> assertTrue(runs.containsKey(id), () -> "task " + id + " never ran"));
        }
    }

    // ---- the killer ----

    private void kill(SplittableRandom random) throws Exception {
        long last = -1;
        while (!isOver()) {
            TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(400));
            long pid = recentPid.get();
            if (pid == last || !Workers.children().contains(pid)) {
                continue;
            }
            last = pid;
            hits.incrementAndGet();
            int dice = random.nextInt(10);
            if (dice < 6) {
                Workers.kill(pid);
            } else {
                signal("STOP", pid);
                if (dice == 9) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
                    signal("CONT", pid);
                }
            }
        }
    }

    /** As {@code kill} does it, to a process that may have ended by itself. */
    private static void signal(String name, long pid) throws IOException, InterruptedException {
        int unused = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
