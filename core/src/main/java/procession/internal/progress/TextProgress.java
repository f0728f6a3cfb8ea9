// SPDX-License-Identifier: Apache-2.0
package procession.internal.progress;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import procession.futures.Progress;

/** A progress bar in ASCII, for terminals that are drawn over and for logs that are not. */
public final class TextProgress implements Progress {
    private static final int BAR_CHARS = 20;
    private static final Path STDERR = Path.of("/proc/self/fd/2");
    private static final Path DESCRIPTORS = Path.of("/dev/fd");
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final Supplier<PrintStream> out;
    private final boolean redraws;

    /** How long the line on the terminal is; of the thread that updates, as is the next. */
    private int drawn;

    private Duration printed = Duration.ZERO;

    /**
     * Makes a display.
     *
     * @param out where to, asked for at each update
     * @param redraws whether that is a terminal, where a carriage return goes back to the start of the line
     */
    TextProgress(Supplier<PrintStream> out, boolean redraws) {
        this.out = out;
        this.redraws = redraws;
    }

    /**
     * Returns the display on {@code System.err}.
     *
     * @return the display
     */
    public static Progress standard() {
        return new TextProgress(() -> System.err, isTerminal());
    }

    @Override
    public Progress begin() {
        return new TextProgress(out, redraws);
    }

    @Override
    public void update(State state) {
        String line = line(state);
        if (redraws) {
            String rest = " ".repeat(Math.max(0, drawn - line.length()));
            out.get().print("\r" + line + rest + (state.closed() ? System.lineSeparator() : ""));
            out.get().flush();
            drawn = line.length();
        } else if (state.closed() || state.elapsed().minus(printed).compareTo(BETWEEN_LINES) >= 0) {
            out.get().println(line);
            printed = state.elapsed();
        }
    }

    /** Returns what is shown, in digits that don't depend on the locale. */
    static String line(Progress.State state) {
        StringBuilder line = new StringBuilder();
        if (state.total().isPresent()) {
            long total = state.total().getAsLong();
            double fraction = total == 0 ? 1 : Math.min(1, (double) state.done() / total);
            int full = (int) (BAR_CHARS * fraction);
            line.append(String.format(Locale.ROOT, "%3d%%|", (int) (100 * fraction)))
                    .append("#".repeat(full))
                    .append(" ".repeat(BAR_CHARS - full))
                    .append("| ");
        }
        line.append(state.done());
        if (state.total().isPresent()) {
            line.append('/').append(state.total().getAsLong());
        }
        line.append(" [").append(time(state.elapsed()));
        if (!state.closed() && state.total().isPresent()) {
            line.append('<').append(state.remaining().map(TextProgress::time).orElse("?"));
        }
        line.append(", ").append(rate(state));
        if (state.failed() > 0) {
            line.append(", ").append(state.failed()).append(" failed");
        }
        return line.append(']').toString();
    }

    private static String rate(Progress.State state) {
        double rate = state.rate();
        if (rate == 0) {
            return "?/s";
        }
        return rate >= 1
                ? String.format(Locale.ROOT, "%.2f/s", rate)
                : String.format(Locale.ROOT, "%.2f s each", 1 / rate);
    }

    private static String time(Duration time) {
        long hours = time.toHours();
        return hours > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%02d:%02d", time.toMinutesPart(), time.toSecondsPart());
    }

    /** Returns whether the standard error of this process is a terminal that can be drawn over. */
    private static boolean isTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        if (Files.isSymbolicLink(STDERR)) {
            try {
                String target = Files.readSymbolicLink(STDERR).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException | SecurityException hidden) {
                // the console has to tell, then
            }
        }
        return isTerminal(DESCRIPTORS, isInteractive(System.console()));
    }

    /**
     * Returns whether the standard error is the terminal that the standard output is: a console tells of the others only.
     *
     * @param descriptors where the system shows the open files of this process by their numbers, as macOS does
     * @param interactive whether there is a console
     */
    static boolean isTerminal(Path descriptors, boolean interactive) {
        if (!interactive || !Files.isDirectory(descriptors)) {
            return interactive; // Windows does not show them
        }
        try {
            Object out = Files.readAttributes(descriptors.resolve("1"), BasicFileAttributes.class)
                    .fileKey();
            Object err = Files.readAttributes(descriptors.resolve("2"), BasicFileAttributes.class)
                    .fileKey();
            return out != null && out.equals(err);
        } catch (IOException | SecurityException hidden) {
            return false; // a line now and then is right anywhere
        }
    }

    /** From JDK 22 on there is a console also where there is no terminal, and it says so by a method that 17 lacks. */
    private static boolean isInteractive(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException beforeThat) {
            return true;
        }
    }
}
