// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
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
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ClassSource;
import procession.multiprocessing.internal.launch.LogSettings;
import procession.multiprocessing.internal.launch.ProcessSettings;
import procession.multiprocessing.internal.launch.Rendezvous;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.os.ExitStatus;
import procession.multiprocessing.internal.os.OutputPump;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;
import procession.multiprocessing.internal.wire.Hello;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The parent's side of a {@link Process}: its JVM, its socket, its output and its end. */
final class ProcessLife {
    /*
     * Overview. Threads of one process:
     *
     *   NAME           waits for its exit, then for the others, and completes `ended`; a daemon if the process is one, so
     *                  that an orderly end of this program waits for processes that are none
     *   NAME-control   accepts it, tells it what to run, and reads until it says goodbye or is gone
     *   NAME-stdout, NAME-stderr  pump its output, where that comes here
     *
     *   NEW ──start()──► STARTED ──exited, socket read, output ended (or silent)──► ended
     *
     * The control thread's waits end with the process: its exit wakes the selector that waits for it to connect, and
     * ends the socket that is read. Output may go on, because a grandchild has inherited the pipes: what is there is
     * still taken, as long as some comes and for a few seconds at most.
     */
    private static final long SILENCE_MILLIS = 250;
    private static final int MOST_SILENCES = 20;

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Set<Process> ACTIVE = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final WorkerCommand command;
    private final ClassSource classes;
    private final ProcessSettings settings;
    private final ProcessOutput output;

    /** What becomes of what it logs; of the control thread. */
    private final ForwardedLog log;

    private final byte[] token = new byte[FrameDescriptor.TOKEN_BYTES];
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Process> exit = new CompletableFuture<>();

    /** Written by start(); the process is started from then on, unless that fails. */
    private volatile java.lang.@Nullable Process jvm;

    /** Guarded by this. */
    private boolean startWasCalled;

    /** How many pieces of output have come. */
    private final AtomicLong pieces = new AtomicLong();

    private volatile boolean saidGoodbye;
    private volatile boolean killed;

    ProcessLife(Process process, Process.Builder options) {
        this.process = process;
        this.output = options.output();
        this.settings = new ProcessSettings(
                options.environment(), options.directory(), output.kind() == ProcessOutput.Kind.INHERIT, output.file());
        this.classes = ClassSource.ofCaller();
        this.log = new ForwardedLog(process.name());
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
        return new ArrayList<>(ACTIVE);
    }

    // ---- starting ----

    void start(ProcessBody body) {
        byte[] encodedProcess = ClassServer.encode(body, classes);
        synchronized (this) {
            if (startWasCalled) {
                throw new IllegalStateException(
                        process.name() + " was started before, and a process is started once;" + " make another one");
            }
            startWasCalled = true;
        }
        new SecureRandom().nextBytes(token);
        Rendezvous meeting = null;
        java.lang.Process started = null;
        try {
            meeting = Rendezvous.start(command, process.name(), settings);
            started = meeting.worker();
            run(started, meeting, encodedProcess);
            WorkerCommand.introduce(started, meeting, token);
        } catch (IOException failure) {
            giveUp(started, meeting);
            throw new UncheckedIOException(process.name() + " can't be started: " + failure.getMessage(), failure);
        } catch (RuntimeException | OutOfMemoryError failure) {
            giveUp(started, meeting);
            throw failure;
        }
    }

    /** Leaves nothing of a start that failed, so that it can be tried again. */
    private void giveUp(java.lang.@Nullable Process started, @Nullable Rendezvous meeting) {
        ACTIVE.remove(process);
        jvm = null;
        synchronized (this) {
            startWasCalled = false;
        }
        if (started != null) {
            started.destroyForcibly();
        }
        if (meeting != null) {
            meeting.close();
        }
    }

    private void run(java.lang.Process started, Rendezvous meeting, byte[] encodedProcess) throws IOException {
        Selector selector = Selector.open();
        String name = process.name();
        CountDownLatch outputs = new CountDownLatch(3);
        Thread control = PoolThreads.daemon(name + "-control", () -> {
            try {
                talk(selector, meeting, encodedProcess);
            } finally {
                EventLoop.closeQuietly(selector);
                meeting.close();
                outputs.countDown();
            }
        });
        Thread out = PoolThreads.daemon(name + "-stdout", stdout(started, outputs::countDown));
        Thread err = PoolThreads.daemon(name + "-stderr", stderr(started, outputs::countDown));
        Thread reaper = PoolThreads.create(name, () -> awaitEnd(started, selector, outputs), process.daemon());
        try {
            out.start();
            err.start();
            jvm = started;
            control.start();
            ACTIVE.add(process);
            reaper.start(); // last, because only without it is nothing half-started
        } catch (OutOfMemoryError noThread) {
            EventLoop.closeQuietly(selector);
            throw noThread;
        }
    }

    private Runnable stdout(java.lang.Process started, Runnable atEnd) {
        return output.logger() == null
                ? OutputPump.toStdout(new Counted(started.getInputStream()), atEnd)
                : OutputPump.toLog(
                        new Counted(started.getInputStream()),
                        output.logger(),
                        System.Logger.Level.INFO,
                        process.name(),
                        atEnd);
    }

