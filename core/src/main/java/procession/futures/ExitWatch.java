// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends the idle threads of pools that nobody closed, once the program has nothing else to do, so that the JVM ends.
 */
final class ExitWatch implements Runnable {
    /*
     * Overview. The threads of a pool are no daemons, so that the JVM does not end before the tasks are done; without
     * this it would not end after either, if the program forgets to close the pool. (The garbage collector would find
     * that out, but a program that waits for its end does not collect garbage.)
     *
     * A JVM that waits for its end has a thread of the name DestroyJavaVM, which waits for all that are no daemons. Until
     * then one daemon thread of ours joins, one after the other, the threads that belong to no pool, and so uses no
     * processor. Only when there are none but the pools' does it look again and again, less and less often, whether all
     * of these are idle; then it lets them go. A pool that gets a task in spite of that starts threads as at first.
     */
    private static final String WAITS_FOR_THE_END = "DestroyJavaVM";

    private static final Duration FIRST_LOOK = Duration.ofMillis(10);
    private static final Duration LAST_LOOK = Duration.ofMillis(500);

    private static final Object LOCK = new Object();

    /** The pools that have threads. */
    @GuardedBy("LOCK")
    private static final Set<WorkerThreads> POOLS = new HashSet<>();

    @GuardedBy("LOCK")
    private static @Nullable Thread watcher;

    /** Called when a pool starts its first thread. */
    static void add(WorkerThreads pool) {
        synchronized (LOCK) {
            POOLS.add(pool);
            if (watcher == null) {
                watcher = start();
            }
        }
    }

    private static @Nullable Thread start() {
        try {
            Thread thread = new Thread(null, new ExitWatch(), "procession-exit-watch", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
            return thread;
        } catch (OutOfMemoryError noThread) {
            return null; // the task comes first; the next pool tries again
        }
    }

    /** Called when the last thread of a pool has ended. */
    static void remove(WorkerThreads pool) {
        synchronized (LOCK) {
            POOLS.remove(pool);
        }
    }

    private static Set<WorkerThreads> pools() {
        synchronized (LOCK) {
            return Set.copyOf(POOLS);
        }
    }

    /** How long to wait until the next look; of this thread. */
    private long nanos;

    private ExitWatch() {}

    @Override
    public void run() {
        nanos = FIRST_LOOK.toNanos();
        while (true) {
            try {
                look();
            } catch (Throwable outOfMemory) { // a program that goes on in spite of it must end, too
                LockSupport.parkNanos(this, LAST_LOOK.toNanos());
            }
        }
    }

    private void look() {
        boolean ending = false;
        Thread other = null;
        for (Thread thread : threads()) {
            if (thread.getName().equals(WAITS_FOR_THE_END)) {
                ending = true;
            } else if (!thread.isDaemon() && !WorkerThreads.isWorker(thread)) {
                other = thread;
            }
        }
        if (other != null) {
            Uninterruptibles.joinUninterruptibly(other);
            nanos = FIRST_LOOK.toNanos();
        } else {
            if (ending && pools().stream().allMatch(WorkerThreads::isIdle)) {
                pools().forEach(WorkerThreads::letIdleOnesGo);
            }
            LockSupport.parkNanos(this, nanos);
            nanos = Math.min(2 * nanos, LAST_LOOK.toNanos());
        }
    }

    private static Thread[] threads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads, true);
        return Arrays.copyOf(threads, count);
    }
}
