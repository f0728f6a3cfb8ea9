// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessTree;

/** The main process, or the parent of this one: what can be said of a process that was not started from here. */
final class ProcessSelf extends Process {
    private static final long serialVersionUID = 1L;
    private static final ProcessSelf MAIN = new ProcessSelf("MainProcess", false, ProcessTree.ownPid());

    /** Who this JVM is, if it is a child. */
    private static volatile @Nullable Process current;

    /** Who has started it, if it is a child. */
    private static volatile @Nullable ProcessSelf parent;

    /** The process id. */
    private final long pid;

    private ProcessSelf(String name, boolean daemon, long pid) {
        super(name, daemon);
        this.pid = pid;
    }

    /** Called once in a child, before its action runs. */
    static void become(Process self, String parentName) {
        parent = new ProcessSelf(parentName, false, ProcessTree.parentPid());
        current = self;
    }

    static Process current() {
        Process child = current;
        return child == null ? MAIN : child;
    }

    static Optional<Process> parent() {
        return Optional.ofNullable(parent);
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean isAlive() {
        return ProcessTree.isAlive(pid);
    }

    @Override
    public OptionalInt exitcode() {
        return OptionalInt.empty();
    }
}
