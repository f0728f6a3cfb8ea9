// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import java.util.function.Function;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellKind;

/** The classes of this package whose objects live in cells. Their codes are from 128 on. */
enum Kind implements CellKind {
    QUEUE(128, Queue.class, Queue::new),
    JOINABLE_QUEUE(129, JoinableQueue.class, JoinableQueue::new),
    SIMPLE_QUEUE(130, SimpleQueue.class, SimpleQueue::new);

    private final int code;
    private final Class<?> type;

    @SuppressWarnings("ImmutableEnumChecker") // the constructor of the class, which captures nothing
    private final Function<Cell, ?> arrival;

    <T> Kind(int code, Class<T> type, Function<Cell, ? extends T> arrival) {
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
