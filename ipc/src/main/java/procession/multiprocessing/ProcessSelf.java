// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.os.ProcessTree;

/** The process of this JVM, or its parent: what can be said of a process that was not started from here. */
final class ProcessSelf extends Process {
    private static final long serialVersionUID = 1L;
    private static final ProcessSelf MAIN = new ProcessSelf("MainProcess", false, ProcessTree.ownPid());

    /** Who this JVM is, if it is a child. */
    private static volatile @Nullable ProcessSelf current;

    /** Who has started it, if it is a child. */
    private static volatile @Nullable ProcessSelf parent;

    /** The process id. */
    private final long pid;

    private ProcessSelf(String name, boolean daemon, long pid) {
        super(name, daemon);
        this.pid = pid;
    }

    /** Called once in a child, before its action runs. */
    static void become(String name, boolean daemon, String parentName) {
        parent = new ProcessSelf(parentName, false, ProcessTree.parentPid());
        current = new ProcessSelf(name, daemon, ProcessTree.ownPid());
    }

    static Process current() {
        ProcessSelf child = current;
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
