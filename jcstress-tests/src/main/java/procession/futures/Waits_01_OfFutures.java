// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
     $ java -jar jcstress-tests/target/jcstress.jar -m quick -t futures.Waits_01 -r target/jcstress

   Everything that waits for futures and executors, in turn: somebody waits, and another thread does what has to end that.
*/
/** Each wait for a future, for results, or for an executor ends. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "The wait has ended.")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "It never ends; standard error says where it is.")
@State
public class Waits_01_OfFutures {

    private static final Duration LONG = Duration.ofDays(1);

    /** All of them. */
    public static final Waits WAYS = new Waits();

    static {
        addFuture();
        addFutures();
        addResults();
        addExecutor();
    }

    private final EndingWait wait = WAYS.next();

    private interface Use<T> {
        void use(T waitedFor) throws Exception;
    }

    private static void addPromise(String method, Use<Promise<Integer>> wait) {
        WAYS.add(method, "a result", () -> {
            var promise = new Promise<Integer>();
            return EndingWait.byEvent(() -> wait.use(promise), () -> promise.setResult(1));
        });
        WAYS.add(method, "a failure", () -> {
            var promise = new Promise<Integer>();
            return EndingWait.byEvent(() -> wait.use(promise), () -> promise.setException(new Exception("expected")))
                    .throwing(Exception.class);
        });
        WAYS.add(method, "cancel", () -> {
            var promise = new Promise<Integer>();
            return EndingWait.byEvent(() -> wait.use(promise), promise::cancel).throwing(CancellationException.class);
        });
        WAYS.add(method, "interrupt", () -> {
            var promise = new Promise<Integer>();
            return EndingWait.byInterrupt(() -> wait.use(promise));
        });
    }

    private static void addFuture() {
        addPromise("Promise.result()", Promise::result);
        addPromise("Promise.result(Duration)", promise -> promise.result(LONG));
        addPromise("Promise.exception()", Promise::exception);
        addPromise("Promise.exception(Duration)", promise -> promise.exception(LONG));
    }

    private static void addFutures() {
        addPromise("Futures.wait(Collection)", promise -> Futures.wait(List.of(promise)));
        addPromise("Futures.wait(Collection, Duration)", promise -> Futures.wait(List.of(promise), LONG));
        addPromise(
                "Futures.wait(Collection, ReturnWhen)",
                promise -> Futures.wait(List.of(promise, new Promise<Integer>()), ReturnWhen.FIRST_COMPLETED));
        addPromise(
                "Futures.wait(Collection, Duration, ReturnWhen)",
                promise -> Futures.wait(List.of(promise), LONG, ReturnWhen.FIRST_EXCEPTION));
        addPromise(
                "the next of Futures.asCompleted(Collection)",
                promise -> Futures.asCompleted(List.of(promise, new Promise<Integer>()))
                        .iterator()
                        .next());
    }

    /** A pool whose thread is occupied until somebody lets it go. */
    private static final class Busy {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(1);

        Busy() {
            executor.execute(() -> {
                try {
                    mayEnd.await();
                } catch (InterruptedException stop) {
                    mayEnd.countDown();
                }
            });
        }

        Results<Integer> results() {
            return executor.map(number -> number, List.of(1, 2));
        }

        void close() {
            mayEnd.countDown();
            executor.shutdown();
        }
    }

    private static void addTasks(String method, Use<Busy> wait) {
        WAYS.add(method, "its task", () -> {
            var busy = new Busy();
            return EndingWait.byEvent(() -> wait.use(busy), busy.mayEnd::countDown)
                    .then(busy::close);
        });
        WAYS.add(method, "interrupt", () -> {
            var busy = new Busy();
            return EndingWait.byInterrupt(() -> wait.use(busy)).then(busy::close);
        });
    }

    private static void addResults(String method, Use<Results<Integer>> wait) {
        addTasks(method, busy -> wait.use(busy.results()));
        WAYS.add(method, "close", () -> {
            var busy = new Busy();
            Results<Integer> results = busy.results();
            return EndingWait.byEvent(() -> wait.use(results), results::close)
                    .throwing(NoSuchElementException.class)
                    .then(busy::close);
        });
        WAYS.add(method, "immediate shutdown", () -> {
            var busy = new Busy();
            Results<Integer> results = busy.results();
            return EndingWait.byEvent(() -> wait.use(results), () -> busy.executor.shutdown(false, true))
                    .throwing(CancellationException.class)
                    .then(busy::close);
        });
    }

    private static void addResults() {
        addResults("Results.next()", Results::next);
        addResults("Results.next(Duration)", results -> results.next(LONG));
        addResults("Results.toList()", Results::toList);
        addResults("Results.stream()", results -> results.stream().forEach(result -> {}));
    }

    private static void addExecutor() {
        addTasks("ThreadPoolExecutor.awaitTermination(long, TimeUnit)", busy -> {
            busy.executor.shutdown();
            busy.executor.awaitTermination(1, TimeUnit.DAYS);
        });
        WAYS.add("ThreadPoolExecutor.awaitTermination(long, TimeUnit)", "shutdown", () -> {
            var executor = new ThreadPoolExecutor(1);
            executor.execute(() -> {});
            return EndingWait.byEvent(() -> executor.awaitTermination(1, TimeUnit.DAYS), executor::shutdown);
        });
        WAYS.add("ThreadPoolExecutor.awaitTermination(long, TimeUnit)", "shutdownNow", () -> {
            var busy = new Busy();
            return EndingWait.byEvent(
                    () -> busy.executor.awaitTermination(1, TimeUnit.DAYS), busy.executor::shutdownNow);
        });
        addTasks("ThreadPoolExecutor.shutdown(boolean, boolean)", busy -> busy.executor.shutdown(true, false));
        addTasks("ThreadPoolExecutor.close()", busy -> busy.executor.close());
        addTasks("ThreadPoolExecutor.invokeAll(Collection)", busy -> busy.executor.invokeAll(List.of(() -> 1)));
        addTasks(
                "ThreadPoolExecutor.invokeAll(Collection, long, TimeUnit)",
                busy -> busy.executor.invokeAll(List.of(() -> 1), 1, TimeUnit.DAYS));
        addTasks("ThreadPoolExecutor.invokeAny(Collection)", busy -> busy.executor.invokeAny(List.of(() -> 1)));
        addTasks(
                "ThreadPoolExecutor.invokeAny(Collection, long, TimeUnit)",
                busy -> busy.executor.invokeAny(List.of(() -> 1), 1, TimeUnit.DAYS));
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
