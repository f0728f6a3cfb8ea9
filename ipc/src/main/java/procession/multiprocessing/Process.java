// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.futures.Action;
import procession.internal.Deadline;
import procession.multiprocessing.internal.os.ProcessTree;

/**
 * A program of its own: a JVM that runs one {@link Action}, and that can be waited for, asked to end, and killed.
 * <pre>{@code
 * var process = new Process(() -> System.out.println("hello from " + ProcessHandle.current().pid()));
 * process.start();
 * process.join();
 * System.out.println(process.exitcode());
 * }</pre>
 * Or a subclass overrides {@link #execute()}; then it travels itself, with its fields.
 *
 * <p><b>Life.</b> A process is started once. It ends when its action has returned or thrown and its other non-daemon
 * threads have ended; an exception is printed and makes the exit code 1. It ends at once when this JVM ends in whatever
 * way (if that is killed while the new JVM hangs in its own start, as soon as it goes on), but an orderly end of this
 * program waits for its processes that are not daemons, as it does for threads. A daemon
 * process may have no processes of its own.
 *
 * <p><b>Output.</b> What it prints comes out of {@code System.out} and {@code System.err} of this JVM, unless the builder
 * says otherwise; its standard input is empty. In these cases what it logs, through {@code java.util.logging} or
 * {@link System.Logger}, comes to the {@link System.Logger} of the same name here, with its name before the message,
 * unless its JVM options configure its logs; with a file or the terminal for its output, its logs are its own.
 * It counts as ended when what it printed and logged before has come out here, but a stream or a logger for its output that
 * takes longer than five seconds for the rest of it is not waited for, nor a log handler that takes longer than that for one message.
 *
 * <p>All methods may be called by any thread. Where {@code java.lang.Process} is imported by default, this class needs a
 * single-type import.
 *
 * <p>Memory consistency effects: actions before {@link #start()} <i>happen-before</i> the action is serialized. What the
 * process does is not seen here but by what it writes; its end <i>happens-before</i> the return of {@link #join()}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Process}, always in a fresh interpreter ({@code spawn}). There,
 * {@code sys.exit()} of the parent waits for children; {@code System.exit} here ends them.
 */
