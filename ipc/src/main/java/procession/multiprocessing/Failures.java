// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import procession.futures.TaskTimeoutException;
import procession.multiprocessing.internal.wire.FailureCodec;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.ObjectCodec;
import procession.multiprocessing.internal.wire.RemoteFailure;

/** Turns what came from a worker, or did not come, into the outcome of a task. */
final class Failures {
    private Failures() {}

    /** Completes a task with its answer, whatever that is like; may run code of the classes in it. */
    static void complete(ProcessTask<?> task, Frame frame, ObjectCodec codec) {
        try {
            byte[] payload = frame.payload();
            if (payload == null) {
                task.trySetException(new NotTransferableException(
                        "the result of " + task.inWords()
                                + " does not fit into this JVM's heap; return less, or raise -Xmx",
                        null));
            } else if (frame.type() == FrameDescriptor.FAILURE) {
                task.trySetException(rebuilt(FailureCodec.decode(payload, codec)));
            } else {
                setResult(task, codec.decode(payload));
            }
        } catch (Throwable unreadable) {
            Throwable failure = unreadable;
            try {
                failure = new NotTransferableException(
                        "the result of " + task.inWords() + " arrived and can't be read: "
                                + FailureCodec.textOf(unreadable),
                        unreadable);
            } catch (OutOfMemoryError noRoomForWords) {
                // the failure itself has to do
            }
            task.trySetException(failure);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"
    }) // the worker called what the caller submitted, and T says what may be null
    private static void setResult(ProcessTask<?> task, @Nullable Object result) {
        ((ProcessTask<@Nullable Object>) task).trySetResult(result);
    }

    private static Throwable rebuilt(FailureCodec.Arrived arrived) {
        Throwable rebuilt = arrived.rebuilt();
        if (rebuilt != null) {
            return rebuilt;
        }
        RemoteTaskException described = described(arrived.description());
        if (arrived.notRebuilt() != null) {
            described.addSuppressed(arrived.notRebuilt());
        }
        return described;
    }

    private static RemoteTaskException described(RemoteFailure failure) {
        RemoteFailure cause = failure.cause();
        RemoteTaskException described = new RemoteTaskException(
                failure.className(), failure.message(), cause == null ? null : described(cause));
        described.setStackTrace(failure.stack().toArray(StackTraceElement[]::new));
        failure.suppressed().forEach(each -> described.addSuppressed(described(each)));
        return described;
    }

    /** Says what a frame with a failure is about. */
    static String inWords(Frame frame) {
        byte[] payload = frame.payload();
        if (payload == null) {
            return "(too long)";
        }
        try {
            RemoteFailure failure = FailureCodec.describe(payload);
            StringBuilder words = new StringBuilder(failure.className());
            if (failure.message() != null) {
                words.append(": ").append(failure.message());
            }
            failure.stack().stream()
                    .limit(10)
                    .forEach(at -> words.append("\n    at ").append(at));
            return words.toString();
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /** Returns an exception that has the stack trace of a task that was stopped. */
    private static @Nullable Throwable stackOf(Frame frame) {
        byte[] payload = frame.payload();
        if (payload == null) {
            return null;
        }
        try {
            RemoteFailure where = FailureCodec.describe(payload);
            Throwable stuckAt = at(where);
            where.suppressed().forEach(other -> stuckAt.addSuppressed(at(other)));
            return stuckAt;
        } catch (IOException unreadable) {
            return unreadable;
        }
    }

    private static Throwable at(RemoteFailure where) {
        Throwable at = new Throwable(where.message());
        at.setStackTrace(where.stack().toArray(StackTraceElement[]::new));
        return at;
    }

    /** Returns what becomes of a task whose worker died; only for a worker that is gone. */
    static WorkerDiedException died(WorkerProcess worker, ProcessTask<?> task, boolean started) {
        WorkerDeath death = worker.death();
        return new WorkerDiedException(
                death,
                "the worker process " + death.pid() + " " + death.inWords()
                        + (started ? " while it was running " : ", as several did before, when it was given ")
                        + task.inWords() + task.attempts.inWords() + death.memory() + death.details(),
                task);
    }

    /** Returns what becomes of a task that its worker was killed for. */
    static TaskTimeoutException overran(WorkerProcess worker, WorkerProcess.Stop stop, @Nullable Frame stack) {
        return new TaskTimeoutException(
                stop.task().inWords() + " in the worker process " + worker.pid() + " " + stop.overrun()
                        + stop.task().attempts.inWords(),
                stack == null ? null : stackOf(stack));
    }
}
