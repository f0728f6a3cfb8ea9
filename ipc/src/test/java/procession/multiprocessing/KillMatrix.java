// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import procession.futures.Executor;
import procession.futures.Future;
import procession.futures.MapOptions;
import procession.futures.Outcome;
import procession.futures.Results;
import procession.futures.Task;
import procession.futures.TaskOptions;
import procession.futures.TaskTimeoutException;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;

/**
 * What happens to the tasks of a pool when something happens to one of them, or to a worker, at a certain point.
 *
 * <p>Each cell asserts that exactly one task fails, and how, or none; that all others have their results; that the
 * task ran once; that the pool can be used afterwards; that what the task had started is gone with it; and, where the
 * cell has a pool of its own, that nothing is left of that: no process, thread, descriptor or file.
 */
final class KillMatrix {
    /** How long a task may run where only a limit can notice what has happened. */
    static final Duration TASK_LIMIT = Duration.ofSeconds(3);

    /** The same for a worker that starts. */
    static final Duration START_LIMIT = Duration.ofSeconds(5);

    static final int WORKERS = 2;
    static final int TASKS = 8;
    private static final int CULPRIT = 3;
    private static final Pattern CRASH_REPORT = Pattern.compile("The rest of this report is in (\\S+)\\)");

    /** How tasks are given to the pool, where it is a task that something happens to. */
    enum Form {
        SUBMIT,
        /** All in one chunk of a {@code map}, with the culprit in the middle. */
        CHUNK
    }

    private final KillCell cell;
    private final Form form;
    private final KillEvent event;
    private final Path directory;
    private final Strike strike;

    /** When it happened. */
    private long eventNanos;

    /** From then to the failed future; NaN if none had to fail. */
    private double millis = Double.NaN;

    private KillMatrix(KillCell cell, Form form, Path directory, long printedBytes) {
        this.form = form;
        this.cell = cell;
        this.event = cell.event();
        this.directory = directory;
        this.strike = new Strike(event, directory.toString(), printedBytes);
    }

    /**
     * Returns the options of a pool that any cell can be run on which needs none of its own. Metaspace begins with its
     * limit, so that filling it takes no collections on the way.
     */
    static ProcessPoolExecutor.Builder options() {
        return ProcessPoolExecutor.builder()
                .maxWorkers(WORKERS)
                .jvmOptions(
                        "-Xmx40m",
                        "-XX:MaxMetaspaceSize=24m",
                        "-XX:MetaspaceSize=24m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-XX:-CreateCoredumpOnCrash");
    }

    /** Runs a cell on a pool that is used for others too; returns the time until the task failed, or NaN. */
    static double run(KillCell cell, Form form, ProcessPoolExecutor shared, Path parent, long printedBytes)
            throws Exception {
        KillMatrix run = new KillMatrix(cell, form, Files.createTempDirectory(parent, "cell"), printedBytes);
        try (Muted muted = new Muted()) {
            run.on(shared, muted);
            run.removeCrashReport(muted);
            run.assertNoGrandchildren();
        }
        return run.millis;
    }

    /** Runs a cell on a pool of its own, of which nothing may be left; returns the time until the task failed, or NaN. */
    static double run(KillCell cell, Form form, Path parent, long printedBytes) throws Exception {
        KillMatrix run = new KillMatrix(cell, form, Files.createTempDirectory(parent, "cell"), printedBytes);
        Set<String> before = LeakCheck.snapshot();
        try (Muted muted = new Muted()) {
            run.onItsOwn(muted);
            run.removeCrashReport(muted);
        }
        run.assertNoGrandchildren();
        LeakCheck.assertNothingNew(before);
        return run.millis;
    }

    private void onItsOwn(Muted muted) throws Exception {
        ProcessPoolExecutor.Builder options = options();
        Strike travelling = strike;
        boolean hasArgument = event == KillEvent.ARGUMENT_UNSERIALIZABLE || event == KillEvent.ARGUMENT_UNREBUILDABLE;
        Object argument = !hasArgument
                ? "nothing wrong"
                : event == KillEvent.ARGUMENT_UNREBUILDABLE
                        ? new KillEvent.Unrebuildable()
                        : new KillEvent.Unserializable();
        if (cell.point() == KillPoint.INITIALIZER) {
            options.initializer(() -> {
                assertNotNull(argument);
                travelling.land();
            });
        } else if (cell.point() == KillPoint.EXIT_HOOK) {
            options.maxTasksPerChild(TASKS / WORKERS).exitHook(() -> {
                assertNotNull(argument);
                travelling.land();
            });
        }
        if (event.needsTimeout() && (cell.point() == KillPoint.INITIALIZER || cell.point() == KillPoint.STARTING)) {
            options.startTimeout(START_LIMIT);
        }
        if (cell.needsOwnPool() && cell.fate() == KillCell.Fate.REFUSED) {
            assertThrows(NotTransferableException.class, options::build);
            return;
        }
        try (ProcessPoolExecutor pool = options.build()) {
            on(pool, muted);
        }
    }

