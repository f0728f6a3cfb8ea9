// SPDX-License-Identifier: Apache-2.0
package procession.queue;

/**
 * A first-in-first-out {@link WorkQueue}, bounded or not.
 *
 * <pre>{@code
 * var queue = new Queue<Path>(100);
 * Runnable worker = () -> {
 *     try {
 *         while (true) {
 *             process(queue.get());
 *             queue.taskDone();
 *         }
 *     } catch (ShutDown | InterruptedException end) {
 *         // no more work
 *     }
 * };
 * executor.submit(worker);
 * for (Path path : paths) {
 *     queue.put(path); // waits while 100 are in the queue
 * }
 * queue.join(); // all are processed
 * queue.shutdown(); // the workers end
 * }</pre>
 *
 * <p>Elements come out in the order in which they went in. Threads that wait are woken in the order in which they came, one
 * for each element or each place; a thread that did not wait may be faster than one that was just woken. All methods may
 * be called by any thread at any time.
 *
 * <p>Putting and getting take constant time and, in the long run, allocate nothing. Removing from the inside takes time in
 * proportion to the elements before.
 *
 * <p><i>Python:</i> {@code queue.Queue}.
 *
 * @param <E> the type of the elements
 */
public final class Queue<E> extends LockedQueue<E> {
    /** Creates an unbounded queue. */
    public Queue() {
        this(0);
    }

    /**
     * Creates a queue.
     *
     * @param maxsize the largest number of elements, exactly; zero or negative: the queue is unbounded
     */
    public Queue(int maxsize) {
        super(maxsize, new SegmentedFifo<>());
    }
}
