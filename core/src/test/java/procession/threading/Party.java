// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import procession.testing.Delays;
import procession.testing.Stacks;

/** Threads that do single steps one after the other, each of them by the thread that the test chooses. */
final class Party implements AutoCloseable {
    private final List<ExecutorService> members = new ArrayList<>();

    Party(int size) {
        for (int i = 0; i < size; i++) {
            String name = "member-" + i;
            members.add(Executors.newSingleThreadExecutor(work -> {
                var thread = new Thread(work, name);
                thread.setDaemon(true);
                return thread;
            }));
        }
    }

    /** Runs a step in the thread of a member, and returns what it returns, or throws what it throws. */
    <T> T let(int member, Callable<T> step) throws Exception {
        try {
            return members.get(member).submit(step).get(Delays.medium().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }

    @Override
    public void close() throws InterruptedException {
        members.forEach(ExecutorService::shutdownNow);
        for (ExecutorService member : members) {
            if (!member.awaitTermination(Delays.medium().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("a member has not ended\n" + Stacks.all());
            }
        }
    }
}
