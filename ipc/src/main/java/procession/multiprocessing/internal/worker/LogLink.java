// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.LogLine;

/** This process's road for what it logs, to its parent. */
final class LogLink {
    /*
     * Overview. A line is written to the control channel before the call that logs it returns, so what was logged before a
     * death has been sent. What the parent has not confirmed is bounded by WINDOW_BYTES, so that a task that logs without
     * end does not fill the parent's memory:
     *
     *     room in the window ──► send
     *     none ──► wait up to PATIENCE ──► still none: count as dropped, and wait no more until there is room again
     *
     * The wait slows a task down to what the parent's handlers take, and is bounded, because these may themselves wait for
     * that task. How many were dropped travels with the next line, or by itself as soon as there is room.
     */
    private static final int WINDOW_BYTES = 3 * LogLine.MAX_BYTES;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static volatile @Nullable LogLink current;

    private final Answers answers;
    private final StartGate gate;

    /** Guarded by this, as are the next three. */
    private int underWay;

    private int dropped;
    private boolean impatient;
    private @Nullable String levels;

    private LogLink(Answers answers, StartGate gate) {
        this.answers = answers;
        this.gate = gate;
    }

    /** Makes the link of this process. */
    static void open(Answers answers, StartGate gate) {
        current = new LogLink(answers, gate);
    }

    /** Returns the link of this process, or {@code null} if it has no parent. */
    static @Nullable LogLink get() {
        return current;
    }

    /** Takes a frame if it is about logs; called by the control thread, which it does not hold up. */
    static boolean takes(Frame frame) {
        LogLink link = current;
        byte[] payload = frame.payload();
        if (link == null || payload == null) {
            return false;
        } else if (frame.type() == FrameDescriptor.LOG_TAKEN) {
            link.taken(ByteBuffer.wrap(payload).getInt());
            return true;
        } else if (frame.type() == FrameDescriptor.LOG_LEVELS) {
            link.levelsAre(new String(payload, StandardCharsets.UTF_8));
            return true;
        }
        return false;
    }

    Answers answers() {
        return answers;
    }

    /** Returns the task that was started last, or 0. */
    long task() {
        return gate.lastStarted();
    }

    /** Sends what was logged, or drops it. */
    void send(int level, String logger, String message, String thrown) {
        byte[] payload = new LogLine(level, 0, logger, message, thrown).encode();
        int lost = admit(payload.length);
        if (lost >= 0) {
            ByteBuffer.wrap(payload).putInt(Integer.BYTES, lost);
            write(payload);
        }
    }

    private void write(byte[] payload) {
        try {
            answers.sendForTask(FrameDescriptor.LOG, task(), payload);
        } catch (IOException parentIsGone) {
            // the control thread is about to see that, and ends this process
        }
    }

    /** Waits for room; returns how many were dropped since the last one that got through, or -1 if this one is. */
    private synchronized int admit(int bytes) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        boolean interrupted = false;
        while (underWay + bytes > WINDOW_BYTES && !impatient) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                impatient = true;
            } else {
                try {
                    wait(left);
                } catch (InterruptedException taskIsCancelled) {
                    interrupted = true;
                    impatient = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (underWay + bytes > WINDOW_BYTES) {
            dropped++;
            return -1;
        }
        underWay += bytes;
        int lost = dropped;
        dropped = 0;
        return lost;
    }

    private synchronized void taken(int bytes) {
        underWay -= bytes;
        impatient = false;
        notifyAll();
        if (dropped > 0) {
            byte[] payload = new LogLine(0, dropped, "", "", "").encode();
            dropped = 0;
            underWay += payload.length;
            // Not by this thread, which has to go on reading.
            Thread report = new Thread(() -> write(payload), "procession-logs");
            report.setDaemon(true);
            report.start();
        }
    }

    private synchronized void levelsAre(String text) {
        levels = text;
        notifyAll();
    }

    /** Asks the parent which levels it listens to; returns an empty text if it does not say so in time. */
    synchronized String askForLevels() {
        try {
            answers.sendForTask(FrameDescriptor.LOG_LEVELS_ASKED, 0, new byte[0]);
            long until = System.nanoTime() + PATIENCE_NANOS;
            long left = PATIENCE_NANOS;
            while (levels == null && left > 0) {
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
                left = until - System.nanoTime();
            }
        } catch (IOException parentIsGone) {
            // the control thread is about to see that, and ends this process
        } catch (InterruptedException taskIsCancelled) {
            Thread.currentThread().interrupt();
        }
        return levels == null ? "" : levels;
    }
}
