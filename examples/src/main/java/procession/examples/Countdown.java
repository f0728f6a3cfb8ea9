// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Counts down on a thread: on one that is given what to run, and on one that is a subclass. */
@Command(
        name = "countdown",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Counts down to 0 on a thread, made from a Runnable and as a subclass of Thread.")
final class Countdown implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--n",
            defaultValue = "5",
            paramLabel = "<numbers>",
            converter = WholeNumber.class,
            description = "how many numbers: the first is one less, the last is 0; at least 0")
    private long numbers;

    @Option(
            names = "--pause-millis",
            defaultValue = "1_000",
            paramLabel = "<ms>",
            converter = WholeNumber.class,
            description = "milliseconds to wait after each number, at least 0")
    private long pauseMillis;

    /** What counts down, for whatever thread. */
    record Counter(long numbers, long pauseMillis, PrintWriter out) implements Runnable {
        @Override
        public void run() {
            try {
                for (long number = numbers - 1; number >= 0; number--) {
                    out.println(number);
                    out.flush();
                    Thread.sleep(pauseMillis);
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt(); // nobody but this thread's end sees it
            }
        }
    }

    /** A thread that counts down. */
    static final class CountdownThread extends Thread {
        private final Counter counter;

        CountdownThread(Counter counter) {
            super("countdown");
            this.counter = counter;
        }

        @Override
        public void run() {
            counter.run();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        atLeastZero("--n", numbers);
        atLeastZero("--pause-millis", pauseMillis);
        PrintWriter out = spec.commandLine().getOut();
        Counter counter = new Counter(numbers, pauseMillis, out);
        for (Thread thread : new Thread[] {new Thread(counter, "runnable"), new CountdownThread(counter)}) {
            out.println(thread.getName() + ":");
            thread.start();
            thread.join();
        }
        out.flush();
        return 0;
    }

    private void atLeastZero(String option, long value) {
        if (value < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is " + value + ", but must be at least 0: give a greater number, or leave it out");
        }
    }
}
