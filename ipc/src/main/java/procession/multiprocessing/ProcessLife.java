// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.launch.LogSettings;
import procession.multiprocessing.internal.launch.ProcessSettings;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.os.ExitStatus;
import procession.multiprocessing.internal.os.ProgramEnd;
import procession.multiprocessing.internal.ring.Handovers;

/** The parent's side of a {@link Process}: its start, what it is asked to do, and its end. */
final class ProcessLife {
    /*
     * Overview.
     *
     *   NEW ──start()──► STARTED ──its JVM has ended──► ended
     *
     * A thread of the name of the process sees its JVM to the end, and completes `ended`. It is a daemon if the process is
     * one, so that an orderly end of this program waits for processes that are none.
     *
     * A JVM survives Ctrl-C from its first statement on, and has run nothing of the user's before. One that Ctrl-C has met
     * even earlier is started again, if this program goes on: so the process may come to have another pid. Who asks it to
     * end writes that down first and looks for the JVM then; who starts it again does so the other way round: so the JVM
     * that is running hears of it.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");

    /** How long this program has to make up its mind about a Ctrl-C. */
    private static final long DECISION_MILLIS = 50;

    /** Nobody presses Ctrl-C so often in a row just when a JVM starts; it is something else that ends it. */
    private static final int MAX_RESTARTS = 10;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Not of processes: a subclass may have an equals() of its own. */
    private static final Set<ProcessLife> ACTIVE = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final WorkerCommand command;
    private final ClassSource classes;
    private final ProcessSettings settings;
    private final ProcessOutput output;
    private final long startNanos;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Process> exit = new CompletableFuture<>();

    /** Open until somebody asks the process to end. */
    private final CountDownLatch endAsked = new CountDownLatch(1);

    private volatile boolean killAsked;

    /** Written by start(), from when on the process is started unless that fails, and when it is started again. */
    private volatile @Nullable ProcessJvm jvm;

    /** Guarded by this. */
    private boolean startWasCalled;

    ProcessLife(Process process, Process.Builder options) {
        this.process = process;
        this.output = options.output();
        this.startNanos = options.startNanos();
        this.settings = new ProcessSettings(
                options.environment(), options.directory(), output.kind() == ProcessOutput.Kind.INHERIT, output.file());
        this.classes = ClassSource.ofCaller();
        this.command = WorkerCommand.createAlone(classes.context(), jvmOptions(options));
    }

    /** Where the output of a process doesn't come here, what it logs does not either. */
    private static List<String> jvmOptions(Process.Builder options) {
        return switch (options.output().kind()) {
            case FORWARD, LOG -> LogSettings.options(options.jvmOptions(), Optional.empty());
            case INHERIT, FILE -> options.jvmOptions();
        };
    }

    static String nextIdentity() {
        String own = ProcessSelf.current().identity();
        return (own.isEmpty() ? "" : own + ":") + NUMBERS.incrementAndGet();
    }

    static List<Process> active() {
        List<Process> processes = new ArrayList<>();
        ACTIVE.forEach(life -> processes.add(life.process));
        return processes;
    }

    // ---- starting ----

    void start(ProcessBody body) {
        checkNotStarted();
        byte[] encoded;
        Handovers handovers = Handovers.collect();
        try (handovers) {
            encoded = ClassServer.encode(body, classes);
        } catch (RuntimeException | Error refused) {
            handovers.rollBack();
            throw refused;
        }
        claimStart();
        ProcessJvm.Plan plan =
                new ProcessJvm.Plan(process.name(), command, settings, output, classes, encoded, startNanos);
        ProcessJvm started = null;
        try {
            started = ProcessJvm.start(plan);
            ProcessJvm first = started;
            jvm = first;
            ACTIVE.add(this);
            PoolThreads.create(process.name(), () -> seeToItsEnd(first, plan, handovers), process.daemon())
                    .start();
        } catch (IOException failure) {
            giveUp(started);
            handovers.rollBack();
            throw new UncheckedIOException(process.name() + " can't be started: " + failure.getMessage(), failure);
        } catch (RuntimeException | OutOfMemoryError failure) {
            giveUp(started);
            handovers.rollBack();
            throw failure;
        }
    }

