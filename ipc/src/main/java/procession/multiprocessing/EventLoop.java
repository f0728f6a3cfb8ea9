// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One thread to which everything that happens is an event, and which therefore needs no locks for its state.
 */
abstract class EventLoop {
    /*
     * Overview. Whatever happens - a call from outside, bytes on a socket, the exit of a process, a deadline - becomes an
     * event on the loop's thread, which alone reads and writes the state of the subclass. Other threads only add to the
     * mailbox.
     *
     *   calls from other threads ───┐
     *   process exited, stderr end ─┼─► mailbox ─┐
     *                                 sockets ───┼─► turn(): sockets · mailbox · deadlines · whatever follows
     *                                 deadlines ─┘
     *
     * Nothing on the loop's thread blocks or runs code of the user: sockets don't block, processes are started and killed
     * on threads of their own, results are decoded and callbacks run on the results thread. So the loop always comes
     * round, and what it waits for has a deadline.
     *
     * Wake-ups: a poster adds to the mailbox and then calls wakeup(), which a selector remembers; the loop selects only
     * if it saw the mailbox empty before. So an event that was added too late to be seen ends the next select.
     *
     * The thread is not a daemon while there is something to do, so that a program that forgets to close its pool still
     * gets its results; after IDLE_NANOS without work it hands over to a daemon thread, so that the program can end.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int EVENTS_A_TURN = 256;

    private final String name;
    private final Selector selector;
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final ThreadPoolExecutor results;

    /** The thread that runs the loop now; written by that thread, and read by others only to compare with themselves. */
    private volatile @Nullable Thread owner;

    /** Written by the loop's thread, as its last act. */
    private volatile boolean over;

    /** Owned by the loop's thread. */
    private long idleSinceNanos = System.nanoTime();

    EventLoop(String name) throws IOException {
        this.name = name;
        this.selector = Selector.open();
        this.results = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name + "-results");
            thread.setDaemon(false);
            return thread;
        });
        this.results.allowCoreThreadTimeOut(true);
    }

    /** Returns whether there is something to do that the program should not end without. */
    abstract boolean isBusy();

    /** Returns how long nothing has to be done without an event, in nanoseconds; {@code Long.MAX_VALUE} for ever. */
    abstract long nanosUntilDeadline();

    /** Does what has to be done after events, or because of a deadline. */
    abstract void afterEvents();

    /** Takes note that this loop has failed and nothing will happen any more; nobody must wait for ever. */
    abstract void abandon(Throwable failure);

    // ---- called by any thread ----

    final String name() {
        return name;
    }

    /** Adds an event; it is dropped if the loop is over. */
    final void post(Runnable event) {
        mailbox.add(event);
        if (Thread.currentThread() != owner) {
            selector.wakeup();
        }
    }

    /** Runs something of the user's here and now, or on the results thread if this is the loop's thread. */
    final void runOutside(Runnable command) {
        if (Thread.currentThread() == owner) {
            results.execute(command);
        } else {
            command.run();
        }
    }

    final boolean isOver() {
        return over;
    }

    final boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    final boolean awaitTermination(long nanos) throws InterruptedException {
        return terminated.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Starts the loop, on a daemon thread until there is something to do; called once. */
    final void start() {
        handOver(true);
    }

    // ---- the loop's thread ----

    final Selector selector() {
        return selector;
    }

    final Queue<Runnable> mailbox() {
        return mailbox;
    }

    private void handOver(boolean daemon) {
        Thread next = new Thread(this::run, name);
        next.setDaemon(daemon);
        next.start();
    }

    private void run() {
        owner = Thread.currentThread();
        boolean daemon = Thread.currentThread().isDaemon();
        try {
            while (!over) {
                turn(daemon);
                boolean busy = isBusy();
                if (busy) {
                    idleSinceNanos = System.nanoTime();
                }
                if (busy == daemon && (busy || System.nanoTime() - idleSinceNanos >= IDLE_NANOS) && !over) {
                    handOver(!daemon);
                    return;
                }
            }
        } catch (Throwable failure) {
            LOGGER.log(Level.ERROR, name + " failed; its tasks fail and its workers are killed", failure);
            try {
                abandon(failure);
            } finally {
                finish();
            }
        }
    }

    private void turn(boolean daemon) throws IOException {
        long wait = mailbox.isEmpty() ? nanosUntilDeadline() : 0;
        if (!daemon && !isBusy()) {
            wait = Math.min(wait, idleSinceNanos + IDLE_NANOS - System.nanoTime());
        }
        if (wait <= 0) {
            selector.selectNow(EventLoop::selected);
        } else {
            selector.select(EventLoop::selected, wait == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(wait) + 1);
        }
        int events = 0; // bounded, so that many submitters don't keep the answers waiting
        for (Runnable event = mailbox.poll(); event != null; event = ++events < EVENTS_A_TURN ? mailbox.poll() : null) {
            event.run();
        }
        afterEvents();
    }

    @SuppressWarnings("unchecked") // whoever registers a channel attaches who is to be told
    private static void selected(SelectionKey key) {
        ((Consumer<SelectionKey>) key.attachment()).accept(key);
    }

    /** Runs something that may run code of the user's, in the order of these calls. */
    final void runLater(Runnable command) {
        results.execute(command);
    }

    /** Ends the loop after this turn; what was given to the results thread is still done. */
    final void finish() {
        over = true;
        closeQuietly(selector);
        if (!results.isShutdown()) {
            results.execute(terminated::countDown); // behind every result that is still to be decoded
            results.shutdown();
        }
    }

    static void closeQuietly(@Nullable Closeable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (IOException unusableAnyway) {
                // what is being given up need not be in order
            }
        }
    }
}
