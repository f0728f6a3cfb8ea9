// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** Calls that go to one worker in one frame: a single one, or the items of a chunk with the function they share. */
final class Batch {
    private final byte @Nullable [] function;

    /** Those without an answer yet, in the order of execution. */
    final Deque<ProcessTask<?>> tasks;

    private Batch(byte @Nullable [] function, Collection<? extends ProcessTask<?>> tasks) {
        this.function = function;
        this.tasks = new ArrayDeque<>(tasks);
    }

    static Batch of(ProcessTask<?> task) {
        Batch batch = new Batch(null, List.of());
        batch.tasks.add(task);
        return batch;
    }

    static Batch of(byte[] function, Collection<? extends ProcessTask<?>> tasks) {
        return new Batch(function, tasks);
    }

    /** Returns a batch of one of these tasks alone. */
    Batch alone(ProcessTask<?> task) {
        return new Batch(function, List.of(task));
    }

    /** Returns the encoded function that the items share, or {@code null} for a single call. */
    byte @Nullable [] function() {
        return function;
    }

    /** Returns about how much memory the arguments take. */
    long bytes() {
        byte[] shared = function;
        long bytes = shared == null ? 0 : shared.length;
        for (ProcessTask<?> task : tasks) {
            bytes += task.encoded.length;
        }
        return bytes;
    }

    /** Removes what comes behind a task, and returns it; returns {@code null} if the task is not in here. */
    @Nullable
    Batch splitBehind(long taskId) {
        if (tasks.stream().noneMatch(task -> task.id == taskId)) {
            return null;
        }
        Batch behind = new Batch(function, List.of());
        while (tasks.getLast().id != taskId) {
            behind.tasks.addFirst(tasks.removeLast());
        }
        return behind;
    }

    /** Drops what was cancelled and claims the rest; returns whether anything is left to be sent. */
    boolean claim() {
        tasks.removeIf(task -> !task.claim());
        return !tasks.isEmpty();
    }

    /** Returns the frame that asks a worker for all of it; the layout is {@link FrameDescriptor}'s. */
    OutgoingFrame frame() {
        byte[] shared = function;
        if (shared == null) {
            ProcessTask<?> only = tasks.getFirst();
            return new OutgoingFrame(FrameDescriptor.CALL, only.id, only.encoded);
        }
        long bytes = 2L * Integer.BYTES + shared.length;
        for (ProcessTask<?> task : tasks) {
            bytes += Long.BYTES + Integer.BYTES + task.encoded.length;
        }
        ByteBuffer payload = ByteBuffer.allocate(Math.toIntExact(bytes));
        payload.putInt(tasks.size()).putInt(shared.length).put(shared);
        for (ProcessTask<?> task : tasks) {
            payload.putLong(task.id).putInt(task.encoded.length).put(task.encoded);
        }
        return new OutgoingFrame(FrameDescriptor.CHUNK, 0, payload.array());
    }
}
