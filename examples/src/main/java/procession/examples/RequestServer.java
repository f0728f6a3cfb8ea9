// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.queue.Full;
import procession.queue.Queue;
import procession.queue.ShutDown;

/** A server with some threads and any number of requests, of which few wait at a time, so that memory lasts. */
@Command(
        name = "request-server",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Serves requests on some threads, with a queue between that is bounded.")
final class RequestServer extends ThreadExample {
    @Option(
            names = "--requests",
            defaultValue = "100_000",
            paramLabel = "<requests>",
            converter = WholeNumber.class,
            description = "how many requests come, at least 0")
    private long requests;

    @Option(
            names = "--threads",
            defaultValue = "100",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that serve them, at least 1")
    private long threads;

    @Option(
            names = "--capacity",
            defaultValue = "100",
            paramLabel = "<requests>",
            converter = WholeNumber.class,
            description = "how many may wait, at least 1")
    private long capacity;

    @Option(names = "--refuse", description = "refuse a request when the queue is full, in place of letting it wait")
    private boolean refuses;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int all = within(0, "--requests", requests, MOST);
        int many = within(1, "--threads", threads, MOST_THREADS);
        Queue<Integer> waiting = new Queue<>(within(1, "--capacity", capacity, MOST));
        AtomicInteger served = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Action> actions = new ArrayList<>();
        for (int server = 0; server < many; server++) {
            actions.add(() -> serve(waiting, served));
        }
        actions.add(() -> {
            for (int request = 0; request < all; request++) {
                try {
                    if (refuses) {
                        waiting.putNowait(request);
                    } else {
                        waiting.put(request); // whoever sends too much is slowed down
                    }
                } catch (Full tooMuch) {
                    refused.incrementAndGet();
                }
                most.set(Math.max(most.get(), waiting.qsize()));
            }
            waiting.shutdown(); // what waits is still served
        });
        together(actions);
        out.printf(
                Race.LOCALE,
                "%d threads served %d of %d requests, and refused %d%n",
                many,
                served.get(),
                all,
                refused.get());
        out.printf(Race.LOCALE, "at most %d waited, of %d that may%n", most.get(), waiting.maxsize());
    }

    private static void serve(Queue<Integer> waiting, AtomicInteger served) throws InterruptedException {
        try {
            while (true) {
                waiting.get();
                served.incrementAndGet();
            }
        } catch (ShutDown noMoreRequests) {
            // this thread ends
        }
    }
}
