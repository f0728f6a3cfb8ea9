// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.Date;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t threading.Waits_01 -r target/jcstress

   Everything that waits for a synchronizer, in turn: somebody waits, and another thread does what has to end that.
*/
/** Each wait for a synchronizer ends, by its event or by an interrupt. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The wait has ended.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "It never ends; standard error says where it is.")
@State
public class Waits_01_OfSynchronizers {

    private static final Duration LONG = Duration.ofDays(1);

    /** All of them. */
    public static final Waits WAYS = new Waits();

    static {
        addAcquirable("Lock", Lock::new);
        addAcquirable("RLock", RLock::new);
        addAcquirable("Semaphore", () -> new Semaphore(1));
        addAcquirable("BoundedSemaphore", () -> new BoundedSemaphore(1));
        addAcquirable("Condition", Condition::new);
        addLock("Lock", Lock::new);
        addLock("RLock", RLock::new);
        addCondition();
        addEvent();
        addBarrier();
        addTimer();
    }

    private final EndingWait wait = WAYS.next();

    /** Has another thread acquire something, and returns what makes that thread release it. */
    private static EndingWait.Call heldByAnother(Acquirable acquirable) throws InterruptedException {
        var held = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var owner = new Thread(
                () -> {
                    try (Held unused = acquirable.hold()) {
                        held.countDown();
                        release.await();
                    } catch (InterruptedException impossible) {
                        throw new AssertionError(impossible);
                    }
                },
                "owner");
        owner.setDaemon(true);
        owner.start();
        held.await();
        return release::countDown;
    }

    private interface Use<T> {
        void use(T waitedFor) throws Exception;
    }

    private static <T extends Acquirable> void addHeld(String method, Supplier<T> create, Use<T> acquire) {
        WAYS.add(method, "release", () -> {
            T held = create.get();
            EndingWait.Call release = heldByAnother(held);
            return EndingWait.byEvent(() -> acquire.use(held), release);
        });
    }

    private static <T extends Acquirable> void addInterruptible(String method, Supplier<T> create, Use<T> acquire) {
        addHeld(method, create, acquire);
        WAYS.add(method, "interrupt", () -> {
            T held = create.get();
            EndingWait.Call release = heldByAnother(held);
            return EndingWait.byInterrupt(() -> acquire.use(held)).then(() -> {
                try {
                    release.run();
                } catch (Exception impossible) {
                    throw new AssertionError(impossible);
                }
            });
        });
    }

    private static void addAcquirable(String type, Supplier<Acquirable> create) {
        addInterruptible(type + ".acquire()", create, held -> {
            held.acquire();
            held.release();
        });
        addInterruptible(type + ".acquire(Duration)", create, held -> {
            if (held.acquire(LONG)) {
                held.release();
            }
        });
        addInterruptible(type + ".hold()", create, held -> held.hold().close());
        addInterruptible(
                type + ".hold(Duration)", create, held -> held.hold(LONG).close());
        addInterruptible(type + ".run(ThrowingRunnable)", create, held -> held.run(() -> {}));
        addInterruptible(type + ".call(ThrowingSupplier)", create, held -> held.call(() -> 1));
    }

    private static <T extends Acquirable & java.util.concurrent.locks.Lock> void addLock(
            String type, Supplier<T> create) {
        addHeld(type + ".lock()", create, held -> {
            held.lock();
            held.unlock();
        });
        addInterruptible(type + ".lockInterruptibly()", create, held -> {
            held.lockInterruptibly();
            held.unlock();
        });
        addInterruptible(type + ".tryLock(long, TimeUnit)", create, held -> {
            if (held.tryLock(1, TimeUnit.DAYS)) {
                held.unlock();
            }
        });
    }

    /** What somebody waits for with a condition. */
    private static final class Box {
        final Condition condition = new Condition();
        boolean isFull;
    }

    private interface BoxUse {
        void use(Box box) throws InterruptedException;
    }

    private static EndingWait.Call wait(Box box, BoxUse wait) {
        return () -> box.condition.run(() -> {
            while (!box.isFull) {
                wait.use(box);
            }
        });
    }

    private static void addSignal(String method, BoxUse wait) {
        WAYS.add(method, "signal", () -> {
            var box = new Box();
            return EndingWait.byEvent(
                    wait(box, wait),
                    () -> box.condition.run(() -> {
                        box.isFull = true;
                        box.condition.signal();
                    }));
        });
    }

    private static void addSignalOrInterrupt(String method, BoxUse wait) {
        addSignal(method, wait);
        WAYS.add(method, "interrupt", () -> EndingWait.byInterrupt(wait(new Box(), wait)));
    }

    private static void addCondition() {
        addSignalOrInterrupt("Condition.await()", box -> box.condition.await());
        addSignalOrInterrupt("Condition.await(Duration)", box -> box.condition.await(LONG));
        addSignalOrInterrupt("Condition.await(long, TimeUnit)", box -> box.condition.await(1, TimeUnit.DAYS));
        addSignalOrInterrupt("Condition.awaitNanos(long)", box -> box.condition.awaitNanos(LONG.toNanos()));
        addSignalOrInterrupt(
                "Condition.awaitUntil(Date)",
                box -> box.condition.awaitUntil(new Date(System.currentTimeMillis() + LONG.toMillis())));
        addSignalOrInterrupt("Condition.awaitFor(BooleanSupplier)", box -> box.condition.awaitFor(() -> box.isFull));
        addSignalOrInterrupt(
                "Condition.awaitFor(BooleanSupplier, Duration)", box -> box.condition.awaitFor(() -> box.isFull, LONG));
        addSignal("Condition.awaitUninterruptibly()", box -> box.condition.awaitUninterruptibly());
        WAYS.add("Condition.await()", "signalAll", () -> {
            var box = new Box();
            return EndingWait.byEvent(
                    wait(box, each -> each.condition.await()),
                    () -> box.condition.run(() -> {
                        box.isFull = true;
                        box.condition.signalAll();
                    }));
        });
    }

    private static void addEvent(String method, Use<Event> wait) {
        WAYS.add(method, "set", () -> {
            var event = new Event();
            return EndingWait.byEvent(() -> wait.use(event), event::set);
        });
        WAYS.add(method, "set and clear", () -> {
            var event = new Event();
            return EndingWait.byRepeated(() -> wait.use(event), () -> {
                event.set();
                event.clear();
            });
        });
        WAYS.add(method, "interrupt", () -> {
            var event = new Event();
            return EndingWait.byInterrupt(() -> wait.use(event));
        });
    }

    private static void addEvent() {
        addEvent("Event.await()", Event::await);
        addEvent("Event.await(Duration)", event -> event.await(LONG));
    }

    private static void addBarrier(String method, Use<Barrier> wait) {
        WAYS.add(method, "await", () -> {
            var barrier = new Barrier(2);
            return EndingWait.byEvent(() -> wait.use(barrier), barrier::await);
        });
        WAYS.add(method, "await, and an action", () -> {
            var barrier = new Barrier(2, () -> {});
            return EndingWait.byEvent(() -> wait.use(barrier), barrier::await);
        });
        WAYS.add(method, "abort", () -> {
            var barrier = new Barrier(2);
            return EndingWait.byEvent(() -> wait.use(barrier), barrier::abort).throwing(BrokenBarrierException.class);
        });
        WAYS.add(method, "reset", () -> {
            var barrier = new Barrier(2);
            return EndingWait.byRepeated(() -> wait.use(barrier), barrier::reset)
                    .throwing(BrokenBarrierException.class);
        });
        WAYS.add(method, "the timeout of another", () -> {
            var barrier = new Barrier(2);
            return EndingWait.byEvent(() -> wait.use(barrier), () -> {
                        try {
                            barrier.await(Duration.ofNanos(1));
                        } catch (BrokenBarrierException expected) {
                            // it breaks the barrier for both
                        }
                    })
                    .throwing(BrokenBarrierException.class);
        });
        WAYS.add(method, "interrupt", () -> {
            var barrier = new Barrier(2);
            return EndingWait.byInterrupt(() -> wait.use(barrier));
        });
    }

    private static void addBarrier() {
        addBarrier("Barrier.await()", Barrier::await);
        addBarrier("Barrier.await(Duration)", barrier -> barrier.await(LONG));
    }

    private static void addTimer(String method, Use<Timer> join) {
        WAYS.add(method, "its run", () -> {
            var mayRun = new Event();
            var timer = new Timer(Duration.ZERO, () -> awaitUninterrupted(mayRun)).start();
            return EndingWait.byEvent(() -> join.use(timer), mayRun::set);
        });
        WAYS.add(method, "cancel", () -> {
            var timer = new Timer(LONG, () -> {}).start();
            return EndingWait.byEvent(() -> join.use(timer), timer::cancel);
        });
        WAYS.add(method, "cancel, if periodic", () -> {
            var timer = Timer.every(Duration.ofNanos(1), () -> {}).start();
            return EndingWait.byEvent(() -> join.use(timer), timer::cancel);
        });
        WAYS.add(method, "interrupt", () -> {
            var timer = new Timer(LONG, () -> {}).start();
            return EndingWait.byInterrupt(() -> join.use(timer)).then(timer::cancel);
        });
    }

    private static void awaitUninterrupted(Event event) {
        try {
            event.await();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void addTimer() {
        addTimer("Timer.join()", Timer::join);
        addTimer("Timer.join(Duration)", timer -> timer.join(LONG));
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
