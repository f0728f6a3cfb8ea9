// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.ring.SharedFifo;

/**
 * A queue between processes that only puts and gets, without bound. All else is as for {@link Queue}: items are serialized in the
 * caller of {@code put}, which never waits, and a process that dies takes no more than the item along that it was getting.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an item <i>happen-before</i> actions in the thread that gets
 * it, after that; in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.SimpleQueue}, whose {@code put} waits while its pipe is full.
 *
 * @param <E> what is in it; serializable, or shared
 */
public final class SimpleQueue<E extends @Nullable Object> extends QueueObject implements AutoCloseable {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an empty queue.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public SimpleQueue() {
        this(Kind.SIMPLE_QUEUE.newCells(0, SharedFifo.CELLS));
        start(0, false);
    }

    SimpleQueue(Cell cell) {
        super(Kind.SIMPLE_QUEUE, cell);
    }

    /**
     * Puts an item at the end.
     *
     * <p><i>Python:</i> {@code put(item)}.
     *
     * @param item what can travel, or {@code null}
     * @throws NotTransferableException if it can't travel; nothing is put then
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy; nothing is put then
     */
    public void put(E item) {
        boolean unused = Items.putNowait(open(), this, item);
    }

    /**
     * Takes the first item, and waits while there is none.
     *
     * <p><i>Python:</i> {@code get()}.
     *
     * @return the item, {@code null} if that was put
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it, also while this waits; or if
     *     this process does not have the item's class, and the item is gone then
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what somebody has put, null included
    public E get() throws InterruptedException {
        return (E) Items.decoded(open(), Objects.requireNonNull(Items.get(fifo(), this, Deadline.NEVER)));
    }

    /**
     * Returns whether there is no item at this moment. The answer may be outdated when it arrives.
     *
     * <p><i>Python:</i> {@code empty()}.
     *
     * @return whether there is none
     */
    public boolean empty() {
        return fifo().size() == 0;
    }

    /**
     * Says that this process does not use the queue any more: it can neither put nor get. Closing a second time does nothing.
     *
     * <p><i>Python:</i> {@code close()}.
     */
    @Override
    public void close() {
        closeHere();
    }

    /**
     * Ends the queue, for all processes: whoever waits, and whoever uses it from now on, gets an {@link IllegalStateException}; what
     * is there is gone. Its memory is given back. Destroying a second time does nothing.
     */
    public void destroy() {
        fifo().destroy();
    }

    /**
     * Returns a text that tells how many items there are.
     *
     * @return for example {@code SimpleQueue@1f32e575[3 items]}
     */
    @Override
    public String toString() {
        return "SimpleQueue@" + Integer.toHexString(hashCode()) + "[" + fifo().state() + "]";
    }
}