    private synchronized void checkNotStarted() {
        if (startWasCalled) {
            throw new IllegalStateException(
                    process.name() + " was started before, and a process is started once; make another one");
        }
    }

    private synchronized void claimStart() {
        checkNotStarted();
        startWasCalled = true;
    }

    /** Leaves nothing of a start that failed, so that it can be tried again. */
    private void giveUp(@Nullable ProcessJvm started) {
        ACTIVE.remove(this);
        jvm = null;
        synchronized (this) {
            startWasCalled = false;
        }
        if (started != null) {
            started.abandon();
        }
    }

    // ---- the thread of its end ----

    private void seeToItsEnd(ProcessJvm first, ProcessJvm.Plan plan, Handovers handovers) {
        ProcessJvm current = first;
        current.awaitEnd();
        for (int i = 0; i < MAX_RESTARTS && current.wasInterruptedInItsStart(); i++) {
            ProcessJvm next = startAgain(plan);
            if (next == null) {
                break;
            }
            current = next;
            current.awaitEnd();
        }
        try {
            handovers.end();
        } catch (RuntimeException | Error failure) { // whoever waits for the end must not wait for ever
            LOGGER.log(Level.WARNING, "the pipes of " + process.name() + " could not be closed", failure);
        }
        ACTIVE.remove(this);
        ended.countDown();
        String failure = current.startFailureInWords();
        if (failure != null && endAsked.getCount() > 0 && !ProgramEnd.isUnderWay()) {
            try {
                LOGGER.log(Level.ERROR, failure);
            } catch (Throwable refused) {
                Thread thread = Thread.currentThread(); // whoever waits for the end must not wait for ever
                thread.getUncaughtExceptionHandler().uncaughtException(thread, refused);
            }
        }
        exit.complete(process);
    }

    private @Nullable ProcessJvm startAgain(ProcessJvm.Plan plan) {
        try {
            if (endAsked.await(DECISION_MILLIS, TimeUnit.MILLISECONDS) || ProgramEnd.isUnderWay()) {
                return null;
            }
            ProcessJvm next = ProcessJvm.start(plan);
            jvm = next;
            if (endAsked.getCount() == 0) {
                end(next);
            }
            return next;
        } catch (InterruptedException | IOException | RuntimeException | OutOfMemoryError impossible) {
            return null; // then it has ended of that Ctrl-C
        }
    }

    private void end(ProcessJvm running) {
        if (killAsked) {
            running.kill();
        } else {
            running.terminate();
        }
    }

    // ---- for everybody ----

    private ProcessJvm started() {
        ProcessJvm running = jvm;
        if (running == null) {
            throw new IllegalStateException(process.name() + " was not started; call start() first");
        }
        return running;
    }

    void join() throws InterruptedException {
        ProcessJvm unused = started();
        ended.await();
    }

    boolean join(long nanos) throws InterruptedException {
        ProcessJvm unused = started();
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    boolean isAlive() {
        return jvm != null && ended.getCount() > 0;
    }

    OptionalInt exitcode() {
        if (ended.getCount() > 0) {
            return OptionalInt.empty();
        }
        ExitStatus status = started().status();
        return status.signal().isPresent()
                ? OptionalInt.of(-status.signal().getAsInt())
                : OptionalInt.of(status.status());
    }

    long pid() {
        return started().pid();
    }

    void terminate() {
        ProcessJvm unused = started();
        endAsked.countDown();
        started().terminate();
    }

    void kill() {
        ProcessJvm unused = started();
        killAsked = true;
        endAsked.countDown();
        started().kill();
    }

    CompletableFuture<Process> onExit() {
        ProcessJvm unused = started();
        return exit.copy();
    }

    void close() {
        if (jvm == null) {
            return;
        }
        if (process.daemon()) {
            terminate();
        }
        boolean interrupted = false;
        while (ended.getCount() > 0) {
            try {
                ended.await();
            } catch (InterruptedException stop) {
                interrupted = true;
                kill();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    String describe() {
        ProcessJvm running = jvm;
        if (running == null) {
            return "not started";
        }
        return "pid " + running.pid() + ", "
                + (isAlive() ? "alive" : running.status().inWords());
    }
}
