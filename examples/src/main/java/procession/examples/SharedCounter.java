// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import procession.futures.Action;
import procession.multiprocessing.Process;
import procession.multiprocessing.shared.IntValue;
import procession.multiprocessing.sync.Lock;

/** Two threads or two processes that add to one counter. */
@Command(
        name = "shared-counter",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Lets two threads or two processes add to one counter, and prints it.")
final class SharedCounter implements Callable<Integer> {
    private static final int PARTIES = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    /** Who adds. */
    enum Kind {
        threads,
        processes
    }

    @Parameters(
            arity = "0..1",
            defaultValue = "processes",
            paramLabel = "<who>",
            description = "who adds: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Kind who;

    @Option(
            names = "--n",
            defaultValue = "100_000",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "how often each of the two adds 1; at least 0")
    private long times;

    @Option(names = "--unsafe", description = "adds without the lock, so that some of it gets lost")
    private boolean unsafe;

    /** Adds in two steps, which nobody may come between. */
    private static void add(IntValue counter, Lock lock, long times) throws InterruptedException {
        for (long i = 0; i < times; i++) {
            lock.run(() -> counter.set(counter.get() + 1));
        }
    }

    private static void addUnsafely(IntValue counter, long times) {
        for (long i = 0; i < times; i++) {
            counter.set(counter.get() + 1);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (times < 0 || times > Integer.MAX_VALUE / PARTIES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--n is " + times + ", but must be at least 0, and at most " + Integer.MAX_VALUE / PARTIES);
        }
        IntValue counter = new IntValue(0);
        Lock lock = new Lock();
        try {
            long n = times; // the lambdas would take this whole command along
            Action action = unsafe ? () -> addUnsafely(counter, n) : () -> add(counter, lock, n);
            if (who == Kind.threads) {
                inThreads(action);
            } else {
                inProcesses(action);
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(counter.get());
            out.flush();
            return 0;
        } finally {
            lock.destroy();
            counter.destroy();
        }
    }

    private static void inThreads(Action action) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            threads.add(new Thread(action, "adder-" + i));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void inProcesses(Action action) throws InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            processes.add(new Process("adder-" + i, action));
        }
        processes.forEach(Process::start);
        for (Process process : processes) {
            process.join();
        }
    }
}
