// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of this process that sees what no wake-up tells: that the holder of a lock has died, or that a wake-up got
 * lost with a process. It looks at the words that threads of this process wait for, every 40 ms, and is there only while
 * there are any, and some seconds longer.
 */
final class Watch {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    /** How often it finds nobody waiting before it ends. */
    private static final int IDLE_ROUNDS = 250;

    private static final Set<WaitingRoom> ROOMS = ConcurrentHashMap.newKeySet();
    private static final Object MONITOR = new Object();

    /** Written with the monitor held. */
    private static volatile @Nullable Thread watcher;

    private Watch() {}

    /** Begins to look at what the first of a room waits for. */
    static void add(WaitingRoom room) {
        ROOMS.add(room);
        if (watcher == null) {
            startIfNone();
        }
    }

    static void remove(WaitingRoom room) {
        ROOMS.remove(room);
    }

    private static void startIfNone() {
        synchronized (MONITOR) {
            if (watcher == null) {
                Thread thread = new Thread(null, Watch::run, "procession-watch", 0, false);
                thread.setDaemon(true);
                thread.setContextClassLoader(null);
                thread.start();
                watcher = thread;
            }
        }
    }

    private static void run() {
        do {
            int idle = 0;
            while (idle < IDLE_ROUNDS) {
                LockSupport.parkNanos(Watch.class, PERIOD_NANOS);
                idle = ROOMS.isEmpty() ? idle + 1 : 0;
                ROOMS.forEach(Watch::look);
            }
        } while (!isOver());
    }

    private static void look(WaitingRoom room) {
        try {
            room.look();
        } catch (RuntimeException | Error failure) { // the other rooms need it, and this one next time
            try {
                System.getLogger("procession.multiprocessing")
                        .log(System.Logger.Level.WARNING, "looking after those who wait failed", failure);
            } catch (RuntimeException | Error unspeakable) {
                // nor may a logger that fails end this thread
            }
        }
    }

    /** Ends this thread's turn, unless somebody has begun to wait meanwhile. */
    private static boolean isOver() {
        synchronized (MONITOR) {
            watcher = null; // from here on, who adds a room starts another thread
            if (ROOMS.isEmpty()) {
                return true;
            }
            watcher = Thread.currentThread();
            return false;
        }
    }
}
