// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import org.junit.jupiter.api.Test;
import procession.modelcheck.ModelCheck;

/** What everything does that can be acquired by one thread at a time, and released by another. */
abstract class AcquirableLincheckContract {
    private static final String[] CALLS = {"tryAcquire", "acquireWithoutTime", "release"};

    /** Returns a check of something that is free for one. */
    abstract ModelCheck check();

    @Test
    void calls_areLinearizable() {
        check().randomScenarios(2, 3, CALLS).randomScenarios(3, 2, CALLS).run();
    }

    @Test
    void waiters_areWoken() {
        check().scenario("acquire; release", "acquire; release", "acquire; release")
                .scenarioAfter("acquire", "acquire; release", "acquire; release", "release")
                .scenarioAfter("acquire", "acquire", "release; tryAcquire; release")
                .run();
    }

    @Test
    void waits_thatEndInTime_areLinearizable() {
        check().inModelTime()
                .scenarioAfter("acquire", "acquireInTime; release", "timePasses; release")
                .scenarioBetween("acquire", "tryAcquire", "acquireInTimeAndRelease", "acquire", "timePasses; release")
                .run();
    }

    @Test
    void wakeUps_ofThoseWhoAreInterrupted_areNotLost() {
        check().scenarioBetween(
                        "acquire", "tryAcquire", "acquireOrBeInterruptedAndRelease", "acquire", "interrupt; release")
                .run();
    }
}
