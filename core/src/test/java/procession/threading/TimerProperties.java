// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import procession.testing.Delays;

/** Random steps, compared with a model: whether the timer was started, and whether it was cancelled. */
class TimerProperties {
    enum Operation {
        START,
        CANCEL,
        IS_ALIVE,
        JOIN_WITHOUT_TIME,
        JOIN_TO_THE_END
    }

    enum Kind {
        ONCE_FAR_AWAY,
        OFTEN_FAR_AWAY,
        ONCE_AT_ONCE
    }

    @Provide
    Arbitrary<List<Operation>> steps() {
        return Arbitraries.of(Operation.class).list().ofMaxSize(12);
    }

    @Property(tries = 150)
    void timer_isTwoFlags(@ForAll Kind kind, @ForAll("steps") List<Operation> steps) throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Timer timer = switch (kind) {
            case ONCE_FAR_AWAY -> new Timer(Duration.ofDays(1), runs::incrementAndGet);
            case OFTEN_FAR_AWAY -> Timer.every(Duration.ofDays(1), runs::incrementAndGet);
            case ONCE_AT_ONCE -> new Timer(Duration.ZERO, runs::incrementAndGet);
        };
        boolean started = false;
        boolean cancelledBefore = false; // before the start
        boolean ends = kind == Kind.ONCE_AT_ONCE;
        for (Operation step : steps) {
            switch (step) {
                case START -> {
                    if (started) {
                        assertThrows(IllegalStateException.class, timer::start);
                    } else {
                        timer.start();
                    }
                    started = true;
                }
                case CANCEL -> {
                    timer.cancel();
                    cancelledBefore |= !started;
                    ends = true;
                }
                case IS_ALIVE -> {
                    if (!started) {
                        assertEquals(false, timer.isAlive());
                    } else if (!ends) {
                        assertEquals(true, timer.isAlive());
                    }
                }
                case JOIN_WITHOUT_TIME -> {
                    if (!started) {
                        assertThrows(IllegalStateException.class, () -> timer.join(Duration.ZERO));
                    } else if (!ends) {
                        assertEquals(false, timer.join(Duration.ZERO));
                    }
                }
                case JOIN_TO_THE_END -> {
                    if (!started) {
                        assertThrows(IllegalStateException.class, timer::join);
                    } else if (ends) {
                        assertTrue(timer.join(Delays.medium()));
                        timer.join();
                        assertEquals(false, timer.isAlive());
                        assertEquals(true, timer.join(Duration.ZERO));
                    }
                }
            }
        }
        timer.cancel();
        if (started) {
            assertTrue(timer.join(Delays.medium()));
        }
        boolean mayRun = kind == Kind.ONCE_AT_ONCE && started && !cancelledBefore;
        assertTrue(runs.get() <= (mayRun ? 1 : 0), runs::toString);
        if (mayRun
                && !steps.contains(Operation.CANCEL)
                && steps.contains(Operation.JOIN_TO_THE_END)
                && steps.lastIndexOf(Operation.JOIN_TO_THE_END) > steps.indexOf(Operation.START)) {
            assertEquals(1, runs.get());
        }
    }
}
