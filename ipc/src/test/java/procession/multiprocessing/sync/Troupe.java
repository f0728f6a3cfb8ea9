// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.testing.Delays;

/**
 * Few long-lived processes that play the threads of this one: what a thread says, its actor does, in another process, while
 * the thread waits for the end. So a contract that was written for threads runs with processes as the parties.
 *
 * <p>An interrupt of the thread goes to its actor, and a thread comes to wait, for {@code Await.blocked}, only when its actor
 * does. What an actor calls back runs in its thread.
 */
final class Troupe implements AutoCloseable {
    /** What an actor does. */
    interface Step<T> extends Callable<T>, Serializable {}

    // What is sent: to an actor RUN, INTERRUPT, ANSWER, DISMISS; from it BLOCKED, DONE, CALL.
    private static final int RUN = 1;
    private static final int INTERRUPT = 2;
    private static final int ANSWER = 3;
    private static final int DISMISS = 4;
    private static final int BLOCKED = 5;
    private static final int DONE = 6;
    private static final int CALL = 7;

    private static final ObjectCodec CODEC = new ObjectCodec(Troupe.class.getClassLoader(), null);

    private final List<Stage> stages = new ArrayList<>();
    private final Map<Thread, Role> roles = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, Callable<?>> callbacks = new ConcurrentHashMap<>();

    /** What runs in the thread that its actor has called from; fails with what it throws. */
    private record Outcome(@Nullable Object value, @Nullable Throwable failure, boolean interrupted, int interrupts)
            implements Serializable {}

