// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.Objects;
import procession.internal.Deadline;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.waiting.Flag;

/**
 * A flag that threads of any process wait for: set lets all of them go, and everybody who comes later, until it is cleared.
 *
 * <pre>{@code
 * import procession.multiprocessing.sync.Event;
 *
 * var ready = new Event();
 * var process = new Process(() -> ready.set());
 * process.start();
 * ready.await();
 * process.join();
 * ready.destroy();
 * }</pre>
 *
 * <p>A thread that waits when the event is set goes on, even if the event is cleared again before that thread runs. So
 * {@code set()} and then {@code clear()} lets all go that wait, and no others.
 *
 * <p>Nobody owns an event, so no death spoils it. A process that dies while it sets the event has either not set it, or set
 * it, and then all waiters hear of it within 100 ms, also if it had not yet told them.
 *
 * <p>Memory consistency effects: actions in a thread before the {@link #set()} that sets the event <i>happen-before</i>
 * actions in any thread, of whichever process, after it saw the event set; in other processes, as far as they are actions on
 * shared memory.
 *
 * <p>All methods may be called by any thread at any time. How an event gets into another process, and how long it lives, is
 * said for the whole {@linkplain procession.multiprocessing.sync package}.
 *
 * <p><i>Python:</i> {@code multiprocessing.Event}, whose {@code wait} looks at the flag again when it wakes, and so misses one
 * that is cleared at once.
 */
public final class Event extends SyncObject {
    private static final long serialVersionUID = 1L;

    private final transient Flag flag;

    /**
     * Makes an event that is not set.
     *
     * @throws java.io.UncheckedIOException if there is no room in shared memory, with the remedy
     */
    public Event() {
        this(Kind.EVENT.newCell(0));
    }

    Event(Cell cell) {
        super(Kind.EVENT, cell);
        this.flag = new Flag(this, cell);
    }

    /**
     * Sets the event and lets every thread go that waits for it; does nothing if it is set.
     *
     * <p><i>Python:</i> {@code set()}.
     *
     * @throws IllegalStateException if the event has been destroyed
     */
    public void set() {
        flag.set();
    }

    /**
     * Clears the event, so that threads wait for it from now on; does nothing if it is not set.
     *
     * <p><i>Python:</i> {@code clear()}.
     *
     * @throws IllegalStateException if the event has been destroyed
     */
    public void clear() {
        flag.clear();
    }

    /**
     * Returns whether the event is set at this moment.
     *
     * <p><i>Python:</i> {@code is_set()}.
     *
     * @return {@code true} if it is
     * @throws IllegalStateException if the event has been destroyed
     */
    public boolean isSet() {
        return flag.isSet();
    }

    /**
     * Waits until the event is set, for as long as that takes.
     *
     * <p><i>Python:</i> {@code wait()}.
     *
     * @throws IllegalStateException if the event has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public void await() throws InterruptedException {
        flag.await(Deadline.NEVER);
    }

    /**
     * Waits until the event is set, for {@code timeout} at most. A zero or negative timeout does not wait.
     *
     * <p><i>Python:</i> {@code wait(timeout)}.
     *
     * @param timeout the longest time to wait
     * @return {@code true} if the event was set, {@code false} if the time elapsed first
     * @throws IllegalStateException if the event has been destroyed, also while this waits
     * @throws InterruptedException if interrupted on entry or while waiting
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return flag.await(Deadline.after(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Ends the event, for all processes: whoever waits for it, and whoever uses it from now on, gets an
     * {@link IllegalStateException}. Called by the process that has made it, this gives its memory back. Destroying a second
     * time does nothing.
     */
    public void destroy() {
        flag.destroy();
    }

    /**
     * Returns a text that tells whether it is set.
     *
     * @return for example {@code Event@1f32e575[set]}
     */
    @Override
    public String toString() {
        return "Event@" + Integer.toHexString(hashCode()) + "[" + flag.state() + "]";
    }
}
