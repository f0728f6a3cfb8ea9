// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.Acquirable;
import procession.threading.AcquirableContract;

/** A semaphore whose threads are in several processes. */
@ExtendWith(LeakCheck.class)
class SemaphoreOfProcessesTest extends AcquirableContract {
    private final List<Semaphore> made = new ArrayList<>();
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
        made.forEach(Semaphore::destroy);
    }

    @Override
    protected Acquirable create() {
        var subject = new Semaphore(1);
        made.add(subject);
        return new Acting<>(troupe, subject);
    }

    @Override
    protected @Nullable Class<? extends RuntimeException> surplusRelease() {
        return null;
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
