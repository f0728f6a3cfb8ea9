// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.futex.Futex;
import procession.multiprocessing.internal.futex.Nap;
import procession.multiprocessing.internal.memory.FaultPoint;
import procession.multiprocessing.internal.memory.Segment;

/** Where the threads of this process wait for one word of shared memory. */
final class WaitingRoom {
    /*
     * Overview. Threads that find no other way queue up here. Only the first one listens to the other processes; the rest
     * park until they are the first. So a thousand waiters cost what one does, an interrupt of any but the first is a matter
     * of this JVM, and a release wakes one thread of one process.
     *
     *     attempt, spinning ──► queue ──► first? ──no──► park ────────────┐
     *                                       │yes                         │ made the first, timeout, interrupt
     *                                       ▼                            ▼
     *                                    announce, sleep on the word ──► attempt again
     *
     * The first one sleeps in the kernel; a virtual thread, which would take its carrier along, and every thread where there is
     * no native call, naps by the clock instead, in steps that grow from 50 µs to 4 ms.
     *
     * Wake-ups are hints, and the word is the truth. A wake-up can get lost: the process that changed the word dies, or is
     * stopped, before it wakes anybody; or the thread that was woken is in a process that dies, or is stopped; or a process
     * without native calls changed the word. Therefore the Watch looks at the words on behalf of the first of each room, every
     * 40 ms, and rings it if it should look itself. A lost wake-up costs that much time, and nothing else. A thread that leaves
     * wakes somebody else if the word would let that one go on: if it has not got what it waited for, it may have taken a wake-up
     * with it, and if it has, those who gave more meanwhile may have found no mark, and so woken nobody.
     *
     * Whoever leaves makes the next one the first, who then looks at the word at once. `queue` and the flags `first` change
     * with the room's monitor held; a waiter reads its own flag without.
     */
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int MAX_SPINS = 200;
    private static final long SHORTEST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** The rooms of words, for each mapping by the place of the word; guarded by itself. */
    private static final Map<Segment, Map<Integer, WeakReference<WaitingRoom>>> ROOMS = new WeakHashMap<>();

    private final ByteBuffer memory;
    private final int wordAt;
    private final boolean nativeCalls;
    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    /** How long spinning has been worth it lately; benign: a lost update is an older guess. */
    private int spins = MAX_SPINS / 2;

    /** The address of the memory; benign: every thread computes the same, and 0 means not yet. */
    private volatile long base;

    /**
     * Makes a room.
     *
     * @param longAt where the long is whose lower half the threads sleep on
     * @param nativeCalls whether its threads may sleep in the kernel, where that is possible
     */
    WaitingRoom(ByteBuffer memory, int longAt, boolean nativeCalls) {
        this.nativeCalls = nativeCalls;
        this.memory = memory;
        this.wordAt = Futex.lowerHalf(longAt);
    }

    /**
     * Returns the room of a word: one for all objects of this process that are in the same cell, however many of them have
     * arrived from elsewhere, so that one thread of them all sleeps in the kernel.
     */
    static WaitingRoom of(Segment segment, int longAt) {
        synchronized (ROOMS) {
            var rooms = ROOMS.computeIfAbsent(segment, mapped -> new HashMap<>());
            WeakReference<WaitingRoom> known = rooms.get(longAt);
            WaitingRoom room = known == null ? null : known.get();
            if (room == null) {
                room = new WaitingRoom(segment.memory(), longAt, true);
                rooms.put(longAt, new WeakReference<>(room));
            }
            return room;
        }
    }

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        final boolean virtual = VirtualThreads.isVirtual(thread);
        final Awaited awaited;
        volatile boolean first;
        volatile @Nullable Nap nap;
        long clockNapNanos = SHORTEST_NAP_NANOS;

