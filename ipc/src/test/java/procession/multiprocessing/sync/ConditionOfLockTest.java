// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.ConditionContract;

/** A condition of shared memory whose lock nobody owns. */
@ExtendWith(LeakCheck.class)
class ConditionOfLockTest extends ConditionContract {
    private final List<Runnable> destroyers = new ArrayList<>();

    @Override
    protected List<Subject> createTwo() {
        var lock = new Lock();
        destroyers.add(lock::destroy);
        return List.of(subject(new Condition(lock)), subject(new Condition(lock)));
    }

    private Subject subject(Condition condition) {
        destroyers.add(condition::destroy);
        return new ConditionSubject(() -> condition);
    }

    @Override
    protected boolean owned() {
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
