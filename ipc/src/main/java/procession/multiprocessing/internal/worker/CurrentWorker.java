// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.Worker;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/** This process, as a worker of its parent's pool. */
public final class CurrentWorker implements Worker {
    /** Reports that follow one another faster are dropped, unless they say something new. */
    private static final long MIN_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int MAX_NOTE_BYTES = 1024;

    private static volatile @Nullable Worker current;

    /** The worker of a pool without processes, for the thread that runs its task. */
    private static final ThreadLocal<@Nullable Worker> INLINE = new ThreadLocal<>();

    private final int rank;
    private final Answers answers;
    private final StartGate gate;
    private final ConcurrentMap<String, Object> state = new ConcurrentHashMap<>();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime() - MIN_INTERVAL_NANOS);

    CurrentWorker(int rank, Answers answers, StartGate gate) {
        this.rank = rank;
        this.answers = answers;
        this.gate = gate;
    }

    /**
     * Returns the worker that the calling thread belongs to.
     *
     * @return the worker
     * @throws IllegalStateException if there is none
     */
    public static Worker get() {
        Worker worker = INLINE.get();
        if (worker == null) {
            worker = current;
        }
        if (worker == null) {
            throw new IllegalStateException("this is not a worker: Worker.current() is for tasks of a process pool");
        }
        return worker;
    }

    /** Returns whether this process is the worker of a pool. */
    static boolean isThisProcess() {
        return current != null;
    }

    static void set(Worker worker) {
        current = worker;
    }

    /**
     * Makes the calling thread a worker, or not one any more.
     *
     * @param worker the worker, or {@code null}
     * @return what it was before
     */
    public static @Nullable Worker setInline(@Nullable Worker worker) {
        Worker before = INLINE.get();
        if (worker == null) {
            INLINE.remove();
        } else {
            INLINE.set(worker);
        }
        return before;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public ConcurrentMap<String, Object> state() {
        return state;
    }

    @Override
    public void progress(double fraction, String note) {
        Objects.requireNonNull(note, "note");
        long now = System.nanoTime();
        long last = lastNanos.get();
        boolean news = !note.isEmpty() || fraction >= 1;
        if ((news || now - last >= MIN_INTERVAL_NANOS) && lastNanos.compareAndSet(last, now)) {
            byte[] text = note.getBytes(StandardCharsets.UTF_8);
            int length = Math.min(text.length, MAX_NOTE_BYTES);
            byte[] payload = ByteBuffer.allocate(Double.BYTES + length)
                    .putDouble(fraction)
                    .put(text, 0, length)
                    .array();
            try {
                answers.sendForTask(FrameDescriptor.PROGRESS, gate.lastStarted(), payload);
            } catch (IOException parentIsGone) {
                // the control thread is about to see that, and ends this process
            }
        }
    }
}
