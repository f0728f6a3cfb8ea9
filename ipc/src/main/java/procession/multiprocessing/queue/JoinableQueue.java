// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;

/**
 * A {@link Queue} between processes that knows which of the tasks that were put are done: who gets one says so by
 * {@link #taskDone()}, and {@link #join()} waits for all.
 *
 * <pre>{@code
 * import procession.multiprocessing.queue.JoinableQueue;
 *
 * var tasks = new JoinableQueue<String>();
 * var worker = Process.builder(() -> {
 *     while (true) {
 *         System.out.println(tasks.get());
 *         tasks.taskDone();
 *     }
 * }).daemon(true).build();
 * worker.start();
 * tasks.put("a");
 * tasks.put("b");
 * tasks.join(); // returns when both are done
 * worker.terminate();
 * worker.join();
 * tasks.destroy();
 * }</pre>
 *
 * <p><b>When a process dies</b> that has got tasks and not said that they are done, these are lost: {@link #lostItems()} counts them,
 * and {@link #join()} does not wait for them any more.
 *
 * <p>Memory consistency effects: as for {@link Queue}; and actions in a thread before {@link #taskDone()} <i>happen-before</i> the
 * return of a {@link #join()} that waited for it.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.JoinableQueue}, whose {@code join} waits for ever when a worker has died.
 *
 * @param <E> what is in it; serializable, or shared
 */
public final class JoinableQueue<E extends @Nullable Object> extends Queue<E> {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a queue that takes any number of items.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public JoinableQueue() {
        this(0);
    }

    /**
     * Makes a queue that takes up to {@code maxsize} items.
     *
     * @param maxsize how many; 0 or less for any number
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public JoinableQueue(int maxsize) {
        super(Kind.JOINABLE_QUEUE, maxsize, true);
    }

    JoinableQueue(Cell cell) {
        super(Kind.JOINABLE_QUEUE, cell);
    }

    /**
     * Says that a task which was got is done.
     *
     * <p><i>Python:</i> {@code task_done()}, whose {@code ValueError} is {@link IllegalStateException}.
     *
     * @throws IllegalStateException if that was said of all tasks before, or the queue has been destroyed
     */
    public void taskDone() {
        if (!fifo().done()) {
            throw new IllegalStateException(
                    "taskDone() was called more often than items were put, lost ones not counted: " + this);
        }
    }

    /**
     * Waits until all tasks that were put are done, or lost, for as long as that takes.
     *
     * <p><i>Python:</i> {@code join()}.
     *
     * @throws IllegalStateException if the queue has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public void join() throws InterruptedException {
        boolean unused = fifo().join(Deadline.NEVER);
    }

    /**
     * Waits until all tasks that were put are done, or lost, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * @param timeout the longest time to wait
     * @return {@code false} if the time elapsed first
     * @throws IllegalStateException if the queue has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return fifo().join(Deadline.after(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Returns how many tasks are neither done nor lost at this moment. The answer may be outdated when it arrives.
     *
     * @return how many
     * @throws IllegalStateException if the queue has been destroyed
     */
    public long unfinishedTasks() {
        return fifo().unfinished();
    }
}
