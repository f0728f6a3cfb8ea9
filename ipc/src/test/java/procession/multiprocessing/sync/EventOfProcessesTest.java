// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.testing.LeakCheck;
import procession.threading.EventContract;

/** An event whose threads are in several processes. */
@ExtendWith(LeakCheck.class)
class EventOfProcessesTest extends EventContract {
    private final List<Event> made = new ArrayList<>();
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
        made.forEach(Event::destroy);
    }

    @Override
    protected Subject create() {
        var event = new Event();
        made.add(event);
        return new Acted(troupe, event);
    }

    @Override
    protected int rounds() {
        return 40;
    }

    private record Acted(Troupe troupe, Event event) implements Subject {
        @Override
        public void set() {
            Event subject = event;
            troupe.tell(() -> {
                subject.set();
                return true;
            });
        }

        @Override
        public void clear() {
            Event subject = event;
            troupe.tell(() -> {
                subject.clear();
                return true;
            });
        }

        @Override
        public boolean isSet() {
            Event subject = event;
            return troupe.tell(() -> subject.isSet());
        }

        @Override
        public void await() throws InterruptedException {
            Event subject = event;
            troupe.say(() -> {
                subject.await();
                return true;
            });
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            Event subject = event;
            return troupe.say(() -> subject.await(timeout));
        }

        @Override
        public String toString() {
            return event.toString();
        }
    }
}
