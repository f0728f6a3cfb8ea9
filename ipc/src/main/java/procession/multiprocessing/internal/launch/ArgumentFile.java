// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Options of the {@code java} launcher in a file, where a command line would be too long for the system. */
public final class ArgumentFile {
    /** How the name of each ends. */
    public static final String ENDING = ".procession-args";

    private ArgumentFile() {}

    /**
     * Writes a file that only this user can read.
     *
     * @param arguments the options, in order
     * @return the file
     * @throws IOException if it can't be written
     */
    static Path write(List<String> arguments) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String argument : arguments) {
            text.append('"').append(escaped(argument)).append("\"\n");
        }
        Path file = Files.createTempFile("procession-", ENDING);
        try {
            return Files.writeString(file, text, encoding());
        } catch (IOException | RuntimeException failure) {
            Files.deleteIfExists(file);
            throw failure;
        }
    }

    /** Returns the encoding in which this system's programs take paths and arguments. */
    static Charset encoding() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    }

    private static String escaped(String argument) {
        return argument.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
