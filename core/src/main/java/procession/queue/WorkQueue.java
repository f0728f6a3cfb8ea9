// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BlockingQueue} for work: it knows how much of what was put is not done yet, so that a thread can
 * {@link #join()} it, and it can be {@linkplain #shutdown() shut down}, which ends the threads that wait in it.
 *
 * <p>A consumer in Python's manner, and one that any {@code BlockingQueue} could have. Both end when the queue is shut
 * down and has nothing left:
 * <pre>{@code
 * try {
 *     while (true) {
 *         Job job = queue.get();
 *         job.run();
 *         queue.taskDone();
 *     }
 * } catch (ShutDown end) {
 *     // no more work
 * }
 *
 * for (Job job; (job = queue.poll(1, TimeUnit.SECONDS)) != null; ) {
 *     job.run();
 * }
 * }</pre>
 *
 * <p>What the methods do where they can't do what they are for; "waits" ends with {@link ShutDown} or the special value
 * as soon as the queue is shut down:
 * <table>
 *   <caption>Full, empty, shut down</caption>
 *   <tr><th>Method</th><th>no room, or no element</th><th>shut down (and, for those that get, empty)</th></tr>
 *   <tr><td>{@code put(e)}</td><td>waits</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code put(e, timeout)}</td><td>waits, then {@link Full}</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code putNowait(e)}, {@code add(e)}</td><td>{@link Full}</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code offer(e)}</td><td>{@code false}</td><td>{@code false}</td></tr>
 *   <tr><td>{@code offer(e, time, unit)}</td><td>waits, then {@code false}</td><td>{@code false}, at once</td></tr>
 *   <tr><td>{@code get()}, {@code take()}</td><td>waits</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code get(timeout)}</td><td>waits, then {@link Empty}</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code getNowait()}</td><td>{@link Empty}</td><td>{@link ShutDown}</td></tr>
 *   <tr><td>{@code poll()}, {@code peek()}</td><td>{@code null}</td><td>{@code null}</td></tr>
 *   <tr><td>{@code poll(time, unit)}</td><td>waits, then {@code null}</td><td>{@code null}, at once</td></tr>
 *   <tr><td>{@code remove()}, {@code element()}</td><td>{@link Empty}</td><td>{@link Empty}</td></tr>
 * </table>
 *
 * <p><b>Unfinished tasks.</b> Each element that is put is one unfinished task. It is finished by {@link #taskDone()}, by an
 * immediate shutdown that drops it, and by a removal that is no getting: {@link #remove(Object)}, {@link #removeIf},
 * {@link #removeAll}, {@link #retainAll}, {@link #clear()} and {@link java.util.Iterator#remove()}, after which there is
 * nobody who could say {@code taskDone()}. Whoever <i>gets</i> an element, by any of {@code get}, {@code take},
 * {@code poll}, {@code remove()} and {@code drainTo}, owes a {@code taskDone()} if anybody joins the queue, and may leave
 * it if nobody does. The count never passes zero: elements that leave while it is zero don't change it.
 *
 * <p>Iterators and streams are weakly consistent: they never throw
 * {@link java.util.ConcurrentModificationException}, return no element twice, and may or may not show what changes after
 * they began. {@code contains(null)} and {@code remove(null)} are {@code false}; elsewhere null throws
 * {@link NullPointerException}. The queue itself calls no code of its user's while it is locked, with two exceptions:
 * the comparator of a {@link PriorityQueue}, and, in it and in a {@link LifoQueue}, {@code equals} of an element, from
 * {@link #contains} and {@link #remove(Object)}.
 *
 * <p>Timeouts: a zero or negative {@link Duration} does not wait; one that is too long for nanoseconds in a {@code long}
 * waits for ever. Interrupts: a call that throws {@link InterruptedException} has put or taken nothing. All methods may be
 * called by any thread at any time.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an element <i>happen-before</i> actions in another
 * thread after it took or saw that element. Actions before {@link #taskDone()} <i>happen-before</i> actions after a
 * {@link #join()} that returned because of it; actions before {@link #shutdown(boolean)} <i>happen-before</i> actions after
 * a {@link ShutDown} that it caused.
 *
 * <p><i>Python:</i> what {@code queue.Queue}, {@code LifoQueue} and {@code PriorityQueue} have in common. The JDK's methods
 * are additional.
 *
 * @param <E> the type of the elements
 */
public interface WorkQueue<E> extends BlockingQueue<E> {
    /**
     * Puts an element, waiting for room for as long as that takes.
     *
     * <p><i>Python:</i> {@code put(item)}.
     *
     * @param element the element
     * @throws ShutDown if the queue is shut down, before or while this waits
     * @throws InterruptedException if interrupted while waiting
     */
    @Override
    void put(E element) throws InterruptedException;

    /**
     * Puts an element, waiting for room for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code put(item, timeout=…)}, which refuses a negative timeout if the queue is bounded.
     *
     * @param element the element
     * @param timeout the longest time to wait; zero or negative does not wait
     * @throws Full if there was no room in time
     * @throws ShutDown if the queue is shut down, before or while this waits
     * @throws InterruptedException if interrupted while waiting
     */
    void put(E element, Duration timeout) throws InterruptedException;

    /**
     * Puts an element if there is room for it now.
     *
     * <p><i>Python:</i> {@code put_nowait(item)}.
     *
     * @param element the element
     * @throws Full if there is no room
     * @throws ShutDown if the queue is shut down, full or not
     */
    void putNowait(E element);

    /**
     * Puts an element if there is room for it now. {@link #putNowait} with the JDK's name.
     *
     * @param element the element
     * @return {@code true}
     * @throws Full if there is no room
     * @throws ShutDown if the queue is shut down, full or not
     */
    @Override
    boolean add(E element);

    /**
     * Puts an element if the queue takes it now.
     *
     * @param element the element
     * @return {@code false} if there is no room, or the queue is shut down
     */
    @Override
    boolean offer(E element);

    /**
     * Puts an element, waiting for room for a time at most. It returns early when the queue is shut down: in a loop, ask
     * {@link #isShutdown()} too, or use {@link #put(Object, Duration)}.
     *
     * @param element the element
     * @param timeout the longest time to wait; zero or negative does not wait
     * @param unit the unit of the time
     * @return {@code false} if there was no room in time, or the queue is shut down
     * @throws InterruptedException if interrupted while waiting
     */
    @Override
    boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException;

    /**
     * Takes the next element, waiting for one for as long as that takes. {@link #take()} with Python's name.
     *
     * <p><i>Python:</i> {@code get()}.
     *
     * @return the element
     * @throws ShutDown if the queue is shut down and empty, before or while this waits
     * @throws InterruptedException if interrupted while waiting
     */
    default E get() throws InterruptedException {
        return take();
    }

    /**
     * Takes the next element, waiting for one for {@code timeout} at most.
     *
     * <p><i>Python:</i> {@code get(timeout=…)}, which refuses a negative timeout.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return the element
     * @throws Empty if there was no element in time
     * @throws ShutDown if the queue is shut down and empty, before or while this waits
     * @throws InterruptedException if interrupted while waiting
     */
    E get(Duration timeout) throws InterruptedException;

    /**
     * Takes the next element if there is one now.
     *
     * <p><i>Python:</i> {@code get_nowait()}.
     *
     * @return the element
     * @throws Empty if there is no element
     * @throws ShutDown if there is no element and the queue is shut down
     */
    E getNowait();

    /**
     * Takes the next element, waiting for one for as long as that takes.
     *
     * @return the element
     * @throws ShutDown if the queue is shut down and empty, before or while this waits
     * @throws InterruptedException if interrupted while waiting
     */
    @Override
    E take() throws InterruptedException;

    /**
     * Takes the next element if there is one now.
     *
     * @return the element, or {@code null} if there is none
     */
    @Override
    @Nullable
    E poll();

    /**
     * Takes the next element, waiting for one for a time at most. It returns early when the queue is shut down and empty.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @param unit the unit of the time
     * @return the element, or {@code null} if there was none in time, or the queue is shut down and empty
     * @throws InterruptedException if interrupted while waiting
     */
    @Override
    @Nullable
    E poll(long timeout, TimeUnit unit) throws InterruptedException;

    /**
     * Takes the next element if there is one now.
     *
     * @return the element
     * @throws Empty if there is no element
     */
    @Override
    E remove();

    /**
     * Returns the next element and leaves it where it is.
     *
     * @return the element, or {@code null} if there is none
     */
    @Override
    @Nullable
    E peek();

    /**
     * Returns the next element and leaves it where it is.
     *
     * @return the element
     * @throws Empty if there is no element
     */
    @Override
    E element();

    /**
     * Takes all elements and adds them to {@code sink}, in order, as by {@link #drainTo(Collection, int)}.
     *
     * @param sink where they go
     * @return how many
     * @throws IllegalArgumentException if {@code sink} is this queue
     */
    @Override
    int drainTo(Collection<? super E> sink);

    /**
     * Takes up to {@code max} elements and adds them to {@code sink}, in order. Each counts as got: somebody owes its
     * {@link #taskDone()}. If {@code sink} throws, what it has not taken is put back in front of the queue, even where
     * that passes {@code maxsize}, so that nothing is lost.
     *
     * @param sink where they go
     * @param max how many at most; zero or negative: none
     * @return how many
     * @throws IllegalArgumentException if {@code sink} is this queue
     */
    @Override
    int drainTo(Collection<? super E> sink, int max);

    /**
     * Returns how many elements could be put now without waiting.
     *
     * @return the room left; {@link Integer#MAX_VALUE} if the queue is unbounded, zero once it is shut down
     */
    @Override
    int remainingCapacity();

    /**
     * Returns the number of elements. By the time that the caller looks at it, it may be another.
     *
     * <p><i>Python:</i> {@code qsize()}.
     *
     * @return the number of elements
     */
    default int qsize() {
        return size();
    }

    /**
     * Returns whether there is no element. By the time that the caller looks at it, there may be one.
     *
     * <p><i>Python:</i> {@code empty()}.
     *
     * @return whether there is none
     */
    default boolean empty() {
        return isEmpty();
    }

    /**
     * Returns whether there is no room. By the time that the caller looks at it, there may be some.
     *
     * <p><i>Python:</i> {@code full()}.
     *
     * @return whether there are {@link #maxsize()} elements; never if the queue is unbounded
     */
    default boolean full() {
        return maxsize() > 0 && size() >= maxsize();
    }

    /**
     * Returns the bound with which the queue was made.
     *
     * <p><i>Python:</i> the attribute {@code maxsize}, which can be changed there.
     *
     * @return the largest number of elements, exactly; zero or negative: the queue is unbounded
     */
    int maxsize();

    /**
     * Says that a task is done whose element was got from this queue. The last one lets every {@link #join()} return.
     *
     * <p><i>Python:</i> {@code task_done()}.
     *
     * @throws IllegalStateException if there is no unfinished task
     */
    void taskDone();

    /**
     * Waits until no task is unfinished, for as long as that takes. It returns at once if none is; else it returns for the
     * first time that none is, even if more has been put by the time that this thread runs again.
     *
     * <p><i>Python:</i> {@code join()}; there, a joiner that wakes too late to see the zero goes on waiting.
     *
     * @throws InterruptedException if interrupted while waiting
     */
    void join() throws InterruptedException;

    /**
     * Waits until no task is unfinished, for {@code timeout} at most.
     *
     * <p><i>Python:</i> none; there, a join has no timeout.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @return {@code false} if the time elapsed first
     * @throws InterruptedException if interrupted while waiting
     */
    boolean join(Duration timeout) throws InterruptedException;

    /**
     * Takes no more elements from now on, and gives those that are there. {@code shutdown(false)}.
     *
     * <p><i>Python:</i> {@code shutdown()}.
     */
    default void shutdown() {
        shutdown(false);
    }

    /**
     * Takes no more elements from now on; if {@code immediate}, drops those that are there, which finishes their tasks.
     * Everybody who waits to put gets {@link ShutDown}, and so does everybody who waits to get and finds nothing.
     * Whoever joins goes on waiting for tasks that were got and are not done.
     *
     * <p>Doing it again changes nothing, except that an immediate shutdown may follow one that was not.
     *
     * <p><i>Python:</i> {@code shutdown(immediate=…)}.
     *
     * @param immediate whether to drop the elements that are there
     */
    void shutdown(boolean immediate);

    /**
     * Returns whether the queue has been shut down, in either way.
     *
     * <p><i>Python:</i> the attribute {@code is_shutdown}.
     *
     * @return whether it takes no more elements
     */
    boolean isShutdown();

    /**
     * Returns how many tasks are unfinished, as described above.
     *
     * <p><i>Python:</i> the attribute {@code unfinished_tasks}.
     *
     * @return the number of unfinished tasks
     */
    long unfinishedTasks();
}
