// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.FrameReader;

/** One thread to which everything that happens is an event, and which therefore needs no locks for its state. */
abstract class EventLoop {
    /*
     * Overview. Whatever happens - a call from outside, bytes on a socket, the exit of a process, a deadline - becomes an
     * event on the loop's thread, which alone reads and writes the state of the subclass. Other threads only add to the
     * mailbox.
     *
     *   calls from other threads ─┐
     *   process exited ───────────┼─► mailbox ─┐
     *                                sockets ──┼─► turn(): sockets · mailbox · deadlines · whatever follows
     *                                deadlines ┘                        │
     *                                                  decoder thread ◄─┴─► callback thread
     *
     * Nothing on the loop's thread blocks or runs code of the user: sockets don't block, processes are started and killed
     * on threads of their own, results are decoded on the decoder thread, and callbacks and log handlers run on the
     * callback thread. So the loop always comes round, a callback may wait for other results, and what the loop itself
     * waits for has a deadline.
     *
     * Wake-ups: a poster adds to the mailbox and then calls wakeup(), which a selector remembers; the loop selects only
     * if it saw the mailbox empty before. So an event that was added too late to be seen ends the next select.
     *
     * The thread is not a daemon while there is something to do, so that a program that forgets to close its pool still
     * gets its results; after IDLE_NANOS without work it hands over to a daemon thread, so that the program can end. Who
     * brings work and finds a daemon starts a keeper, a thread that is none and ends when the loop's thread is none again:
     * so the program can't end between the two. Each side writes first and reads then:
     *
     *     bringer: add to mailbox ── daemon? ── start a keeper ── still a daemon?
     *     loop:    say "daemon" ── mailbox empty? ── hand over, or take it back
     *     loop:    say "not a daemon" ── a keeper? ── release it
     *
     * The end: the subclass calls finish() when it has nothing left; then the callback thread does what it has been
     * given, and the loop is terminated.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int EVENTS_A_TURN = 256;

    private final String name;
    private final Selector selector;
    private final ByteBuffer readBuffer = FrameReader.newBuffer();
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final SerialThread decoder;
    private final SerialThread callbacks;

    /** The thread that runs the loop now; written by that thread, and read by others only to compare with themselves. */
    private volatile @Nullable Thread owner;

    /** Whether the loop runs on a daemon thread; written by the loop's thread, before it hands over and after. */
    private volatile boolean daemon;

    /** Written by the loop's thread, as its last act. */
    private volatile boolean over;

    /** Releases the thread that keeps the program from ending; set by who brings work, taken by whoever releases it. */
    private final AtomicReference<@Nullable CountDownLatch> keeper = new AtomicReference<>();

    /** Whether the loop has nothing left to do but to see the other threads finish; written by the loop's thread. */
    private volatile boolean awaitsOthers;

    /** Owned by the loop's thread. */
    private long idleSinceNanos = System.nanoTime();

    EventLoop(String name) throws IOException {
        this.name = name;
        this.selector = Selector.open();
        this.decoder = new SerialThread(name + "-results", this::anotherThreadIsDone);
        this.callbacks = new SerialThread(name + "-callbacks", this::anotherThreadIsDone);
    }

    /** Returns whether there is something to do that the program should not end without. */
    abstract boolean hasWork();

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

    /** Starts the threads; called once. If that fails, nothing is left over. */
    final void start() {
        try {
            decoder.start();
            callbacks.start();
            PoolThreads.create(name, this::run, false).start();
        } catch (Throwable noThread) {
            over = true;
            closeQuietly(selector);
            decoder.end();
            callbacks.end();
            throw noThread;
        }
    }

    /** Adds an event; returns {@code false} if it may be dropped, because the loop is over. */
    final boolean post(Runnable event) {
        mailbox.add(event);
        if (Thread.currentThread() != owner) {
            selector.wakeup();
        }
        return !over;
    }

    /** Adds an event that the program must not end without. */
    final void postWork(Runnable event) {
        mailbox.add(event);
        if (daemon) {
            keepAlive();
        }
        if (Thread.currentThread() != owner) {
            selector.wakeup();
        }
    }

