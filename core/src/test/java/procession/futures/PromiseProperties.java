// SPDX-License-Identifier: Apache-2.0
package procession.futures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Random steps on a future, compared with a model: Python's states; and {@code wait} over futures in any states. */
class PromiseProperties {
    enum Operation {
        SET_RUNNING,
        SET_RESULT,
        TRY_SET_RESULT,
        SET_EXCEPTION,
        TRY_SET_EXCEPTION,
        CANCEL,
        CANCEL_WITHOUT_INTERRUPT,
        CANCEL_WITH_INTERRUPT,
        ADD_CALLBACK
    }

    enum State {
        PENDING,
        RUNNING,
        RETURNED,
        THREW,
        CANCELLED;

        boolean isDone() {
            return compareTo(RUNNING) > 0;
        }
    }

    private final RuntimeException failure = new IllegalArgumentException("of the task");

    @Provide
    Arbitrary<List<Operation>> steps() {
        return Arbitraries.of(Operation.class).list().ofMaxSize(12);
    }

    @Property(tries = 1000)
    void promise_hasPythonsStates(@ForAll("steps") List<Operation> steps) throws Exception {
        Promise<Integer> promise = new Promise<>();
        State state = State.PENDING;
        List<Integer> called = new ArrayList<>();
        int callbacks = 0;
        for (Operation step : steps) {
            switch (step) {
                case SET_RUNNING -> {
                    if (state == State.PENDING) {
                        assertTrue(promise.setRunningOrNotifyCancel());
                        state = State.RUNNING;
                    } else if (state == State.CANCELLED) {
                        assertFalse(promise.setRunningOrNotifyCancel());
                    } else {
                        assertThrows(IllegalStateException.class, promise::setRunningOrNotifyCancel);
                    }
                }
                case SET_RESULT, SET_EXCEPTION -> {
                    boolean returns = step == Operation.SET_RESULT;
                    if (state.isDone()) {
                        assertThrows(IllegalStateException.class, () -> complete(promise, returns));
                    } else {
                        complete(promise, returns);
                        state = returns ? State.RETURNED : State.THREW;
                    }
                }
                case TRY_SET_RESULT -> {
                    assertEquals(!state.isDone(), promise.trySetResult(7));
                    state = state.isDone() ? state : State.RETURNED;
                }
                case TRY_SET_EXCEPTION -> {
                    assertEquals(!state.isDone(), promise.trySetException(failure));
                    state = state.isDone() ? state : State.THREW;
                }
                case CANCEL -> {
                    state = state == State.PENDING ? State.CANCELLED : state;
                    assertEquals(state == State.CANCELLED, promise.cancel());
                }
                case CANCEL_WITHOUT_INTERRUPT, CANCEL_WITH_INTERRUPT -> {
                    assertEquals(!state.isDone(), promise.cancel(step == Operation.CANCEL_WITH_INTERRUPT));
                    state = state.isDone() ? state : State.CANCELLED;
                }
                case ADD_CALLBACK -> {
                    int number = callbacks++;
                    promise.addDoneCallback(done -> {
                        assertSame(promise, done);
                        called.add(number);
                    });
                }
            }
            assertIs(state, promise);
            List<Integer> expected = new ArrayList<>();
            for (int number = 0; state.isDone() && number < callbacks; number++) {
                expected.add(number);
            }
            assertEquals(expected, called);
        }
    }

    private void complete(Promise<Integer> promise, boolean returns) {
        if (returns) {
            promise.setResult(7);
        } else {
            boolean completed = promise.setException(failure);
            assertTrue(completed);
        }
    }

    private void assertIs(State state, Future<Integer> future) throws Exception {
        assertEquals(state.isDone(), future.done());
        assertEquals(state.isDone(), future.isDone());
        assertEquals(state == State.CANCELLED, future.cancelled());
        assertEquals(state == State.CANCELLED, future.isCancelled());
        assertEquals(state == State.RUNNING, future.running());
        switch (state) {
            case PENDING, RUNNING -> {
                assertThrows(TimeoutException.class, () -> future.result(Duration.ZERO));
                assertThrows(TimeoutException.class, () -> future.exception(Duration.ofDays(-1)));
            }
            case RETURNED -> {
                assertEquals(7, future.result());
                assertEquals(7, future.result(Duration.ZERO));
                assertNull(future.exception());
            }
            case THREW -> {
                assertSame(failure, assertThrows(IllegalArgumentException.class, future::result));
                assertSame(failure, future.exception(Duration.ZERO));
            }
            case CANCELLED -> {
                assertThrows(CancellationException.class, future::result);
                assertThrows(CancellationException.class, future::exception);
            }
        }
    }

    private Promise<Integer> in(State state) {
        Promise<Integer> promise = new Promise<>();
        switch (state) {
            case PENDING -> {}
            case RUNNING -> assertTrue(promise.setRunningOrNotifyCancel());
            case CANCELLED -> assertTrue(promise.cancel());
            case RETURNED, THREW -> complete(promise, state == State.RETURNED);
        }
        return promise;
    }

    @Property(tries = 500)
    void wait_andAsCompleted_overFuturesInAnyState(
            @ForAll @Size(max = 6) List<State> states, @ForAll ReturnWhen returnWhen) throws Exception {
        List<Promise<Integer>> futures = states.stream().map(this::in).toList();
        List<Promise<Integer>> done = futures.stream().filter(Promise::done).toList();
        boolean enough = done.size() == futures.size()
                || (returnWhen == ReturnWhen.FIRST_COMPLETED && !done.isEmpty())
                || (returnWhen == ReturnWhen.FIRST_EXCEPTION && states.contains(State.THREW));
        Duration timeout = enough ? Duration.ofDays(1) : Duration.ZERO; // which, if it is enough, must not be waited
        Futures.DoneAndNotDone<Promise<Integer>> split = Futures.wait(futures, timeout, returnWhen);
        assertEquals(
                List.copyOf(done),
                futures.stream().filter(split.done()::contains).toList());
        assertEquals(futures.size() - done.size(), split.notDone().size());

        List<Promise<Integer>> completed = new ArrayList<>();
        var iterator = Futures.asCompleted(futures, Duration.ZERO).iterator();
        for (int i = 0; i < done.size(); i++) {
            completed.add(iterator.next());
        }
        assertTrue(completed.containsAll(done) && completed.size() == done.size());
        assertEquals(done.size() < futures.size(), hasMoreOrTimesOut(iterator));
    }

    private static boolean hasMoreOrTimesOut(Iterator<?> iterator) {
        try {
            return iterator.hasNext();
        } catch (CompletionException timeIsOver) {
            assertTrue(timeIsOver.getCause() instanceof TimeoutException, timeIsOver::toString);
            return true;
        }
    }
}
