// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import procession.testing.ProcessHarness;

class WatchdogTest {
    /** Hangs, with a child process, for as long as the watchdog lets it. */
    static final class Hanging {
        private Hanging() {}

        public static void main(String[] args) throws Exception {
            Process child = new ProcessBuilder("sleep", "1000").start();
            System.out.println(child.pid());
            try (Watchdog watchdog = new Watchdog(Duration.ofMillis(1), () -> 7)) {
                Thread.currentThread().join();
            }
        }
    }

    @Test
    void expiry_endsTheProgramAndItsChildren_withTheExitCodeOfItsLastWords() throws Exception {
        try (ProcessHarness processes = new ProcessHarness()) {
            ProcessHarness.Child hanging = processes.java(Hanging.class, List.of());
            assertEquals(7, hanging.exitCode(), hanging::errors);
            Optional<ProcessHandle> left =
                    ProcessHandle.of(Long.parseLong(hanging.output().strip()));
            if (left.isPresent()) {
                left.get().onExit().get(60, TimeUnit.SECONDS);
            }
        }
    }
}
