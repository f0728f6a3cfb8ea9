// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.lang.System.Logger.Level;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A thread that runs what it is given, one after the other, and is there from the start: giving it work can't fail. */
final class SerialThread {
    private static final System.Logger LOGGER = System.getLogger("procession.multiprocessing");
    private static final Runnable END = SerialThread::nothing;

    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();

    /** How much was given and is not done. */
    private final AtomicInteger outstanding = new AtomicInteger();

    private final Runnable whenDone;
    private final Thread thread;

    /**
     * Makes and starts the thread, a daemon.
     *
     * @param name its name
     * @param whenDone what to call, on that thread, whenever all that was given is done
     */
    SerialThread(String name, Runnable whenDone) {
        this.whenDone = whenDone;
        this.thread = PoolThreads.daemon(name, this::work);
    }

    void start() {
        thread.start();
    }

    void execute(Runnable work) {
        outstanding.incrementAndGet();
        queue.add(work);
    }

    /** Returns whether all that was given is done. */
    boolean isDone() {
        return outstanding.get() == 0;
    }

    boolean isThisThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the thread behind all that it was given. */
    void end() {
        queue.add(END);
    }

    private static void nothing() {
        // only its identity matters
    }

    private void work() {
        while (true) {
            Runnable next;
            try {
                next = queue.take();
            } catch (InterruptedException leftByACallback) {
                continue;
            }
            if (next == END) {
                return;
            }
            try {
                next.run();
            } catch (Throwable failure) {
                LOGGER.log(Level.ERROR, thread.getName() + ": failed, and goes on", failure);
            }
            if (outstanding.decrementAndGet() == 0) {
                whenDone.run();
            }
        }
    }
}
