// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import procession.internal.Deadline;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.ring.Doorbell;

/**
 * Waits for several connections and processes at a time.
 *
 * <pre>{@code
 * import procession.multiprocessing.connection.Connections;
 * import procession.multiprocessing.connection.Pipe;
 *
 * var pipe = Pipe.open();
 * var theirs = pipe.second();
 * var process = new Process(() -> theirs.send("hello"));
 * process.start();
 * for (Object ready : Connections.wait(List.of(pipe.first(), process.sentinel()))) {
 *     System.out.println(ready == pipe.first() ? "it has sent something" : "it has ended");
 * }
 * process.join();
 * pipe.first().close();
 * }</pre>
 *
 * <p>A connection is ready when {@link Connection#recv()} would not wait: there is a message, or there will be none any more. What
 * {@link Process#sentinel()} returns, and the process itself, is ready when the process has ended. Threads that wait use no processor
 * time, however many things they wait for.
 *
 * <p><i>Python:</i> {@code multiprocessing.connection.wait}.
 */
public final class Connections {
    private Connections() {}

    /**
     * Waits until at least one of them is ready, for as long as that takes.
     *
     * @param objects connections, sentinels and processes
     * @param <T> what they are
     * @return those that are ready, in the order of {@code objects}; empty only if that is empty
     * @throws IllegalArgumentException if something else is among them
     * @throws IllegalStateException if a process among them was not started
     * @throws UncheckedIOException if a connection among them is closed here, or not here, or does not receive
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public static <T> List<T> wait(Collection<? extends T> objects) throws InterruptedException {
        return objects.isEmpty() ? List.of() : waited(objects, Deadline.NEVER);
    }

    /**
     * Waits until at least one of them is ready, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * @param objects connections, sentinels and processes
     * @param timeout the longest time to wait
     * @param <T> what they are
     * @return those that are ready, in the order of {@code objects}; empty if the time elapsed first
     * @throws IllegalArgumentException if something else is among them
     * @throws IllegalStateException if a process among them was not started
     * @throws UncheckedIOException if a connection among them is closed here, or not here, or does not receive
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public static <T> List<T> wait(Collection<? extends T> objects, Duration timeout) throws InterruptedException {
        return waited(objects, Deadline.after(Objects.requireNonNull(timeout, "timeout")));
    }

    private static <T> List<T> waited(Collection<? extends T> objects, Deadline deadline) throws InterruptedException {
        List<Awaited<T>> awaited = new ArrayList<>();
        for (T object : objects) {
            awaited.add(awaited(object));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        List<T> ready = ready(awaited);
        while (ready.isEmpty() && !deadline.passed()) {
            Doorbell doorbell = Doorbell.get();
            awaited.forEach(each -> each.listen(doorbell));
            boolean unused = doorbell.await(() -> isAnyReady(awaited), deadline);
            ready = ready(awaited);
        }
        return ready;
    }

    /** Called by other threads as well, for whom it is news that something can't be awaited any more. */
    private static <T> boolean isAnyReady(List<Awaited<T>> awaited) {
        try {
            return awaited.stream().anyMatch(Awaited::isReady);
        } catch (UncheckedIOException closed) {
            return true;
        }
    }

    private static <T> List<T> ready(List<Awaited<T>> awaited) {
        List<T> ready = new ArrayList<>();
        for (Awaited<T> each : awaited) {
            if (each.isReady()) {
                ready.add(each.object());
            }
        }
        return ready;
    }

    private static <T> Awaited<T> awaited(T object) {
        if (object instanceof Connection connection) {
            return new OfConnection<>(object, connection);
        } else if (object instanceof Process process) {
            return new OfFuture<>(object, process.onExit());
        } else if (object instanceof Future<?> future && object instanceof CompletionStage<?>) {
            return new OfFuture<>(object, future);
        }
        throw new IllegalArgumentException("objects has a " + object.getClass().getName()
                + ", and can be waited for are a Connection, a Process, and its sentinel()");
    }

    private interface Awaited<T> {
        T object();

        boolean isReady();

        void listen(Doorbell doorbell);
    }

    private record OfConnection<T>(T object, Connection connection) implements Awaited<T> {
        @Override
        public boolean isReady() {
            try {
                return connection.channel().isReady();
            } catch (IOException closed) {
                throw new UncheckedIOException(connection + ": " + closed.getMessage(), closed);
            }
        }

        @Override
        public void listen(Doorbell doorbell) {
            try {
                connection.channel().listen(doorbell);
            } catch (IOException closed) {
                throw new UncheckedIOException(connection + ": " + closed.getMessage(), closed);
            }
        }
    }

    /** A future that is also a stage. */
    private record OfFuture<T>(T object, Future<?> future) implements Awaited<T> {
        /** Those that have been asked to tell, once for all waits. */
        private static final Map<Future<?>, Boolean> ASKED = Collections.synchronizedMap(new WeakHashMap<>());

        @Override
        public boolean isReady() {
            return future.isDone();
        }

        @Override
        public void listen(Doorbell doorbell) {
            if (ASKED.put(future, true) == null) {
                Object unused = ((CompletionStage<?>) future).whenComplete((value, failure) -> doorbell.ring());
            }
        }
    }
}
