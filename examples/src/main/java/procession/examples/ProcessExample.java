// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import procession.multiprocessing.Multiprocessing;
import procession.multiprocessing.Process;

/** Starts a process, waits for it, and says how it has ended. */
@Command(
        name = "process",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Starts a process that greets, waits for its end, and says how it has ended.")
final class ProcessExample implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--name", defaultValue = "greeter", paramLabel = "<name>", description = "name of the process")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private String name;

    @Option(names = "--greet", defaultValue = "world", paramLabel = "<whom>", description = "whom it greets")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private String whom;

    private static void greet(String whom) {
        Process self = Multiprocessing.currentProcess();
        System.out.println("hello " + whom + ", from " + self.name() + ", a child of "
                + Multiprocessing.parentProcess().map(Process::name).orElse("nobody"));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (name.indexOf('\0') >= 0) {
            throw new ParameterException(spec.commandLine(), "--name has a null character: leave that out");
        }
        PrintWriter out = spec.commandLine().getOut();
        String greeted = whom; // the lambda would take this whole command along
        Process process = new Process(name, () -> greet(greeted));
        process.start();
        process.join();
        out.println(process.name() + " has ended with " + process.exitcode().getAsInt());
        out.flush();
        return 0;
    }
}
