// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import procession.testing.Delays;

/**
 * Makes executors and gates for a test and ends them after it. The tasks of suites that extend this are serializable
 * and capture values only, so that they run in other processes as well.
 */
public abstract class ExecutorFixture {
    @TempDir
    Path directory;

    private final List<Executor> executors = new ArrayList<>();
    private final List<FileGate> gates = new ArrayList<>();

    /**
     * Makes an executor.
     *
     * @param maxWorkers how many tasks run at a time
     * @return a new executor
     */
    protected abstract Executor create(int maxWorkers);

    /** Makes an executor that is ended after the test. */
    protected final Executor executor(int maxWorkers) {
        Executor executor = create(maxWorkers);
        executors.add(executor);
        return executor;
    }

    /** Makes a gate that is opened after the test. */
    protected final FileGate gate() {
        FileGate gate = new FileGate(directory, "gate-" + gates.size());
        gates.add(gate);
        return gate;
    }

    @AfterEach
    void endExecutors() throws InterruptedException {
        gates.forEach(FileGate::open);
        for (Executor executor : executors) {
            AbstractExecutor.cancelAll(executor.shutdownNow());
            assertTrue(
                    executor.awaitTermination(Delays.large().toNanos(), TimeUnit.NANOSECONDS),
                    () -> "does not terminate: " + executor);
        }
    }
}
