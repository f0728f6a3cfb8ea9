// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.sync.Lock;

/** The part of {@link SyncArea} that needs one process. Each has loops of its own, whose call sites see no other type. */
final class SyncAlone {
    private static final int ALONE = 10_000;
    private static final String LOCK = "CPython mp.Lock";
    private static final String REENTRANT = "j.u.c. ReentrantLock";

    /** What a lock guards in one JVM. */
    private static final class Guarded {
        int count;
    }

    private SyncAlone() {}

    static List<Bench> benches(Optional<PythonPeer> python) {
        List<Bench> benches = new ArrayList<>();
        benches.add(new Bench(
                "sync.lock.alone", Unit.NANOS, SyncAlone::alone, SyncArea.python(python, LOCK, "lock_alone")));
        benches.add(new Bench(
                "sync.lock.2-threads",
                Unit.OPERATIONS_PER_SECOND,
                SyncAlone::twoThreads,
                List.of(new Peer(REENTRANT, SyncAlone::twoThreadsOfTheJdk))));
        return benches;
    }

    private static double alone(Duration atLeast) throws Exception {
        Lock lock = new Lock();
        try {
            return 1e9
                    / Clock.perSecond(atLeast, ALONE, () -> {
                        for (int i = 0; i < ALONE; i++) {
                            lock.acquire();
                            lock.release();
                        }
                    });
        } finally {
            lock.destroy();
        }
    }

    private static double twoThreads(Duration atLeast) throws Exception {
        Lock lock = new Lock();
        IntValue count = new IntValue(0);
        try {
            return Crowd.perSecond(2, atLeast, stop -> {
                long times = 0;
                for (; !stop.get(); times++) {
                    lock.acquire();
                    count.set(count.get() + 1);
                    lock.release();
                }
                return times;
            });
        } finally {
            lock.destroy();
            count.destroy();
        }
    }

    private static double twoThreadsOfTheJdk(Duration atLeast) throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Guarded guarded = new Guarded();
        return Crowd.perSecond(2, atLeast, stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                lock.lockInterruptibly(); // which is what acquire() does
                guarded.count++;
                lock.unlock();
            }
            return times;
        });
    }
}
