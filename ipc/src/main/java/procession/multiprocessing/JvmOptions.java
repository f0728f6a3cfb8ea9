// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.List;

/** Options for other JVMs, as the user gives them. */
final class JvmOptions {
    private JvmOptions() {}

    /** Returns the options, or throws which of them can't be one. */
    static List<String> checked(String... options) {
        for (String option : options) {
            if (!option.startsWith("-")) {
                throw new IllegalArgumentException(
                        "a JVM option starts with a dash, but jvmOptions has \"" + option + "\"");
            }
        }
        return List.of(options);
    }
}
