// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnitTest {
    @Test
    void ratio_ofTimes_isAboveOneIfOursIsShorter() {
        assertEquals(4.0, Unit.MICROS.ratio(10, 40));
        assertEquals(0.25, Unit.MILLIS.ratio(40, 10));
    }

    @Test
    void ratio_ofRates_isAboveOneIfOursIsHigher() {
        assertEquals(4.0, Unit.TASKS_PER_SECOND.ratio(40, 10));
        assertEquals(0.25, Unit.OPERATIONS_PER_SECOND.ratio(10, 40));
    }
}
