// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import org.jspecify.annotations.Nullable;

/** Keeps what others write out of the cache lines of a subclass. */
@SuppressWarnings("unused")
abstract class PaddingBefore {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
}

/** Threads that wait, in the order in which they came; for whoever holds the lock of this. */
class WaitingLine extends PaddingBefore {
    /** Who waits longest. */
    @Nullable
    QueueWaiter first;

    private @Nullable QueueWaiter last;

    /** How many have begun to wait. */
    private long arrivals;

    /** Adds a waiter in the order in which they came first. */
    void add(QueueWaiter waiter) {
        if (waiter.arrival == QueueWaiter.NEW) {
            waiter.arrival = arrivals++;
        }
        QueueWaiter before = last;
        if (before != null && before.arrival > waiter.arrival) { // it was woken before, in vain: its place is in front
            QueueWaiter behind = first;
            while (behind != null && behind.arrival < waiter.arrival) {
                behind = behind.next;
            }
            before = behind == null ? last : behind.previous;
        }
        QueueWaiter behind = before == null ? first : before.next;
        waiter.previous = before;
        waiter.next = behind;
        if (before == null) {
            first = waiter;
        } else {
            before.next = waiter;
        }
        if (behind == null) {
            last = waiter;
        } else {
            behind.previous = waiter;
        }
        waiter.linked = true;
    }

    /** Removes who waits longest, if anybody does, and has to be woken when the lock is free. */
    @Nullable
    QueueWaiter removeFirst() {
        QueueWaiter waiter = first;
        if (waiter != null) {
            unlink(waiter);
        }
        return waiter;
    }

    /** Removes at most so many of those who wait longest; returns them linked by {@code next}. */
    @Nullable
    QueueWaiter removeFirst(long most) {
        QueueWaiter chain = first;
        QueueWaiter end = null;
        for (long i = 0; i < most && first != null; i++) {
            end = first;
            QueueWaiter next = end.next;
            unlink(end);
            end.next = next;
        }
        if (end == null) {
            return null;
        }
        end.next = null;
        return chain;
    }

    private void unlink(QueueWaiter waiter) {
        QueueWaiter before = waiter.previous;
        QueueWaiter behind = waiter.next;
        if (before == null) {
            first = behind;
        } else {
            before.next = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            behind.previous = before;
        }
        waiter.linked = false;
        waiter.previous = null;
        waiter.next = null;
    }

    /** Removes somebody who does not want to wait longer; returns {@code false} if that one is being woken. */
    boolean withdraw(QueueWaiter waiter) {
        if (!waiter.linked) {
            return false;
        }
        unlink(waiter);
        return true;
    }
}
