// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

/**
 * A thread of the worker itself, which no task can interrupt: a task that interrupts all threads of its group does not
 * mean this one, and the interrupt of a thread that reads from a channel or writes to it closes the channel.
 */
final class OwnThread extends Thread {
    OwnThread(Runnable work, String name) {
        super(null, work, name, 0, false);
    }

    /** Starts a daemon. */
    static void start(Runnable work, String name) {
        OwnThread thread = new OwnThread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void interrupt() {
        // not meant
    }
}
