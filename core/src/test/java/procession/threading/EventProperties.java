// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import procession.testing.Await;
import procession.testing.ThreadHarness;

/** Random steps, compared with a model: a flag, and the number of those that wait. */
class EventProperties {
    enum Operation {
        SET,
        CLEAR,
        AWAIT_ZERO,
        AWAIT
    }

    @Property(tries = 150)
    void event_isAFlag_andLetsGoWhoWaits(@ForAll @Size(max = 12) List<Operation> operations)
            throws InterruptedException {
        var event = new Event();
        boolean set = false;
        int expected = 0;
        int waiting = 0;
        var through = new AtomicInteger();
        try (var threads = new ThreadHarness()) {
            for (Operation operation : operations) {
                switch (operation) {
                    case SET -> {
                        event.set();
                        set = true;
                        expected += waiting;
                        waiting = 0;
                    }
                    case CLEAR -> {
                        event.clear();
                        set = false;
                    }
                    case AWAIT_ZERO -> assertEquals(set, event.await(Duration.ZERO));
                    case AWAIT -> {
                        Thread waiter = threads.start("waiter", () -> {
                            event.await();
                            through.incrementAndGet();
                        });
                        if (set) {
                            expected++;
                        } else {
                            waiting++;
                            Await.blocked(waiter);
                        }
                    }
                }
                assertEquals(set, event.isSet());
                int now = expected;
                Await.until("those that were let go have gone", () -> through.get() == now);
            }
            event.set();
        }
        assertEquals(expected + waiting, through.get());
    }
}
