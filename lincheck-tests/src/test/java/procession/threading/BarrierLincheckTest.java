// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Interruptible;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

/** A barrier for two. What one thread gets depends on the other, so what both got is counted and looked at afterwards. */
class BarrierLincheckTest {
    private static final String[] STATE = {"abort", "reset", "broken", "waiting"};

    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void rounds_haveEachPlaceOnce() {
        check().scenarioBetween("", "allPassedInPairs; waiting", "meet; meet", "meet; meet")
                .scenarioBetween("", "allPassedInPairs; waiting", "meet", "meet", "meet", "meet")
                .run();
    }

    @Test
    void abort_breaksARoundForBothOrNone() {
        check().scenarioBetween("", "allPassedInPairs; broken", "meetUnlessBroken", "meetUnlessBroken", "abort")
                .run();
    }

    @Test
    void reset_breaksARoundForBothOrNone() {
        check().scenarioBetween("", "allPassedInPairs; broken", "meetUnlessBroken", "meetUnlessBroken", "reset; abort")
                .run();
    }

    @Test
    void abortAndReset_areLinearizable() {
        check().randomScenarios(2, 3, STATE).randomScenarios(3, 2, STATE).run();
    }

    @Test
    void timeout_breaksARoundForBothOrNone() {
        check().inModelTime()
                .scenarioBetween(
                        "",
                        "allPassedInPairs; waiting",
                        "meetInTimeUnlessBroken",
                        "meetInTimeUnlessBroken",
                        "timePasses")
                .run();
    }

    @Test
    void whoIsInterrupted_leavesARoundToOthers() {
        check().scenarioBetween("", "allPassedInPairs; waiting", "beInterruptedAndMeet", "meet", "interrupt")
                .run();
    }

    public static final class Operations {
        private final Barrier barrier = new Barrier(2);
        private final AtomicInteger firsts = new AtomicInteger();
        private final AtomicInteger seconds = new AtomicInteger();
        private final Interruptible interruptible = new Interruptible();

        public Operations() {
            ModelTime.reset();
        }

        public void meet() throws InterruptedException, BrokenBarrierException {
            count(barrier.await());
        }

        private void count(int place) {
            (place == 0 ? firsts : seconds).incrementAndGet();
        }

        public void meetUnlessBroken() throws InterruptedException {
            try {
                meet();
            } catch (BrokenBarrierException expected) {
                // then the other one must not pass either
            }
        }

        public void meetInTimeUnlessBroken() throws InterruptedException {
            ModelTime.beforeWait();
            try {
                count(barrier.await(Duration.ofSeconds(1)));
            } catch (BrokenBarrierException expected) {
                // then the other one must not pass either
            }
        }

        public void beInterruptedAndMeet() throws InterruptedException, BrokenBarrierException {
            Integer place = interruptible.call(barrier::await);
            count(place != null ? place : barrier.await());
        }

        public void interrupt() {
            interruptible.interrupt();
        }

        public void abort() {
            barrier.abort();
        }

        public void reset() {
            barrier.reset();
        }

        public boolean broken() {
            return barrier.broken();
        }

        public int waiting() {
            return barrier.waiting();
        }

        public boolean allPassedInPairs() {
            return firsts.get() == seconds.get();
        }

        public void timePasses() {
            ModelTime.pass();
        }
    }

    public static final class Specification {
        private boolean broken;

        public void meet() {}

        public void meetUnlessBroken() {}

        public void meetInTimeUnlessBroken() {}

        public void beInterruptedAndMeet() {}

        public void interrupt() {}

        public void abort() {
            broken = true;
        }

        public void reset() {
            broken = false;
        }

        public boolean broken() {
            return broken;
        }

        public int waiting() {
            return 0;
        }

        public boolean allPassedInPairs() {
            return true;
        }

        public void timePasses() {}
    }
}
