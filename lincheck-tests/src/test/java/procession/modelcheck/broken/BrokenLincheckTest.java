// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck.broken;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Blocked;
import procession.modelcheck.ModelCheck;

/** A checker that does not find planted bugs proves nothing about the rest. */
class BrokenLincheckTest {
    private static final String WRONG_RESULTS = "Invalid execution results";
    private static final String HUNG = "The execution has hung";

    @Test
    void incrementInTwoSteps_isFound() {
        assertFound(
                WRONG_RESULTS,
                ModelCheck.of(BrokenCounter.class, CounterSpecification.class).randomScenarios(2, 2, "increment"));
    }

    @Test
    void lookThenRemove_isFound() {
        assertFound(
                WRONG_RESULTS,
                ModelCheck.of(BrokenQueue.class, QueueSpecification.class).randomScenarios(2, 3, "offer ?", "poll"));
    }

    /** Found only because {@code park} does not return without a cause. */
    @Test
    void lookThenPark_isFound() {
        assertFound(
                HUNG, ModelCheck.of(BrokenEvent.class, EventSpecification.class).scenario("await", "set"));
    }

    /** Found only because time passes. */
    @Test
    void timeOverWithoutALastLook_isFound() {
        assertFound(
                WRONG_RESULTS,
                ModelCheck.of(BrokenEvent.class, EventSpecification.class)
                        .inModelTime()
                        .scenario("awaitInTime", "set; timePasses"));
    }

    /** The same waits for ever where no time passes: then a scenario hangs that ends only by the time. */
    @Test
    void waitWithoutEnd_isFound() {
        assertFound(
                HUNG, ModelCheck.of(BrokenEvent.class, EventSpecification.class).scenario("awaitInTime", "isSet"));
    }

    private static void assertFound(String what, ModelCheck check) {
        String message = String.valueOf(
                assertThrows(LincheckAssertionError.class, check::run).getMessage());
        assertTrue(message.contains(what), message);
    }

    public static final class CounterSpecification {
        private int count;

        public int increment() {
            return ++count;
        }
    }

    public static final class QueueSpecification {
        private final Queue<Integer> queue = new ArrayDeque<>();

        public boolean offer(int element) {
            return queue.offer(element);
        }

        public @Nullable Integer poll() {
            return queue.poll();
        }
    }

    public static final class EventSpecification {
        private boolean isSet;
        private boolean late;

        public void set() {
            isSet = true;
        }

        public boolean isSet() {
            return isSet;
        }

        public void await() {
            if (!isSet) {
                throw new Blocked();
            }
        }

        public boolean awaitInTime() {
            if (!isSet && !late) {
                throw new Blocked();
            }
            return isSet;
        }

        public void timePasses() {
            late = true;
        }
    }
}
