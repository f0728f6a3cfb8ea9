// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

/**
 * The thread that executes tasks: interruptible while one runs, and deaf between two of them.
 *
 * <p>An interrupt that a task has caused may come after the task's end, from a thread that it left behind. It must
 * neither meet the next task nor close the channel on which the answer is being written.
 */
final class TaskThread extends Thread {
    /** Guarded by this. */
    private boolean inTask;

    TaskThread(Runnable work) {
        super(work, "procession-tasks");
    }

    /** Lets interrupts through from now on, if the calling thread is one of these. */
    static void enterTask() {
        if (Thread.currentThread() instanceof TaskThread thread) {
            thread.setInTask(true);
        }
    }

    /** Drops the interrupts that came for the task, and those to come. */
    static void leaveTask() {
        if (Thread.currentThread() instanceof TaskThread thread) {
            thread.setInTask(false);
            Thread.interrupted();
        }
    }

    private synchronized void setInTask(boolean value) {
        inTask = value;
    }

    @Override
    public void interrupt() {
        synchronized (this) {
            if (inTask) {
                super.interrupt();
            }
        }
    }
}