        Waiter(Awaited awaited) {
            this.awaited = awaited;
        }
    }

    /**
     * Waits until an attempt succeeds.
     *
     * @return {@code false} if the deadline passed first
     * @throws InterruptedException if interrupted while waiting, and that is wanted; otherwise the interrupt is there again
     *     when this returns
     */
    boolean await(Awaited awaited, Deadline deadline, boolean interruptibly) throws InterruptedException {
        return spin(awaited) || waitInQueue(new Waiter(awaited), deadline, interruptibly);
    }

    private boolean spin(Awaited awaited) {
        int limit = PROCESSORS == 1 ? 1 : Math.min(MAX_SPINS, 2 * spins + 10);
        for (int i = 0; i < limit; i++) {
            if (awaited.attempt(false)) {
                spins += (i - spins) / 8;
                return true;
            }
            Thread.onSpinWait();
        }
        spins -= spins / 8;
        return false;
    }

    private boolean waitInQueue(Waiter me, Deadline deadline, boolean interruptibly) throws InterruptedException {
        boolean interrupted = false;
        boolean succeeded = false;
        enter(me);
        FaultPoint.WAITING_QUEUED.reach();
        try {
            while (true) {
                if (Thread
                        .interrupted()) { // before the attempt: who was interrupted first does not get what came later
                    interrupted = true;
                    if (interruptibly) {
                        throw new InterruptedException();
                    }
                }
                succeeded = me.awaited.attempt(true);
                long nanos = succeeded ? 0 : deadline.remainingNanos();
                if (nanos <= 0) {
                    return succeeded;
                }
                sleep(me, nanos);
            }
        } finally {
            leave(me);
            if (interrupted && !interruptibly) {
                me.thread.interrupt();
            }
        }
    }

    private void sleep(Waiter me, long nanos) {
        if (!me.first) {
            LockSupport.parkNanos(this, nanos);
            return;
        }
        long value = me.awaited.announce();
        if (value == Awaited.LOOK_AGAIN) {
            return;
        }
        FaultPoint.WAITING_ANNOUNCED.reach();
        if (me.virtual || !callsKernel()) {
            LockSupport.parkNanos(this, Math.min(nanos, me.clockNapNanos));
            me.clockNapNanos = Math.min(LONGEST_NAP_NANOS, 2 * me.clockNapNanos);
            return;
        }
        Nap nap = me.nap;
        if (nap == null) {
            nap = Nap.take();
            me.nap = nap;
        }
        nap.sleep(memory, base(), wordAt, (int) value, nanos);
        FaultPoint.WAITING_WOKEN.reach();
    }

    private boolean callsKernel() {
        return nativeCalls && Futex.isAvailable();
    }

    private long base() {
        long known = base;
        if (known == 0) {
            known = Futex.address(memory);
            base = known;
        }
        return known;
    }

    private synchronized void enter(Waiter me) {
        if (queue.isEmpty()) {
            Watch.add(
                    this); // first, because it may find no memory for a thread, and nobody may wait behind one who has
            // left
        }
        queue.addLast(me);
        me.first = queue.size() == 1;
    }

    private void leave(Waiter me) {
        Waiter next;
        synchronized (this) {
            boolean wasFirst = queue.peekFirst() == me;
            queue.remove(me);
            next = wasFirst ? queue.peekFirst() : null;
            if (next != null) {
                next.first = true;
            } else if (queue.isEmpty()) {
                Watch.remove(this);
            }
        }
        FaultPoint.WAITING_LEFT.reach();
        if (next != null) {
            LockSupport.unpark(next.thread);
        } else if (me.first && me.awaited.isWorthALook()) {
            wake(1);
        }
        Nap nap = me.nap;
        if (nap != null) {
            me.nap = null;
            nap.giveBack();
        }
    }

    /** Wakes threads that sleep, in whatever process; those of others that nap by the clock see for themselves. */
    void wake(int count) {
        Waiter first = first();
        if (first != null && first.nap == null) {
            LockSupport.unpark(first.thread);
        }
        if (callsKernel()) {
            Futex.wake(memory, base(), wordAt, count);
        }
    }

    private synchronized @Nullable Waiter first() {
        return queue.peekFirst();
    }

    /** Looks at the word on behalf of the first waiter; called by the watch. */
    void look() {
        Waiter first = first();
        if (first == null) {
            return;
        }
        Nap nap = first.nap;
        if (nap == null) {
            return; // it is awake, or naps by the clock
        }
        if (first.awaited.isWorthALook()) {
            nap.ring();
        } else {
            nap.ringAgain();
        }
    }
}
