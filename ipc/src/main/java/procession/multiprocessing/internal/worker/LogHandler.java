// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/** Sends what this worker logs to its parent. */
public final class LogHandler extends Handler {
    /** Makes a handler. */
    public LogHandler() {
        setFormatter(new SimpleFormatter());
    }

    @Override
    public void publish(LogRecord record) {
        LogLink link = LogLink.get();
        if (link == null || !isLoggable(record)) {
            return;
        }
        try {
            String name = record.getLoggerName();
            link.send(
                    record.getLevel().intValue(),
                    name == null ? "" : name,
                    getFormatter().formatMessage(record),
                    textOf(record.getThrown()));
        } catch (RuntimeException unprintable) {
            reportError(null, unprintable, ErrorManager.FORMAT_FAILURE); // a message or an exception that throws
        }
    }

    private static String textOf(Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Override
    public void flush() {
        // each record is sent at once
    }

    @Override
    public void close() {
        // the connection is that of the process
    }
}
