// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs what a process is for, and does what comes after it. */
public final class ProcessRun {
    private static final int OK = 0;
    private static final int FAILED = 1;

    private ProcessRun() {}

    /**
     * Runs an action on the calling thread, prints what it throws, waits for the threads that it leaves behind, and
     * flushes what was printed.
     *
     * @param name the name of the process
     * @param action what to run; its result does not matter
     * @return the exit code
     */
    public static int run(String name, Callable<?> action) {
        Thread.currentThread().setName(name);
        int code = OK;
        try {
            action.call();
        } catch (Throwable failure) {
            System.err.println("Process " + name + ":");
            failure.printStackTrace(); // the parent shows it
            code = FAILED;
        }
        awaitThreads();
        System.out.flush(); // which may be another, with a buffer, by now
        System.err.flush();
        return code;
    }

    /** Waits, as the end of a JVM does, until no thread but this one and daemons are left. */
    private static void awaitThreads() {
        boolean found = true;
        while (found) {
            found = false;
            for (Map.Entry<Thread, StackTraceElement[]> each :
                    Thread.getAllStackTraces().entrySet()) {
                Thread thread = each.getKey();
                if (thread != Thread.currentThread() && !thread.isDaemon() && !isOfTheJvm(thread)) {
                    found = true;
                    Uninterruptibles.joinUninterruptibly(thread);
                }
            }
        }
    }

    /** The thread that waits for the end of all others is there from the start, and is one of them. */
    private static boolean isOfTheJvm(Thread thread) {
        return thread.getName().equals("DestroyJavaVM");
    }
}