    private void on(ProcessPoolExecutor pool, Muted muted) throws Exception {
        switch (cell.point()) {
            case STARTING -> starting(pool);
            case INITIALIZER -> initializer(pool);
            case IDLE -> idle(pool);
            case BEFORE_START -> beforeStart(pool);
            case ARGUMENTS, RUNNING, RESULT -> {
                if (form == Form.CHUNK) {
                    inChunk(pool);
                } else {
                    inTask(pool);
                }
            }
            case EXIT_HOOK -> exitHook(pool);
        }
        if (cell.fate() != KillCell.Fate.BREAKS) {
            assertEquals("usable", pool.submit(() -> "usable").result(Delays.large()));
            assertPrinted(muted);
        }
    }

    // ---- the points ----

    private void starting(ProcessPoolExecutor pool) throws Exception {
        Set<Long> before = Workers.children();
        List<Future<Integer>> others = others(pool, TASKS);
        List<Long> started = new ArrayList<>();
        Await.until("a worker process", () -> {
            started.addAll(Workers.children());
            started.removeAll(before);
            return !started.isEmpty();
        });
        long pid = started.get(0);
        hitFromOutside(pid);
        assertHaveResults(others);
        assertIsGone(pid); // by its limit, if need be, before the end of the pool would see to it
    }

    private void initializer(ProcessPoolExecutor pool) throws Exception {
        List<Future<Integer>> others = others(pool, TASKS);
        if (cell.fate() == KillCell.Fate.BREAKS) {
            for (Future<Integer> other : others) {
                Throwable broken = assertInstanceOf(BrokenProcessPoolException.class, other.exception(Delays.large()));
                assertTrue(String.valueOf(broken.getMessage()).contains("on purpose"), broken::toString);
            }
            return;
        }
        long pid = hitAtPoint();
        assertHaveResults(others);
        if (event.isDeadly() || event.needsTimeout()) {
            assertIsGone(pid);
        }
    }

    private static void assertIsGone(long pid) {
        Await.until("the worker is gone", Delays.large(), () -> Workers.isGone(pid));
    }

    private void exitHook(ProcessPoolExecutor pool) throws Exception {
        if (cell.fate() == KillCell.Fate.BREAKS) {
            initializer(pool); // which reads the exit hook too
            return;
        }
        assertHaveResults(others(pool, TASKS));
        long pid = hitAtPoint();
        assertHaveResults(others(pool, TASKS));
        assertIsGone(pid);
    }

    private void idle(ProcessPoolExecutor pool) throws Exception {
        Strike left = strike;
        Mark goOn = new Mark(directory, "go-on");
        Mark landed = new Mark(directory, "landed");
        long pid = pool.submit(() -> {
                    Thread thread = new Thread(() -> leftBehind(left, goOn, landed));
                    thread.setDaemon(true);
                    thread.start();
                    return Workers.pid();
                })
                .result(Delays.large());
        goOn.add("go on");
        hitAtPoint();
        Executor tasks = pool;
        if (event.isDeadly()) {
            assertIsGone(pid);
        } else if (event == KillEvent.SIGSTOP) {
            tasks = pool.with(TaskOptions.timeout(TASK_LIMIT).retries(1));
        } else if (event == KillEvent.GRANDCHILD) {
            Await.until(
                    "a grandchild",
                    Delays.large(),
                    () -> !strike.grandchildren().isEmpty());
            Future<?> culprit = pool.with(TaskOptions.timeout(TASK_LIMIT)).submit(() -> Workers.never());
            assertFails(culprit);
            assertIsGone(pid);
        } else {
            landed.await();
        }
        assertHaveResults(others(tasks, TASKS));
    }

