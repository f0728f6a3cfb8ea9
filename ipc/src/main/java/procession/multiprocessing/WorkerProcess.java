// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.ProcessSettings;
import procession.multiprocessing.internal.launch.Rendezvous;
import procession.multiprocessing.internal.launch.WorkerCommand;
import procession.multiprocessing.internal.os.CrashReport;
import procession.multiprocessing.internal.os.Descendants;
import procession.multiprocessing.internal.os.ExitStatus;
import procession.multiprocessing.internal.os.OutputPump;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.os.StartMark;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.Hello;
import procession.multiprocessing.internal.wire.OutgoingFrame;
import procession.multiprocessing.internal.worker.WorkerIdentity;

/**
 * The parent's side of one worker: its process, its connections, what it was given, and how far it has come.
 */
final class WorkerProcess {
    /*
     * Overview. Everything here is owned by whoever has the turn, except start(), which runs on a thread of the worker's own:
     * starting a process takes milliseconds, and somebody has to wait for its end.
     *
     *   STARTING ──connected, HELLO──► GREETED ──connected again, HELLO_CALLS, READY──► READY ──EXIT sent──► EXITING
     *       └──────────────┴──────────────┴───────────────────────────────────────────────┴─────────────────┴──► (buried)
     *
     * It connects twice. On `calls` come its answers, in the order in which it gave them; `control` carries what has to be
     * heard in the middle of a task. The two have no order among them but this one: before anything from control is acted
     * on, and before a connection is taken for lost, the other is read dry. So an answer that was written first counts
     * first, and a worker that said goodbye is known to have done so.
     *
     * A worker is buried once its process has exited, every byte that it had sent was read, and its output has ended or
     * OUTPUT_GRACE has passed (a grandchild may hold a pipe open for ever). Only then is it known what it had
     * answered, and only then does its pool learn of its end.
     */
    enum State {
        STARTING,
        GREETED,
        READY,
        EXITING
    }

    private static final int OUTPUTS = 2;

    /** How long the end of its output may take after its exit. */
    private static final long OUTPUT_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long a process whose socket has closed may take to exit by itself, as the dying do. */
    private static final long CONTACT_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of 128 KiB each: more than a connection can hold at a time, so what was there before is read. */
    private static final int READS_A_TURN = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    final String name;

    /** Tells it who it is; written by start() before the loop knows of the process. */
    private @Nullable OutgoingFrame identity;

    private final PoolLoop loop;
    private final byte[] token = new byte[FrameDescriptor.TOKEN_BYTES];

    State state = State.STARTING;

    /** Its place in the pool. */
    final int rank;

    /** Whom it replaces, until that one has no more to do. */
    @Nullable
    WorkerProcess predecessor;

    /** Which round of attempts to start workers it belongs to, see {@link StartAttempts}. */
    int startRound;

    /** Who replaces it. */
    @Nullable
    WorkerProcess successor;

    /** Whether it is too old or too large, and leaves when that one is ready, whatever it may still be given. */
    boolean isDue;

    /** What it was given and has not answered. */
    final Load load = new Load();

    /** How much it is to be given. */
    final Prefetch prefetch;

    /** When the first task of those started, as far as can be seen from here. */
    long taskSinceNanos;

    /** When that task started, or told of its progress last. */
    long heardAtNanos;

    /** What it said then. */
    String lastNote = "";

    /** When something was last taken back from it. */
    long takenBackAtNanos = System.nanoTime();

    /** What becomes of what it logs; of the callback thread. */
    final ForwardedLog log;

    /** Since when it has had nothing to do. */
    long idleSinceNanos;

    /** Since when it has been ready. */
    long readySinceNanos;

    /** How much memory it said that it has, where the system does not tell. */
    long reportedBytes;

    /** How many tasks it has answered. */
    int tasksDone;

    /** What is to be killed in it, once it has said where it is. */
    @Nullable
    Stop stop;

    private boolean rehearsed;

    /** Until when its present step may take; {@link #isLate} says what then. */
    long deadlineNanos;

    /** Whether this side decided to kill it; not set when it is destroyed because contact was lost. */
    boolean killed;

    boolean saidGoodbye;

    /** What it had started when it said goodbye; what is left of that when it is gone is killed. */
    private Descendants descendants = Descendants.NONE;

