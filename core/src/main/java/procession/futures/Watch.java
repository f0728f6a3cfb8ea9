// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a watcher about each of several futures that becomes done, until it is closed or the watcher is forgotten.
 */
final class Watch implements AutoCloseable {
    /** Who is told. */
    interface Watcher {
        /** Called once for each future, by the thread that completes it; by the watching one if it is done already. */
        void done(Future<?> future);
    }

    /*
     * Overview. A ListenableFuture has no way to take a listener back, so one that is waited for again and again with a
     * timeout would collect them. A Promise therefore keeps a list of taps beside its listeners, from which they can be
     * taken. Any other future gets a callback that holds the tap and nothing else. A tap refers to the watcher weakly:
     * who leaves an asCompleted loop early leaves nothing behind but empty taps, which the next one to watch clears away.
     */
    static final class Tap implements Consumer<Future<?>> {
        private final WeakReference<Watcher> watcher;

        Tap(Watcher watcher) {
            this.watcher = new WeakReference<>(watcher);
        }

        @Override
        public void accept(Future<?> done) {
            Watcher told = watcher.get();
            if (told != null) {
                told.done(done);
            }
        }

        boolean isForgotten() {
            return watcher.get() == null;
        }

        void close() {
            watcher.clear();
        }
    }

    private final Tap tap;
    private final List<Promise<?>> promises = new ArrayList<>();

    private Watch(Tap tap) {
        this.tap = tap;
    }

    /** Watches the futures on behalf of {@code watcher}, whom the caller has to keep alive. */
    static Watch start(Collection<? extends Future<?>> futures, Watcher watcher) {
        Watch watch = new Watch(new Tap(watcher));
        for (Future<?> future : futures) {
            if (future.isDone()) {
                watcher.done(future);
            } else {
                watch.add(future);
            }
        }
        return watch;
    }

    private void add(Future<?> future) {
        if (future instanceof Promise<?> promise) {
            promises.add(promise);
            promise.addTap(tap);
        } else {
            future.addDoneCallback(tap);
        }
    }

    /** For a watcher that lets go of the futures one by one: the watch ends when the watcher is forgotten. */
    void forgetFutures() {
        promises.clear();
    }

    @Override
    public void close() {
        tap.close();
        for (Promise<?> promise : promises) {
            promise.removeTap(tap);
        }
    }

    /** The taps of one future. */
    static final class Taps {
        private static final int FEW = 8;

        private @Nullable List<Tap> open = new ArrayList<>(2);
        private int sweepAt = FEW;

        /** Adds a tap; returns {@code false} if the future is done and has told the others. */
        synchronized boolean add(Tap tap) {
            if (open == null) {
                return false;
            }
            if (open.size() >= sweepAt) {
                open.removeIf(Tap::isForgotten);
                sweepAt = Math.max(FEW, 2 * open.size());
            }
            open.add(tap);
            return true;
        }

        synchronized void remove(Tap tap) {
            if (open != null) {
                open.remove(tap);
            }
        }

        synchronized int count() {
            return open == null ? 0 : open.size();
        }

        /** Returns all taps, for the last time. */
        synchronized List<Tap> drain() {
            List<Tap> all = open == null ? List.of() : open;
            open = null;
            return all;
        }
    }
}
