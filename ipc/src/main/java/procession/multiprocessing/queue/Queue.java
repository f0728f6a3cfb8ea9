// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.NotTransferableException;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.ring.SharedFifo;
import procession.queue.Empty;
import procession.queue.Full;
import procession.queue.ShutDown;

/**
 * A queue between processes, first in, first out: any number of them put, and any number get.
 *
 * <pre>{@code
 * import procession.multiprocessing.queue.Queue;
 *
 * var queue = new Queue<Integer>();
 * var process = new Process(() -> queue.put(42));
 * process.start();
 * System.out.println(queue.get());
 * process.join();
 * queue.destroy();
 * }</pre>
 *
 * <p>Items are serialized in the caller of {@code put}, and are in the queue when that returns: an object that can't travel is
 * refused there, and a process that has put items can end, and be joined, at once. Python's gives them to a thread, which loses what can't be
 * pickled, and a child that is joined before its items were got never ends. {@code null} can be put, as Python's {@code None}.
 *
 * <p><b>When a process dies</b> in {@code put} or {@code get}, at whatever instant, the queue stays sound and nobody waits for it. Its item
 * is either in the queue or not, never twice; an item that it had got, but not yet returned from {@code get}, is lost, and counted by
 * {@link #lostItems()}.
 *
 * <p>A {@code maxsize} of 0 or less is none: then {@code put} never waits, and the queue grows as long as shared memory does.
 *
 * <p>Fairness: none between processes. In each process, those who wait get their chance in the order of their arrival. A thread
 * that waits uses no processor time.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an item <i>happen-before</i> actions in the thread that gets
 * it, after that; in other processes, as far as they are actions on shared memory.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> {@code multiprocessing.Queue}, {@code queue.Full} is {@link Full}, {@code queue.Empty} is {@link Empty}.
 * {@code join_thread} and {@code cancel_join_thread} are not here, because there is no thread.
 *
 * @param <E> what is in it; serializable, or shared
 */
