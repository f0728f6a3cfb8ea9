// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.wire.FailureCodec;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/**
 * Tells the parent where the task thread is, whose time is up.
 *
 * <p>The first time takes a young JVM some milliseconds: the classes and the thread are not there yet. That is why the
 * parent has it rehearsed when the first task starts that has a limit.
 */
final class Whereabouts {
    private final Answers answers;
    private final ReentrantLock answering;
    private final Thread tasks;
    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

    /** Of the thread that calls {@link #tell}. */
    private boolean tellerIsStarted;

    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Report(long taskId, byte[] stack) {}

    Whereabouts(Answers answers, ReentrantLock answering, Thread tasks) {
        this.answers = answers;
        this.answering = answering;
        this.tasks = tasks;
    }

    /** Has the parent told where the task thread is now; called by the control thread, which this does not hold up. */
    void tell(long taskId) {
        byte[] stack = FailureCodec.encodeStack("the task was here when it was stopped", tasks.getStackTrace());
        reports.add(new Report(taskId, stack));
        if (!tellerIsStarted) {
            // A thread of its own, because a task thread that is writing its answer may hold it up.
            OwnThread.start(this::tellAll, "procession-freeze");
            tellerIsStarted = true;
        }
    }

    private void tellAll() {
        while (true) {
            try {
                send(reports.take());
            } catch (InterruptedException meantForTasks) {
                // whoever interrupts all threads does not mean this one
            } catch (IOException parentIsGone) {
                // the control thread sees that too
            }
        }
    }

    private void send(Report report) throws IOException {
        answering.lock(); // so that an answer that is being written is complete before the parent hears of the stack
        try {
            answers.send(FrameDescriptor.STACK, report.taskId, report.stack);
        } finally {
            answering.unlock();
        }
    }
}