    /** Says in an actor that a callback has failed; the failure itself stays where it is. */
    private static final class CallbackFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    Troupe(int processes) {
        try (ServerSocket door = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            int port = door.getLocalPort();
            for (int i = 0; i < processes; i++) {
                var process = new Process(() -> perform(port));
                process.start();
                door.setSoTimeout((int) Delays.large().toMillis());
                stages.add(new Stage(process, door.accept()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the processes. */
    List<Process> processes() {
        return stages.stream().map(stage -> stage.process).toList();
    }

    /** Lets the actor of the calling thread do a step. */
    @SuppressWarnings("NullAway") // returns null where the step does
    <T> T call(Step<T> step) throws Exception {
        Role role = roles.computeIfAbsent(Thread.currentThread(), thread -> {
            int number = numbers.getAndIncrement();
            return new Role(stages.get(number % stages.size()), number, thread);
        });
        @SuppressWarnings("unchecked")
        T value = (T) role.call(step);
        return value;
    }

    /** Returns what runs {@code body} in the thread of the actor that runs it. */
    Callback callback(Callable<?> body) {
        int number = numbers.getAndIncrement();
        callbacks.put(number, body);
        return new Callback(number);
    }

    /** Lets the actors go of all threads that there were so far. */
    void dismiss() {
        roles.values().forEach(Role::dismiss);
        roles.clear();
        callbacks.clear();
    }

    @Override
    public void close() throws InterruptedException {
        for (Stage stage : stages) {
            stage.close();
        }
    }

    /** The end of a connection to one process. */
    private static final class Stage {
        final Process process;
        private final Socket socket;
        private final DataOutputStream out;
        private final Thread reader;
        private final Map<Integer, Role> roles = new ConcurrentHashMap<>();

        Stage(Process process, Socket socket) throws IOException {
            this.process = process;
            this.socket = socket;
            socket.setTcpNoDelay(true);
            this.out = new DataOutputStream(socket.getOutputStream());
            this.reader = new Thread(this::read, "stage-" + process.pid());
            reader.setDaemon(true);
            reader.start();
        }

        void send(int what, int role, byte[] bytes) {
            Troupe.send(out, what, role, bytes);
        }

        private void read() {
            try (var in = new DataInputStream(socket.getInputStream())) {
                while (true) {
                    int what = in.readInt();
                    Role role = roles.get(in.readInt());
                    byte[] bytes = new byte[in.readInt()];
                    in.readFully(bytes);
                    if (role != null) {
                        role.hear(what, bytes);
                    }
                }
            } catch (IOException over) {
                roles.values().forEach(role -> role.hear(DONE, new byte[0]));
            }
        }

        void close() throws InterruptedException {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            reader.join();
            if (!process.join(Delays.large())) {
                process.kill();
                throw new AssertionError("has not ended: " + process);
            }
        }
    }

    /** What a thread has its actor do. */
    private final class Role {
        private final Stage stage;
        private final int number;
        private final Thread thread;

        /** What the actor has said; the calls back and the ends of its steps, in that order. */
        private final BlockingQueue<byte[]> said = new LinkedBlockingQueue<>();

        private volatile boolean blocked;
        private @Nullable Throwable lastFailure;

        Role(Stage stage, int number, Thread thread) {
            this.stage = stage;
            this.number = number;
            this.thread = thread;
            stage.roles.put(number, this);
        }

        void dismiss() {
            stage.send(DISMISS, number, new byte[0]);
            stage.roles.remove(number);
        }

        void hear(int what, byte[] bytes) {
            if (what == BLOCKED) {
                blocked = true;
            } else {
                byte[] whole = new byte[bytes.length + 1];
                whole[0] = (byte) what;
                System.arraycopy(bytes, 0, whole, 1, bytes.length);
                said.add(whole);
            }
            LockSupport.unpark(thread);
        }

        @Nullable
        Object call(Step<?> step) throws Exception {
            blocked = false;
            boolean interrupted = Thread.interrupted();
            String name = thread.getName();
            Step<?> named = () -> {
                Thread.currentThread().setName(name);
                return step.call();
            };
            stage.send(RUN, number, encode(new Outcome(named, null, interrupted, 0)));
            int interrupts = 0;
            while (true) {
                byte[] next = said.poll();
                if (Thread.interrupted()) {
                    interrupts++;
                    stage.send(INTERRUPT, number, new byte[0]);
                }
                if (next == null) {
                    rest();
                } else if (next.length == 1) {
                    throw new IOException("the process has ended: " + stage.process);
                } else if (next[0] == CALL) {
                    answer((Integer) Objects.requireNonNull(decode(next)));
                } else {
                    Outcome outcome = (Outcome) Objects.requireNonNull(decode(next));
                    if (outcome.interrupted || outcome.interrupts < interrupts) {
                        Thread.currentThread().interrupt();
                    }
                    return valueOf(outcome);
                }
            }
        }

        @SuppressWarnings("ThreadPriorityCheck") // correct without the yield
        private void rest() {
            if (blocked) {
                LockSupport.park(this);
            } else {
                Thread.yield();
            }
        }

        private void answer(int callback) {
            blocked = false;
            Object value = null;
            CallbackFailed failure = null;
            try {
                value = Objects.requireNonNull(callbacks.get(callback)).call();
            } catch (Throwable thrown) {
                failure = new CallbackFailed();
                lastFailure = thrown;
            }
            stage.send(ANSWER, number, encode(new Outcome(value, failure, false, 0)));
        }

        private @Nullable Object valueOf(Outcome outcome) throws Exception {
            Throwable failure = outcome.failure;
            if (failure instanceof CallbackFailed) {
                failure = lastFailure;
            }
            if (failure instanceof Error error) {
                throw error;
            } else if (failure != null) {
                throw (Exception) failure;
            }
            return outcome.value;
        }
    }

    private static void send(DataOutputStream out, int what, int role, byte[] bytes) {
        synchronized (out) {
            try {
                out.writeInt(what);
                out.writeInt(role);
                out.writeInt(bytes.length);
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static byte[] encode(@Nullable Object object) {
        try {
            return ObjectCodec.encode(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Decodes what is behind the first byte. */
    private static @Nullable Object decode(byte[] bytes) {
        try {
            return CODEC.decode(Arrays.copyOfRange(bytes, 1, bytes.length));
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- in the other process

    private static void perform(int port) throws IOException {
        Map<Integer, Actor> actors = new ConcurrentHashMap<>();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var in = new DataInputStream(socket.getInputStream())) {
            socket.setTcpNoDelay(true);
            var out = new DataOutputStream(socket.getOutputStream());
            var prompter = new Thread(() -> prompt(actors), "prompter");
            prompter.setDaemon(true);
            prompter.start();
            while (true) {
                int what = in.readInt();
                int role = in.readInt();
                byte[] bytes = new byte[in.readInt() + 1];
                in.readFully(bytes, 1, bytes.length - 1);
                bytes[0] = (byte) what;
                if (what == DISMISS) {
                    Actor actor = actors.remove(role);
                    if (actor != null) {
                        actor.inbox.add(bytes);
                    }
                } else {
                    actors.computeIfAbsent(role, number -> new Actor(number, out))
                            .hear(what, bytes);
                }
            }
        } catch (EOFException over) {
            // so is this process
        }
    }

    /** Says who waits. */
    private static void prompt(Map<Integer, Actor> actors) {
        while (true) {
            actors.values().forEach(Actor::sayIfBlocked);
            LockSupport.parkNanos(500_000);
        }
    }

    private static final class Actor {
        final BlockingQueue<byte[]> inbox = new LinkedBlockingQueue<>();
        private final int number;
        private final DataOutputStream out;
        private final Thread thread;

        /** How many steps are begun and not ended; this and the next are guarded by this. */
        private int depth;

        private int interrupts;

        /** Whether it has a step to do, and waits in it, and has not said so. */
        private volatile boolean silent;

        Actor(int number, DataOutputStream out) {
            this.number = number;
            this.out = out;
            this.thread = new Thread(this::act, "actor-" + number);
            thread.setDaemon(true);
            thread.start();
        }

        static @Nullable Actor current() {
            return CURRENT.get();
        }

        private static final ThreadLocal<@Nullable Actor> CURRENT = new ThreadLocal<>();

        void hear(int what, byte[] bytes) {
            if (what != INTERRUPT) {
                inbox.add(bytes);
                return;
            }
            synchronized (this) {
                if (depth > 0) {
                    interrupts++;
                    thread.interrupt();
                }
            }
        }

        void sayIfBlocked() {
            if (silent && isBlocked()) {
                silent = false;
                send(out, BLOCKED, number, new byte[0]);
            }
        }

        private boolean isBlocked() {
            return switch (thread.getState()) {
                case BLOCKED, WAITING, TIMED_WAITING -> true;
                case RUNNABLE -> {
                    StackTraceElement[] stack = thread.getStackTrace();
                    yield stack.length > 0
                            && stack[0].isNativeMethod()
                            && Stream.of(stack)
                                    .anyMatch(frame -> frame.getClassName().endsWith(".futex.Nap"));
                }
                default -> false;
            };
        }

        private void act() {
            CURRENT.set(this);
            while (next() != DISMISS) {
                // until it is dismissed
            }
        }

        /** Waits for what it has to do, does it if it is a step, and returns what it was. */
        private int next() {
            byte[] bytes = take();
            if (bytes[0] == RUN) {
                run(bytes);
            } else if (bytes[0] == ANSWER) {
                answer = (Outcome) decode(bytes);
            }
            return bytes[0];
        }

        private @Nullable Outcome answer;

        private byte[] take() {
            boolean interrupted = false;
            while (true) {
                try {
                    byte[] bytes = inbox.take();
                    if (interrupted) {
                        thread.interrupt();
                    }
                    return bytes;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }

        private void run(byte[] bytes) {
            Outcome wanted = (Outcome) Objects.requireNonNull(decode(bytes));
            synchronized (this) {
                depth++;
                interrupts = 0;
            }
            if (wanted.interrupted) {
                thread.interrupt();
            }
            silent = true;
            Object value = null;
            Throwable failure = null;
            try {
                value = ((Step<?>) Objects.requireNonNull(wanted.value)).call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
            silent = false;
            Outcome outcome;
            synchronized (this) {
                depth--;
                outcome = new Outcome(value, failure, Thread.interrupted(), interrupts);
            }
            send(out, DONE, number, encode(outcome));
        }

        /** Has its thread run a callback. */
        @Nullable
        Object call(int callback) {
            silent = false;
            send(out, CALL, number, encode(callback));
            while (next() != ANSWER) {
                // steps that the callback wants
            }
            silent = true;
            Outcome outcome = Objects.requireNonNull(answer);
            if (outcome.failure instanceof CallbackFailed failed) {
                throw failed;
            }
            return outcome.value;
        }
    }

    /** Something that an actor has its thread do. */
    record Callback(int number) implements Runnable, BooleanSupplier, Serializable {
        @Override
        public void run() {
            Object unused = call();
        }

        @Override
        public boolean getAsBoolean() {
            return Boolean.TRUE.equals(call());
        }

        private @Nullable Object call() {
            return Objects.requireNonNull(Actor.current()).call(number);
        }
    }

    /** Lets the actor of the calling thread do a step that throws what a synchronizer throws, and nothing else. */
    <T> T say(Step<T> step) throws InterruptedException {
        try {
            return call(step);
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the actor of the calling thread do a step that is not to be interrupted. */
    <T> T tell(Step<T> step) {
        try {
            return say(step);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