    /** A thread that a task has left behind. */
    private static void leftBehind(Strike strike, Mark goOn, Mark landed) {
        try {
            goOn.pass();
            try {
                strike.land();
            } finally {
                landed.addPid();
            }
        } catch (Throwable asMeant) {
            // the worker's own thread has nothing to do with it
        }
    }

    private void beforeStart(ProcessPoolExecutor pool) throws Exception {
        if (cell.fate() == KillCell.Fate.REFUSED) {
            Object argument = new KillEvent.Unserializable();
            List<Future<Integer>> others = others(pool, CULPRIT);
            assertThrows(
                    NotTransferableException.class,
                    () -> pool.submit(() -> argument.hashCode()),
                    "in the caller's stack");
            assertHaveResults(others);
            return;
        }
        long pid = pool.submit(Workers::pid).result(Delays.large());
        Workers.kill(pid, "STOP"); // so that it reads what it is given, and does not begin with it
        Mark ran = new Mark(directory, "ran");
        Executor limited = event == KillEvent.SIGSTOP ? pool.with(TaskOptions.timeout(TASK_LIMIT)) : pool;
        eventNanos = System.nanoTime();
        Future<Integer> culprit = limited.submit(() -> {
            ran.addPid();
            return CULPRIT;
        });
        Await.until("it was handed over", culprit::running);
        List<Future<Integer>> others = others(pool, TASKS - 1);
        if (event == KillEvent.SIGKILL) {
            Workers.kill(pid);
            assertEquals(CULPRIT, culprit.result(Delays.large()));
            assertEquals(1, ran.lines().size(), "it ran once");
        } else {
            assertFails(culprit);
            assertEquals(List.of(), ran.lines(), "it never ran");
        }
        assertHaveResults(others);
    }

    private void inTask(ProcessPoolExecutor pool) throws Exception {
        Mark ran = new Mark(directory, "ran");
        Executor limited = limited(pool);
        List<Future<Integer>> others = others(pool, CULPRIT);
        Future<?> culprit = limited.submit(culprit(ran));
        others.addAll(others(pool, CULPRIT, TASKS - 1));
        hitAtPoint();
        if (cell.fate() == KillCell.Fate.UNHARMED) {
            assertNotNull(culprit.result(Delays.large()));
        } else {
            assertFails(culprit);
        }
        assertHaveResults(others);
        assertCulpritRanOnce(ran);
    }

    private Executor limited(ProcessPoolExecutor pool) {
        return event.needsTimeout() ? pool.with(TaskOptions.timeout(TASK_LIMIT)) : pool;
    }

