// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ClassSource;
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

/** The JVM that a {@link Process} is started as: its connection, its output and its exit. */
final class ProcessJvm {
    /*
     * Overview. Threads, besides the one that waits in awaitEnd():
     *
     *   NAME-control   accepts it, tells it what to run, and reads until it says goodbye or is gone
     *   NAME-stdout, NAME-stderr  pump its output, where that comes here
     *   NAME-logs      calls the handlers here with what it logs, so that the control thread waits for none of them
     *
     *   started ──connected, HELLO──► greeted ──exited, output ended (or silent), heard out (or stuck)──► awaitEnd() returns
     *      └──no HELLO until the deadline: killed──┘
     *
     * The control thread's waits end with the process: its exit wakes the selector that waits for it to connect, and ends
     * the connection that is read. A selector it is until then because somebody else may connect and say nothing.
     *
     * After the exit, what it printed and logged is still to be taken, by streams, handlers and class loaders of the user's:
     *   output   may go on, because a grandchild has inherited the pipes: it is waited for while some comes or is being
     *            passed on, and for LONGEST_STEP at most
     *   frames and logs   end, because the connection does: they are waited for as long as each takes less than
     *            LONGEST_STEP
     * Whether it said goodbye is known then, or never: how it ended is settled before anybody learns that it has.
     */
    private static final long SILENCE_MILLIS = 250;
    private static final int MOST_SILENCES = 20;
    private static final long LONGEST_STEP_MILLIS = MOST_SILENCES * SILENCE_MILLIS;
    private static final int OUTPUTS = 2;
    private static final long SELECT_MILLIS = 1000;

    private final Plan plan;
    private final java.lang.Process jvm;
    private final Rendezvous meeting;
    private final Selector selector;
    private final byte[] token = new byte[FrameDescriptor.TOKEN_BYTES];
    private final long deadlineNanos;
    private final CountDownLatch printed = new CountDownLatch(OUTPUTS);
    private final CountDownLatch heard = new CountDownLatch(1);

    /** How many pieces of output have come. */
    private final AtomicLong pieces = new AtomicLong();

    /** How many of its streams have not ended and are not being read: what came of them is being passed on. */
    private final AtomicInteger passing = new AtomicInteger(OUTPUTS);

    /** How many frames were received, and how many of them were logged. */
    private final AtomicLong steps = new AtomicLong();

    /** Where the end of its standard error is kept, if that comes here. */
    private final @Nullable OutputPump errors;

    private final SerialThread logs;

    /** What becomes of what it logs; owned by the thread for that. */
    private final ForwardedLog log;

    /** Held by whoever writes a frame. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Owned by the control thread, as the next is. */
    private FrameReader reader = newReader();

    private boolean strange;

    private volatile boolean greeted;
    private volatile boolean saidGoodbye;
    private volatile boolean killed;

    /** Why it was killed before it ran. */
    private volatile @Nullable String startFailure;

    /** How it ended; written once, by awaitEnd(). */
    private volatile @Nullable ExitStatus status;

    /**
     * What is to be started.
     *
     * @param name the name of the process
     * @param body the encoded process
     * @param startNanos how long it may take to connect
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Plan(
            String name,
            WorkerCommand command,
            ProcessSettings settings,
            ProcessOutput output,
            ClassSource classes,
            byte[] body,
            long startNanos) {}

    private ProcessJvm(Plan plan, Rendezvous meeting, Selector selector) {
        this.plan = plan;
        this.meeting = meeting;
        this.selector = selector;
        this.log = new ForwardedLog(plan.name());
        this.logs = new SerialThread(plan.name() + "-logs", () -> {});
        this.jvm = meeting.worker();
        this.deadlineNanos = System.nanoTime() + plan.startNanos();
        this.errors = plan.output().logger() == null
                ? OutputPump.toStderr(new Counted(jvm.getErrorStream()), this::outputHasEnded)
                : null;
        new SecureRandom().nextBytes(token);
    }

    private static FrameReader newReader() {
        return new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
    }

    /** Starts it, with the threads that serve it; leaves nothing if that fails. */
    static ProcessJvm start(Plan plan) throws IOException {
        Rendezvous meeting = Rendezvous.start(plan.command(), plan.name(), plan.settings());
        Selector selector = null;
        ProcessJvm started = null;
        try {
            selector = Selector.open();
            started = new ProcessJvm(plan, meeting, selector);
            started.startThreads();
            WorkerCommand.introduce(started.jvm, started.token);
            return started;
        } catch (IOException | RuntimeException | OutOfMemoryError failure) {
            if (started != null) {
                started.logs.end();
            }
            EventLoop.closeQuietly(selector);
            meeting.abandon();
            throw failure;
        }
    }

