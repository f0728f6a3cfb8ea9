// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What travels to a process: itself, and what the new JVM is to know of itself. Called there, it runs the action and
 * returns the exit code.
 *
 * @param process the process
 * @param parentName the name of the one that starts it
 */
record ProcessBody(Process process, String parentName) implements Callable<Integer>, Serializable {
    private static final int OK = 0;
    private static final int FAILED = 1;

    @Override
    public Integer call() {
        ProcessSelf.become(process, parentName);
        Thread.currentThread().setName(process.name());
        int code = OK;
        try {
            process.execute();
        } catch (Throwable failure) {
            System.err.println("Process " + process.name() + ":");
            failure.printStackTrace();
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
