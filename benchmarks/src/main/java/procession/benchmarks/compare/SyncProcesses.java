// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import procession.futures.Future;
import procession.futures.Task;
import procession.multiprocessing.ProcessPoolExecutor;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.sync.Lock;
import procession.multiprocessing.sync.Semaphore;

/**
 * The part of {@link SyncArea} for which two processes do the same at a time: two workers that stay, so that they are as warm
 * as Python's, which are there before the measurement, too.
 */
final class SyncProcesses {
    private static final int PROCESSES = 2;
    private static final int TIMES = 100_000;

    private SyncProcesses() {}

    static List<Bench> open(Setup setup, Optional<PythonPeer> python) {
        ProcessPoolExecutor workers = setup.own(new ProcessPoolExecutor(PROCESSES));
        List<Peer> counters = new ArrayList<>(SyncArea.python(python, "CPython Value + Lock", "counter"));
        counters.addAll(SyncArea.python(python, "CPython RawValue + Lock", "raw_counter"));
        return List.of(
                new Bench(
                        "sync.counter.2-processes",
                        Unit.OPERATIONS_PER_SECOND,
                        atLeast -> counter(workers, atLeast),
                        counters),
                new Bench(
                        "sync.value.get-and-add",
                        Unit.OPERATIONS_PER_SECOND,
                        atLeast -> getAndAdd(workers, atLeast),
                        SyncArea.python(python, "CPython Value's lock", "get_and_add")),
                new Bench(
                        "sync.semaphore.ping-pong",
                        Unit.MICROS,
                        atLeast -> pingPong(workers, atLeast),
                        SyncArea.python(python, "CPython mp.Semaphore", "ping_pong")));
    }

    private static double counter(ProcessPoolExecutor workers, Duration atLeast) throws Exception {
        var counter = new IntValue(0);
        var lock = new Lock();
        try {
            return inBoth(workers, atLeast, counter, meeting -> () -> {
                long start = meet(meeting);
                for (int i = 0; i < TIMES; i++) {
                    lock.acquire();
                    counter.set(counter.get() + 1);
                    lock.release();
                }
                return new Span(start, System.nanoTime());
            });
        } finally {
            lock.destroy();
            counter.destroy();
        }
    }

    private static double getAndAdd(ProcessPoolExecutor workers, Duration atLeast) throws Exception {
        var counter = new IntValue(0);
        try {
            return inBoth(workers, atLeast, counter, meeting -> () -> {
                long start = meet(meeting);
                for (int i = 0; i < TIMES; i++) {
                    counter.getAndAdd(1);
                }
                return new Span(start, System.nanoTime());
            });
        } finally {
            counter.destroy();
        }
    }

    /** The median time from a release until the other process has the permit, who sleeps meanwhile: half a round trip. */
    private static double pingPong(ProcessPoolExecutor workers, Duration atLeast) throws Exception {
        var ping = new Semaphore(0);
        var pong = new Semaphore(0);
        long nanos = atLeast.toNanos();
        var over = new IntValue(0);
        try {
            Future<?> other = workers.submit(() -> {
                ping.acquire();
                while (over.get() == 0) {
                    pong.release();
                    ping.acquire();
                }
                return null;
            });
            double roundTrip = workers.submit(() -> {
                        double median = Clock.medianMicros(Duration.ofNanos(nanos), () -> {
                            ping.release();
                            pong.acquire();
                        });
                        over.set(1);
                        ping.release();
                        return median;
                    })
                    .result();
            other.result();
            return roundTrip / 2;
        } finally {
            ping.destroy();
            pong.destroy();
            over.destroy();
        }
    }

    /** From when to when a process has worked, by the clock that all processes of a machine share. */
    record Span(long startNanos, long endNanos) implements java.io.Serializable {}

    /** Makes the work of one process, which begins where the two meet. */
    private interface Work {
        Task<Span> meetingAt(IntValue meeting);
    }

    /** Returns when all processes are there. */
    private static long meet(IntValue meeting) {
        meeting.getAndAdd(1);
        while (meeting.get() < PROCESSES) {
            Thread.onSpinWait();
        }
        return System.nanoTime();
    }

    /** Has both processes work at a time, again and again, and returns how many operations they did in a second of work. */
    private static double inBoth(ProcessPoolExecutor workers, Duration atLeast, IntValue counter, Work work)
            throws Exception {
        long done = 0;
        long worked = 0;
        while (worked < atLeast.toNanos()) {
            var meeting = new IntValue(0);
            try {
                Future<Span> one = workers.submit(work.meetingAt(meeting));
                Future<Span> two = workers.submit(work.meetingAt(meeting));
                Span first = one.result();
                Span second = two.result();
                worked += Math.max(first.endNanos, second.endNanos) - Math.min(first.startNanos, second.startNanos);
                done += PROCESSES * TIMES;
            } finally {
                meeting.destroy();
            }
        }
        if (counter.get() != (int) done) {
            throw new IllegalStateException("counted " + counter.get() + " of " + done);
        }
        return done * 1e9 / worked;
    }
}
