// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Comparator;

/**
 * A {@link WorkQueue} that gives the least element first, bounded or not; of those that compare as equal, the one that was
 * put first.
 *
 * <pre>{@code
 * var requests = new PriorityQueue<Map.Entry<Integer, String>>(Map.Entry.comparingByKey());
 * requests.put(Map.entry(2, "later"));
 * requests.put(Map.entry(1, "now"));
 * System.out.println(requests.get().getValue()); // now
 * }</pre>
 *
 * <p><b>The comparator</b>, or {@code compareTo}, is called while the queue is locked, by whoever puts or gets: others wait
 * for it. It must be quick, must not wait for another thread, and must not put, get or wait in the queue: that is
 * refused with {@link IllegalStateException}. What it throws, an error too, comes out of the call that compared, and leaves the queue as
 * it was: what should have been put has not been, what should have been got is still there. An element that can't be
 * compared with others is refused in this way when it is put, even as the first. The order of an element must not change
 * while it is in the queue.
 *
 * <p>Threads that wait are woken in the order in which they came, one for each element or each place; a thread that did not
 * wait may be faster than one that was just woken. All methods may be called by any thread at any time.
 *
 * <p>Putting and getting compare about as often as the binary logarithm of the size, putting mostly less often and
 * never more, getting never more than twice as often, and allocate nothing in the long run. Removing from the inside
 * takes time in proportion to the size. Iterators show what was there when they began, in no particular order.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an element <i>happen-before</i> actions in another
 * thread after it took or saw that element; those of tasks and of a shutdown are in {@link WorkQueue}.
 *
 * <p><i>Python:</i> {@code queue.PriorityQueue}, which gives equal elements in any order; and which keeps an element that it
 * could not compare.
 *
 * @param <E> the type of the elements
 */
public final class PriorityQueue<E> extends LockedQueue<E> {
    /** Creates an unbounded queue in the natural order of its elements, which are {@link Comparable}. */
    public PriorityQueue() {
        this(0);
    }

    /**
     * Creates a queue in the natural order of its elements, which are {@link Comparable}.
     *
     * @param maxsize the largest number of elements, exactly; zero or negative: the queue is unbounded
     */
    public PriorityQueue(int maxsize) {
        super(maxsize, StableHeap.natural());
    }

    /**
     * Creates an unbounded queue.
     *
     * @param comparator the order; the least element comes first
     */
    public PriorityQueue(Comparator<? super E> comparator) {
        this(0, comparator);
    }

    /**
     * Creates a queue.
     *
     * @param maxsize the largest number of elements, exactly; zero or negative: the queue is unbounded
     * @param comparator the order; the least element comes first
     */
    public PriorityQueue(int maxsize, Comparator<? super E> comparator) {
        super(maxsize, new StableHeap<>(comparator));
    }
}
