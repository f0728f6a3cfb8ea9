// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** An iterator that one thread at a time uses: "is there one" and "give it" are one step here. */
final class SharedSource<E> {
    /*
     * Overview. One lock around the source, and items that are linked where each of several branches has to see all.
     *
     *                     branch a               branch b, the fastest
     *                        v                      v
     *     (start) ──► (A) ──► (B) ──► (C) ──► (D) ──► not asked for yet
     *
     * An item points to the one that came after it. A branch holds the item that it returned last, and nobody holds those
     * that all branches have passed. So what is kept are the items between the slowest branch and the fastest.
     *
     * source  null when it has ended: an iterator is not asked again once it has said no. Guarded by the lock, which is held
     *         while the source, which is user code, gets an item.
     * value   written before the item is handed out or linked
     * next    volatile; null until the following item is there, and written once, under the lock. Read without the lock by
     *         branches that are behind.
     */

    /** What the source gave, which may be null. */
    static final class Item<E> {
        private @Nullable E value;

        @Nullable
        private volatile Item<E> next;

        @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // null only if the source says so
        E value() {
            return value;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable Iterator<? extends E> source;

    SharedSource(Iterator<? extends E> source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    /** Returns an item that nobody else gets, or {@code null} at the end. */
    @Nullable
    Item<E> take() {
        enter();
        try {
            return fetch();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what comes after {@code item}, the same for everybody, or {@code null} at the end. */
    @Nullable
    Item<E> after(Item<E> item) {
        Item<E> next = item.next;
        if (next != null) {
            return next;
        }
        enter();
        try {
            next = item.next;
            if (next == null) {
                next = fetch();
                item.next = next;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Item<E> fetch() {
        Iterator<? extends E> from = source;
        if (from == null) {
            return null;
        }
        Item<E> item = new Item<>(); // first: without memory for it, the source keeps its item
        if (!from.hasNext()) {
            source = null;
            return null;
        }
        item.value = from.next();
        return item;
    }

    @SuppressWarnings("LockNotBeforeTry") // the callers have the try
    private void enter() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a shared iterator is used by its own source, which would wait for itself;"
                    + " let the source keep to what it iterates over");
        }
        if (lock.tryLock()) {
            return;
        }
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException("interrupted while another thread gets an item from the source", e);
        }
    }
}
