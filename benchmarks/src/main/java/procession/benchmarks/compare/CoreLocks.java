// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import procession.threading.Lock;
import procession.threading.RLock;
import procession.threading.Semaphore;

/** The locks and semaphores of {@link CoreArea}. Each has loops of its own, whose call sites see no other type. */
final class CoreLocks {
    private static final int ALONE = 10_000;
    private static final int PERMITS = 2;
    private static final String LOCK = "j.u.c. ReentrantLock";
    private static final String SEMAPHORE = "j.u.c. Semaphore";

    /** What the locks guard. */
    private static final class Guarded {
        long count;
    }

    private CoreLocks() {}

    static List<Bench> benches(CorePython python) {
        List<Bench> benches = new ArrayList<>();
        benches.add(new Bench(
                "core.lock.alone",
                Unit.NANOS,
                CoreLocks::lockAlone,
                python.with("lock_alone", new Peer(LOCK, CoreLocks::reentrantAlone))));
        benches.add(new Bench(
                "core.rlock.alone",
                Unit.NANOS,
                CoreLocks::rLockAlone,
                python.with("rlock_alone", new Peer(LOCK, CoreLocks::reentrantAlone))));
        for (int threads : new int[] {2, 4, 8}) {
            benches.add(new Bench(
                    "core.lock." + threads + "-threads",
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> Crowd.perSecond(threads, atLeast, lockMember()),
                    python.with(
                            "lock_" + threads,
                            new Peer(LOCK, atLeast -> Crowd.perSecond(threads, atLeast, reentrantMember())))));
            benches.add(new Bench(
                    "core.rlock." + threads + "-threads",
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> Crowd.perSecond(threads, atLeast, rLockMember()),
                    List.of(new Peer(LOCK, atLeast -> Crowd.perSecond(threads, atLeast, reentrantMember())))));
        }
        benches.add(new Bench(
                "core.lock.fairness",
                Unit.SHARE,
                atLeast -> Crowd.fairness(4, atLeast, lockMember()),
                List.of(new Peer(LOCK, atLeast -> Crowd.fairness(4, atLeast, reentrantMember())))));
        benches.add(new Bench(
                "core.semaphore.alone",
                Unit.NANOS,
                CoreLocks::semaphoreAlone,
                python.with("semaphore_alone", new Peer(SEMAPHORE, CoreLocks::jdkSemaphoreAlone))));
        benches.add(new Bench(
                "core.semaphore.4-threads",
                Unit.OPERATIONS_PER_SECOND,
                atLeast -> Crowd.perSecond(4, atLeast, semaphoreMember()),
                python.with(
                        "semaphore_4",
                        new Peer(SEMAPHORE, atLeast -> Crowd.perSecond(4, atLeast, jdkSemaphoreMember())))));
        return benches;
    }

    private static double nanosEach(Duration atLeast, Clock.Step step) throws Exception {
        return 1e9 / Clock.perSecond(atLeast, ALONE, step);
    }

    private static double lockAlone(Duration atLeast) throws Exception {
        Lock lock = new Lock();
        return nanosEach(atLeast, () -> {
            for (int i = 0; i < ALONE; i++) {
                lock.acquire();
                lock.release();
            }
        });
    }

    private static double rLockAlone(Duration atLeast) throws Exception {
        RLock lock = new RLock();
        return nanosEach(atLeast, () -> {
            for (int i = 0; i < ALONE; i++) {
                lock.acquire();
                lock.release();
            }
        });
    }

    private static double reentrantAlone(Duration atLeast) throws Exception {
        ReentrantLock lock = new ReentrantLock();
        return nanosEach(atLeast, () -> {
            for (int i = 0; i < ALONE; i++) {
                lock.lockInterruptibly(); // which is what acquire() does
                lock.unlock();
            }
        });
    }

    private static double semaphoreAlone(Duration atLeast) throws Exception {
        Semaphore semaphore = new Semaphore(PERMITS);
        return nanosEach(atLeast, () -> {
            for (int i = 0; i < ALONE; i++) {
                semaphore.acquire();
                semaphore.release();
            }
        });
    }

    private static double jdkSemaphoreAlone(Duration atLeast) throws Exception {
        java.util.concurrent.Semaphore semaphore = new java.util.concurrent.Semaphore(PERMITS);
        return nanosEach(atLeast, () -> {
            for (int i = 0; i < ALONE; i++) {
                semaphore.acquire();
                semaphore.release();
            }
        });
    }

    private static Crowd.Member lockMember() {
        Lock lock = new Lock();
        Guarded guarded = new Guarded();
        return stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                lock.acquire();
                guarded.count++;
                lock.release();
            }
            return times;
        };
    }

    private static Crowd.Member rLockMember() {
        RLock lock = new RLock();
        Guarded guarded = new Guarded();
        return stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                lock.acquire();
                guarded.count++;
                lock.release();
            }
            return times;
        };
    }

    private static Crowd.Member reentrantMember() {
        ReentrantLock lock = new ReentrantLock();
        Guarded guarded = new Guarded();
        return stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                lock.lockInterruptibly();
                guarded.count++;
                lock.unlock();
            }
            return times;
        };
    }

    private static Crowd.Member semaphoreMember() {
        Semaphore semaphore = new Semaphore(PERMITS);
        return stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                semaphore.acquire();
                semaphore.release();
            }
            return times;
        };
    }

    private static Crowd.Member jdkSemaphoreMember() {
        java.util.concurrent.Semaphore semaphore = new java.util.concurrent.Semaphore(PERMITS);
        return stop -> {
            long times = 0;
            for (; !stop.get(); times++) {
                semaphore.acquire();
                semaphore.release();
            }
            return times;
        };
    }
}
