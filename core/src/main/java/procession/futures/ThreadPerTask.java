// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/** A new thread for each task: for threads that cost next to nothing. */
final class ThreadPerTask extends TaskThreads {
    private final String name;
    private final ThreadFactory factory;

    /** The threads that were or are being started, and what they run. */
    private final Map<Thread, Runnable> running = new ConcurrentHashMap<>();

    ThreadPerTask(String name, ThreadFactory factory) {
        this.name = name;
        this.factory = factory;
    }

    @Override
    void start(Runnable task) {
        if (life != 0) {
            throw refusal();
        }
        Thread thread = factory.newThread(() -> run(task));
        adopt(thread);
        running.put(thread, task);
        if (life != 0) {
            end(thread);
            throw refusal();
        }
        try {
            thread.start();
        } catch (Throwable noThread) {
            end(thread);
            throw noThread;
        }
    }

    private RejectedExecutionException refusal() {
        return new RejectedExecutionException("cannot take new tasks after shutdown: " + describe());
    }

    private void run(Runnable task) {
        try {
            runPlain(task);
        } finally {
            end(Thread.currentThread());
        }
    }

    private void end(Thread thread) {
        running.remove(thread);
        if (life != 0 && running.isEmpty()) {
            end(0);
        }
    }

    @Override
    @GuardedBy("lock")
    void terminateIfDone() {
        if (has(SHUT_DOWN) && !isTerminated() && !isDeciding() && running.isEmpty()) {
            terminate();
        }
    }

    @Override
    void shutdown() {
        end(SHUT_DOWN);
    }

    private void end(int bits) {
        lock.lock();
        try {
            life |= bits;
            terminateIfDone();
        } finally {
            lock.unlock();
        }
    }

    @Override
    void drainFuturesTo(List<? super PoolTask<?>> sink) {
        for (Runnable task : running.values()) {
            if (task instanceof Chunk chunk) {
                chunk.drainTo(sink::add);
            } else if (task instanceof PoolTask<?> future && !future.running() && !future.isDone()) {
                sink.add(future);
            }
        }
    }

    @Override
    List<Runnable> shutdownNow() {
        end(SHUT_DOWN | STOPPING);
        List<Runnable> rest = new ArrayList<>();
        for (Map.Entry<Thread, Runnable> entry : running.entrySet()) {
            if (entry.getValue() instanceof Chunk chunk) {
                chunk.drainTo(rest::add);
            }
            entry.getKey().interrupt();
        }
        return rest;
    }

    @Override
    void taskCancelled() {
        // there is no queue to clear it from
    }

    @Override
    String describe() {
        return name + "[" + (isTerminated() ? "terminated" : isShutdown() ? "shut down" : "running") + ", "
                + running.size() + " threads]";
    }
}
