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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the report of a crash out of what a JVM prints, and puts it into a file of its own. */
final class CrashCatcher {
    /*
     * Overview. A worker's JVM is told to print its report to its stderr instead of into a file (ErrorFileToStderr): a
     * file would have to be named before the worker starts, in a directory that is private and has to be there, and
     * which nobody would remove when the whole tree of processes is killed. So nothing is there unless there was a crash,
     * and what is there then was made by this process, for its user alone.
     *
     *   TEXT ──"#", "# A fatal error has been detected …"──► HEAD ──"… pid=", ours──► REPORT ──"END."──► TEXT
     *    ▲                                                     │
     *    └───────── another's pid, or no head, or too long ──────┘
     *
     * The two lines that begin a report are passed on before it is known what they are. What follows is held back up to the
     * line with the process id: the reports of JVMs that a task has started may come the same way, whole or as the two
     * lines and the notice that one of these catchers has left of them, and are text as any other.
     */
    private enum Mode {
        TEXT,
        HEAD,
        REPORT
    }

    private static final Set<String> BEGINNINGS = Set.of(
            "# A fatal error has been detected by the Java Runtime Environment:",
            "# There is insufficient memory for the Java Runtime Environment to continue.");

    private static final String NOTICE = "# (The rest of this report is in ";
    private static final Pattern PID = Pattern.compile("pid=(\\d+), tid=");
    private static final String END = "END.";
    private static final int LINE_BYTES = 400;

    /** More lines than come before the process id, with all that is said of a lack of memory. */
    private static final int HEAD_LINES = 40;

    /** More bytes than these lines have; what prints so many without an end of line is no JVM that crashes. */
    private static final int HELD_BYTES = 64 << 10;

    private static final int REPORT_BYTES = 16 << 20;

    private final long pid;

    /** The beginning of the present line; owned, with all but the report, by the thread that pumps. */
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(LINE_BYTES);

    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

    /** What came in HEAD. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    private Mode mode = Mode.TEXT;
    private boolean afterHash;
    private int headLines;
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
            String ended = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            Mode next = modeAfter(ended);
            if (next != mode) {
                pass(piece, from, i + 1 - from, text);
                from = i + 1;
                change(next, notice, text);
            }
            afterHash = ended.equals("#");
        }
        pass(piece, from, length - from, text);
        if (held.size() > HELD_BYTES) {
            change(Mode.TEXT, notice, text);
        }
    }

    private Mode modeAfter(String ended) {
        return switch (mode) {
            case TEXT -> {
                boolean begins = afterHash && BEGINNINGS.contains(ended);
                if (begins) {
                    beginning.reset();
                    beginning.writeBytes(("#\n" + ended + "\n").getBytes(StandardCharsets.ISO_8859_1));
                }
                yield begins ? Mode.HEAD : Mode.TEXT;
            }
            case HEAD -> {
                Matcher said = PID.matcher(ended);
                if (said.find()) {
                    yield said.group(1).equals(Long.toString(pid)) ? Mode.REPORT : Mode.TEXT;
                }
                boolean goesOn = ended.startsWith("#") && !ended.startsWith(NOTICE) && ++headLines < HEAD_LINES;
                yield goesOn ? Mode.HEAD : Mode.TEXT;
            }
            case REPORT -> ended.equals(END) || reportBytes >= REPORT_BYTES ? Mode.TEXT : Mode.REPORT;
        };
    }

    private void pass(byte[] piece, int from, int length, Text text) {
        if (length > 0) {
            switch (mode) {
                case TEXT -> text.accept(piece, from, length);
                case HEAD -> held.write(piece, from, length);
                case REPORT -> keep(piece, from, length);
            }
        }
    }

    private void change(Mode next, PrintStream notice, Text text) {
        Mode before = mode;
        mode = next;
        if (next == Mode.HEAD) {
            headLines = 0;
        } else if (before == Mode.REPORT) {
            close();
        } else {
            byte[] head = held.toByteArray();
            held.reset();
            if (next == Mode.REPORT) {
                begin(notice);
            }
            pass(head, 0, head.length, text);
        }
    }

    private void begin(PrintStream notice) {
        reportBytes = 0;
        try {
            file = Files.createTempFile("procession-hs_err_pid" + pid + "-", ".log");
            out = Files.newOutputStream(file);
            out.write(beginning.toByteArray());
            notice.print(NOTICE + file + ")" + System.lineSeparator());
        } catch (IOException | RuntimeException noRoom) {
            close(); // the head is kept all the same
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
                close();
            }
        }
    }

    /** Passes on what was held back, and closes the file; at the end of the output. */
    void finish(Text text) {
        byte[] head = held.toByteArray();
        held.reset();
        if (head.length > 0) {
            text.accept(head, 0, head.length);
        }
        close();
    }

    private void close() {
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
