// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.io.Serializable;
import java.util.concurrent.Callable;
import procession.multiprocessing.internal.worker.ProcessRun;

/**
 * What travels to a process: itself, and what the new JVM is to know of itself. Called there, it runs the action and
 * returns the exit code.
 *
 * @param process the process
 * @param parentName the name of the one that starts it
 */
record ProcessBody(Process process, String parentName) implements Callable<Integer>, Serializable {
    @Override
    public Integer call() {
        ProcessSelf.become(process, parentName);
        return ProcessRun.run(process.name(), () -> {
            process.execute();
            return null;
        });
    }
}
