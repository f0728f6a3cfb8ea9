// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
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
    /** Of no task, and without a stack, which is taken only when it is told. */
    private static final Report REHEARSAL = new Report(0, new byte[0]);

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
        submit(new Report(taskId, where()));
    }

    /** Does the same for nothing; called by the control thread, too. What fails is left to the task to notice. */
    void rehearse() {
        try {
            submit(REHEARSAL);
        } catch (OutOfMemoryError noThread) {
            // and no reason to die, which is what becomes of a worker whose control thread fails
        }
    }

    private byte[] where() {
        Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
        Map<String, StackTraceElement[]> others = new TreeMap<>();
        for (Map.Entry<Thread, StackTraceElement[]> each : all.entrySet()) {
            Thread thread = each.getKey();
            if (thread != tasks && isOfTask(thread, each.getValue())) {
                String name = "thread \"" + thread.getName() + "\" " + thread.getId() + ", " + thread.getState();
                others.put(name, each.getValue());
            }
        }
        StackTraceElement[] own = all.getOrDefault(tasks, new StackTraceElement[0]);
        return FailureCodec.encodeStacks("the task was here when it was stopped", own, others);
    }

    /** Returns whether a thread may be one that a task waits for: none of this package's, and none of the JVM's. */
    private static boolean isOfTask(Thread thread, StackTraceElement[] stack) {
        ThreadGroup group = thread.getThreadGroup();
        return !(thread instanceof OwnThread)
                && stack.length > 0
                && group != null
                && !group.getName().equals("system")
                && !group.getName().equals("InnocuousThreadGroup");
    }

    private void submit(Report report) {
        reports.add(report);
        if (!tellerIsStarted) {
            // A thread of its own, because a task thread that is writing its answer may hold it up.
            OwnThread.start(this::tellAll, "procession-freeze");
            tellerIsStarted = true;
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // the parent shows it
    private void tellAll() {
        while (true) {
            try {
                Report report = reports.take();
                if (report.stack.length == 0) {
                    answers.send(FrameDescriptor.STACK, report.taskId, where());
                } else {
                    send(report);
                }
            } catch (InterruptedException meantForTasks) {
                // whoever interrupts all threads does not mean this one
            } catch (IOException parentIsGone) {
                // the control thread sees that too
            } catch (RuntimeException | Error failure) {
                failure.printStackTrace(); // and the next one may do better
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
