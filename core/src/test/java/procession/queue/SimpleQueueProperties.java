// SPDX-License-Identifier: Apache-2.0
package procession.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random sequences of operations on a {@link SimpleQueue} and on a deque, which must never differ. */
class SimpleQueueProperties {
    enum Kind {
        PUT,
        PUT_TIMED,
        PUT_NOWAIT,
        ADD,
        OFFER,
        OFFER_TIMED,
        GET_NOWAIT,
        GET_WITHOUT_TIME,
        POLL,
        POLL_TIMED,
        REMOVE,
        PEEK,
        ELEMENT,
        REMOVE_ONE,
        REMOVE_IF,
        REMOVE_BY_ITERATOR,
        CONTAINS,
        DRAIN,
        DRAIN_SOME,
        CLEAR,
        SHUTDOWN,
        SHUTDOWN_IMMEDIATE
    }

    record Step(Kind kind, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> often = Arbitraries.of(Kind.class).filter(kind -> kind.compareTo(Kind.DRAIN) < 0);
        Arbitrary<Kind> kinds =
                Arbitraries.integers().between(0, 19).flatMap(dice -> dice == 0 ? Arbitraries.of(Kind.class) : often);
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 5))
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    private final SimpleQueue<Integer> queue = new SimpleQueue<>();
    private final ArrayDeque<Integer> model = new ArrayDeque<>();
    private boolean shutdown;

    @Property(tries = 1000)
    void queue_isADeque(@ForAll("steps") List<Step> steps) throws InterruptedException {
        for (Step step : steps) {
            run(step.kind(), step.number());
            assertEquals(model.size(), queue.size());
            assertEquals(model.size(), queue.qsize());
            assertEquals(model.isEmpty(), queue.empty());
            assertEquals(shutdown, queue.isShutdown());
            assertEquals(model.toString(), queue.toString());
            assertArrayEquals(model.toArray(), queue.toArray());
            assertEquals(List.copyOf(model), queue.stream().toList());
        }
    }

    private void run(Kind kind, int number) throws InterruptedException {
        switch (kind) {
            case PUT -> put(number, () -> queue.put(number));
            case PUT_TIMED -> put(number, () -> queue.put(number, Duration.ofDays(-1)));
            case PUT_NOWAIT -> put(number, () -> queue.putNowait(number));
            case ADD -> put(number, () -> queue.add(number));
            case OFFER -> offer(number, queue.offer(number));
            case OFFER_TIMED -> offer(number, queue.offer(number, 0, TimeUnit.DAYS));
            case GET_NOWAIT -> get(shutdown ? ShutDown.class : Empty.class, queue::getNowait);
            case GET_WITHOUT_TIME -> get(shutdown ? ShutDown.class : Empty.class, () -> queue.get(Duration.ZERO));
            case REMOVE -> get(NoSuchElementException.class, queue::remove);
            case POLL -> assertEquals(model.poll(), queue.poll());
            case POLL_TIMED -> assertEquals(model.poll(), queue.poll(0, TimeUnit.DAYS));
            case PEEK -> assertEquals(model.peek(), queue.peek());
            case ELEMENT -> {
                if (model.isEmpty()) {
                    assertThrows(NoSuchElementException.class, queue::element);
                } else {
                    assertEquals(model.element(), queue.element());
                }
            }
            case REMOVE_ONE -> assertEquals(model.remove((Object) number), queue.remove((Object) number));
            case REMOVE_IF ->
                assertEquals(model.removeIf(each -> each == number), queue.removeIf(each -> each == number));
            case REMOVE_BY_ITERATOR -> {
                removeAt(model.iterator(), number);
                removeAt(queue.iterator(), number);
            }
            case CONTAINS -> assertEquals(model.contains(number), queue.contains(number));
            case DRAIN -> drain(Integer.MAX_VALUE);
            case DRAIN_SOME -> drain(number);
            case CLEAR -> {
                model.clear();
                queue.clear();
            }
            case SHUTDOWN -> {
                queue.shutdown();
                shutdown = true;
            }
            case SHUTDOWN_IMMEDIATE -> {
                queue.shutdown(true);
                model.clear();
                shutdown = true;
            }
        }
    }

    private void put(int number, Runnable put) {
        if (shutdown) {
            assertThrows(ShutDown.class, put::run);
        } else {
            put.run();
            model.add(number);
        }
    }

    private void offer(int number, boolean accepted) {
        assertEquals(!shutdown, accepted);
        if (accepted) {
            model.add(number);
        }
    }

    private interface Getter {
        Integer get() throws InterruptedException;
    }

    private void get(Class<? extends RuntimeException> why, Getter getter) throws InterruptedException {
        if (model.isEmpty()) {
            assertThrows(why, getter::get);
        } else {
            assertEquals(model.remove(), getter.get());
        }
    }

    private void drain(int most) {
        List<Integer> expected = new ArrayList<>();
        while (expected.size() < most && !model.isEmpty()) {
            expected.add(model.remove());
        }
        List<Integer> drained = new ArrayList<>();
        assertEquals(
                expected.size(), most == Integer.MAX_VALUE ? queue.drainTo(drained) : queue.drainTo(drained, most));
        assertEquals(expected, drained);
        if (most == Integer.MAX_VALUE) {
            assertNull(queue.poll());
            assertFalse(queue.iterator().hasNext());
        }
    }

    private static void removeAt(Iterator<Integer> iterator, int index) {
        for (int i = 0; iterator.hasNext(); i++) {
            iterator.next();
            if (i == index) {
                iterator.remove();
            }
        }
    }
}
