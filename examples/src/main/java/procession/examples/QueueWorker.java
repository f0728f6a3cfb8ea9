// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import procession.futures.Action;
import procession.queue.Queue;
import procession.queue.ShutDown;

/** Workers that take tasks from a queue and say when each is done, and a master that waits for that. */
@Command(
        name = "queue-worker",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Puts tasks for workers into a queue, and waits until all of them are done.")
final class QueueWorker extends ThreadExample {
    @Option(
            names = "--tasks",
            defaultValue = "20",
            paramLabel = "<tasks>",
            converter = WholeNumber.class,
            description = "how many tasks there are, at least 0")
    private long tasks;

    @Option(
            names = "--workers",
            defaultValue = "3",
            paramLabel = "<threads>",
            converter = WholeNumber.class,
            description = "threads that do them, at least 1")
    private long workers;

    @Override
    void run(PrintWriter out) throws InterruptedException {
        int all = within(0, "--tasks", tasks, MOST);
        int many = within(1, "--workers", workers, MOST_THREADS);
        Queue<Integer> queue = new Queue<>();
        AtomicInteger done = new AtomicInteger();
        AtomicLong sum = new AtomicLong();
        List<String> lines = new ArrayList<>();
        List<Action> threads = new ArrayList<>();
        for (int worker = 0; worker < many; worker++) {
            threads.add(() -> work(queue, done, sum));
        }
        threads.add(() -> {
            for (int task = 0; task < all; task++) {
                queue.put(task);
            }
            queue.join();
            lines.add("all tasks are done: " + done.get() + " of " + all + ", unfinished: " + queue.unfinishedTasks());
            queue.shutdown();
        });
        together(threads);
        lines.add("their numbers add up to " + sum.get());
        lines.add("the workers have ended: " + many);
        lines.forEach(out::println);
    }

    private static void work(Queue<Integer> queue, AtomicInteger done, AtomicLong sum) throws InterruptedException {
        try {
            while (true) {
                int task = queue.get();
                try {
                    sum.addAndGet(task);
                    done.incrementAndGet();
                } finally {
                    queue.taskDone(); // also for a task that fails, or the master would wait for ever
                }
            }
        } catch (ShutDown noMoreTasks) {
            // this worker ends
        }
    }
}
