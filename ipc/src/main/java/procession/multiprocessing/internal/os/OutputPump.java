// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a process prints to a stream of this one until it ends, and keeps the last of it.
 *
 * <p>The target is asked for anew with each piece, so that {@code System.setErr} works at any time. A target that fails
 * or blocks holds up the printing process only, never the pool.
 */
public final class OutputPump implements Runnable {
    private static final int TAIL_BYTES = 8 * 1024;
    private static final int TAIL_LINES = 50;
    private static final int PIECE_BYTES = 8 * 1024;

    /** What has more than this without a line break is logged in pieces, so that it needs no more memory. */
    private static final int LINE_CHARS = 16 * 1024;

    private final InputStream source;
    private final Supplier<PrintStream> target;
    private final Runnable atEnd;

    /** What looks for the report of a crash, if one may come. */
    private final @Nullable CrashCatcher crash;

    /** A ring of the last bytes; guarded by this. */
    private final byte[] tail = new byte[TAIL_BYTES];

    private long total;

    OutputPump(InputStream source, Supplier<PrintStream> target, @Nullable CrashCatcher crash, Runnable atEnd) {
        this.source = source;
        this.target = target;
        this.crash = crash;
        this.atEnd = atEnd;
    }

    /**
     * Returns a pump to {@code System.out}, which works when it is run.
     *
     * @param source where from
     * @param atEnd what to call at the end of the source
     * @return the pump
     */
    public static OutputPump toStdout(InputStream source, Runnable atEnd) {
        return new OutputPump(source, () -> System.out, null, atEnd);
    }

    /**
     * Returns a pump to {@code System.err}, which works when it is run.
     *
     * @param source where from
     * @param atEnd what to call at the end of the source
     * @return the pump
     */
    public static OutputPump toStderr(InputStream source, Runnable atEnd) {
        return new OutputPump(source, () -> System.err, null, atEnd);
    }

    /**
     * As {@link #toStderr(InputStream, Runnable)}, for a JVM that prints what it has to say of its crash there: that goes
     * into a file instead, and can be asked for.
     *
     * @param source where from
     * @param pid the id of the process
     * @param atEnd what to call at the end of the source
     * @return the pump
     */
    public static OutputPump toStderr(InputStream source, long pid, Runnable atEnd) {
        return new OutputPump(source, () -> System.err, new CrashCatcher(pid), atEnd);
    }

    /**
     * Returns a pump to a logger, which gets each line with the name of the process; one of more than 16,384 characters
     * in pieces.
     *
     * @param source where from
     * @param logger where to
     * @param level as what
     * @param name the name
     * @param atEnd what to call at the end of the source
     * @return the pump
     */
    public static Runnable toLog(
            InputStream source, System.Logger logger, System.Logger.Level level, String name, Runnable atEnd) {
        return () -> {
            try (Reader text = new BufferedReader(new InputStreamReader(source, Charset.defaultCharset()))) {
                StringBuilder line = new StringBuilder();
                int last = -1;
                for (int next = text.read(); next >= 0; next = text.read()) {
                    boolean end = next == '\n' || next == '\r';
                    boolean restOfEnd = next == '\n' && last == '\r';
                    if (!end) {
                        line.append((char) next);
                    }
                    if ((end && !restOfEnd) || line.length() >= LINE_CHARS) {
                        log(logger, level, name, line);
                    }
                    last = next;
                }
                if (!line.isEmpty()) {
                    log(logger, level, name, line);
                }
            } catch (IOException closed) {
                // the process is gone, and its pipe with it
            } finally {
                atEnd.run();
            }
        };
    }

    private static void log(System.Logger logger, System.Logger.Level level, String name, StringBuilder line) {
        String message = "[" + name + "] " + line;
        line.setLength(0);
        try {
            logger.log(level, message);
        } catch (RuntimeException | Error refused) {
            Thread thread = Thread.currentThread(); // the rest of the output still has to be taken from the process
            thread.getUncaughtExceptionHandler().uncaughtException(thread, refused);
        }
    }

    @Override
    public void run() {
        byte[] piece = new byte[PIECE_BYTES];
        try (source) {
            for (int read = source.read(piece); read >= 0; read = source.read(piece)) {
                PrintStream out = target.get();
                if (crash == null) {
                    print(piece, 0, read, out);
                } else {
                    crash.take(piece, read, out, (text, from, length) -> print(text, from, length, out));
                }
            }
        } catch (IOException closed) {
            // the process is gone, and its pipe with it
        } finally {
            if (crash != null) {
                crash.finish((text, from, length) -> print(text, from, length, target.get()));
            }
            atEnd.run();
        }
    }

    private void print(byte[] piece, int from, int length, PrintStream out) {
        keep(piece, from, length);
        try {
            out.write(piece, from, length);
            out.flush();
        } catch (RuntimeException | Error refused) {
            Thread thread = Thread.currentThread(); // the rest of the output still has to be taken from the process
            thread.getUncaughtExceptionHandler().uncaughtException(thread, refused);
        }
    }

    private synchronized void keep(byte[] piece, int from, int length) {
        for (int i = from; i < from + length; i++) {
            tail[(int) (total++ % TAIL_BYTES)] = piece[i];
        }
    }

    /**
     * Returns what a JVM said of its crash.
     *
     * @return the report, or {@code null} if there was none so far
     */
    public @Nullable CrashReport crashReport() {
        return crash == null ? null : crash.report();
    }

    /**
     * Returns the last of what was printed, at most 50 lines and 8 KiB.
     *
     * @return the text, without a line break at its end; empty if nothing was printed
     */
    public synchronized String tail() {
        int length = (int) Math.min(total, TAIL_BYTES);
        byte[] last = new byte[length];
        for (int i = 0; i < length; i++) {
            last[i] = tail[(int) ((total - length + i) % TAIL_BYTES)];
        }
        String text = new String(last, Charset.defaultCharset()).stripTrailing();
        int from = text.length();
        for (int lines = 0; lines < TAIL_LINES && from >= 0; lines++) {
            from = text.lastIndexOf('\n', from - 1);
        }
        return text.substring(from + 1);
    }
}
