// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.FrameReader;

/** A loop to which everything that happens is an event, with a state that one thread at a time has to itself. */
abstract class EventLoop {
    /*
     * Overview. Whatever happens - a call from outside, bytes on a socket, the exit of a process, a deadline - becomes an
     * event of a turn, and whoever holds the lock `turn` alone reads and writes the state of the subclass. Other threads
     * only add to the mailbox.
     *
     *   calls from other threads ─┐
     *   process exited ───────────┼─► mailbox ─┐
     *                                sockets ──┼─► turn: sockets · mailbox · deadlines · whatever follows
     *                                deadlines ┘                        │
     *                                                  decoder thread ◄─┴─► callback thread
     *
     * Turns are run by the loop's thread, and by two others that are there anyway, which saves waking it up:
     *   - Who brings work takes a turn for it, if nobody else has one just then. Such a turn runs events that are work,
     *     and no others; it neither selects nor changes what is selected.
     *   - Who waits for a result leads: it selects, and runs the turns, until the result is there. The right to select is
     *     the lock `selecting`. When somebody has led, the loop's thread does not select at once but naps for NAP_NANOS,
     *     because whoever has waited for one result mostly waits for the next. It does not nap when there is work and
     *     somebody who waits without leading.
     *
     * Nothing in a turn blocks or runs code of the user: sockets don't block, processes are started and killed on threads
     * of their own, results are decoded on the decoder thread, and callbacks and log handlers run on the callback thread.
     * So the loop always comes round, a callback may wait for other results, and what the loop itself waits for has a
     * deadline. An interrupt of a thread that takes a turn ends no more than its select: the JDK closes channels at an
     * interrupt only if they block.
     *
     * Wake-ups: a poster adds to the mailbox and then calls wakeup(), which a selector remembers; who selects does so only
     * if it saw the mailbox empty before. So an event that was added too late to be seen ends the next select. A bringer of
     * work that finds the turn taken need not wake anybody up: whoever has it looks into the mailbox after it has let go.
     *
     * The loop's thread is not a daemon while there is something to do, so that a program that forgets to close its pool
     * still gets its results; after IDLE_NANOS without work it hands over to a daemon thread, so that the program can end.
     * Who brings work and finds a daemon starts a keeper, a thread that is none and ends when the loop's thread is none
     * again: so the program can't end between the two. Each side writes first and reads then:
     *
     *     bringer: add to mailbox ── daemon? ── start a keeper ── still a daemon?
     *     loop:    say "daemon" ── mailbox empty? ── hand over, or take it back       (in the turn's lock, without which
     *     loop:    say "not a daemon" ── a keeper? ── release it                       nobody takes from the mailbox)
     *
     * The end: the subclass calls finish() when it has nothing left; then the callback thread does what it has been
     * given, and the loop is terminated.
     */
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int EVENTS_A_TURN = 256;

    /** How long the loop's thread leaves the selector alone for somebody who has just led. */
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

    /** The longest that somebody who leads asks for events without waiting, if results have come that soon. */
    private static final long LONGEST_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final long FAR_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long NANOS_A_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WEIGHT = 4;

    private final String name;
    private final Selector selector;
    private final ByteBuffer readBuffer = FrameReader.newBuffer();
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final SerialThread decoder;
    private final SerialThread callbacks;

    /** Held by whoever runs a turn. */
    private final ReentrantLock turn = new ReentrantLock();

    /** Held by whoever selects; taken before turn. */
    private final ReentrantLock selecting = new ReentrantLock();

    /** The loop's thread; written by that thread, and read by others only to unpark it. */
    private volatile @Nullable Thread owner;

    /** Whether the loop's thread is parked, or about to be, instead of selecting; written by that thread. */
    private volatile boolean parked;

    /** Whom a thread waits for that leads; written by that thread. */
    private volatile @Nullable Object ledFor;

