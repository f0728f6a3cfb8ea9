// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits at a {@link WorkQueue} whose subclass puts and gets without waiting, and knows who waits. */
abstract class BlockingWorkQueue<E> extends AbstractWorkQueue<E> {
    /*
     * Overview. A thread that finds the queue empty, or full, looks for some microseconds whether that changes, has itself
     * added to those who wait, and parks. However it stops to wait, it tries once more before it leaves, unless it was in the
     * line until then. So no wake-up is received by somebody who does not look, and there is nothing to hand on.
     */
    /** How often to look before sleeping: for about as long as it takes to fall asleep and wake up. */
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 8 : 0;

    /** How long not to look: each look takes a cache line from the other end, which is to get ahead by many elements. */
    private static final int PAUSES_A_LOOK = 32;

    /** What came of an attempt to put. */
    enum Put {
        DONE,
        FULL,
        SHUT_DOWN
    }

    BlockingWorkQueue(int maxsize) {
        super(maxsize);
    }

    /** Puts an element if there is room and no shutdown. */
    abstract Put tryPut(E element);

    /** Looks without a lock; what it says may be over. */
    abstract boolean looksFull();

    /** Looks without a lock; what it says may be over. */
    abstract boolean looksEmpty();

    /** Adds a waiter to those who wait for room, unless it need not wait; returns whether it did. */
    abstract boolean waitsForRoom(QueueWaiter waiter);

    /** Adds a waiter to those who wait for an element, unless it need not wait; returns whether it did. */
    abstract boolean waitsForElement(QueueWaiter waiter);

    /** Removes who does not want to wait for room longer; returns {@code false} if it is being woken. */
    abstract boolean withdrawFromRoom(QueueWaiter waiter);

    /** Removes who does not want to wait for an element longer; returns {@code false} if it is being woken. */
    abstract boolean withdrawFromElement(QueueWaiter waiter);

    // Putting

    @Override
    boolean put(E element, long nanos) throws InterruptedException {
        Put outcome = putInTime(element, nanos);
        if (outcome == Put.SHUT_DOWN) {
            throw isShutDown();
        }
        return outcome == Put.DONE;
    }

    @Override
    public void putNowait(E element) {
        switch (tryPut(Objects.requireNonNull(element, "element"))) {
            case FULL -> throw new Full(maxsize() + " elements");
            case SHUT_DOWN -> throw isShutDown();
            case DONE -> {}
        }
    }

    @Override
    public boolean offer(E element) {
        return tryPut(Objects.requireNonNull(element, "element")) == Put.DONE;
    }

    @Override
    public boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
        return putInTime(element, unit.toNanos(timeout)) == Put.DONE;
    }

    private static ShutDown isShutDown() {
        return new ShutDown("The queue is shut down");
    }

    private Put putInTime(E element, long nanos) throws InterruptedException {
        Objects.requireNonNull(element, "element");
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Put outcome = tryPut(element);
        return outcome != Put.FULL || nanos <= 0 ? outcome : putLater(element, nanos);
    }

    private Put putLater(E element, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        var waiter = new QueueWaiter(this);
        while (true) {
            lookForRoom();
            long left = left(nanos, start); // first: whoever is late has looked after its time
            Put outcome = tryPut(element);
            if (outcome != Put.FULL || left <= 0) {
                return outcome;
            }
            if (waitsForRoom(waiter) && !waiter.await(left)) {
                if (!withdrawFromRoom(waiter)) {
                    outcome = tryPut(element); // it is being woken, so there is, or was, a place
                }
                if (outcome != Put.FULL) {
                    return outcome;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    /** Returns what is left of so many nanoseconds that began at {@code start}. */
    static long left(long nanos, long start) {
        if (nanos <= 0 || nanos == FOREVER) {
            return nanos;
        }
        return nanos - (System.nanoTime() - start);
    }

    private void lookForRoom() {
        for (int i = 0; i < LOOKS && looksFull() && !isShutdown(); i++) {
            pause();
        }
    }

    private static void pause() {
        for (int i = 0; i < PAUSES_A_LOOK; i++) {
            Thread.onSpinWait();
        }
    }

    // Getting

    @Override
    public E getNowait() {
        E element = poll();
        if (element == null) {
            throw isShutAndEmpty() ? isShutDown() : new Empty("No element");
        }
        return element;
    }

    @Override
    @Nullable
    E take(long nanos, boolean throwing) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        E element = poll();
        if (element != null) {
            return element;
        }
        return takeLater(nanos, throwing);
    }

    private @Nullable E takeLater(long nanos, boolean throwing) throws InterruptedException {
        long start = System.nanoTime();
        var waiter = new QueueWaiter(this);
        while (true) {
            if (isShutAndEmpty()) {
                if (throwing) {
                    throw new ShutDown("The queue is shut down, and empty");
                }
                return null;
            }
            if (nanos > 0) {
                lookForElement();
            }
            long left = left(nanos, start); // first: whoever is late has looked after its time
            E element = poll();
            if (element != null || (left <= 0 && !isShutdown())) {
                return element;
            }
            if (waitsForElement(waiter) && !waiter.await(left)) {
                if (!withdrawFromElement(waiter)) {
                    element = poll(); // it is being woken, so there is, or was, an element
                }
                if (element != null) {
                    return element;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private void lookForElement() {
        for (int i = 0; i < LOOKS && looksEmpty() && !isShutdown(); i++) {
            pause();
        }
    }

    private boolean isShutAndEmpty() {
        return isShutdown() && size() == 0; // in this order: nothing is put after the shutdown
    }
}