public sealed class Queue<E extends @Nullable Object> extends QueueObject implements AutoCloseable
        permits JoinableQueue {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a queue that takes any number of items.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Queue() {
        this(0);
    }

    /**
     * Makes a queue that takes up to {@code maxsize} items.
     *
     * @param maxsize how many; 0 or less for any number
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Queue(int maxsize) {
        this(Kind.QUEUE, maxsize, false);
    }

    Queue(Kind kind, int maxsize, boolean keptTillDone) {
        this(kind, kind.newCells(0, SharedFifo.CELLS));
        start(Math.max(0, maxsize), keptTillDone);
    }

    Queue(Cell cell) {
        this(Kind.QUEUE, cell);
    }

    Queue(Kind kind, Cell cell) {
        super(kind, cell);
    }

    // ---- put

    /**
     * Puts an item at the end, and waits while the queue is full.
     *
     * <p><i>Python:</i> {@code put(item)}.
     *
     * @param item what can travel, or {@code null}
     * @throws NotTransferableException if it can't travel; nothing is put then
     * @throws ShutDown if the queue was shut down, also while this waits; nothing is put then
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it, also while this waits
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy; nothing is put then
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is put then
     */
    public void put(E item) throws InterruptedException {
        boolean unused = Items.put(open(), this, item, Deadline.NEVER);
    }

    /**
     * Puts an item at the end, and waits while the queue is full, for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code put(item, timeout=…)}.
     *
     * @param item what can travel, or {@code null}
     * @param timeout the longest time to wait; zero or negative does not wait
     * @throws Full if the time elapsed first; nothing is put then
     * @throws NotTransferableException if it can't travel; nothing is put then
     * @throws ShutDown if the queue was shut down, also while this waits; nothing is put then
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it, also while this waits
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy; nothing is put then
     * @throws InterruptedException if interrupted on entry or while waiting; nothing is put then
     */
    public void put(E item, Duration timeout) throws InterruptedException {
        if (!Items.put(open(), this, item, Deadline.after(Objects.requireNonNull(timeout, "timeout")))) {
            throw new Full("no room for another item within " + timeout + ": " + this);
        }
    }

    /**
     * Puts an item at the end if the queue is not full, and never waits.
     *
     * <p><i>Python:</i> {@code put_nowait(item)}.
     *
     * @param item what can travel, or {@code null}
     * @throws Full if there is no room; nothing is put then
     * @throws NotTransferableException if it can't travel; nothing is put then
     * @throws ShutDown if the queue was shut down; nothing is put then
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy; nothing is put then
     */
    public void putNowait(E item) {
        if (!Items.putNowait(open(), this, item)) {
            throw new Full("no room for another item: " + this);
        }
    }

    // ---- get

    /**
     * Takes the first item, and waits while there is none.
     *
     * <p><i>Python:</i> {@code get()}.
     *
     * @return the item, {@code null} if that was put
     * @throws ShutDown if the queue was shut down and is empty, also while this waits
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it, also while this waits; or if
     *     this process does not have the item's class, and the item is gone then
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what somebody has put, null included
    public E get() throws InterruptedException {
        return (E) Items.decoded(open(), Objects.requireNonNull(Items.get(fifo(), this, Deadline.NEVER)));
    }

    /**
     * Takes the first item, and waits while there is none, for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code get(timeout=…)}.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the item, {@code null} if that was put
     * @throws Empty if the time elapsed first
     * @throws ShutDown if the queue was shut down and is empty, also while this waits
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it, also while this waits; or if
     *     this process does not have the item's class, and the item is gone then
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what somebody has put, null included
    public E get(Duration timeout) throws InterruptedException {
        byte[] item = Items.get(open(), this, Deadline.after(Objects.requireNonNull(timeout, "timeout")));
        if (item == null) {
            throw new Empty("no item within " + timeout + ": " + this);
        }
        return (E) Items.decoded(fifo(), item);
    }

    /**
     * Takes the first item if there is one, and never waits.
     *
     * <p><i>Python:</i> {@code get_nowait()}.
     *
     * @return the item, {@code null} if that was put
     * @throws Empty if there is none
     * @throws ShutDown if the queue was shut down and is empty
     * @throws IllegalStateException if this process has closed the queue, or somebody has destroyed it; or if this process does not
     *     have the item's class, and the item is gone then
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what somebody has put, null included
    public E getNowait() {
        byte[] item = Items.getNowait(open(), this);
        if (item == null) {
            throw new Empty("no item: " + this);
        }
        return (E) Items.decoded(fifo(), item);
    }

    // ---- its state

    /**
     * Returns how many items there are at this moment. The answer may be outdated when it arrives.
     *
     * <p><i>Python:</i> {@code qsize()}, which macOS does not have.
     *
     * @return how many
     */
    public int qsize() {
        return fifo().size();
    }

    /**
     * Returns whether there is no item at this moment. The answer may be outdated when it arrives.
     *
     * @return whether {@link #qsize()} is 0
     */
    public boolean empty() {
        return fifo().size() == 0;
    }

    /**
     * Returns whether there is no room at this moment. The answer may be outdated when it arrives.
     *
     * @return whether {@link #qsize()} is {@link #maxsize()}, and that is not 0
     */
    public boolean full() {
        int maxsize = fifo().maxsize();
        return maxsize > 0 && fifo().size() >= maxsize;
    }

    /**
     * Returns how many items there may be.
     *
     * @return how many, or 0 for any number
     */
    public int maxsize() {
        return fifo().maxsize();
    }

    /**
     * Returns how many items dead processes have taken along: they had got them, but not returned from {@code get}.
     *
     * @return how many
     */
    public long lostItems() {
        return fifo().lost();
    }

    /**
     * Shuts the queue down, for all processes: nothing can be put any more; what is there can still be got, and then {@code get}
     * throws {@link ShutDown}.
     *
     * <p><i>Python:</i> {@code queue.Queue.shutdown()}, which {@code multiprocessing} does not have.
     *
     * @throws IllegalStateException if the queue has been destroyed
     */
    public void shutdown() {
        shutdown(false);
    }

    /**
     * Shuts the queue down, for all processes: nothing can be put any more.
     *
     * @param immediate whether what is there is dropped, and nothing can be got either
     * @throws IllegalStateException if the queue has been destroyed
     */
    public void shutdown(boolean immediate) {
        fifo().shut(immediate);
    }

    /**
     * Returns whether the queue was shut down, or destroyed.
     *
     * @return whether nothing can be put any more
     */
    public boolean isShutdown() {
        return fifo().isShut();
    }

    /**
     * Says that this process does not use the queue any more: it can neither put nor get. Other processes can, and what this one has
     * put is there for them. Closing a second time does nothing.
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
     * @return for example {@code Queue@1f32e575[3 items of at most 10]}
     */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "@" + Integer.toHexString(hashCode()) + "[" + fifo().state() + "]";
    }
}