    private void inChunk(ProcessPoolExecutor pool) throws Exception {
        Mark ran = new Mark(directory, "ran");
        Mark othersRan = new Mark(directory, "others");
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            int number = i;
            tasks.add(
                    i == CULPRIT
                            ? culprit(ran)
                            : () -> {
                                othersRan.add(number);
                                return number * number;
                            });
        }
        try (Results<Object> results = limited(pool).map(Task::call, tasks, MapOptions.chunksize(TASKS));
                Results<Outcome<Object>> outcomes = results.outcomes()) {
            hitAtPoint();
            for (int i = 0; i < TASKS; i++) {
                Outcome<Object> outcome = next(outcomes, i);
                if (i != CULPRIT) {
                    assertTrue(outcome.succeeded(), () -> "another item was lost: " + outcome);
                    assertEquals(i * i, outcome.value());
                } else if (cell.fate() == KillCell.Fate.UNHARMED) {
                    assertTrue(outcome.succeeded(), outcome::toString);
                } else {
                    assertFailed(outcome.failure());
                }
            }
        }
        assertCulpritRanOnce(ran);
        assertEquals(TASKS - 1, othersRan.lines().size(), "each other item ran once");
    }

    private static Outcome<Object> next(Results<Outcome<Object>> outcomes, int index) throws Exception {
        try {
            return outcomes.next(Delays.large());
        } catch (TimeoutException hangs) {
            throw new AssertionError((index == CULPRIT ? "the item hangs" : "another item hangs"), hangs);
        }
    }

    private void assertCulpritRanOnce(Mark ran) throws IOException {
        assertEquals(cell.point() == KillPoint.ARGUMENTS ? 0 : 1, ranWithoutHarm(ran), "how often it ran");
    }

    private int ranWithoutHarm(Mark ran) throws IOException {
        int lines = ran.lines().size();
        return cell.point() == KillPoint.ARGUMENTS && cell.fate() == KillCell.Fate.UNHARMED ? lines - 1 : lines;
    }

    private Task<?> culprit(Mark ran) {
        Strike travelling = strike;
        boolean unserializable = event == KillEvent.RESULT_UNSERIALIZABLE;
        boolean unrebuildable = event == KillEvent.RESULT_UNREBUILDABLE;
        if (cell.point() == KillPoint.ARGUMENTS) {
            Strike.Argument argument = new Strike.Argument(strike);
            return () -> {
                ran.addPid();
                return argument.strike().directory();
            };
        } else if (cell.point() == KillPoint.RUNNING) {
            return () -> {
                ran.addPid();
                travelling.land();
                return "ran";
            };
        }
        return () -> {
            ran.addPid();
            if (unserializable || unrebuildable) {
                travelling.land();
                return unserializable ? new KillEvent.Unserializable() : new KillEvent.Unrebuildable();
            }
            return new Strike.Result(travelling);
        };
    }

    // ---- what is the same for all ----

    private static List<Future<Integer>> others(Executor pool, int count) {
        return others(pool, 0, count);
    }

    private static List<Future<Integer>> others(Executor pool, int from, int end) {
        List<Future<Integer>> others = new ArrayList<>();
        for (int i = from; i < end; i++) {
            int number = i;
            others.add(pool.submit(() -> number * number));
        }
        return others;
    }

    private static void assertHaveResults(List<Future<Integer>> others) throws Exception {
        for (int i = 0; i < others.size(); i++) {
            Future<Integer> other = others.get(i);
            int result;
            try {
                result = other.result(Delays.large());
            } catch (TimeoutException hangs) {
                throw new AssertionError("another task hangs", hangs);
            } catch (RuntimeException | Error lost) {
                throw new AssertionError("another task was lost", lost);
            }
            assertEquals(i * i, result);
        }
    }

    /** Waits until a worker has come to the point, hits it if that has to come from outside, and returns its id. */
    private long hitAtPoint() throws Exception {
        Strike.At at = strike.awaitAt();
        eventNanos = at.nanos();
        if (event.isFromOutside()) {
            hitFromOutside(at.pid());
        }
        return at.pid();
    }

    private void hitFromOutside(long pid) throws Exception {
        if (event == KillEvent.SIGKILL) {
            eventNanos = System.nanoTime();
            Workers.kill(pid);
        } else {
            Workers.kill(pid, "STOP");
        }
    }

    private void assertFails(Future<?> culprit) throws Exception {
        @Nullable Throwable failure;
        try {
            failure = culprit.exception(Delays.large());
        } catch (TimeoutException hangs) {
            throw new AssertionError("the task hangs", hangs);
        }
        assertFailed(failure);
    }

    private void assertFailed(@Nullable Throwable failure) {
        millis = (System.nanoTime() - eventNanos) / 1e6;
        assertNotNull(failure, "the task did not fail");
        switch (cell.fate()) {
            case DIES -> {
                WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, failure);
                assertEquals(event == KillEvent.CRASH, died.crashReport().isPresent(), "a report of the crash");
            }
            case TIMES_OUT -> assertInstanceOf(TaskTimeoutException.class, failure);
            default ->
                assertFalse(
                        failure instanceof WorkerDiedException || failure instanceof TaskTimeoutException,
                        failure::toString);
        }
    }

    private void assertPrinted(Muted muted) {
        if (event == KillEvent.PRINTS && cell.point() != KillPoint.EXIT_HOOK) { // which has a limit of its own
            Await.until("all that was printed", Delays.large(), () -> muted.printedBytes() >= strike.printedBytes());
        }
    }

    /** Removes the one file that is meant to stay, for whoever was told on stderr where it is. */
    private void removeCrashReport(Muted muted) throws IOException {
        if (event == KillEvent.CRASH) {
            Matcher notice = CRASH_REPORT.matcher("");
            Await.until(
                    "a notice of the report of the crash",
                    () -> notice.reset(muted.errHead()).find());
            Files.delete(Path.of(notice.group(1)));
            assertFalse(notice.find(), "one crash, two reports");
        }
    }

    private void assertNoGrandchildren() throws IOException {
        if (event == KillEvent.GRANDCHILD) {
            List<Long> grandchildren = strike.grandchildren();
            assertEquals(1, grandchildren.size(), "a grandchild was started");
            Await.until("the grandchild is gone", () -> Workers.isGone(grandchildren.get(0)));
        }
    }
}
