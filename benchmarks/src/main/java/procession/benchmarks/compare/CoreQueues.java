// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import procession.queue.Empty;
import procession.queue.LifoQueue;
import procession.queue.PriorityQueue;
import procession.queue.Queue;

/** The queues of {@link CoreArea}. Each has loops of its own, whose call sites see no other type. */
final class CoreQueues {
    private static final int BOUND = 1024;
    private static final int ITEMS = 100_000;
    private static final int HAND_OVERS = 2_000;
    private static final int MASK = 1023;
    private static final Duration IDLE = Duration.ofMillis(50);
    private static final double IDLE_MILLIS = 1;

    /** In no order, so that a priority queue has something to do. */
    private static final Integer[] ELEMENTS =
            new Random(1).ints(MASK + 1, 0, 1_000_000).boxed().toArray(Integer[]::new);

    private static final String ARRAY = "j.u.c. ArrayBlockingQueue";
    private static final String LINKED = "j.u.c. LinkedBlockingQueue";
    private static final String TRANSFER = "j.u.c. LinkedTransferQueue";

    private CoreQueues() {}

    static List<Bench> benches(CorePython python) {
        List<Bench> benches = new ArrayList<>();
        for (int n : new int[] {1, 2, 4}) {
            String threads = n + "p" + n + "c";
            benches.add(new Bench(
                    "core.queue.1024." + threads,
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> ours(atLeast, n),
                    python.with(
                            "queue_1024_" + n,
                            new Peer(ARRAY, atLeast -> arrayBlocking(atLeast, n)),
                            new Peer(LINKED, atLeast -> linkedBlocking(atLeast, n)))));
        }
        for (int n : new int[] {1, 2, 4}) {
            String threads = n + "p" + n + "c";
            benches.add(new Bench(
                    "core.queue.unbounded." + threads,
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> oursUnbounded(atLeast, n),
                    List.of(
                            new Peer(TRANSFER, atLeast -> linkedTransfer(atLeast, n)),
                            new Peer(LINKED, atLeast -> linkedBlockingUnbounded(atLeast, n)))));
        }
        for (int n : new int[] {1, 2}) {
            String threads = n + "p" + n + "c";
            benches.add(new Bench(
                    "core.lifo." + threads,
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> oursLifo(atLeast, n),
                    List.of(new Peer("j.u.c. LinkedBlockingDeque", atLeast -> blockingDeque(atLeast, n)))));
            benches.add(new Bench(
                    "core.priority." + threads,
                    Unit.OPERATIONS_PER_SECOND,
                    atLeast -> oursPriority(atLeast, n),
                    List.of(new Peer("j.u.c. PriorityBlockingQueue", atLeast -> priorityBlocking(atLeast, n)))));
        }
        benches.add(new Bench(
                "core.priority.alone",
                Unit.OPERATIONS_PER_SECOND,
                CoreQueues::ourPriorityAlone,
                List.of(
                        new Peer("j.u.c. PriorityBlockingQueue", CoreQueues::priorityBlockingAlone),
                        new Peer("java.util.PriorityQueue", CoreQueues::priorityWithoutLockAlone))));
        benches.add(new Bench(
                "core.queue.hand-over",
                Unit.MICROS,
                CoreQueues::ourHandOver,
                python.with("hand_over", new Peer(ARRAY, CoreQueues::theirHandOver))));
        benches.add(
                new Bench("core.queue.idle-cpu", Unit.MILLIS, CoreQueues::idle, List.of(Peer.absolute(IDLE_MILLIS))));
        return benches;
    }

