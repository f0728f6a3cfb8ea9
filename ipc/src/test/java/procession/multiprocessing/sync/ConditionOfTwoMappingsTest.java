// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.ConditionContract;

/** A condition that half of the threads see through one mapping, and the other half through another. */
@ExtendWith(LeakCheck.class)
class ConditionOfTwoMappingsTest extends ConditionContract {
    private final List<Runnable> destroyers = new ArrayList<>();

    @Override
    protected List<Subject> createTwo() {
        try {
            var lock = new RLock();
            destroyers.add(lock::destroy);
            var again = new RLock(Mappings.again(lock.cell()));
            return List.of(subject(lock, again), subject(lock, again));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Subject subject(RLock lock, RLock again) throws IOException {
        var even = new Condition(lock);
        destroyers.add(even::destroy);
        Condition odd = Condition.in(Mappings.again(even.cell()), again);
        return new ConditionSubject(() -> Thread.currentThread().getId() % 2 == 0 ? even : odd);
    }

    /** Those who are woken at once compete for the lock, in two rooms. */
    @Override
    protected boolean inOrder() {
        return false;
    }

    @Override
    protected int rounds() {
        return 200;
    }

    @AfterEach
    void destroy() {
        destroyers.forEach(Runnable::run);
    }
}
