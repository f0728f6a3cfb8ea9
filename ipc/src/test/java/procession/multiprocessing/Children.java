// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import procession.futures.Action;
import procession.testing.Delays;

/** What tests do with processes of their own. */
final class Children {
    private Children() {}

    /** Starts a process, waits for its end, and returns its exit code. */
    static int run(Process process) throws InterruptedException {
        process.start();
        return end(process);
    }

    /** Waits for the end of a process that was started, and returns its exit code. */
    static int end(Process process) throws InterruptedException {
        boolean ended = process.join(Delays.large());
        if (!ended) {
            process.kill();
        }
        assertTrue(ended, () -> process + " has not ended");
        assertFalse(process.isAlive());
        return process.exitcode().orElseThrow();
    }

    /** Starts a process that never ends by itself, and returns it when its action runs. */
    static Process endless(Mark mark, Process.Builder options) throws Exception {
        Process process = options.build();
        process.start();
        mark.await();
        return process;
    }

    /** Returns why a call is refused in the state that the process is in. */
    static String refusal(Executable call) {
        return String.valueOf(assertThrows(IllegalStateException.class, call).getMessage());
    }

    /** An action that never ends, and says that it runs. */
    static Action never(Mark mark) {
        return () -> {
            mark.addPid();
            Workers.never();
        };
    }
}
