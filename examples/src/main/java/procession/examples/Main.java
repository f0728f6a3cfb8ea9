// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * Runs an example by its name: {@code integrate --n-jobs=4}. The exit code is 0 if it ran, 1 if it failed, and 2 if the
 * command line is wrong, which a message explains.
 */
@Command(
        name = "examples",
        mixinStandardHelpOptions = true,
        description = "Runs an example of Procession.",
        subcommands = {
            Integrate.class,
            Countdown.class,
            ProcessExample.class,
            BoundedBuffer.class,
            ReadersWriter.class,
            Starvation.class,
            Deadlock.class,
            Pipeline.class,
            Background.class,
            QueueWorker.class,
            RequestServer.class,
            FuturesExample.class,
            SharedCounter.class,
            PrefixSums.class,
            Ponger.class
        })
public final class Main {
    private Main() {}

    /**
     * Runs the example that the first argument names.
     *
     * @param arguments its name, and what it is to be given
     */
    public static void main(String[] arguments) {
        int exitCode = commandLine().execute(arguments);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Returns the command line, whose streams can be replaced. */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Main::explain);
    }

    private static int explain(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(mistake.getMessage());
        err.println("Try --help after \"" + command.getCommandSpec().qualifiedName() + "\" for all options.");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