    /** Why it could not even be started. */
    @Nullable
    IOException startFailure;

    /** What is noted of its process for the day that it dies. */
    final Vitals vitals = new Vitals();

    private @Nullable CrashReport crashFile;
    private @Nullable WorkerDeath death;

    private java.lang.@Nullable Process process;
    private @Nullable Rendezvous meeting;
    private @Nullable StartMark mark;
    private @Nullable SelectionKey listening;

    /** Who has connected and not said who it is. */
    private @Nullable Link caller;

    private @Nullable Link control;
    private @Nullable Link calls;
    private @Nullable OutputPump stdout;
    private @Nullable OutputPump stderr;
    private boolean contactLost;
    private boolean exited;
    private int outputsEnded;
    private boolean buried;

    /**
     * A task that is being stopped.
     *
     * @param task the task
     * @param overrun which limit it failed, in words, or {@code null} if it was cancelled
     * @param untilNanos how long to wait for the worker to say where the task is
     */
    record Stop(ProcessTask<?> task, @Nullable String overrun, long untilNanos) {}

    WorkerProcess(PoolLoop loop, int number, int rank, long startDeadlineNanos) {
        this.loop = loop;
        this.prefetch = new Prefetch(loop.ahead());
        this.rank = rank;
        this.name = loop.name() + "-worker-" + number;
        this.log = new ForwardedLog(name);
        this.deadlineNanos = startDeadlineNanos;
        RANDOM.nextBytes(token);
    }

    // ---- on a thread of its own ----

    /** Starts the process, has its output pumped, and waits for its end. */
    void start(WorkerCommand command) {
        Rendezvous opened = null;
        boolean known = false;
        long startedMillis = System.currentTimeMillis();
        try {
            opened = Rendezvous.start(command, name, ProcessSettings.NONE);
            StartMark shared = opened.createMark();
            identity = WorkerIdentity.frame(
                    ProcessLife.nextIdentity(), name, ProcessSelf.current().name());
            java.lang.Process started = opened.worker();
            Rendezvous place = opened;
            OutputPump output = OutputPump.toStdout(started.getInputStream(), () -> loop.post(this::outputHasEnded));
            OutputPump errors =
                    OutputPump.toStderr(started.getErrorStream(), started.pid(), () -> loop.post(this::outputHasEnded));
            PoolThreads.daemon(name + "-stdout", output).start();
            PoolThreads.daemon(name + "-stderr", errors).start();
            known = loop.post(() -> hasStarted(started, place, shared, output, errors));
            WorkerCommand.introduce(started, token);
        } catch (Throwable failure) {
            IOException reason = failure instanceof IOException io ? io : new IOException(failure);
            loop.post(() -> couldNotStart(reason));
        }
        if (opened != null) {
            if (!known) {
                opened.abandon();
            }
            java.lang.Process started = opened.worker();
            awaitExit(started);
            CrashReport written = command.crashReport(started.pid(), startedMillis);
            loop.post(() -> hasExited(written));
        }
    }

    /** Not by {@code onExit()}, which needs a thread of the common pool that a program may have none left of. */
    private static void awaitExit(java.lang.Process started) {
        boolean exited = false;
        while (!exited) {
            try {
                started.waitFor();
                exited = true;
            } catch (InterruptedException nobodyIsMeantTo) {
                // and nothing else ends this wait
            }
        }
    }

    // ---- in a turn ----

    private void hasStarted(
            java.lang.Process started,
            Rendezvous place,
            @Nullable StartMark shared,
            OutputPump output,
            OutputPump errors) {
        if (buried) { // it was given up meanwhile
            started.destroyForcibly();
            place.close();
            return;
        }
        process = started;
        vitals.begin(started.pid());
        mark = shared;
        stdout = output;
        stderr = errors;
        meeting = place;
        if (killed) {
            kill();
        }
        try {
            Consumer<SelectionKey> told = selected -> accept();
            listening = place.listener().register(loop.selector(), SelectionKey.OP_ACCEPT, told);
        } catch (IOException | RuntimeException unusable) {
            startFailed(new IOException("its socket can't be listened to", unusable));
        }
    }

    private void couldNotStart(IOException reason) {
        if (!buried) {
            buried = true;
            loop.startFailed(this, reason);
        }
    }

