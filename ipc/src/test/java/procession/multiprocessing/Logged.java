// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import procession.testing.Await;
import procession.testing.Delays;

/** Takes what pools log, of every level, for as long as it is open. */
final class Logged extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("procession.multiprocessing");

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Level before = LOGGER.getLevel();

    Logged() {
        setLevel(Level.ALL);
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    /** Returns what was logged so far, each with its level in front. */
    List<String> lines() {
        return records.stream()
                .map(each -> each.getLevel() + " " + each.getMessage())
                .toList();
    }

    /** Returns what has these words in it. */
    List<String> lines(String words) {
        return lines().stream().filter(line -> line.contains(words)).toList();
    }

    /** Waits for something with these words, and returns the first of it. */
    @CanIgnoreReturnValue
    String await(String words) {
        Await.until(words + " in the log", Delays.large(), () -> !lines(words).isEmpty());
        return lines(words).get(0);
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
        LOGGER.setLevel(before);
    }
}
