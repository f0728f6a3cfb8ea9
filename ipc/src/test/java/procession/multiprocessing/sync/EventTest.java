// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import procession.multiprocessing.Process;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.testing.Await;
import procession.testing.Delays;
import procession.testing.LeakCheck;
import procession.testing.ThreadHarness;

/** An event, among threads, through two mappings, and between processes. */
@ExtendWith(LeakCheck.class)
class EventTest {
    private final Event event = new Event();

    @AfterEach
    void destroy() {
        event.destroy();
    }

    @Test
    void set_letsAllGo_andWhoComesLater_untilItIsCleared() throws Exception {
        var other = new Event(Mappings.again(event.cell()));
        assertFalse(event.isSet());
        assertTrue(event.toString().endsWith("[unset]"), event::toString);
        try (var threads = new ThreadHarness()) {
            for (int i = 0; i < 3; i++) {
                Await.blocked(threads.start("waiter-" + i, event::await));
                Await.blocked(threads.start("other-" + i, () -> assertTrue(other.await(Delays.large()))));
            }
            event.set();
        }
        event.set();
        assertTrue(other.isSet());
        assertTrue(other.await(Duration.ZERO));
        assertTrue(event.toString().endsWith("[set]"), event::toString);
        other.clear();
        other.clear();
        assertFalse(event.isSet());
        assertFalse(event.await(Delays.brief()));
    }

    @Test
    void set_clearedAtOnce_letsAllGoThatWait() {
        try (var threads = new ThreadHarness(Delays.large())) {
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < 3; i++) {
                    Await.blocked(threads.start("waiter", event::await));
                }
                event.set();
                event.clear();
                threads.join();
            }
        }
    }

    @Test
    void await_zeroOrNegative_doesNotWait() throws Exception {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertFalse(event.await(timeout));
        }
    }

    @Test
    void await_interrupted_throws() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, event::await);
        try (var threads = new ThreadHarness()) {
            Thread waiter = threads.start("waiter", () -> assertThrows(InterruptedException.class, event::await));
            Await.blocked(waiter);
            Thread next = threads.start("next", event::await);
            Await.blocked(next);
            waiter.interrupt();
            threads.start("setter", event::set);
        }
    }

    @Test
    void set_byAProcessThatDiesBeforeTheWakeUps_isHeardOf() throws Exception {
        try (var threads = new ThreadHarness(Delays.large())) {
            Await.blocked(threads.start("waiter", event::await));
            Cell cell = event.cell();
            Cell.LONG.setVolatile(cell.memory(), cell.at(CellDescriptor.LOCK_AT), 3L); // as set() leaves it
        }
        assertTrue(event.isSet());
    }

    @Test
    void event_ofTwoProcesses_goesBackAndForth() throws Exception {
        var answer = new Event();
        Event question = event;
        var process = new Process(() -> {
            for (int i = 0; i < 200; i++) {
                question.await();
                question.clear();
                answer.set();
            }
        });
        process.start();
        for (int i = 0; i < 200; i++) {
            question.set();
            assertTrue(answer.await(Delays.large()), process::toString);
            answer.clear();
        }
        assertTrue(process.join(Delays.large()));
        assertEquals(OptionalInt.of(0), process.exitcode());
        answer.destroy();
    }

    @Test
    void destroy_endsItForAll() {
        try (var threads = new ThreadHarness()) {
            Await.blocked(threads.start("waiter", () -> assertThrows(IllegalStateException.class, event::await)));
            event.destroy();
        }
        assertThrows(IllegalStateException.class, event::await);
        assertThrows(IllegalStateException.class, event::set);
        assertThrows(IllegalStateException.class, event::clear);
        assertThrows(IllegalStateException.class, event::isSet);
        assertTrue(event.toString().endsWith("[destroyed]"), event::toString);
    }
}
