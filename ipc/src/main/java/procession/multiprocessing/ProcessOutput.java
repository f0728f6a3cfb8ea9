// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where what a process prints goes; immutable. */
public final class ProcessOutput {
    /** The ways. */
    enum Kind {
        FORWARD,
        INHERIT,
        FILE,
        LOG
    }

    private static final ProcessOutput FORWARD = new ProcessOutput(Kind.FORWARD, null, null);
    private static final ProcessOutput INHERIT = new ProcessOutput(Kind.INHERIT, null, null);

    private final Kind kind;
    private final @Nullable Path file;
    private final System.@Nullable Logger logger;

    private ProcessOutput(Kind kind, @Nullable Path file, System.@Nullable Logger logger) {
        this.kind = kind;
        this.file = file;
        this.logger = logger;
    }

    /**
     * Returns the way to {@code System.out} and {@code System.err} of this JVM, whatever these are at the time.
     *
     * @return the way
     */
    public static ProcessOutput forward() {
        return FORWARD;
    }

    /**
     * Returns the way to the terminal or file that this JVM itself was started with.
     *
     * @return the way
     */
    public static ProcessOutput inherit() {
        return INHERIT;
    }

    /**
     * Returns the way to the end of a file, for both of its streams.
     *
     * @param file the file, made if it is not there
     * @return the way
     */
    public static ProcessOutput file(Path file) {
        return new ProcessOutput(Kind.FILE, Objects.requireNonNull(file, "file"), null);
    }

    /**
     * Returns the way to a logger, line by line, each with the name of the process: its standard output as
     * {@code INFO}, its standard error as {@code WARNING}.
     *
     * @param logger the logger
     * @return the way
     */
    public static ProcessOutput log(System.Logger logger) {
        return new ProcessOutput(Kind.LOG, null, Objects.requireNonNull(logger, "logger"));
    }

    Kind kind() {
        return kind;
    }

    @Nullable
    Path file() {
        return file;
    }

    System.@Nullable Logger logger() {
        return logger;
    }

    @Override
    public String toString() {
        return "ProcessOutput[" + kind + (file == null ? "" : " " + file) + "]";
    }
}
