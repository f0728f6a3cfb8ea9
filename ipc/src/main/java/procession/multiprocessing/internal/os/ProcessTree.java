// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;

/** Kills a process together with what it has started. */
public final class ProcessTree {
    private static final File TASKS = new File("/proc/self/task");

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
        Thread killer =
                new Thread(null, () -> kill(root), name + "-kill", 0, false); // without the caller's thread-locals
        killer.setContextClassLoader(null);
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

    /**
     * Kills what this process has started, and what that has, as far as the platform lets us see them. That takes
     * milliseconds, and no longer than {@code millis} if they can't be listed so quickly; nothing if there are none.
     *
     * @param millis the longest time to wait
     */
    public static void killDescendants(long millis) {
        if (mayHaveChildren()) {
            runInTime(ProcessTree::killOwn, millis);
        }
    }

    /** Runs something that looks at processes, and returns when it has ended or the time is up. */
    static void runInTime(Runnable work, long millis) {
        try {
            Thread thread = new Thread(null, () -> runIfShown(work), "procession-tree", 0, false);
            thread.setDaemon(true);
            thread.start();
            thread.join(millis);
        } catch (InterruptedException | OutOfMemoryError leaveThem) {
            // who calls this has to end all the same
        }
    }

    private static void runIfShown(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException notShown) {
            // a platform, or a container, that does not let us see them
        }
    }

    /** Returns {@code false} if Linux says that no thread of this process has a child. */
    static boolean mayHaveChildren() {
        String[] threads = TASKS.list();
        if (threads == null) {
            return true;
        }
        for (String thread : threads) {
            try (FileInputStream children = new FileInputStream(TASKS + "/" + thread + "/children")) {
                if (children.read() >= 0) {
                    return true;
                }
            } catch (IOException ended) {
                if (new File(TASKS, thread).exists()) {
                    return true; // it is the file that is missing, not the thread
                }
            }
        }
        return false;
    }

    private static void killOwn() {
        ProcessHandle.current().descendants().toList().forEach(ProcessHandle::destroyForcibly);
    }
}
