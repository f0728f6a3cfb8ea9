// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import procession.stress.EndingWait;
import procession.stress.Waits;

/*
   How to run this test:
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t queue.Waits_01 -r target/jcstress

   Everything that waits in a queue, in turn: somebody waits, and another thread does what has to end that.
*/
/** Each wait in a queue ends, by its event, by a shutdown, or by an interrupt. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The wait has ended.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "It never ends; standard error says where it is.")
@State
public class Waits_01_OfQueues {

    private static final Duration LONG = Duration.ofDays(1);

    /** All of them. */
    public static final Waits WAYS = new Waits();

    static {
        addWork("Queue", Queue::new);
        addWork("LifoQueue", LifoQueue::new);
        addWork("PriorityQueue", PriorityQueue::new);
        addSimple();
    }

    private final EndingWait wait = WAYS.next();

    private static void addWork(String type, IntFunction<WorkQueue<Integer>> create) {
        addPutting(type, () -> {
            WorkQueue<Integer> full = create.apply(1);
            full.add(1);
            return full;
        });
        addGetting(type, () -> create.apply(1));
        addJoining(type, () -> {
            WorkQueue<Integer> unfinished = create.apply(1);
            unfinished.add(1);
            return unfinished;
        });
    }

    private interface Creator {
        WorkQueue<Integer> create();
    }

    private interface Use {
        void use(WorkQueue<Integer> queue) throws Exception;
    }

    private static void add(String method, Creator creator, Use wait, String end, Use event) {
        WAYS.add(method, end, () -> {
            WorkQueue<Integer> queue = creator.create();
            return EndingWait.byEvent(() -> wait.use(queue), () -> event.use(queue))
                    .throwing(ShutDown.class);
        });
    }

    private static void addInterrupt(String method, Creator creator, Use wait) {
        WAYS.add(method, "interrupt", () -> {
            WorkQueue<Integer> queue = creator.create();
            return EndingWait.byInterrupt(() -> wait.use(queue));
        });
    }

    private static void addPutting(String type, Creator full) {
        addPutting(type + ".put(Object)", full, queue -> queue.put(2));
        addPutting(type + ".put(Object, Duration)", full, queue -> queue.put(2, LONG));
        addPutting(type + ".offer(Object, long, TimeUnit)", full, queue -> {
            boolean unusedAfterShutdown = queue.offer(2, 1, TimeUnit.DAYS);
            assert unusedAfterShutdown || queue.isShutdown();
        });
    }

    private static void addPutting(String method, Creator full, Use put) {
        add(method, full, put, "get", WorkQueue::getNowait);
        add(method, full, put, "remove", queue -> queue.remove((Object) 1));
        add(method, full, put, "clear", WorkQueue::clear);
        add(method, full, put, "shutdown", WorkQueue::shutdown);
        addInterrupt(method, full, put);
    }

    private static void addGetting(String type, Creator empty) {
        addGetting(type + ".get()", empty, WorkQueue::get);
        addGetting(type + ".get(Duration)", empty, queue -> queue.get(LONG));
        addGetting(type + ".take()", empty, WorkQueue::take);
        addGetting(type + ".poll(long, TimeUnit)", empty, queue -> queue.poll(1, TimeUnit.DAYS));
    }

    private static void addGetting(String method, Creator empty, Use get) {
        add(method, empty, get, "put", queue -> queue.put(1));
        add(method, empty, get, "shutdown", WorkQueue::shutdown);
        addInterrupt(method, empty, get);
    }

    private static void addJoining(String type, Creator unfinished) {
        addJoining(type + ".join()", unfinished, WorkQueue::join);
        addJoining(type + ".join(Duration)", unfinished, queue -> queue.join(LONG));
    }

    private static void addJoining(String method, Creator unfinished, Use join) {
        add(method, unfinished, join, "taskDone", WorkQueue::taskDone);
        add(method, unfinished, join, "remove", queue -> queue.remove((Object) 1));
        add(method, unfinished, join, "immediate shutdown", queue -> queue.shutdown(true));
        addInterrupt(method, unfinished, join);
    }

    private interface SimpleUse {
        void use(SimpleQueue<Integer> queue) throws Exception;
    }

    private static void addSimple() {
        addSimple("SimpleQueue.get()", SimpleQueue::get);
        addSimple("SimpleQueue.get(Duration)", queue -> queue.get(LONG));
        addSimple("SimpleQueue.take()", SimpleQueue::take);
        addSimple("SimpleQueue.poll(long, TimeUnit)", queue -> queue.poll(1, TimeUnit.DAYS));
    }

    private static void addSimple(String method, SimpleUse get) {
        addSimple(method, get, "put", queue -> queue.put(1));
        addSimple(method, get, "shutdown", SimpleQueue::shutdown);
        WAYS.add(method, "interrupt", () -> {
            var queue = new SimpleQueue<Integer>();
            return EndingWait.byInterrupt(() -> get.use(queue));
        });
    }

    private static void addSimple(String method, SimpleUse get, String end, SimpleUse event) {
        WAYS.add(method, end, () -> {
            var queue = new SimpleQueue<Integer>();
            return EndingWait.byEvent(() -> get.use(queue), () -> event.use(queue))
                    .throwing(ShutDown.class);
        });
    }

    /** Waits. */
    @Actor
    public void waiter() {
        wait.await();
    }

    /** Ends that. */
    @Signal
    public void ender() {
        wait.end();
    }
}
