// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Executor;
import procession.futures.Future;
import procession.futures.Futures;
import procession.futures.ThreadPoolExecutor;
import procession.threading.Event;

/** What an executor and a future can do, in the order in which a lecture tells it. */
@Command(
        name = "futures",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Submits, maps, waits, cancels and calls back, and prints what comes of it.")
final class FuturesExample extends ThreadExample {
    @Option(
            names = "--n",
            defaultValue = "5",
            paramLabel = "<tasks>",
            converter = WholeNumber.class,
            description = "how many tasks are mapped, at least 1")
    private long tasks;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int count = within(1, "--n", tasks, 1_000);
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            numbers.add(number);
        }
        ThreadPoolExecutor closed;
        try (ThreadPoolExecutor executor = new ThreadPoolExecutor(1)) {
            closed = executor;
            out.println(
                    "map: " + executor.map(number -> number * number, numbers).toList());
            submitAndCallBack(executor, out);
            cancel(executor, out);
            Future<Integer> failing = executor.submit(() -> Integer.parseInt("ten"));
            out.println("exception: " + failing.exception());

            List<Future<Integer>> sums = new ArrayList<>();
            for (int number : numbers) {
                sums.add(executor.submit(() -> number * (number + 1) / 2));
            }
            int total = 0;
            for (Future<Integer> done : Futures.asCompleted(sums)) {
                total += done.result();
            }
            out.println("as completed: " + sums.size() + " results, which add up to " + total);
        }
        out.println("after the block: shut down " + closed.isShutdown() + ", all ended " + closed.isTerminated());
        try {
            out.println("submitted: " + closed.submit(() -> 1));
        } catch (RejectedExecutionException tooLate) {
            out.println("submit: refused");
        }
    }

    private static void submitAndCallBack(Executor executor, PrintWriter out) throws InterruptedException {
        Event started = new Event();
        Event gate = new Event();
        Event calledBack = new Event();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Future<Integer> power = executor.submit(() -> {
            started.set();
            gate.await();
            return 1 << 10;
        });
        started.await();
        power.addDoneCallback(done -> calls.add("first"));
        power.addDoneCallback(done -> calls.add("second"));
        power.addDoneCallback(done -> calledBack.set());
        out.println("started: running " + power.running() + ", done " + power.done());
        gate.set();
        out.println("result: " + power.result());
        calledBack.await(); // who waits for the result goes on before the callbacks are called
        out.println("ended: running " + power.running() + ", done " + power.done() + ", called back " + calls);
    }

    private static void cancel(Executor executor, PrintWriter out) throws InterruptedException {
        Event gate = new Event();
        Future<?> blocks = executor.submit(() -> gate.await());
        Future<?> waits = executor.submit(() -> {});
        out.println("cancel: " + waits.cancel() + ", cancelled " + waits.cancelled());
        gate.set();
        out.println(
                "the other one: " + (blocks.exception() == null ? "done" : "failed") + ", cancel " + blocks.cancel());
    }
}
