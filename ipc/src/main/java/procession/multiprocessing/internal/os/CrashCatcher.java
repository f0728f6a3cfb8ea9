// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes the report of a crash out of what a JVM prints, and puts it into a file of its own. */
final class CrashCatcher {
    /*
     * Overview. A worker's JVM is told to print its report to its stderr instead of into a file (ErrorFileToStderr): a
     * file would have to be named before the worker starts, in a directory that is private and has to be there, and
     * which nobody would remove when the whole tree of processes is killed. So nothing is there unless there was a crash,
     * and what is there then was made by this process, for its user alone.
     *
     *   text ──"#", "# A fatal error has been detected …"──► report ──"END."──► text
     *
     * The two lines that begin a report are passed on before it is known what they are. A task may print such a report
     * without crashing, of a JVM of its own, say: then the output goes on behind its end, and the file stays.
     */
    private static final Set<String> BEGINNINGS = Set.of(
            "# A fatal error has been detected by the Java Runtime Environment:",
            "# There is insufficient memory for the Java Runtime Environment to continue.");

    private static final String END = "END.";
    private static final int LINE_BYTES = 100;
    private static final int REPORT_BYTES = 16 << 20;

    private final long pid;

    /** The beginning of the present line; owned, with all but the report, by the thread that pumps. */
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(LINE_BYTES);

    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
    private boolean afterHash;
    private boolean inReport;
    private int reportBytes;
    private @Nullable OutputStream out;
    private @Nullable Path file;

    private volatile @Nullable CrashReport report;

    CrashCatcher(long pid) {
        this.pid = pid;
    }

    /** Returns the last report that was caught. */
    @Nullable
    CrashReport report() {
        return report;
    }

    /** What is given the text that belongs to no report. */
    @FunctionalInterface
    interface Text {
        void accept(byte[] piece, int from, int length);
    }

    /** Sorts a piece of output. */
    void take(byte[] piece, int length, PrintStream notice, Text text) {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (piece[i] != '\n') {
                if (line.size() < LINE_BYTES) {
                    line.write(piece[i]);
                }
                continue;
            }
            boolean wasInReport = inReport;
            endLine();
            if (inReport != wasInReport) {
                if (wasInReport) {
                    keep(piece, from, i + 1 - from);
                    finish();
                } else {
                    text.accept(piece, from, i + 1 - from);
                    begin(notice);
                }
                from = i + 1;
            }
        }
        if (from < length) {
            if (inReport) {
                keep(piece, from, length - from);
            } else {
                text.accept(piece, from, length - from);
            }
        }
    }

    private void endLine() {
        String ended = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        if (inReport) {
            inReport = !ended.equals(END) && reportBytes < REPORT_BYTES;
        } else {
            inReport = afterHash && BEGINNINGS.contains(ended);
            afterHash = ended.equals("#");
            if (inReport) {
                beginning.reset();
                beginning.writeBytes(("#\n" + ended + "\n").getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    private void begin(PrintStream notice) {
        reportBytes = 0;
        try {
            file = Files.createTempFile("procession-hs_err_pid" + pid + "-", ".log");
            out = Files.newOutputStream(file);
            out.write(beginning.toByteArray());
            notice.print("# (The rest of this report is in " + file + ")" + System.lineSeparator());
        } catch (IOException | RuntimeException noRoom) {
            finish(); // the head is kept all the same
        }
        report = new CrashReport(file, "");
    }

    private void keep(byte[] piece, int from, int length) {
        reportBytes += length;
        int room = CrashReport.HEAD_BYTES - beginning.size();
        if (room > 0) {
            beginning.write(piece, from, Math.min(room, length));
            report = new CrashReport(file, CrashReport.head(beginning.toByteArray()));
        }
        OutputStream open = out;
        if (open != null) {
            try {
                open.write(piece, from, length);
            } catch (IOException noRoom) {
                finish();
            }
        }
    }

    /** Closes the file, at the end of the report or of the output. */
    void finish() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException incomplete) {
                // what is there may help all the same
            }
        }
    }
}
