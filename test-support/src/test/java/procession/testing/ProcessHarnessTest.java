// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ProcessHarnessTest {

    /** The child: prints its arguments, and waits for ever if the first one says so. */
    static final class Child {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("arguments " + String.join(" ", arguments));
            System.err.println("to the other stream");
            if (arguments[0].equals("wait")) {
                Thread.currentThread().join();
            }
            System.exit(arguments.length);
        }
    }

    @Test
    void java_runsOnTheTestClassPath() {
        try (var processes = new ProcessHarness()) {
            var child = processes.java(Child.class, List.of("-Xmx32m"), "one", "two");
            assertEquals(2, child.exitCode());
            assertEquals("arguments one two", child.output().strip());
            assertEquals("to the other stream", child.errors().strip());
        }
    }

    @Test
    void kill_endsItWithSignalNine() {
        try (var processes = new ProcessHarness()) {
            var child = processes.java(Child.class, List.of(), "wait");
            child.awaitOutput("arguments wait");
            child.kill();
            assertEquals(128 + 9, child.exitCode());
        }
    }

    @Test
    void killBySignal_endsItWithThatSignal() {
        try (var processes = new ProcessHarness()) {
            var child = processes.java(Child.class, List.of(), "wait");
            child.awaitOutput("arguments wait");
            child.kill("TERM");
            assertEquals(128 + 15, child.exitCode());
        }
    }

    @Test
    void close_whenAChildLives_killsItAndFails() {
        var processes = new ProcessHarness();
        var child = processes.java(Child.class, List.of(), "wait");
        child.awaitOutput("arguments wait");
        var error = assertThrows(AssertionError.class, processes::close);
        assertTrue(String.valueOf(error.getMessage()).contains("arguments wait"), error.getMessage());
        assertFalse(child.process().isAlive());
    }

    @Test
    void ofChildren_showsTheStacksOfAChildJvm() {
        try (var processes = new ProcessHarness()) {
            var child = processes.java(Child.class, List.of(), "wait");
            child.awaitOutput("arguments wait");
            String stacks = Stacks.ofChildren();
            assertTrue(stacks.contains("ProcessHarnessTest$Child.main"), stacks);
            child.kill();
        }
    }

    @Test
    void awaitOutput_whenItEndsWithoutIt_fails() {
        try (var processes = new ProcessHarness()) {
            var child = processes.java(Child.class, List.of(), "one");
            assertThrows(AssertionError.class, () -> child.awaitOutput("something else"));
            child.exitCode();
        }
    }
}
