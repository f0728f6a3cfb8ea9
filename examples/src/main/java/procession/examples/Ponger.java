// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import procession.multiprocessing.Process;
import procession.multiprocessing.connection.Connection;
import procession.multiprocessing.connection.Pipe;

/** A child that answers each ping with a pong, through a pipe. */
@Command(
        name = "ponger",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Sends pings to a child process through a pipe, and prints its answers.")
final class Ponger implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--n",
            defaultValue = "1",
            paramLabel = "<times>",
            converter = WholeNumber.class,
            description = "how many pings; at least 1")
    private long times;

    /** Answers until nobody asks any more. */
    private static void pong(Connection connection) throws IOException, InterruptedException {
        try (connection) {
            while (true) {
                Object unused = connection.recv();
                connection.send("pong");
            }
        } catch (EOFException theOtherSideIsDone) {
            // then so is this one
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (times < 1) {
            throw new ParameterException(spec.commandLine(), "--n is " + times + ", but must be at least 1");
        }
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.second();
        Process ponger = new Process("ponger", () -> pong(theirs));
        PrintWriter out = spec.commandLine().getOut();
        try (Connection ours = pipe.first()) {
            ponger.start();
            theirs.close(); // it is the child's
            for (long i = 0; i < times; i++) {
                ours.send("ping");
                out.println(ours.recv());
            }
            out.flush();
        }
        ponger.join();
        return ponger.exitcode().orElseThrow();
    }
}
