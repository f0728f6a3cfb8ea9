// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import procession.futures.Action;
import procession.futures.Future;
import procession.futures.Futures;
import procession.futures.ReturnWhen;
import procession.futures.ThreadPoolExecutor;

/** What the examples of patterns with threads have in common. */
abstract class ThreadExample implements Callable<Integer> {
    /** The most of whatever an option counts. */
    static final int MOST = 100_000_000;

    /** The most threads that an option may ask for. */
    static final int MOST_THREADS = 1_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    /** Checks the options and runs the example. */
    abstract void run(PrintWriter out) throws Exception;

    @Override
    public final Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        run(out);
        out.flush();
        return 0;
    }

    /** Returns the value of an option, if it is in its range. */
    final int within(int least, String option, long value, int most) {
        if (value < least) {
            throw refused(option, value, "at least " + least + ": give a greater number, or leave it out");
        }
        if (value > most) {
            throw refused(option, value, "at most " + most + ": give a smaller number");
        }
        return (int) value;
    }

    private ParameterException refused(String option, long value, String range) {
        return new ParameterException(spec.commandLine(), option + " is " + value + ", but must be " + range);
    }

    /** Runs all actions at the same time, each on a thread of its own, and waits for their ends; throws what one throws. */
    static void together(List<Action> actions) throws InterruptedException {
        try (ThreadPoolExecutor threads = new ThreadPoolExecutor(actions.size())) {
            List<? extends Future<?>> ends =
                    actions.stream().map(action -> threads.submit(action)).toList();
            try {
                Futures.DoneAndNotDone<?> over = Futures.wait(ends, ReturnWhen.FIRST_EXCEPTION);
                for (Future<?> end : over.done()) {
                    end.result();
                }
            } finally {
                threads.shutdownNow(); // if one has failed, the others may wait for it
            }
        }
    }
}
