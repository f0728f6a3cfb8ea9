// SPDX-License-Identifier: Apache-2.0
package procession.queue;

/**
 * A last-in-first-out {@link WorkQueue}, bounded or not: a stack with threads that wait for it.
 *
 * <pre>{@code
 * var stack = new LifoQueue<String>();
 * stack.put("first");
 * stack.put("last");
 * System.out.println(stack.get()); // last
 * }</pre>
 *
 * <p>The element that was put last comes out first. Threads that wait are woken in the order in which they came, one for
 * each element or each place; a thread that did not wait may be faster than one that was just woken. All methods may be
 * called by any thread at any time.
 *
 * <p>Putting and getting take constant time and, in the long run, allocate nothing. Removing from the inside takes time in
 * proportion to the elements that came after. Iterators go from the last to the first.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an element <i>happen-before</i> actions in another
 * thread after it took or saw that element; those of tasks and of a shutdown are in {@link WorkQueue}.
 *
 * <p><i>Python:</i> {@code queue.LifoQueue}.
 *
 * @param <E> the type of the elements
 */
public final class LifoQueue<E> extends LockedQueue<E> {
    /** Creates an unbounded queue. */
    public LifoQueue() {
        this(0);
    }

    /**
     * Creates a queue.
     *
     * @param maxsize the largest number of elements, exactly; zero or negative: the queue is unbounded
     */
    public LifoQueue(int maxsize) {
        super(maxsize, new SegmentedLifo<>());
    }
}