    private void startThreads() {
        System.Logger logger = plan.output().logger();
        InputStream out = new Counted(jvm.getInputStream());
        Runnable stdout = logger == null
                ? OutputPump.toStdout(out, this::outputHasEnded)
                : OutputPump.toLog(out, logger, Level.INFO, plan.name(), this::outputHasEnded);
        Runnable stderr = errors;
        if (logger != null) {
            InputStream err = new Counted(jvm.getErrorStream());
            stderr = OutputPump.toLog(err, logger, Level.WARNING, plan.name(), this::outputHasEnded);
        }
        logs.start();
        PoolThreads.daemon(plan.name() + "-stdout", stdout).start();
        PoolThreads.daemon(plan.name() + "-stderr", Objects.requireNonNull(stderr))
                .start();
        PoolThreads.daemon(plan.name() + "-control", this::serve).start();
    }

    /** Leaves nothing of it, when it could not be seen to its end. */
    void abandon() {
        EventLoop.closeQuietly(selector);
        meeting.abandon();
    }

    // ---- the thread that sees it to its end ----

    /** Waits for its exit, and for what it sent and printed before; from then on it is known how it ended. */
    void awaitEnd() {
        boolean gone = false;
        while (!gone) {
            try {
                jvm.waitFor();
                gone = true;
            } catch (InterruptedException nobodyIsMeantTo) {
                // nothing but the exit ends this wait
            }
        }
        selector.wakeup();
        try {
            awaitPrinted();
            awaitHeard();
        } catch (InterruptedException goOn) {
            // what is still in the pipes is pumped all the same
        }
        EventLoop.closeQuietly(selector);
        status = new ExitStatus(jvm.exitValue(), saidGoodbye && !killed);
    }

