// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.concurrent.ConcurrentMap;
import procession.multiprocessing.internal.worker.CurrentWorker;

/**
 * The worker process of a pool, seen from the task that runs in it.
 * <pre>{@code
 * try (var pool = new ProcessPoolExecutor(1)) {
 *     pool.submit(() -> {
 *         for (int i = 0; i < 100; i++) {
 *             Worker.current().progress(i / 100.0);
 *         }
 *     }).result();
 * }
 * }</pre>
 *
 * <p>Its methods may be called by any thread of the worker, while a task, the initializer or the exit hook runs.
 *
 * <p><i>Python:</i> not in the standard library; mpire's {@code worker_id} and {@code worker_state} are like it.
 */
public interface Worker {
    /**
     * Returns the worker that the caller runs in.
     *
     * @return the worker
     * @throws IllegalStateException if this is not a worker of a process pool
     */
    static Worker current() {
        return CurrentWorker.get();
    }

    /**
     * Returns the number of this worker's place in its pool: no two workers that run tasks at the same time have the
     * same, and one that replaces another gets the number of the other. For a device or a port of its own, say; but the
     * initializer of a successor may run while its predecessor runs its last task, so tasks should take the device, and
     * the exit hook or the end of the process give it back.
     *
     * @return a number from 0 to one less than the maximum of workers
     */
    int rank();

    /**
     * Returns what this worker keeps from task to task: filled by the initializer, say, and gone with the process.
     *
     * @return a map that is empty at first, the same each time
     */
    ConcurrentMap<String, Object> state();

    /**
     * Tells the parent that the task is alive, which starts its
     * {@linkplain procession.futures.TaskOptions#progressTimeout progress timeout} anew. Never waits for the parent.
     */
    default void progress() {
        progress(Double.NaN, "");
    }

    /**
     * Tells the parent that the task is alive, and how much of it is done.
     *
     * @param fraction from 0 to 1
     */
    default void progress(double fraction) {
        progress(fraction, "");
    }

    /**
     * Tells the parent that the task is alive, and what it is doing.
     *
     * @param note a few words, which a timeout's message repeats
     */
    default void progress(String note) {
        progress(Double.NaN, note);
    }

    /**
     * Tells the parent that the task is alive, how much of it is done, and what it is doing.
     *
     * @param fraction from 0 to 1, or NaN to say nothing of it
     * @param note a few words, which a timeout's message repeats
     */
    void progress(double fraction, String note);
}
