// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** How a worker learns where its logs go, and which of them its parent wants. */
public final class LogSettings {
    private static final String CLASS = "-Djava.util.logging.config.class=";
    private static final String FILE = "-Djava.util.logging.config.file=";
    private static final String MANAGER = "-Djava.util.logging.manager=";
    private static final String OURS = CLASS + "procession.multiprocessing.internal.worker.LogConfiguration";
    private static final String LEVEL_PROPERTY = "procession.worker.log.level";

    private LogSettings() {}

    /**
     * Returns JVM options by which the logs of a worker come to its parent, unless the user configures them.
     *
     * @param userOptions the user's own JVM options
     * @param level the lowest level that is wanted, or empty for those levels that the parent listens to
     * @return the options, those of the user among them
     */
    public static List<String> options(List<String> userOptions, Optional<System.Logger.Level> level) {
        List<String> options = new ArrayList<>();
        if (isConfigured(userOptions) || isConfigured(ParentOptions.inherited()) || !isThere()) {
            return userOptions;
        }
        options.add(OURS);
        options.add("-D" + LEVEL_PROPERTY + "=" + level.map(LogSettings::nameOf).orElse(""));
        options.addAll(userOptions);
        return options;
    }

    private static boolean isConfigured(List<String> options) {
        return options.stream()
                .anyMatch(option -> (option.startsWith(CLASS) && !option.equals(OURS))
                        || option.startsWith(FILE)
                        || option.startsWith(MANAGER));
    }

    private static boolean isThere() {
        return ModuleLayer.boot().findModule("java.logging").isPresent();
    }

    /** Returns what {@link #options} said to this process; empty if the parent has to be asked. */
    public static String levelsOfThisWorker() {
        String level = System.getProperty(LEVEL_PROPERTY, "");
        return level.isEmpty() ? "" : "=" + level;
    }

    /**
     * Returns the levels of this process's loggers, for its workers.
     *
     * @return lines of {@code logger=level}, that of the root logger with an empty name
     */
    public static String levelsHere() {
        StringBuilder levels = new StringBuilder();
        Enumeration<String> names = LogManager.getLogManager().getLoggerNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            Logger logger = LogManager.getLogManager().getLogger(name);
            Level level = logger == null ? null : logger.getLevel();
            if (level != null && name.indexOf('\n') < 0) {
                levels.append(name).append('=').append(level.intValue()).append('\n');
            }
        }
        return levels.toString();
    }

    /** Returns the name by which {@code java.util.logging} knows a level. */
    private static String nameOf(System.Logger.Level level) {
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
}
