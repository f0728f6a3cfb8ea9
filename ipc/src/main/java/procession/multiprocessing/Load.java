// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a worker was given and has not answered, in the order of execution. */
final class Load {
    /** The id of no task. */
    static final long NO_TASK = 0;

    /** None is without tasks. */
    private final Deque<Batch> batches = new ArrayDeque<>();

    private int tasks;
    private long bytes;

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** Returns the number of tasks. */
    int size() {
        return tasks;
    }

    /** Returns about how much memory their arguments take in the worker. */
    long bytes() {
        return bytes;
    }

    /** Returns whether there is something that need not have been given yet. */
    boolean isAhead() {
        return batches.size() > 1;
    }

    /** Returns the first task without an answer: the one that runs, or is about to. */
    @Nullable
    ProcessTask<?> first() {
        Batch batch = batches.peekFirst();
        return batch == null ? null : batch.tasks.getFirst();
    }

    void add(Batch batch) {
        batches.addLast(batch);
        tasks += batch.tasks.size();
        bytes += batch.bytes();
    }

    /** Removes the first task, and returns what it was a part of. */
    Batch removeFirst() {
        Batch batch = batches.getFirst();
        ProcessTask<?> task = batch.tasks.removeFirst();
        tasks--;
        bytes -= task.encoded.length;
        if (batch.tasks.isEmpty()) {
            batches.removeFirst();
        }
        if (batches.isEmpty()) {
            bytes = 0; // the functions of chunks
        }
        return batch;
    }

    /** Removes what comes behind a task, and returns it in order; that is all, if the task is not there any more. */
    List<Batch> removeBehind(long taskId) {
        Deque<Batch> kept = new ArrayDeque<>();
        List<Batch> removed = new ArrayList<>(batches);
        for (int i = 0; i < removed.size(); i++) {
            Batch rest = removed.get(i).splitBehind(taskId);
            if (rest != null) {
                kept.addAll(removed.subList(0, i + 1));
                removed.subList(0, i + 1).clear();
                if (!rest.tasks.isEmpty()) {
                    removed.add(0, rest);
                }
                break;
            }
        }
        batches.clear();
        tasks = 0;
        bytes = 0;
        kept.forEach(this::add);
        return removed;
    }

    boolean contains(ProcessTask<?> task) {
        return batches.stream().anyMatch(batch -> batch.tasks.contains(task));
    }

    void forEach(Consumer<ProcessTask<?>> action) {
        batches.forEach(batch -> batch.tasks.forEach(action));
    }
}