    /** Notes why it will not become ready, and kills it. */
    void startFailed(IOException reason) {
        startFailure = reason;
        kill();
    }

    private void hasExited(@Nullable CrashReport written) {
        if (!exited && process != null) {
            crashFile = written;
            exited = true;
            descendants.kill(); // which may hold its output open
            loop.isUnfit(this);
            deadlineNanos = System.nanoTime() + OUTPUT_GRACE_NANOS;
            buryIfOver();
        }
    }

    private void outputHasEnded() {
        outputsEnded++;
        buryIfOver();
    }

    private void buryIfOver() {
        if (exited && outputsEnded >= OUTPUTS && !buried) {
            if (control != null) {
                readControl(control, Integer.MAX_VALUE);
            }
            readCalls(Integer.MAX_VALUE);
            if (!buried) {
                buried = true;
                descendants.kill(); // if it was only now that its goodbye was read
                closeLinks();
                closeMeeting();
                loop.workerIsGone(this);
            }
        }
    }

    /** Called when {@link #deadlineNanos} has passed; a worker that is late in any step is killed. */
    void isLate() {
        java.lang.Process running = process;
        if (exited) {
            outputsEnded = OUTPUTS; // a grandchild holds them open, and may do so for ever
            buryIfOver();
        } else if (running == null) {
            couldNotStart(new IOException("the process could not be started in time"));
        } else if (!running.isAlive()) {
            hasExited(null);
        } else if (contactLost) {
            destroy();
        } else if (isUnready() && !killed) {
            startFailed(new IOException("the worker process " + pid() + " was not ready in time"
                    + (state == State.GREETED ? ": its initializer needs a longer startTimeout" : "")));
        } else {
            kill();
        }
    }

    /** Returns whether it is still on its way to its first task. */
    boolean isUnready() {
        return state == State.STARTING || state == State.GREETED;
    }

    /** Returns whether it can be given something to do. */
    boolean isFit() {
        return state == State.READY && !killed && !saidGoodbye && !contactLost && !exited && stop == null;
    }

    /** Returns whether it has to make room at once, because another one is ready to take its place. */
    boolean isReplaced() {
        WorkerProcess next = successor;
        return isDue && next != null && next.state == State.READY;
    }

    /** Returns whether it is ready, but its predecessor is not done yet. */
    boolean waitsForItsPlace() {
        return predecessor != null && isFit() && load.isEmpty();
    }

    /** Returns whether {@link #deadlineNanos} means anything now. */
    boolean hasDeadline() {
        return exited || contactLost || saidGoodbye || killed || state != State.READY;
    }

    private void accept() {
        Rendezvous place = meeting;
        if (place == null || caller != null) {
            return;
        }
        try {
            SocketChannel accepted = place.listener().accept();
            if (accepted != null) {
                caller = Link.of(accepted, loop.selector(), this::selected);
                listenForOthers(false);
            }
        } catch (IOException | RuntimeException failure) {
            startFailed(new IOException("its connection can't be accepted", failure));
        }
    }

    /** Called by the selector. */
    private void selected(Link link, SelectionKey key) {
        try {
            if (key.isWritable()) {
                link.flush();
            }
            if (key.isReadable()) {
                read(link);
            }
        } catch (CancelledKeyException closedMeanwhile) {
            // its worker's end is under way
        }
    }

    private void read(Link link) {
        if (link == caller) {
            if (!link.read(1, loop.readBuffer(), frame -> greet(link, frame))) {
                sendAway(link);
            }
        } else if (link == calls) {
            readCalls(READS_A_TURN);
        } else if (link == control) {
            readControl(link, READS_A_TURN);
        }
    }

    private void readCalls(int times) {
        Link open = calls;
        if (open != null && !open.read(times, loop.readBuffer(), frame -> loop.received(this, frame))) {
            open.close();
            calls = null;
            if (control != null) {
                readControl(control, READS_A_TURN); // where it may have said goodbye
            }
            contactIsLost();
        }
    }

    private void readControl(Link open, int times) {
        List<Frame> arrived = new ArrayList<>(); // because only one at a time can read into the buffer
        boolean goesOn = open.read(times, loop.readBuffer(), arrived::add);
        if (!arrived.isEmpty() || !goesOn) {
            if (!goesOn) {
                open.close();
                control = null;
            }
            readCalls(READS_A_TURN);
            arrived.forEach(this::received);
        }
        if (!goesOn) {
            contactIsLost();
        }
    }

