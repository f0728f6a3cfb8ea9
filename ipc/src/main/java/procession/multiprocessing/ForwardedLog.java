// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.launch.LogSettings;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.LogLine;
import procession.multiprocessing.internal.wire.OutgoingFrame;

/** The parent's side of what one of its processes logs. */
final class ForwardedLog {
    /** What was logged is confirmed in pieces of this size, a part of the sender's window. */
    private static final int CONFIRMED_AT_ONCE_BYTES = LogLine.MAX_BYTES / 2;

    private final String process;

    /** Of the thread that logs. */
    private int notConfirmed;

    ForwardedLog(String process) {
        this.process = process;
    }

    /** Has a worker's line logged on the callback thread, and answered. */
    static void received(PoolLoop loop, WorkerProcess worker, Frame frame) {
        loop.runOutside(() -> {
            OutgoingFrame answer = worker.log.answer(frame);
            if (answer != null) {
                loop.post(() -> worker.tell(answer));
            }
        });
    }

    static boolean isOne(Frame frame) {
        return frame.type() == FrameDescriptor.LOG || frame.type() == FrameDescriptor.LOG_LEVELS_ASKED;
    }

    /**
     * Logs a line here, or says which levels are wanted; takes as long as the handlers here do, so it has a thread for
     * that. Returns what is to be answered, if anything.
     */
    @Nullable
    OutgoingFrame answer(Frame frame) {
        if (frame.type() == FrameDescriptor.LOG_LEVELS_ASKED) {
            byte[] levels = LogSettings.levelsHere().getBytes(StandardCharsets.UTF_8);
            return new OutgoingFrame(FrameDescriptor.LOG_LEVELS, 0, levels);
        }
        byte[] payload = frame.payload();
        notConfirmed += payload == null ? 0 : payload.length;
        try {
            LogLine line = LogLine.decode(payload);
            if (line != null) {
                log(line, frame.taskId());
            }
        } catch (RuntimeException | Error refused) {
            Thread thread = Thread.currentThread(); // a handler's own problem, and the next line may be another's
            thread.getUncaughtExceptionHandler().uncaughtException(thread, refused);
        }
        if (notConfirmed < CONFIRMED_AT_ONCE_BYTES) {
            return null;
        }
        byte[] taken = ByteBuffer.allocate(Integer.BYTES).putInt(notConfirmed).array();
        notConfirmed = 0;
        return new OutgoingFrame(FrameDescriptor.LOG_TAKEN, 0, taken);
    }

    private void log(LogLine line, long taskId) {
        if (line.dropped() > 0) {
            System.getLogger("procession.multiprocessing")
                    .log(
                            Level.WARNING,
                            "[" + process + "] " + line.dropped()
                                    + " log messages were dropped, because they came faster than they are handled here");
        }
        if (!line.message().isEmpty() || !line.logger().isEmpty()) {
            String tag = "[" + process + (taskId == 0 ? "" : " task " + taskId) + "] ";
            String thrown = line.thrown().isEmpty()
                    ? ""
                    : System.lineSeparator() + line.thrown().stripTrailing();
            System.getLogger(line.logger()).log(level(line.level()), tag + line.message() + thrown);
        }
    }

    /** Returns the level that {@code java.util.logging} has the value for. */
    private static Level level(int value) {
        return value >= 1000
                ? Level.ERROR
                : value >= 900 ? Level.WARNING : value >= 800 ? Level.INFO : value >= 500 ? Level.DEBUG : Level.TRACE;
    }
}
