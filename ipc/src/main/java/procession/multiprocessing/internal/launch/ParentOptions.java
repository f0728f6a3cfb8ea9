// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a worker JVM takes over from its parent's command line and environment, and what not.
 *
 * <p>Taken over are the options that change what a program means: system properties, assertions, preview features and
 * what opens modules. Not taken over are those of which there can be only one (debug agents, remote management, native
 * and Java agents), and those that size the parent (heap, collector, logs).
 */
public final class ParentOptions {
    private static final List<String> TAKEN = List.of(
            "-D",
            "-Xbootclasspath/a:",
            "-ea",
            "-enableassertions",
            "-da",
            "-disableassertions",
            "-esa",
            "-enablesystemassertions",
            "--enable-preview",
            "--enable-native-access",
            "--illegal-native-access",
            "--sun-misc-unsafe-memory-access",
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--add-modules",
            "--patch-module",
            "--limit-modules");

    /** System properties that configure a server or an agent of the parent, or that the launcher sets itself. */
    private static final List<String> NOT_TAKEN = List.of(
            "-Dcom.sun.management.",
            "-Djava.rmi.",
            "-Djdk.module.",
            "-Dprocession.unpacked",
            "-Djava.class.path",
            "-Djava.home",
            "-Dsun.java.");

    /** Variables from which a JVM takes options of its own. */
    private static final Set<String> OPTION_VARIABLES =
            Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "JAVA_OPTIONS");

    private ParentOptions() {}

    /**
     * Returns the options of this JVM's command line that a worker gets too.
     *
     * @return the options, in order
     */
    public static List<String> inherited() {
        List<String> inherited = new ArrayList<>();
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (TAKEN.stream().anyMatch(option::startsWith)
                    && NOT_TAKEN.stream().noneMatch(option::startsWith)) {
                inherited.add(option);
            }
        }
        return inherited;
    }

    /**
     * Removes from a worker's environment the variables that would give its JVM options.
     *
     * @param environment the environment of the process to be started, which is changed
     */
    public static void clean(Map<String, String> environment) {
        environment.keySet().removeAll(OPTION_VARIABLES);
    }
}