    private static double ours(Duration atLeast, int pairs) throws Exception {
        Queue<Integer> queue = new Queue<>(BOUND);
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double arrayBlocking(Duration atLeast, int pairs) throws Exception {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(BOUND);
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double linkedBlocking(Duration atLeast, int pairs) throws Exception {
        LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>(BOUND);
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double oursUnbounded(Duration atLeast, int pairs) throws Exception {
        Queue<Integer> queue = new Queue<>();
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double linkedTransfer(Duration atLeast, int pairs) throws Exception {
        LinkedTransferQueue<Integer> queue = new LinkedTransferQueue<>();
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double linkedBlockingUnbounded(Duration atLeast, int pairs) throws Exception {
        LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double oursLifo(Duration atLeast, int pairs) throws Exception {
        LifoQueue<Integer> queue = new LifoQueue<>(BOUND);
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double blockingDeque(Duration atLeast, int pairs) throws Exception {
        LinkedBlockingDeque<Integer> queue = new LinkedBlockingDeque<>(BOUND);
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.putLast(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.takeLast();
                            }
                            check(sum);
                        }));
    }

    private static double oursPriority(Duration atLeast, int pairs) throws Exception {
        PriorityQueue<Integer> queue = new PriorityQueue<>();
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    private static double priorityBlocking(Duration atLeast, int pairs) throws Exception {
        PriorityBlockingQueue<Integer> queue = new PriorityBlockingQueue<>();
        return Clock.perSecond(
                atLeast,
                ITEMS,
                () -> Crowd.pairs(
                        pairs,
                        ITEMS,
                        things -> {
                            for (int i = 0; i < things; i++) {
                                queue.put(ELEMENTS[i & MASK]);
                            }
                        },
                        things -> {
                            long sum = 0;
                            for (int i = 0; i < things; i++) {
                                sum += queue.take();
                            }
                            check(sum);
                        }));
    }

    /** By one thread, first all in and then all out, so that next to nothing but the heap is seen. */
    private static double ourPriorityAlone(Duration atLeast) throws Exception {
        PriorityQueue<Integer> queue = new PriorityQueue<>();
        return Clock.perSecond(atLeast, ITEMS, () -> {
            for (int i = 0; i < ITEMS; i++) {
                queue.add(ELEMENTS[i & MASK]);
            }
            long sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += queue.remove();
            }
            check(sum);
        });
    }

    private static double priorityBlockingAlone(Duration atLeast) throws Exception {
        PriorityBlockingQueue<Integer> queue = new PriorityBlockingQueue<>();
        return Clock.perSecond(atLeast, ITEMS, () -> {
            for (int i = 0; i < ITEMS; i++) {
                queue.add(ELEMENTS[i & MASK]);
            }
            long sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += queue.remove();
            }
            check(sum);
        });
    }

    private static double priorityWithoutLockAlone(Duration atLeast) throws Exception {
        java.util.PriorityQueue<Integer> queue = new java.util.PriorityQueue<>();
        return Clock.perSecond(atLeast, ITEMS, () -> {
            for (int i = 0; i < ITEMS; i++) {
                queue.add(ELEMENTS[i & MASK]);
            }
            long sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += queue.remove();
            }
            check(sum);
        });
    }

    private static void check(long sum) {
        if (sum <= 0) {
            throw new IllegalStateException("wrong elements");
        }
    }

    /** From one thread to another and back, where each waits for the other every time. */
    private static double ourHandOver(Duration atLeast) throws Exception {
        Queue<Integer> there = new Queue<>(1);
        Queue<Integer> back = new Queue<>(1);
        return 1e6
                / Clock.perSecond(
                        atLeast,
                        2 * HAND_OVERS,
                        () -> Crowd.pairs(
                                1,
                                HAND_OVERS,
                                things -> {
                                    for (int i = 0; i < things; i++) {
                                        there.put(ELEMENTS[0]);
                                        check(back.take());
                                    }
                                },
                                things -> {
                                    for (int i = 0; i < things; i++) {
                                        back.put(there.take());
                                    }
                                }));
    }

    private static double theirHandOver(Duration atLeast) throws Exception {
        ArrayBlockingQueue<Integer> there = new ArrayBlockingQueue<>(1);
        ArrayBlockingQueue<Integer> back = new ArrayBlockingQueue<>(1);
        return 1e6
                / Clock.perSecond(
                        atLeast,
                        2 * HAND_OVERS,
                        () -> Crowd.pairs(
                                1,
                                HAND_OVERS,
                                things -> {
                                    for (int i = 0; i < things; i++) {
                                        there.put(ELEMENTS[0]);
                                        check(back.take());
                                    }
                                },
                                things -> {
                                    for (int i = 0; i < things; i++) {
                                        back.put(there.take());
                                    }
                                }));
    }

    /** The processor time that a thread uses while it waits for 50 ms. */
    private static double idle(Duration once) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Queue<Integer> queue = new Queue<>(1);
        long begin = threads.getCurrentThreadCpuTime();
        try {
            throw new IllegalStateException("there was an element: " + queue.get(IDLE));
        } catch (Empty asExpected) {
            return Math.max(1, threads.getCurrentThreadCpuTime() - begin) / 1e6;
        }
    }
}
