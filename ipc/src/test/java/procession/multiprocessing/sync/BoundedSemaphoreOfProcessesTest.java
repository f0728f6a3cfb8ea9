// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A bounded semaphore whose threads are in several processes. */
@ExtendWith(LeakCheck.class)
class BoundedSemaphoreOfProcessesTest extends AcquirableContract {
    private final List<BoundedSemaphore> made = new ArrayList<>();
    private static Troupe troupe = new Troupe(0);

    @BeforeAll
    static void engage() {
        troupe = new Troupe(2);
    }

    @AfterAll
    static void disband() throws InterruptedException {
        troupe.close();
    }

    @AfterEach
    void destroy() {
        troupe.dismiss();
        made.forEach(BoundedSemaphore::destroy);
    }

    @Override
    protected Acquirable create() {
        var subject = new BoundedSemaphore(1);
        made.add(subject);
        return new Acting<>(troupe, subject);
    }

    @Override
    protected Class<? extends RuntimeException> surplusRelease() {
        return IllegalStateException.class;
    }

    @Override
    protected boolean inThisProcess() {
        return false;
    }

    @Override
    protected int rounds() {
        return 25;
    }
}