    private Runnable stderr(java.lang.Process started, Runnable atEnd) {
        return output.logger() == null
                ? OutputPump.toStderr(new Counted(started.getErrorStream()), atEnd)
                : OutputPump.toLog(
                        new Counted(started.getErrorStream()),
                        output.logger(),
                        System.Logger.Level.WARNING,
                        process.name(),
                        atEnd);
    }

    // ---- the thread of its end ----

    private void awaitEnd(java.lang.Process started, Selector selector, CountDownLatch outputs) {
        boolean gone = false;
        while (!gone) {
            try {
                started.waitFor();
                gone = true;
            } catch (InterruptedException nobodyIsMeantTo) {
                // nothing but the exit ends this wait
            }
        }
        selector.wakeup();
        try {
            awaitOutput(outputs);
        } catch (InterruptedException goOn) {
            // what is still in the pipes is pumped all the same
        }
        EventLoop.closeQuietly(selector);
        ACTIVE.remove(process);
        ended.countDown();
        exit.complete(process);
    }

    private void awaitOutput(CountDownLatch outputs) throws InterruptedException {
        long seen = -1;
        for (int i = 0; i < MOST_SILENCES && seen != pieces.get(); i++) {
            seen = pieces.get();
            if (outputs.await(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    /** Counts what comes of its output. */
    private final class Counted extends FilterInputStream {
        Counted(InputStream source) {
            super(source);
        }

        @Override
        public int read(byte[] piece, int from, int length) throws IOException {
            int read = super.read(piece, from, length);
            pieces.incrementAndGet();
            return read;
        }
    }

    // ---- the control thread ----

    private void talk(Selector selector, Rendezvous meeting, byte[] encodedProcess) {
        try (SocketChannel channel = accept(selector, meeting)) {
            if (channel == null) {
                return;
            }
            FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
            ByteBuffer buffer = FrameReader.newBuffer();
            boolean[] greeted = {false};
            OutgoingFrame run = new OutgoingFrame(FrameDescriptor.RUN, 0, encodedProcess);
            int read = 0;
            while (read >= 0) {
                read = reader.read(channel, buffer, frame -> received(frame, channel, meeting, greeted, run));
            }
        } catch (IOException | RuntimeException broken) {
            java.lang.Process running = jvm;
            if (running != null && running.isAlive() && !saidGoodbye) {
                kill(); // it can't be talked to any more
            }
        }
    }

    private @Nullable SocketChannel accept(Selector selector, Rendezvous meeting) throws IOException {
        meeting.listener().register(selector, SelectionKey.OP_ACCEPT);
        java.lang.Process running = jvm;
        while (selector.isOpen() && (running == null || running.isAlive())) {
            selector.select(1000);
            selector.selectedKeys().clear();
            SocketChannel accepted = meeting.listener().accept();
            if (accepted != null) {
                return accepted;
            }
        }
        return null;
    }

    private void received(
            Frame frame, SocketChannel channel, Rendezvous meeting, boolean[] greeted, OutgoingFrame run) {
        if (!greeted[0]) {
            Hello hello = Hello.from(FrameDescriptor.HELLO, frame, token);
            if (hello == null || hello.version() != FrameDescriptor.VERSION) {
                throw new IllegalStateException("somebody else has connected");
            }
            greeted[0] = true;
            meeting.close();
            write(run, channel);
        } else if (frame.type() == FrameDescriptor.FETCH) {
            write(ClassServer.answer(frame, classes), channel);
        } else if (ForwardedLog.isOne(frame)) {
            OutgoingFrame answer = log.answer(frame);
            if (answer != null) {
                write(answer, channel);
            }
        } else if (frame.type() == FrameDescriptor.GOODBYE) {
            saidGoodbye = true;
        }
    }

    private static void write(OutgoingFrame frame, SocketChannel channel) {
        try {
            boolean written = false;
            while (!written) {
                written = frame.writeTo(channel);
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    // ---- for everybody ----

    private java.lang.Process started() {
        java.lang.Process running = jvm;
        if (running == null) {
            throw new IllegalStateException(process.name() + " was not started; call start() first");
        }
        return running;
    }

    void join() throws InterruptedException {
        started();
        ended.await();
    }

    boolean join(long nanos) throws InterruptedException {
        started();
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    boolean isAlive() {
        return jvm != null && ended.getCount() > 0;
    }

    OptionalInt exitcode() {
        if (ended.getCount() > 0) {
            return OptionalInt.empty();
        }
        ExitStatus status = new ExitStatus(started().exitValue(), saidGoodbye && !killed);
        return status.signal().isPresent()
                ? OptionalInt.of(-status.signal().getAsInt())
                : OptionalInt.of(status.status());
    }

    long pid() {
        return started().pid();
    }

    void terminate() {
        started().destroy();
    }

    void kill() {
        java.lang.Process running = started();
        if (running.isAlive()) {
            killed = true;
            ProcessTree.kill(running, process.name());
        }
    }

    CompletableFuture<Process> onExit() {
        started();
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
        java.lang.Process running = jvm;
        if (running == null) {
            return "not started";
        }
        return "pid " + running.pid() + ", "
                + (isAlive() ? "alive" : new ExitStatus(running.exitValue(), saidGoodbye && !killed).inWords());
    }
}
