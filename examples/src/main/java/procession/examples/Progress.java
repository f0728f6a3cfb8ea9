// SPDX-License-Identifier: Apache-2.0
package procession.examples;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on the standard error when that is a terminal, and nothing when it is a file or a pipe. */
final class Progress implements AutoCloseable {
    private static final int COLUMNS = 79;

    private final @Nullable ProgressBar bar;
    private boolean begun;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** Begins to show how many of {@code total} steps are done. */
    static Progress start(String what, long total) {
        if (!errIsTerminal()) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                // with its width given, it needs not ask the terminal, for which it would start a process
                .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                .clearDisplayOnFinish()
                .build());
    }

    /** Says what is done next; everything before it is done. */
    void next(String what) {
        if (bar != null) {
            if (begun) {
                bar.step();
            }
            begun = true;
            bar.setExtraMessage(what);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    private static boolean errIsTerminal() {
        Path err = Path.of("/proc/self/fd/2");
        if (Files.isSymbolicLink(err)) {
            try {
                String device = Files.readSymbolicLink(err).toString();
                return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
            } catch (IOException unknown) {
                return false;
            }
        }
        return consoleIsTerminal();
    }

    /** The best there is where descriptors have no names; since JDK 22 there can be a console without a terminal. */
    @SuppressWarnings("SystemConsoleNull") // it is asked besides
    private static boolean consoleIsTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException before22) {
            return true;
        }
    }
}
