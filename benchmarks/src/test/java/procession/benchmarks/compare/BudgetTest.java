// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BudgetTest {
    @Test
    void quick_endsWithin50Seconds() {
        assertTrue(Budget.QUICK.hard().compareTo(Duration.ofSeconds(48)) < 0, "the JVM has to start and end as well");
        assertTrue(Budget.QUICK.soft().compareTo(Budget.QUICK.hard()) < 0);
    }

    @Test
    void allows_whatEndsBeforeTheSoftLimit() {
        Duration soft = Budget.QUICK.soft();
        assertTrue(Budget.QUICK.allows(soft.minusSeconds(5), Duration.ofSeconds(5)));
        assertFalse(Budget.QUICK.allows(soft.minusSeconds(5), Duration.ofSeconds(6)));
    }

    @Test
    void dividedAmong_few_changesNothing() {
        assertEquals(Budget.FULL, Budget.FULL.dividedAmong(10, 10));
    }

    @Test
    void dividedAmong_many_leavesTimeForAllRounds() {
        int contenders = 200;
        Budget divided = Budget.QUICK.dividedAmong(contenders, contenders);
        Duration all = divided.warmUp()
                .plus(divided.slice().multipliedBy(divided.rounds()))
                .multipliedBy(contenders);
        assertTrue(all.compareTo(divided.soft()) < 0, all.toString());
        assertTrue(divided.slice().compareTo(Duration.ZERO) > 0);
    }
}
