// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the system gives a new process that it would not have from its parent.
 *
 * @param environment variables, besides those of the parent
 * @param directory its working directory, or {@code null} for the parent's
 * @param inherit whether it prints to where the parent itself prints
 * @param file to whose end it prints, or {@code null}
 */
public record ProcessSettings(
        Map<String, String> environment,
        @Nullable Path directory,
        boolean inherit,
        @Nullable Path file) {
    /** Nothing: it is as its parent is, and prints to pipes. */
    public static final ProcessSettings NONE = new ProcessSettings(Map.of(), null, false, null);

    /**
     * Makes settings.
     *
     * @param environment is copied
     */
    public ProcessSettings {
        environment = Map.copyOf(environment);
    }

    void applyTo(ProcessBuilder builder) {
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        if (inherit) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        } else if (file != null) {
            ProcessBuilder.Redirect toFile = ProcessBuilder.Redirect.appendTo(file.toFile());
            builder.redirectOutput(toFile).redirectError(toFile);
        }
    }
}
