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

    /** Whether interrupts wait for a moment; guarded by this. */
    private boolean shielded;

    /** Whether one came meanwhile; guarded by this. */
    private boolean interruptedMeanwhile;

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

    /**
     * Keeps interrupts off the calling thread until {@link #unshield}, which lets through what came meanwhile.
     *
     * @return whether it did, which it does only for one of these threads
     */
    static boolean shield() {
        if (Thread.currentThread() instanceof TaskThread thread) {
            thread.beginShield();
            return true;
        }
        return false;
    }

    private synchronized void beginShield() {
        shielded = true;
        interruptedMeanwhile = Thread.interrupted();
    }

    static void unshield() {
        if (Thread.currentThread() instanceof TaskThread thread) {
            thread.endShield();
        }
    }

    private synchronized void endShield() {
        shielded = false;
        if (interruptedMeanwhile) {
            interrupt();
        }
    }

    private synchronized void setInTask(boolean value) {
        inTask = value;
    }

    @Override
    public void interrupt() {
        synchronized (this) {
            if (shielded) {
                interruptedMeanwhile = true;
            } else if (inTask) {
                super.interrupt();
            }
        }
    }
}
