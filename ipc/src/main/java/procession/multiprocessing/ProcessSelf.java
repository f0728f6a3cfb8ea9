// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import procession.internal.Deadline;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.worker.WorkerIdentity;

/** The main process, the worker of a pool, or the parent of this one: what was not started from here as a process. */
final class ProcessSelf extends Process {
    private static final long serialVersionUID = 1L;
    private static final ProcessSelf MAIN = new ProcessSelf("MainProcess", "", ProcessTree.ownPid(), false);

    /** Who this JVM is, if it is a child. */
    private static volatile @Nullable Process current;

    /** Who has started it, if it is a child. */
    private static volatile @Nullable ProcessSelf parent;

    /** The process id. */
    private final long pid;

    /** Whether it is the parent of this JVM, and not this JVM itself. */
    private final boolean isParent;

    private ProcessSelf(String name, String identity, long pid, boolean isParent) {
        super(name, identity, false);
        this.pid = pid;
        this.isParent = isParent;
    }

    /** Called once in a process, before its action runs. */
    static void become(Process self, String parentName) {
        parent = new ProcessSelf(parentName, "", ProcessTree.parentPid(), true);
        current = self;
    }

    static Process current() {
        Process child = current;
        if (child == null) {
            child = worker();
        }
        return child == null ? MAIN : child;
    }

    static Optional<Process> parent() {
        if (parent == null) {
            Process unused = worker();
        }
        return Optional.ofNullable(parent);
    }

    /** Makes a pool's worker out of what it was told; only when somebody asks, because most tasks don't. */
    private static @Nullable Process worker() {
        WorkerIdentity told = WorkerIdentity.current();
        if (told == null) {
            return null;
        }
        synchronized (ProcessSelf.class) {
            if (current == null) {
                parent = new ProcessSelf(told.parentName(), "", told.parentPid(), true);
                current = new ProcessSelf(told.name(), told.number(), ProcessTree.ownPid(), false);
            }
            return current;
        }
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

    // The end of the parent is the end of this process too, so what waits for it here sees nothing but its own end.

    @Override
    public void join() throws InterruptedException {
        if (isParent) {
            new CountDownLatch(1).await();
        }
        super.join();
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return isParent
                ? new CountDownLatch(1)
                        .await(
                                Deadline.toNanosSaturated(Objects.requireNonNull(timeout, "timeout")),
                                TimeUnit.NANOSECONDS)
                : super.join(timeout);
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return isParent ? new CompletableFuture<>() : super.onExit();
    }

    @Override
    public java.util.concurrent.Future<?> sentinel() {
        return isParent ? new CompletableFuture<Void>() : super.sentinel();
    }
}
