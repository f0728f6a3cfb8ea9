// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import procession.modelcheck.Blocked;
import procession.modelcheck.ModelCheck;
import procession.modelcheck.ModelTime;

class EventLincheckTest {
    private static final String[] CALLS = {"set", "clear", "isSet", "awaitWithoutTime"};

    private static ModelCheck check() {
        return ModelCheck.of(Operations.class, Specification.class);
    }

    @Test
    void calls_areLinearizable() {
        check().randomScenarios(2, 3, CALLS).randomScenarios(3, 2, CALLS).run();
    }

    @Test
    void set_wakesAll() {
        check().scenario("await", "await; isSet", "set")
                .scenario("await", "clear; set", "await")
                .scenario("await", "set; clear; set", "await; isSet")
                .run();
    }

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check().inModelTime()
                .scenario("awaitInTime; isSet", "set; clear; timePasses")
                .scenario("awaitInTime", "timePasses; set; clear", "isSet; set")
                .run();
    }

    public static final class Operations {
        private final Event event = new Event();

        public Operations() {
            ModelTime.reset();
        }

        public void set() {
            event.set();
        }

        public void clear() {
            event.clear();
        }

        public boolean isSet() {
            return event.isSet();
        }

        public void await() throws InterruptedException {
            event.await();
        }

        public boolean awaitWithoutTime() throws InterruptedException {
            return event.await(Duration.ZERO);
        }

        public boolean awaitInTime() throws InterruptedException {
            ModelTime.beforeWait();
            return event.await(Duration.ofSeconds(1));
        }

        public void timePasses() {
            ModelTime.pass();
        }
    }

    public static final class Specification {
        private boolean isSet;
        private boolean late;

        public void set() {
            isSet = true;
        }

        public void clear() {
            isSet = false;
        }

        public boolean isSet() {
            return isSet;
        }

        public void await() {
            if (!isSet) {
                throw new Blocked();
            }
        }

        public boolean awaitWithoutTime() {
            return isSet;
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