// Python's name, whose import the documentation shows; and what gets hold of this in the constructor only keeps it
@SuppressWarnings({"JavaLangClash", "this-escape"})
public class Process implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1L;

    /** What to run; {@code null} in a subclass that overrides execute(). */
    private final @Nullable Action target;

    /** Its number, after those of the processes that it descends from: 2:1; empty in the main process. */
    private final String identity;

    /** The name that was given, or that was made up. */
    private final String name;

    /** Whether it is ended, and not waited for, at the end of this program. */
    private final boolean daemon;

    /** What it is here; in the process itself, which is a copy, there is nothing of it. */
    private final transient @Nullable ProcessLife life;

    /**
     * Makes a process that will run {@code target}; it is not started yet.
     *
     * @param target what to run; it travels with what it captures
     */
    public Process(Action target) {
        this(builder(Objects.requireNonNull(target, "target")));
    }

    /**
     * Makes a process with a name that will run {@code target}; it is not started yet.
     *
     * @param name its name
     * @param target what to run; it travels with what it captures
     */
    public Process(String name, Action target) {
        this(builder(target).name(name));
    }

    /** Makes a process for a subclass that overrides {@link #execute()}, with a name that is made up. */
    protected Process() {
        this(new Builder(null));
    }

    /**
     * Makes a process for a subclass that overrides {@link #execute()}.
     *
     * @param name its name
     */
    protected Process(String name) {
        this(new Builder(null).name(name));
    }

    private Process(Builder builder) {
        target = builder.target;
        identity = ProcessLife.nextIdentity();
        String type = getClass().getSimpleName();
        name = builder.name != null ? builder.name : (type.isEmpty() ? "Process" : type) + "-" + identity;
        daemon = builder.daemon == null ? ProcessSelf.current().daemon() : builder.daemon;
        life = new ProcessLife(this, builder);
    }

    /** Makes what stands for a process that was not started from here. */
    Process(String name, String identity, boolean daemon) {
        this.target = null;
        this.identity = identity;
        this.name = name;
        this.daemon = daemon;
        this.life = null;
    }

    /**
     * Returns a builder of a process that will run {@code target}.
     *
     * @param target what to run; it travels with what it captures
     * @return a new builder
     */
    public static Builder builder(Action target) {
        return new Builder(Objects.requireNonNull(target, "target"));
    }

    /**
     * Does the work, in the process; the default runs the target. A subclass overrides this.
     *
     * <p><i>Python:</i> {@code run()}.
     *
     * @throws Exception if it fails, which is printed and makes the exit code 1
     */
    protected void execute() throws Exception {
        if (target != null) {
            target.execute();
        }
    }

    /**
     * Starts the process; returns as soon as it exists, and does not wait for it to run. A JVM that can't start, because of
     * a wrong option for example, ends with an exit code of its own, and what it said is logged.
     *
     * @throws NotTransferableException if the target can't travel
     * @throws IllegalStateException if it was started before, or if this JVM is a daemon process
     * @throws java.io.UncheckedIOException if the system can't start it
     */
    public void start() {
        if (ProcessSelf.current().daemon()) {
            throw new IllegalStateException("a daemon process may have no processes of its own, and this is one ("
                    + ProcessSelf.current().name() + "); start it with daemon(false)");
        }
        life().start(new ProcessBody(this, ProcessSelf.current().name()));
    }

    /**
     * Waits until the process has ended, for as long as that takes, and what it printed and logged has come out here.
     * May be called again, and by many threads. How it ended does not change any more when this has returned.
     *
     * @throws IllegalStateException if it was not started, or not from here
     * @throws InterruptedException if interrupted while waiting
     */
    public void join() throws InterruptedException {
        life().join();
    }

    /**
     * Waits until the process has ended, for {@code timeout} at most.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return {@code true} if it has ended
     * @throws IllegalStateException if it was not started, or not from here
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return life().join(Deadline.toNanosSaturated(timeout));
    }

    /**
     * Returns whether the process was started and has not ended.
     *
     * @return {@code true} if it runs
     */
    public boolean isAlive() {
        return isHere() || life().isAlive();
    }

    /**
     * Returns how the process ended: 0 if its action returned, 1 if that threw, n after {@code System.exit(n)}, and
     * {@code -N} if signal N killed it.
     *
     * <p>{@code Runtime.halt} with a status from 129 to 159 looks like a signal, and so does {@code System.exit} with
     * 129, 130 or 143, since a JVM ends with these after SIGHUP, SIGINT and SIGTERM. A crash in native code is mostly
     * -6, because the JVM writes a report and aborts. The system keeps the lowest eight bits of a code.
     *
     * @return the exit code, or empty if it has not ended
     */
    public OptionalInt exitcode() {
        return isHere() ? OptionalInt.empty() : life().exitcode();
    }

    /**
     * Returns the process id. It can change once: if Ctrl-C meets the new JVM before this can ask to be left alone, and
     * this program goes on in spite of that, the JVM is started again.
     *
     * @return the pid
     * @throws IllegalStateException if it was not started
     */
    public long pid() {
        return isHere() ? ProcessTree.ownPid() : life().pid();
    }

    /**
     * Returns the name. If none was given, it is that of the class and a number, as in {@code Process-1}; those of
     * processes of the first process end in {@code 1:1}, {@code 1:2} and so on, whatever its name.
     *
     * @return the name
     */
    public final String name() {
        return name;
    }

    /**
     * Returns whether it is a daemon: ended, and not waited for, at the end of this program.
     *
     * @return {@code true} if it is
     */
    public final boolean daemon() {
        return daemon;
    }

    /**
     * Asks the process to end, by SIGTERM where there is that, so that its shutdown hooks run. Does nothing if it has
     * ended. What it has started is left alone, but for processes of this kind, which end with it.
     *
     * @throws IllegalStateException if it was not started
     */
    public void terminate() {
        life().terminate();
    }

    /**
     * Kills the process, and what it has started as far as the platform shows that. Does nothing if it has ended.
     *
     * @throws IllegalStateException if it was not started
     */
    public void kill() {
        life().kill();
    }

    /**
     * Returns a future of the end of this process.
     *
     * @return completes with this process when it has ended; cancelling it changes nothing
     * @throws IllegalStateException if it was not started
     */
    public CompletableFuture<Process> onExit() {
        return life().onExit();
    }

    /**
     * Returns what becomes done when this process has ended, to be waited for among others.
     *
     * @return a future without a value
     * @throws IllegalStateException if it was not started
     */
    public java.util.concurrent.Future<?> sentinel() {
        return life().onExit().thenApply(ended -> null);
    }

    /**
     * Waits until the process has ended; a daemon is terminated first. Does nothing if it was not started. An interrupt
     * kills the process; the flag is set again.
     *
     * <p><i>Python:</i> {@code close()} raises {@code ValueError} while the process runs.
     */
    @Override
    public void close() {
        life().close();
    }

    @Override
    public String toString() {
        ProcessLife known = life;
        return (this instanceof ProcessSelf ? "Process" : getClass().getSimpleName()) + "[" + name
                + (known == null ? "" : ", " + known.describe()) + (daemon ? ", daemon" : "") + "]";
    }

    /** Whether this code runs in this process. */
    private boolean isHere() {
        return ProcessSelf.current() == this;
    }

    final String identity() {
        return identity;
    }

    private ProcessLife life() {
        if (life == null) {
            throw new IllegalStateException(
                    name + " was not started from here: only the parent of a process can do this");
        }
        return life;
    }

    /** Options of a process; each method changes this builder and returns it. */
    public static final class Builder {
        private static final long DEFAULT_START_NANOS = TimeUnit.SECONDS.toNanos(60);

        private final @Nullable Action target;
        private @Nullable String name;
        private @Nullable Boolean daemon;
        private List<String> jvmOptions = List.of();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private @Nullable Path directory;
        private ProcessOutput output = ProcessOutput.forward();
        private long startNanos = DEFAULT_START_NANOS;

        private Builder(@Nullable Action target) {
            this.target = target;
        }

        /**
         * Sets the name.
         *
         * @param newName the name
         * @return this builder
         * @throws IllegalArgumentException if it has a null character
         */
        public Builder name(String newName) {
            Objects.requireNonNull(newName, "name");
            if (newName.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a name has no null character: the system could not pass it on");
            }
            name = newName;
            return this;
        }

        /**
         * Sets whether the process is ended, and not waited for, at the end of this program. If it is never set, the
         * process is what its parent is.
         *
         * @param isDaemon whether it is a daemon
         * @return this builder
         */
        public Builder daemon(boolean isDaemon) {
            daemon = isDaemon;
            return this;
        }

        /**
         * Sets options for the JVM, such as {@code "-Xmx512m"}; they win over all others.
         *
         * @param options each one argument of the {@code java} command
         * @return this builder
         * @throws IllegalArgumentException if an option does not start with a dash
         */
        public Builder jvmOptions(String... options) {
            jvmOptions = JvmOptions.checked(options);
            return this;
        }

        /**
         * Sets a variable of its environment, which is otherwise that of this JVM.
         *
         * @param variable the name
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the system has no such variables: the name is empty or has {@code =} in it,
         *     or there is a null character
         */
        public Builder environment(String variable, String value) {
            Objects.requireNonNull(variable, "variable");
            Objects.requireNonNull(value, "value");
            if (variable.isEmpty() || variable.indexOf('=') >= 0 || (variable + value).indexOf('\0') >= 0) {
                throw new IllegalArgumentException("the system can't have the environment variable \"" + variable
                        + "\": a name has at least one character and no equals sign, and neither it nor the value"
                        + " has a null character");
            }
            environment.put(variable, value);
            return this;
        }

        /**
         * Sets its working directory; that of this JVM if it is never set.
         *
         * @param workingDirectory an existing directory
         * @return this builder
         */
        public Builder directory(Path workingDirectory) {
            directory = Objects.requireNonNull(workingDirectory, "directory");
            return this;
        }

        /**
         * Sets where what it prints goes; to {@code System.out} and {@code System.err} of this JVM if it is never set.
         *
         * @param where where to
         * @return this builder
         */
        public Builder output(ProcessOutput where) {
            output = Objects.requireNonNull(where, "output");
            return this;
        }

        /**
         * Lets it print to the terminal or file of this JVM itself, past {@code System.out} and {@code System.err}.
         *
         * @return this builder
         */
        public Builder inheritIO() {
            return output(ProcessOutput.inherit());
        }

        /**
         * Sets how long it may take from the start until the new JVM is there and asks for its action. One that does not, is
         * killed, and what it had printed on its standard error is logged; so {@code join} does not wait for a JVM that hangs
         * in its own start.
         *
         * @param longest more than zero; 60 seconds if it is never set
         * @return this builder
         * @throws IllegalArgumentException if {@code longest} is zero or negative
         */
        public Builder startTimeout(Duration longest) {
            if (longest.isZero() || longest.isNegative()) {
                throw new IllegalArgumentException("startTimeout must be more than zero, and is " + longest);
            }
            startNanos = Math.min(Deadline.toNanosSaturated(longest), Long.MAX_VALUE / 2);
            return this;
        }

        /**
         * Makes the process, which is not started yet.
         *
         * @return the process
         */
        public Process build() {
            return new Process(this);
        }

        List<String> jvmOptions() {
            return jvmOptions;
        }

        Map<String, String> environment() {
            return environment;
        }

        @Nullable
        Path directory() {
            return directory;
        }

        ProcessOutput output() {
            return output;
        }

        long startNanos() {
            return startNanos;
        }
    }
}
