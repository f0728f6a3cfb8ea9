// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.os.Descendants;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/**
 * Tells the parent at the end of this JVM that what follows is an orderly exit: behind the answer that is being written,
 * unless the thread that writes it is stuck. The worker of a pool says with it what it has started, so that the parent
 * kills what is left of that: not this JVM, whose own shutdown hooks may be about to end it in a better way.
 */
final class Farewell implements Runnable {
    private static final long ANSWER_WAIT_MILLIS = 200;
    private static final long MAX_LIST_MILLIS = 200;

    private final Answers control;
    private final ReentrantLock answering;

    Farewell(Answers control, ReentrantLock answering) {
        this.control = control;
        this.answering = answering;
    }

    @Override
    public void run() {
        byte[] started = CurrentWorker.isThisProcess() ? Descendants.encodeOwn(MAX_LIST_MILLIS) : new byte[0];
        try {
            if (answering.tryLock(ANSWER_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    control.sendInTime(FrameDescriptor.GOODBYE, started, ANSWER_WAIT_MILLIS);
                } finally {
                    answering.unlock();
                }
            }
        } catch (IOException | InterruptedException parentIsGone) {
            // nobody is left to be told
        }
    }
}