    /** When somebody last led, or would have; whichever thread wrote it last. */
    private volatile long lastLedNanos = System.nanoTime() - NAP_NANOS;

    /** Whether it is parked for no longer than a nap; written by the loop's thread. */
    private volatile boolean napping;

    /** How many threads wait for results without leading. */
    private final AtomicInteger followers = new AtomicInteger();

    /** When whoever selects has to stop, without an event; written in turns. */
    private volatile long wakeAtNanos = System.nanoTime();

    /** How long it mostly takes until somebody who leads has what it waits for; guarded by selecting. */
    private long ledNanos = LONGEST_SPIN_NANOS / 2;

    /** Whether the loop runs on a daemon thread; written by the loop's thread, before it hands over and after. */
    private volatile boolean daemon;

    /** Written by the loop's thread, as its last act. */
    private volatile boolean over;

    /** Releases the thread that keeps the program from ending; set by who brings work, taken by whoever releases it. */
    private final AtomicReference<@Nullable CountDownLatch> keeper = new AtomicReference<>();

    /** Whether the loop has nothing left to do but to see the other threads finish; written by the loop's thread. */
    private volatile boolean awaitsOthers;

    /** Guarded by turn, as the read buffer is. */
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

    /** Does at once what can be done for work that was brought; returns {@code false} if there is more to be done. */
    abstract boolean afterWork();

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
        if (!turn.isHeldByCurrentThread()) {
            wakeUp();
        }
        return !over;
    }

    /** Adds work, which the program must not end without; has to be followed by {@link #takeTurn}. */
    final void addWork(Work work) {
        mailbox.add(work);
    }

    /** An event that brings something to do, and does no more than to take note of it. */
    interface Work extends Runnable {}

    /** Runs something on the loop's own thread, outside of turns: for what keeps hold of the thread that does it. */
    final void onOwnThread(Runnable errand) {
        errands.add(errand);
        wakeUp();
    }

    /** Has somebody see to the work that the calling thread has added: that thread itself, if nobody else is at it. */
    final void takeTurn() {
        if (daemon) {
            keepAlive();
            wakeUp();
        }
        // An interrupted thread could do it too, by what today's JDKs do with channels that don't block. A virtual one
        // that is unmounted in a turn might wait for a carrier which waits for the turn.
        Thread thread = Thread.currentThread();
        boolean mayTake = !thread.isInterrupted() && !PoolThreads.isVirtual(thread) && PoolThreads.hasStackForMore();
        // Who queues for the turn looks into the mailbox behind it, and must not wait for ever in favour of submitters.
        while (mayTake && !mailbox.isEmpty() && !over && !turn.hasQueuedThreads()) {
            if (!turn.tryLock()) {
                return;
            }
            Throwable failed = null;
            try {
                mayTake = doWork();
            } catch (Throwable failure) {
                failed = failure;
            } finally {
                turn.unlock();
            }
            if (failed != null) {
                fail(failed);
            }
        }
        if (!mayTake) {
            wakeUp();
        }
    }

    /** Runs the events that are work; returns {@code false} if whoever selects has to be woken up. */
    private boolean doWork() {
        boolean onlyWork = true;
        for (int events = 0; events < EVENTS_A_TURN && onlyWork; events++) {
            Runnable event = mailbox.peek();
            if (event == null) {
                break;
            }
            onlyWork = event instanceof Work;
            if (onlyWork) {
                mailbox.remove();
                event.run();
            }
        }
        boolean allDone = afterWork();
        long planned = wakeAtNanos;
        plan();
        if (!allDone) {
            wakeAtNanos = System.nanoTime(); // a wakeup() alone is forgotten by the next selectNow()
        }
        // After a nap the loop's thread looks anyway, unless somebody leads by then, who may have read the old time.
        return onlyWork && allDone && ((napping && !selecting.isLocked()) || wakeAtNanos - planned >= 0);
    }

    private void wakeUp() {
        selector.wakeup();
        if (parked) {
            LockSupport.unpark(owner);
        }
    }

    /**
     * Runs the loop on the calling thread, if that may and nobody else does, until something is done, the time is over, or
     * the thread is interrupted; the caller has to wait on after that. What is awaited must tell {@link #isDone}.
     *
     * @param awaited what the thread waits for
     * @param done whether it is done
     * @param nanos how long to wait for it
     * @return whether the thread did not lead; then it has to call {@link #followerIsGone} when it waits no longer
     */
    final boolean leadOrFollow(Object awaited, BooleanSupplier done, long nanos) {
        Thread thread = Thread.currentThread();
        if (nanos <= 0 || done.getAsBoolean() || thread.isInterrupted() || !mayLead(thread)) {
            followers.incrementAndGet();
            return true;
        }
        long start = System.nanoTime();
        lastLedNanos = start;
        if (over || turn.isHeldByCurrentThread() || !selecting.tryLock()) {
            followers.incrementAndGet();
            return true;
        }
        ledFor = awaited;
        Throwable failed = null;
        try {
            long spin = ledNanos < LONGEST_SPIN_NANOS ? Math.min(LONGEST_SPIN_NANOS, 2 * ledNanos) : 0;
            long left = nanos;
            while (left > 0 && !done.getAsBoolean() && !over && !thread.isInterrupted()) {
                round(done, left, start + spin);
                left = nanos - (System.nanoTime() - start);
            }
            long took = Math.min(System.nanoTime() - start, WEIGHT * LONGEST_SPIN_NANOS);
            ledNanos += (took - ledNanos) / WEIGHT;
        } catch (Throwable failure) {
            failed = failure;
        } finally {
            ledFor = null;
            lastLedNanos = System.nanoTime();
            selecting.unlock();
            if (parked && (over || followers.get() > 0 || !mailbox.isEmpty() || !napping)) {
                LockSupport.unpark(owner);
            }
        }
        if (failed != null) {
            fail(failed);
        }
        return false;
    }

    private boolean mayLead(Thread thread) {
        return !PoolThreads.isVirtual(thread)
                && !callbacks.isThisThread()
                && !decoder.isThisThread()
                && PoolThreads.hasStackForMore();
    }

    /** Notes that somebody who did not lead waits no longer. */
    final void followerIsGone() {
        followers.decrementAndGet();
    }

    /** Lets a thread go that leads until this is done. */
    final void isDone(Object awaited) {
        if (ledFor == awaited && !selecting.isHeldByCurrentThread()) {
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
        if (turn.isHeldByCurrentThread() || decoder.isThisThread()) {
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

    // ---- in a turn ----

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

    /** As {@link #log}, with a message that is made there, if anybody reads it; {@code null} is none. */
    final void logLater(Level level, Supplier<@Nullable String> message) {
        callbacks.execute(() -> {
            String made = LOGGER.isLoggable(level) ? message.get() : null;
            if (made != null) {
                LOGGER.log(level, made);
            }
        });
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
            boolean handedOver = false;
            while (!over && !handedOver) {
                Thread.interrupted(); // nobody is meant to interrupt this thread, and with the flag set nothing waits
                for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
                    errand.run();
                }
                if (!selecting.tryLock()) {
                    parkWhileLed();
                } else if (isToNap()) {
                    nap();
                } else {
                    try {
                        round(() -> false, Long.MAX_VALUE, System.nanoTime());
                    } finally {
                        selecting.unlock();
                    }
                }
                turn.lock();
                try {
                    handedOver = !over && handOverIfNeeded();
                } finally {
                    turn.unlock();
                }
                if (!mailbox.isEmpty()) {
                    selector.wakeup(); // of whoever leads; who brought this has found the turn taken
                }
            }
        } catch (Throwable failure) {
            fail(failure);
        }
    }

    /** Ends a loop in whose turn something has failed that must not; nobody waits for ever. */
    private void fail(Throwable failure) {
        turn.lock();
        try {
            if (over) {
                return;
            }
            try {
                abandon(failure);
            } finally {
                finish();
                runLeftovers();
            }
        } finally {
            turn.unlock();
        }
        wakeUp();
        LOGGER.log(Level.ERROR, name + " failed; its tasks fail and its workers are killed", failure);
    }

    /** Runs what was posted by those who have not seen yet that this is over: a process that has started, say. */
    private void runLeftovers() {
        for (Runnable event = mailbox.poll(); event != null; event = mailbox.poll()) {
            try {
                event.run();
            } catch (RuntimeException | Error again) {
                LOGGER.log(Level.ERROR, name + " failed before, and could not clear up", again);
            }
        }
    }

    private void parkWhileLed() {
        parked = true;
        if (selecting.isLocked() && !over && errands.isEmpty()) { // else whoever it waits for may not have seen it park
            LockSupport.park(this);
        }
        parked = false;
    }

    private boolean isToNap() {
        if (System.nanoTime() - lastLedNanos >= NAP_NANOS || over || !mailbox.isEmpty()) {
            return false;
        }
        turn.lock();
        try {
            return followers.get() == 0 || !hasWork();
        } finally {
            turn.unlock();
        }
    }

    /** Leaves the selector to others; called with the right to select. */
    private void nap() {
        napping = true;
        parked = true;
        selecting.unlock();
        if (mailbox.isEmpty() && errands.isEmpty() && !over) { // else who has posted may not have seen that this parks
            LockSupport.parkNanos(this, NAP_NANOS);
        }
        parked = false;
        napping = false;
    }

    /** Hands over if the thread is not of the kind that is needed; returns whether it did. */
    private boolean handOverIfNeeded() {
        boolean busy = isBusy();
        if (!busy && daemon && mailbox.isEmpty()) {
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

    /** Waits for an event, no longer than until a deadline, and runs a turn; called with the right to select. */
    @SuppressWarnings("ThreadPriorityCheck") // where yield() does nothing, this only spins
    private void round(BooleanSupplier done, long mostNanos, long spinUntilNanos) throws IOException {
        try {
            int ready = selector.selectNow();
            while (ready == 0 && isToWait(done) && spinUntilNanos - System.nanoTime() > 0) { // at most 100 us
                Thread.yield();
                ready = selector.selectNow();
            }
            if (ready == 0 && isToWait(done)) { // asked after selectNow, which forgets a wakeup()
                long wait = Math.min(mostNanos, wakeAtNanos - System.nanoTime());
                if (wait > 0) {
                    selector.select(TimeUnit.NANOSECONDS.toMillis(wait + NANOS_A_MILLI - 1)); // not before wait is over
                }
            }
        } catch (ClosedSelectorException finished) {
            return;
        }
        turn.lock();
        try {
            if (!over) {
                turn();
            }
        } finally {
            turn.unlock();
        }
    }

    private boolean isToWait(BooleanSupplier done) {
        return mailbox.isEmpty() && errands.isEmpty() && !done.getAsBoolean();
    }

    private void turn() {
        Set<SelectionKey> ready = selector.selectedKeys();
        ready.forEach(EventLoop::selected);
        ready.clear();
        int events = 0; // bounded, so that many submitters don't keep the answers waiting
        for (Runnable event = mailbox.poll(); event != null; event = ++events < EVENTS_A_TURN ? mailbox.poll() : null) {
            event.run();
        }
        afterEvents();
        plan();
    }

    /** Sets until when there is nothing to do without an event. */
    private void plan() {
        awaitsOthers = !hasWork();
        long now = System.nanoTime();
        long wait = Math.min(FAR_NANOS, nanosUntilDeadline());
        if (isBusy()) {
            idleSinceNanos = now;
        } else if (!daemon) {
            wait = Math.min(wait, idleSinceNanos + IDLE_NANOS - now);
        }
        wakeAtNanos = now + wait;
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
