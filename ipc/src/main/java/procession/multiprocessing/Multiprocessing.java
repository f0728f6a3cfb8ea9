// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.List;
import java.util.Optional;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import procession.multiprocessing.internal.os.Processors;

/**
 * What can be asked of processes in general.
 *
 * <p><i>Python:</i> the functions of the module {@code multiprocessing}.
 */
public final class Multiprocessing {
    private Multiprocessing() {}

    /**
     * Returns how many processors this JVM may use: those of the machine, or fewer in a container or under an affinity.
     *
     * <p><i>Python:</i> {@code os.process_cpu_count()}; {@code multiprocessing.cpu_count()} is the machine's.
     *
     * @return the number, at least 1
     */
    public static int cpuCount() {
        return Runtime.getRuntime().availableProcessors();
    }

    /**
     * Returns how many cores the machine has, each of which may be several processors.
     *
     * @return the number, at least 1; that of {@link #cpuCount()} where the system does not tell
     */
    public static int physicalCpuCount() {
        return Processors.physical().orElse(cpuCount());
    }

    /**
     * Returns the process that this code runs in.
     *
     * @return the process, {@code MainProcess} if it is not a child
     */
    public static Process currentProcess() {
        return ProcessSelf.current();
    }

    /**
     * Returns the process that has started this one.
     *
     * @return the parent, or empty if this is not a child
     */
    public static Optional<Process> parentProcess() {
        return ProcessSelf.parent();
    }

    /**
     * Returns the processes that were started from here and have not ended; the workers of pools are not among them.
     *
     * @return a new list
     */
    public static List<Process> activeChildren() {
        return ProcessLife.active();
    }

    /**
     * Prints what Procession logs about processes to {@code System.err}, from {@code level} on, each line as
     * {@code [LEVEL/process] message}. Called again, it only changes the level. Needs the module {@code java.logging},
     * and that {@link System.Logger} goes there, as it does by default.
     *
     * @param level the lowest level
     */
    public static void logToStderr(System.Logger.Level level) {
        Logger logger = Shown.LOGGER;
        Level threshold = Level.parse(julName(level));
        synchronized (Multiprocessing.class) {
            ConsoleHandler handler = null;
            for (var each : logger.getHandlers()) {
                if (each instanceof ConsoleHandler ours && ours.getFormatter() instanceof Line) {
                    handler = ours;
                }
            }
            if (handler == null) {
                handler = new ConsoleHandler();
                handler.setFormatter(new Line());
                logger.addHandler(handler);
                logger.setUseParentHandlers(false);
            }
            handler.setLevel(threshold);
            logger.setLevel(threshold);
        }
    }

    private static String julName(System.Logger.Level level) {
        return switch (level) {
            case ALL -> "ALL";
            case TRACE -> "FINER";
            case DEBUG -> "FINE";
            case INFO -> "INFO";
            case WARNING -> "WARNING";
            case ERROR -> "SEVERE";
            case OFF -> "OFF";
        };
    }

    /** What is logged here, held so that it is not collected with its level and handler. */
    private static final class Shown {
        static final Logger LOGGER = Logger.getLogger("procession.multiprocessing");
    }

    /** Python's format. */
    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord record) {
            return "[" + record.getLevel() + "/" + currentProcess().name() + "] " + formatMessage(record)
                    + System.lineSeparator();
        }
    }
}
