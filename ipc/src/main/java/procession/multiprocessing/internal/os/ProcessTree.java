// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.util.List;

/** Kills a process together with what it has started. */
public final class ProcessTree {
    private ProcessTree() {}

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
        Thread killer = new Thread(
                () -> {
                    List<ProcessHandle> descendants = root.descendants().toList();
                    root.destroyForcibly();
                    descendants.forEach(ProcessHandle::destroyForcibly);
                },
                name + "-kill");
        killer.setDaemon(true);
        killer.start();
    }
}
