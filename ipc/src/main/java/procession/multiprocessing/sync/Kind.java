// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import java.util.function.Function;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellKind;

/** The classes of this package whose objects live in cells. Their codes are below 16. */
enum Kind implements CellKind {
    LOCK(1, Lock.class, Lock::new),
    RLOCK(2, RLock.class, RLock::new),
    EVENT(3, Event.class, Event::new),
    SEMAPHORE(4, Semaphore.class, Semaphore::new),
    BOUNDED_SEMAPHORE(5, BoundedSemaphore.class, BoundedSemaphore::new),
    BARRIER(6, Barrier.class, Barrier::new),
    CONDITION(7, Condition.class, Condition::new);

    private final int code;
    private final Class<?> type;

    @SuppressWarnings("ImmutableEnumChecker") // the constructor of the class, which captures nothing
    private final Function<Cell, ?> arrival;

    <T> Kind(int code, Class<T> type, Function<Cell, T> arrival) {
        this.code = code;
        this.type = type;
        this.arrival = arrival;
    }

    @Override
    public int code() {
        return code;
    }

    @Override
    public Class<?> type() {
        return type;
    }

    @Override
    public Object arrive(Cell cell) {
        return arrival.apply(cell);
    }
}
