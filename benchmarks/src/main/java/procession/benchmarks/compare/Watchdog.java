// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.IntSupplier;

/** Ends the program when time is up, whatever it is waiting for, and all processes that it has started. */
final class Watchdog implements AutoCloseable {
    private final Timer timer = new Timer("watchdog", true);

    /**
     * Starts to watch.
     *
     * @param left how long from now
     * @param lastWords what is done before the program ends; returns the exit code
     */
    Watchdog(Duration left, IntSupplier lastWords) {
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        int exitCode = 1;
                        try {
                            exitCode = lastWords.getAsInt();
                        } finally {
                            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
                            Runtime.getRuntime().halt(exitCode);
                        }
                    }
                },
                Math.max(0, left.toMillis()));
    }

    /** Stops watching. */
    @Override
    public void close() {
        timer.cancel();
    }
}