    /** Takes something from control. */
    private void received(Frame frame) {
        if (frame.type() == FrameDescriptor.GOODBYE) {
            byte[] started = frame.payload();
            if (started != null && started.length > 0) {
                descendants = Descendants.decode(started);
            }
            if (exited) {
                descendants.kill(); // which may hold its output open, for which it has as long as before
            } else if (!saidGoodbye) {
                deadlineNanos = System.nanoTime() + PoolLoop.EXIT_NANOS;
            }
            saidGoodbye = true;
            loop.isUnfit(this);
        } else {
            loop.received(this, frame);
        }
    }

    /** Somebody says who it is; what it sends after that is somebody's whom we know, or is not heard. */
    private void greet(Link link, Frame frame) {
        if (link != caller) {
            if (link == calls) {
                loop.received(this, frame);
            } else if (link == control) {
                received(frame);
            }
            return;
        }
        boolean first = control == null && state == State.STARTING;
        Hello hello = Hello.from(first ? FrameDescriptor.HELLO : FrameDescriptor.HELLO_CALLS, frame, token);
        if (hello == null) {
            sendAway(link); // somebody else; the worker itself may still come
        } else if (hello.version() != FrameDescriptor.VERSION) {
            startFailed(new IOException("the worker speaks version " + hello.version() + " of the protocol and this"
                    + " program version " + FrameDescriptor.VERSION
                    + "; the jar of procession-ipc was replaced while the program ran: restart it"));
        } else if (first) {
            control = link;
            caller = null;
            state = State.GREETED;
            listenForOthers(true);
            tell(Objects.requireNonNull(identity));
            loop.greeted(this);
        } else {
            calls = link;
            caller = null;
            closeMeeting();
        }
    }

    private void sendAway(Link stranger) {
        stranger.close();
        caller = null;
        listenForOthers(true);
    }

    /** One is heard at a time; meanwhile the others wait in the backlog, where they must not wake the selector. */
    private void listenForOthers(boolean listen) {
        if (listening != null && listening.isValid()) {
            listening.interestOps(listen ? SelectionKey.OP_ACCEPT : 0);
        }
    }

    private void contactIsLost() {
        if (!exited && !saidGoodbye && !contactLost) {
            contactLost = true; // it is dead or can't be talked to any more; either way this was not our doing
            loop.isUnfit(this);
            deadlineNanos = System.nanoTime() + CONTACT_GRACE_NANOS;
        }
    }

    /** Notes that the first task of its load starts now. */
    void taskStarts() {
        taskSinceNanos = System.nanoTime();
        heardAtNanos = taskSinceNanos;
        lastNote = "";
    }

    /** Tells it something that it hears whatever it does. */
    void tell(OutgoingFrame frame) {
        if (control != null) {
            control.send(frame);
        }
    }

    /** Has it try out what has to be quick when a task's time is up; the first call does that. */
    void rehearseStop() {
        if (!rehearsed && stop == null) {
            rehearsed = true;
            tell(new OutgoingFrame(FrameDescriptor.REHEARSE, 0, new byte[0]));
        }
    }

    /** Adds something to do to what it has; it learns of it by {@link #flush}. */
    void give(Batch batch, OutgoingFrame frame) {
        if (load.isEmpty()) {
            taskStarts();
        }
        load.add(batch);
        if (calls != null) {
            calls.enqueue(frame);
        }
    }

    void flush() {
        if (calls != null) {
            calls.flush();
        }
    }

    /** Returns whether it can be given more than it has begun with, because that can be taken back. */
    boolean canPrefetch() {
        return mark != null && !mark.isFenced() && isFit();
    }

    /** Takes back what it was given and has not started, and returns it in order. */
    List<Batch> takeBack() {
        StartMark shared = mark;
        if (shared == null || calls == null || shared.isFenced()) {
            return List.of(); // if it is, it has not yet met what was taken back before
        }
        List<Batch> back = load.removeBehind(shared.fence());
        calls.send(new OutgoingFrame(FrameDescriptor.TAKEN_BACK, 0, new byte[0]));
        return back;
    }