    private void awaitPrinted() throws InterruptedException {
        long seen = -1;
        for (int i = 0; i < MOST_SILENCES && (seen != pieces.get() || passing.get() > 0); i++) {
            seen = pieces.get();
            if (printed.await(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private void awaitHeard() throws InterruptedException {
        long seen = -1;
        while (seen != steps.get()) {
            seen = steps.get();
            if (heard.await(LONGEST_STEP_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private void outputHasEnded() {
        passing.decrementAndGet();
        printed.countDown();
    }

    /** Counts what comes of its output, and tells apart whether that is waited for or passed on. */
    private final class Counted extends FilterInputStream {
        Counted(InputStream source) {
            super(source);
        }

        @Override
        public int read(byte[] piece, int from, int length) throws IOException {
            passing.decrementAndGet();
            try {
                return super.read(piece, from, length);
            } finally {
                passing.incrementAndGet();
                pieces.incrementAndGet();
            }
        }
    }

    /**
     * Returns whether it ended of a Ctrl-C that was meant for this program, before it could ask not to be; nothing of its
     * action has run then.
     */
    boolean wasInterruptedInItsStart() {
        return !greeted && startFailure == null && status().isByTerminal();
    }

    /** Returns how it failed to get as far as its action, in words, or {@code null} if it did not fail. */
    @Nullable
    String startFailureInWords() {
        if (greeted || (killed && startFailure == null)) {
            return null;
        }
        String reason = startFailure;
        String tail = errors == null ? "" : errors.tail();
        return plan.name() + ": the process " + jvm.pid() + " "
                + (reason == null ? status().inWords() + " before it could run anything" : "was killed: " + reason)
                + (tail.isEmpty()
                        ? ""
                        : "; the end of its stderr:\n" + tail.indent(4).stripTrailing());
    }

    // ---- the control thread ----

    private void serve() {
        try {
            talk();
        } finally {
            EventLoop.closeQuietly(selector);
            meeting.close();
            logs.execute(heard::countDown);
            logs.end();
        }
    }

    private void talk() {
        ByteBuffer buffer = FrameReader.newBuffer();
        try (SocketChannel channel = meet(buffer)) {
            if (channel == null) {
                return;
            }
            write(new OutgoingFrame(FrameDescriptor.RUN, 0, plan.body()), channel);
            int read = 0;
            while (read >= 0) {
                read = reader.read(channel, buffer, frame -> received(frame, channel));
            }
        } catch (IOException | RuntimeException broken) {
            if (jvm.isAlive() && !saidGoodbye) {
                kill(); // it can't be talked to any more
            }
        }
    }

    /** Returns a connection to the process, which blocks, or {@code null} if it is gone before it has made one. */
    private @Nullable SocketChannel meet(ByteBuffer buffer) throws IOException {
        SelectionKey listening = meeting.listener().register(selector, SelectionKey.OP_ACCEPT);
        SocketChannel caller = null;
        try {
            while (!greeted && jvm.isAlive()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    failStart("it had not connected within " + Duration.ofNanos(plan.startNanos())
                            + " after its start; startTimeout() can give it more time");
                    return null;
                }
                // One is heard at a time; meanwhile the others wait in the backlog, where they must not wake the
                // selector.
                listening.interestOps(caller == null ? SelectionKey.OP_ACCEPT : 0);
                selector.select(Math.min(TimeUnit.NANOSECONDS.toMillis(left) + 1, SELECT_MILLIS));
                selector.selectedKeys().clear();
                caller = caller == null ? accept() : caller;
                if (caller != null && !isWelcome(caller, buffer)) {
                    caller.close(); // somebody else; the process itself may still come
                    caller = null;
                }
            }
            if (caller != null && greeted) {
                meeting.close();
                caller.keyFor(selector).cancel();
                selector.selectNow(); // until then it can't be made to block
                caller.configureBlocking(true);
                SocketChannel met = caller;
                caller = null;
                return met;
            }
            return null;
        } finally {
            EventLoop.closeQuietly(caller);
        }
    }

    private @Nullable SocketChannel accept() throws IOException {
        SocketChannel caller = meeting.listener().accept();
        if (caller != null) {
            caller.configureBlocking(false);
            caller.register(selector, SelectionKey.OP_READ);
            reader = newReader();
            strange = false;
        }
        return caller;
    }

    private boolean isWelcome(SocketChannel caller, ByteBuffer buffer) {
        try {
            return reader.read(caller, buffer, frame -> received(frame, caller)) >= 0 && !strange;
        } catch (IOException broken) {
            return false;
        }
    }

    private void received(Frame frame, SocketChannel channel) {
        steps.incrementAndGet();
        if (!greeted) {
            greet(frame);
        } else if (frame.type() == FrameDescriptor.FETCH) {
            write(ClassServer.answer(frame, plan.classes()), channel);
        } else if (ForwardedLog.isOne(frame)) {
            logs.execute(() -> logged(frame, channel));
        } else if (frame.type() == FrameDescriptor.GOODBYE) {
            saidGoodbye = true;
        }
    }

    /** Hands on what was logged; on the thread for that. */
    private void logged(Frame frame, SocketChannel channel) {
        OutgoingFrame answer = log.answer(frame);
        steps.incrementAndGet();
        if (answer != null) {
            write(answer, channel);
        }
    }

    private void greet(Frame frame) {
        Hello hello = Hello.from(FrameDescriptor.HELLO, frame, token);
        if (hello == null || strange) {
            strange = true;
        } else if (hello.version() != FrameDescriptor.VERSION) {
            failStart("it speaks version " + hello.version() + " of the protocol, and this program version "
                    + FrameDescriptor.VERSION
                    + "; the jar of procession-ipc was replaced meanwhile: restart the program");
        } else {
            greeted = true;
        }
    }

    private void failStart(String reason) {
        startFailure = reason;
        kill();
    }

    /** Writes, or drops what nobody reads any more: what was sent before that is still to be read, and tells of the end. */
    private void write(OutgoingFrame frame, SocketChannel channel) {
        Thread.interrupted(); // which a handler or a class loader may have left, and which would close the channel
        writing.lock();
        try {
            boolean written = false;
            while (!written) {
                written = frame.writeTo(channel);
            }
        } catch (IOException gone) {
            // If it is, the control thread is about to see it. If it lives, it learns that no more answers come.
            endOutput(channel);
        } finally {
            writing.unlock();
        }
    }

    private static void endOutput(SocketChannel channel) {
        try {
            channel.shutdownOutput();
        } catch (IOException closed) {
            // which it sees as well
        }
    }

    // ---- for everybody ----

    long pid() {
        return jvm.pid();
    }

    /** Returns how it ended; only after awaitEnd(). */
    ExitStatus status() {
        return Objects.requireNonNull(status);
    }

    void terminate() {
        jvm.destroy();
    }

    void kill() {
        if (jvm.isAlive()) {
            killed = true;
            ProcessTree.kill(jvm, plan.name());
        }
    }
}
