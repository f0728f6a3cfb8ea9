// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import procession.multiprocessing.internal.os.Descendants;
import procession.multiprocessing.internal.wire.FrameDescriptor;

/**
 * Tells the parent at the end of this JVM that what follows is an orderly exit: behind the answer that is being written,
 * unless the thread that writes it is stuck. The worker of a pool says then what it has started, so that the parent
 * kills what is left of that: not this JVM, whose own shutdown hooks may be about to end it in a better way.
 */
final class Farewell implements Runnable {
    private static final long ANSWER_WAIT_MILLIS = 200;

    /** Of a worker that has started something; that many processes can be seen even by a busy system. */
    private static final long MAX_LIST_MILLIS = 1_000;

    private final Answers control;
    private final ReentrantLock answering;

    Farewell(Answers control, ReentrantLock answering) {
        this.control = control;
        this.answering = answering;
    }

    @Override
    public void run() {
        say(new byte[0]); // at once, so that it is given nothing more
        if (CurrentWorker.isThisProcess()) {
            byte[] started = Descendants.encodeOwn(MAX_LIST_MILLIS);
            if (started.length > 0) {
                say(started);
            }
        }
    }

    private void say(byte[] started) {
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