    /** Notes how far the running task says that it has come. */
    void progressed(Frame frame) {
        ProcessTask<?> task = load.first();
        if (task == null || task.id != frame.taskId()) {
            return; // a thread that an earlier task has left behind
        }
        heardAtNanos = System.nanoTime();
        byte[] payload = frame.payload();
        if (payload != null && payload.length >= Double.BYTES) {
            double fraction = ByteBuffer.wrap(payload).getDouble();
            String note = new String(payload, Double.BYTES, payload.length - Double.BYTES, StandardCharsets.UTF_8);
            lastNote = Double.isNaN(fraction) ? note : Math.round(100 * fraction) + " % " + note;
        }
    }

    /** Kills the process and what it has started; its pool learns of the end as of any other. */
    void kill() {
        if (!killed) {
            killed = true;
            vitals.sample();
            deadlineNanos = System.nanoTime() + PoolLoop.EXIT_NANOS;
        }
        loop.isUnfit(this);
        destroy();
    }

    private void destroy() {
        java.lang.Process running = process;
        if (running != null && !exited) {
            ProcessTree.kill(running, name);
        }
    }

    /** Asks the process to end, in the way that lets its shutdown hooks run. */
    void terminate() {
        killed = true;
        loop.isUnfit(this);
        deadlineNanos = System.nanoTime() + PoolLoop.EXIT_NANOS;
        java.lang.Process running = process;
        if (running != null && running.supportsNormalTermination()) {
            running.destroy();
        } else {
            destroy();
        }
        state = State.EXITING;
    }

    /** Lets the worker exit by itself, for which it has a limited time. */
    void retire() {
        state = State.EXITING;
        deadlineNanos = System.nanoTime() + PoolLoop.EXIT_NANOS;
        if (calls != null) {
            calls.send(new OutgoingFrame(FrameDescriptor.EXIT, 0, new byte[0]));
        }
    }

    /** Kills the process and closes everything, because no turn will see its end. */
    void abandon() {
        kill();
        descendants.kill();
        buried = true;
        closeLinks();
        closeMeeting();
    }

    private void closeLinks() {
        for (Link open : new Link[] {caller, control, calls}) {
            if (open != null) {
                open.close();
            }
        }
        caller = null;
        control = null;
        calls = null;
    }

    private void closeMeeting() {
        if (meeting != null) {
            meeting.close();
            meeting = null;
        }
    }

    /** Returns the process id, or -1 if there is no process. */
    long pid() {
        return process == null ? -1 : process.pid();
    }

    /** Returns how the process ended; only for a worker that is gone. */
    WorkerDeath death() {
        WorkerDeath known = death;
        if (known == null) {
            ExitStatus status = new ExitStatus(process == null ? -1 : process.exitValue(), saidGoodbye && !killed);
            CrashReport caught = stderr == null ? null : stderr.crashReport();
            known = WorkerDeath.of(
                    pid(), status, killed, vitals, caught == null ? crashFile : caught, stderrTail(caught != null));
            death = known;
        }
        return known;
    }

    /** Returns whether the process had begun with a task; only for a worker that is gone. */
    boolean hadStarted(ProcessTask<?> task) {
        return mark == null || mark.lastStarted() == task.id;
    }

    /** Returns the last lines that the process wrote to its standard error, or what else its JVM said of its crash. */
    private String stderrTail(boolean hasReport) {
        String crash = stdout == null ? "" : stdout.tail(); // to which the JVM writes at a crash, whatever its options
        if (!hasReport && crash.contains("A fatal error has been detected") && crash.contains("pid=" + pid() + ",")) {
            return crash;
        }
        return stderr == null ? "" : stderr.tail();
    }

    /** Returns how it failed to become ready, in words; only for a worker that is gone. */
    String startFailureInWords() {
        if (startFailure != null) {
            return String.valueOf(startFailure.getMessage());
        }
        WorkerDeath end = death();
        return "the worker process " + pid() + " " + end.inWords() + " before it was ready" + end.details()
                + (end.stderrTail().isEmpty() ? "; it wrote nothing to its stderr" : "");
    }

    @Override
    public String toString() {
        return name + "[" + state + ", pid " + pid() + "]";
    }
}