    private void keepAlive() {
        CountDownLatch latch = new CountDownLatch(1);
        if (keeper.compareAndSet(null, latch)) {
            try {
                PoolThreads.create(name + "-keeper", () -> awaitQuietly(latch), false)
                        .start();
            } catch (OutOfMemoryError noThread) {
                // the work is taken all the same, and the program most likely has other worries
            }
            if (!daemon || over) {
                releaseKeeper();
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException nobodyNeedsIt) {
            // whoever interrupts all threads wants the program to end
        }
    }

    private void releaseKeeper() {
        CountDownLatch latch = keeper.getAndSet(null);
        if (latch != null) {
            latch.countDown();
        }
    }

    /** Runs something of the user's here and now, or on the callback thread if this is a thread of the loop. */
    final void runOutside(Runnable command) {
        if (Thread.currentThread() == owner || decoder.isThisThread()) {
            callbacks.execute(command);
        } else {
            command.run();
        }
    }

    /** Returns whether the caller is a callback. */
    final boolean isCallbackThread() {
        return callbacks.isThisThread();
    }

    private void anotherThreadIsDone() {
        if (awaitsOthers) { // written before the loop looks whether the thread is done, and read after it is
            post(() -> {});
        }
    }

    final boolean isOver() {
        return over;
    }

    /** Returns whether all is done; asked by a callback, whether all but the callbacks is. */
    final boolean isTerminated() {
        return end().getCount() == 0;
    }

    final boolean awaitTermination(long nanos) throws InterruptedException {
        return end().await(nanos, TimeUnit.NANOSECONDS);
    }

    /** A callback that waited for the end of the callbacks would wait for itself. */
    private CountDownLatch end() {
        return callbacks.isThisThread() ? finished : terminated;
    }

    // ---- the loop's thread ----

    final Selector selector() {
        return selector;
    }

    final ByteBuffer readBuffer() {
        return readBuffer;
    }

    final Queue<Runnable> mailbox() {
        return mailbox;
    }

    /** Decodes something on the decoder thread, in the order of these calls. */
    final void decodeLater(Runnable work) {
        decoder.execute(work);
    }

    /** Logs on the callback thread, because handlers of logs may block. */
    final void log(Level level, String message) {
        callbacks.execute(() -> LOGGER.log(level, message));
    }

    /** Returns whether every result has been decoded. */
    final boolean isAllDecoded() {
        return decoder.isDone();
    }

    private boolean isBusy() {
        return hasWork() || !decoder.isDone() || !callbacks.isDone();
    }

    private void run() {
        owner = Thread.currentThread();
        daemon = Thread.currentThread().isDaemon();
        if (!daemon) {
            releaseKeeper();
        }
        try {
            while (!over) {
                turn();
                if (handOverIfNeeded()) {
                    return;
                }
            }
        } catch (Throwable failure) {
            try {
                abandon(failure);
            } finally {
                finish();
                LOGGER.log(Level.ERROR, name + " failed; its tasks fail and its workers are killed", failure);
            }
        }
    }

    /** Hands over if the thread is not of the kind that is needed; returns whether it did. */
    private boolean handOverIfNeeded() {
        boolean busy = isBusy();
        if (busy) {
            idleSinceNanos = System.nanoTime();
        } else if (daemon && mailbox.isEmpty()) {
            releaseKeeper(); // what it was started for is over already; who brings work wakes this up after
        }
        if (over || busy != daemon || (!busy && System.nanoTime() - idleSinceNanos < IDLE_NANOS)) {
            return false;
        }
        if (!busy) {
            daemon = true;
            if (!mailbox.isEmpty()) {
                daemon = false;
                releaseKeeper(); // of somebody who believed it
                return false;
            }
        }
        try {
            PoolThreads.create(name, this::run, !busy).start();
            return true;
        } catch (OutOfMemoryError noThread) {
            daemon = Thread.currentThread().isDaemon(); // the wrong kind of thread is better than none
            idleSinceNanos = System.nanoTime();
            return false;
        }
    }

    private void turn() throws IOException {
        Thread.interrupted(); // nobody is meant to interrupt this thread, and with the flag set select does not wait
        awaitsOthers = !hasWork();
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

    /** Ends the loop after this turn; what was given to the other threads is still done. */
    final void finish() {
        over = true;
        releaseKeeper();
        closeQuietly(selector);
        finished.countDown();
        decoder.end();
        callbacks.execute(terminated::countDown);
        callbacks.end();
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
