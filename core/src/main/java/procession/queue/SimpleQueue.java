// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An unbounded first-in-first-out queue without tasks: nobody says {@code taskDone}, and nobody joins it.
 *
 * <pre>{@code
 * var names = new SimpleQueue<String>();
 * names.put("a"); // never waits, and so throws no InterruptedException
 * System.out.println(names.get());
 * }</pre>
 *
 * <p>Putting never waits and is never refused for want of room. In all else it behaves like an unbounded {@link Queue}: what
 * {@link WorkQueue} says of empty and shut down queues, of iterators, interrupts and timeouts holds here too. It can be
 * {@linkplain #shutdown() shut down}, so that threads which wait in it can be ended. All methods may be called by any thread
 * at any time.
 *
 * <p>Memory consistency effects: actions in a thread before it puts an element <i>happen-before</i> actions in another
 * thread after it took or saw that element; actions before {@link #shutdown(boolean)} <i>happen-before</i> actions after a
 * {@link ShutDown} that it caused.
 *
 * <p><i>Python:</i> {@code queue.SimpleQueue}, which can't be shut down.
 *
 * @param <E> the type of the elements
 */
public final class SimpleQueue<E> extends AbstractQueue<E> implements BlockingQueue<E> {
    /** Does everything; it counts tasks, too, which costs next to nothing and which nobody sees. */
    private final Queue<E> queue = new Queue<>();

    /** Creates an empty queue. */
    public SimpleQueue() {}

    // Putting

    /**
     * Puts an element, at once.
     *
     * <p><i>Python:</i> {@code put(item)}.
     *
     * @param element the element
     * @throws ShutDown if the queue is shut down
     */
    @Override
    public void put(E element) {
        queue.putNowait(element);
    }

    /**
     * Puts an element, at once: there is always room, and the timeout does not matter.
     *
     * <p><i>Python:</i> {@code put(item, timeout=…)}, which ignores the timeout, too.
     *
     * @param element the element
     * @param timeout not used
     * @throws ShutDown if the queue is shut down
     */
    public void put(E element, Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        queue.putNowait(element);
    }

    /**
     * Puts an element, at once. {@link #put(Object)} under another name.
     *
     * <p><i>Python:</i> {@code put_nowait(item)}.
     *
     * @param element the element
     * @throws ShutDown if the queue is shut down
     */
    public void putNowait(E element) {
        queue.putNowait(element);
    }

    /**
     * Puts an element, at once.
     *
     * @param element the element
     * @return {@code true}
     * @throws ShutDown if the queue is shut down
     */
    @Override
    public boolean add(E element) {
        return queue.add(element);
    }

    /**
     * Puts an element, at once, if the queue takes any.
     *
     * @param element the element
     * @return {@code false} if the queue is shut down
     */
    @Override
    public boolean offer(E element) {
        return queue.offer(element);
    }

    /**
     * Puts an element, at once, if the queue takes any: there is always room, and the timeout does not matter.
     *
     * @param element the element
     * @param timeout not used
     * @param unit not used
     * @return {@code false} if the queue is shut down
     */
    @Override
    public boolean offer(E element, long timeout, TimeUnit unit) {
        Objects.requireNonNull(unit, "unit");
        return queue.offer(element);
    }

    // Getting

    /**
     * Takes the next element, waiting for one for as long as that takes. {@link #take()} with Python's name.
     *
     * <p><i>Python:</i> {@code get()}.
     *
     * @return the element
     * @throws ShutDown if the queue is shut down and empty, before or while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public E get() throws InterruptedException {
        return queue.take();
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
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public E get(Duration timeout) throws InterruptedException {
        return queue.get(timeout);
    }

    /**
     * Takes the next element if there is one now.
     *
     * <p><i>Python:</i> {@code get_nowait()}.
     *
     * @return the element
     * @throws Empty if there is no element
     * @throws ShutDown if there is no element and the queue is shut down
     */
    public E getNowait() {
        return queue.getNowait();
    }

    /**
     * Takes the next element, waiting for one for as long as that takes.
     *
     * @return the element
     * @throws ShutDown if the queue is shut down and empty, before or while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public E take() throws InterruptedException {
        return queue.take();
    }

    /**
     * Takes the next element if there is one now.
     *
     * @return the element, or {@code null} if there is none
     */
    @Override
    public @Nullable E poll() {
        return queue.poll();
    }

    /**
     * Takes the next element, waiting for one for a time at most. It returns early when the queue is shut down and empty.
     *
     * @param timeout the longest time to wait; zero or negative does not wait
     * @param unit the unit of the time
     * @return the element, or {@code null} if there was none in time, or the queue is shut down and empty
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return queue.poll(timeout, unit);
    }

    /**
     * Takes the next element if there is one now.
     *
     * @return the element
     * @throws Empty if there is no element
     */
    @Override
    public E remove() {
        return queue.remove();
    }

    /**
     * Returns the next element and leaves it where it is.
     *
     * @return the element, or {@code null} if there is none
     */
    @Override
    public @Nullable E peek() {
        return queue.peek();
    }

    /**
     * Returns the next element and leaves it where it is.
     *
     * @return the element
     * @throws Empty if there is no element
     */
    @Override
    public E element() {
        return queue.element();
    }

    /**
     * Takes all elements and adds them to {@code sink}, in order, as by {@link #drainTo(Collection, int)}.
     *
     * @param sink where they go
     * @return how many
     * @throws IllegalArgumentException if {@code sink} is this queue
     */
    @Override
    public int drainTo(Collection<? super E> sink) {
        return drainTo(sink, Integer.MAX_VALUE);
    }

    /**
     * Takes up to {@code max} elements and adds them to {@code sink}, in order. If {@code sink} throws, what it has not taken
     * is put back in front of the queue, so that nothing is lost.
     *
     * @param sink where they go
     * @param max how many at most; zero or negative: none
     * @return how many
     * @throws IllegalArgumentException if {@code sink} is this queue
     */
    @Override
    public int drainTo(Collection<? super E> sink, int max) {
        if (sink == this) {
            throw new IllegalArgumentException("A queue can't be drained into itself");
        }
        return queue.drainTo(sink, max);
    }

    // Size

    @Override
    public int size() {
        return queue.size();
    }

    /**
     * Returns the number of elements. By the time that the caller looks at it, it may be another.
     *
     * <p><i>Python:</i> {@code qsize()}.
     *
     * @return the number of elements
     */
    public int qsize() {
        return queue.size();
    }

    /**
     * Returns whether there is no element. By the time that the caller looks at it, there may be one.
     *
     * <p><i>Python:</i> {@code empty()}.
     *
     * @return whether there is none
     */
    public boolean empty() {
        return queue.isEmpty();
    }

    /**
     * Returns {@link Integer#MAX_VALUE}, as there is always room, or zero once the queue is shut down.
     *
     * @return the room left
     */
    @Override
    public int remainingCapacity() {
        return queue.remainingCapacity();
    }

    // Shutting down

    /**
     * Takes no more elements from now on, and gives those that are there. {@code shutdown(false)}.
     *
     * <p><i>Python:</i> none; {@code shutdown()} of the other queues.
     */
    public void shutdown() {
        queue.shutdown(false);
    }

    /**
     * Takes no more elements from now on; if {@code immediate}, drops those that are there. Everybody who waits to get and
     * finds nothing gets {@link ShutDown}. Doing it again changes nothing, except that an immediate shutdown may follow one
     * that was not.
     *
     * <p><i>Python:</i> none; {@code shutdown(immediate=…)} of the other queues.
     *
     * @param immediate whether to drop the elements that are there
     */
    public void shutdown(boolean immediate) {
        queue.shutdown(immediate);
    }

    /**
     * Returns whether the queue has been shut down, in either way.
     *
     * <p><i>Python:</i> none; the attribute {@code is_shutdown} of the other queues.
     *
     * @return whether it takes no more elements
     */
    public boolean isShutdown() {
        return queue.isShutdown();
    }

    // The inside

    @Override
    public void clear() {
        queue.clear();
    }

    @Override
    public boolean contains(@Nullable Object object) {
        return queue.contains(object);
    }

    @Override
    public boolean remove(@Nullable Object object) {
        return queue.remove(object);
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        return queue.removeIf(filter);
    }

    @Override
    public boolean removeAll(Collection<?> elements) {
        return queue.removeAll(elements);
    }

    @Override
    public boolean retainAll(Collection<?> elements) {
        return queue.retainAll(elements);
    }

    @Override
    public Object[] toArray() {
        return queue.toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        return queue.toArray(array);
    }

    @Override
    public Iterator<E> iterator() {
        return queue.iterator();
    }

    @Override
    public Spliterator<E> spliterator() {
        return queue.spliterator();
    }
}
