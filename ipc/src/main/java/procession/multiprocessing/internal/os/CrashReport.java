// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a HotSpot JVM says when it crashes, in its own words.
 *
 * @param file where the whole of it is, or {@code null} if it could not be kept
 * @param head the signal, the frame in which it happened, and the stack; at most 40 lines
 */
public record CrashReport(@Nullable Path file, String head) {
    /** What the head is taken from. */
    static final int HEAD_BYTES = 64 * 1024;

    private static final int HEAD_LINES = 40;
    private static final int LINE_CHARS = 240;

    /** Lines of the first block that say nothing of the crash. */
    private static final List<String> CHATTER = List.of(
            "# If you would like to submit",
            "#   http",
            "# The crash happened outside",
            "# See problematic frame",
            "# Core dump",
            "# Failed to write core dump",
            "# No core dump",
            "# CreateCoredumpOnCrash");

    /**
     * Reads the head of a report that a JVM wrote to a file of its own.
     *
     * @param file where
     * @param startedMillis when that JVM was started; an older file is of another one
     * @return the report, or {@code null} if there is none
     */
    public static @Nullable CrashReport in(Path file, long startedMillis) {
        final long clockSlackMillis = 2_000;
        try {
            if (Files.getLastModifiedTime(file).toMillis() < startedMillis - clockSlackMillis) {
                return null;
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new CrashReport(file, head(in.readNBytes(HEAD_BYTES)));
            }
        } catch (IOException thereIsNone) {
            return null;
        }
    }

    /** Returns what matters of the beginning of a report. */
    static String head(byte[] beginning) {
        StringBuilder head = new StringBuilder();
        int lines = 0;
        boolean wanted = true;
        for (String line :
                new String(beginning, Charset.defaultCharset()).lines().toList()) {
            if (line.startsWith("---")) {
                wanted = line.contains("T H R E A D");
            } else if (line.startsWith("siginfo:") || line.startsWith("Registers:")) {
                head.append(line.startsWith("siginfo:") ? cut(line) + "\n" : "");
                break;
            } else if (wanted
                    && !line.isBlank()
                    && !line.equals("#")
                    && CHATTER.stream().noneMatch(line::startsWith)) {
                head.append(cut(line)).append('\n');
                if (++lines >= HEAD_LINES) {
                    break;
                }
            }
        }
        return head.toString().stripTrailing();
    }

    private static String cut(String line) {
        return line.length() <= LINE_CHARS ? line : line.substring(0, LINE_CHARS) + "…";
    }
}
