// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.util.List;

/** Kills a process together with what it has started. */
public final class ProcessTree {
    private ProcessTree() {}

    /**
     * Returns the id of this process.
     *
     * @return the pid
     */
    public static long ownPid() {
        return ProcessHandle.current().pid();
    }

    /**
     * Returns the id of the process that has started this one.
     *
     * @return the pid, or -1 if it is gone or not shown
     */
    public static long parentPid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
    }

    /**
     * Returns whether a process is there.
     *
     * @param pid its id
     * @return {@code true} if it is, be it only as one that its own parent has not taken note of yet
     */
    public static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * Kills a process and its descendants, as far as the platform lets us see them; returns before they are gone.
     *
     * <p>The descendants have to be listed while their parent lives, which takes milliseconds, and is done on a thread
     * of its own.
     *
     * @param root the process
     * @param name of the thread, for the operator
     */
    public static void kill(Process root, String name) {
        Thread killer = new Thread(() -> kill(root), name + "-kill");
        killer.setDaemon(true);
        try {
            killer.start();
        } catch (OutOfMemoryError noThread) {
            root.destroyForcibly(); // which is what matters most
        }
    }

    private static void kill(Process root) {
        List<ProcessHandle> descendants = List.of();
        try {
            descendants = root.descendants().toList();
        } catch (RuntimeException notShown) {
            // a platform, or a container, that does not let us see them
        } finally {
            root.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
