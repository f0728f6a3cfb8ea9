// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.ObjectInputFilter;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** How a worker learns where its logs go, and which of them its parent wants. */
public final class LogSettings {
    private static final String CLASS_PROPERTY = "java.util.logging.config.class";
    private static final String FILE_PROPERTY = "java.util.logging.config.file";
    private static final String MANAGER_PROPERTY = "java.util.logging.manager";
    private static final String OUR_CLASS = "procession.multiprocessing.internal.worker.LogConfiguration";
    private static final String OURS = option(CLASS_PROPERTY) + OUR_CLASS;
    private static final String LEVEL_PROPERTY = "procession.worker.log.level";

    /** What has code run before {@code main}, which may log. */
    private static final List<String> EARLY =
            List.of("-javaagent:", "-agentlib:", "-agentpath:", "-Dcom.sun.management.");

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
        if (level.isPresent() || userOptions.stream().anyMatch(LogSettings::isEarly)) {
            options.add(OURS); // who asks for levels may want the JDK's loggers to have them from the start
        }
        options.add(option(LEVEL_PROPERTY) + level.map(LogSettings::nameOf).orElse(""));
        options.addAll(userOptions);
        return options;
    }

    private static boolean isConfigured(List<String> options) {
        return options.stream()
                .anyMatch(option -> (option.startsWith(option(CLASS_PROPERTY)) && !option.equals(OURS))
                        || option.startsWith(option(FILE_PROPERTY))
                        || option.startsWith(option(MANAGER_PROPERTY)));
    }

    private static boolean isEarly(String option) {
        return EARLY.stream().anyMatch(option::startsWith);
    }

    private static String option(String property) {
        return "-D" + property + "=";
    }

    private static boolean isThere() {
        return ModuleLayer.boot().findModule("java.logging").isPresent();
    }

    /**
     * Has {@code java.util.logging} configured as {@link #options} said when something of this process logs for the first
     * time; without this it would be at the first task, for the sake of a logger of the JDK that says nothing. Where
     * something may log before this is called, the options have the configuration themselves.
     */
    public static void applyWhenUsed() {
        if (isSet(LEVEL_PROPERTY) && !isSet(CLASS_PROPERTY) && !isSet(FILE_PROPERTY) && !isSet(MANAGER_PROPERTY)) {
            try {
                // Has the JDK choose how its own loggers are made: at once, if by then there is a configuration.
                ObjectInputFilter unused = ObjectInputFilter.Config.getSerialFilter();
            } catch (IllegalStateException | LinkageError wrongFilter) {
                // whoever reads an object is told
            }
            System.setProperty(CLASS_PROPERTY, OUR_CLASS);
        }
    }

    private static boolean isSet(String property) {
        return System.getProperty(property) != null;
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
