// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.Cells;
import procession.multiprocessing.internal.memory.Segment;

/**
 * Shared memory that one actor sees through one mapping, and the other one through another, as two processes would. To make
 * a file for each of millions of states would take for ever, so that a state takes the next of a ring of objects that are made
 * once, of which there are more than states at a time.
 */
public final class SecondMapping {
    /** How many objects there are in a ring: more than jcstress has states at a time, which are 256 times 40. */
    public static final int RING = 1 << 14;

    private static final Map<Segment, Segment> MAPPED = new ConcurrentHashMap<>();

    private static final RawInt[] HERE = new RawInt[2 * RING];
    private static final RawInt[] THERE = new RawInt[2 * RING];
    private static final AtomicInteger NEXT = new AtomicInteger();

    static {
        for (int i = 0; i < HERE.length; i++) {
            Cell cell = Kind.RAW_INT.newCell(0);
            HERE[i] = new RawInt(cell);
            THERE[i] = new RawInt(of(cell));
        }
    }

    private SecondMapping() {}

    /**
     * Returns where a state finds its objects.
     *
     * @return an index, which no other state has at the same time
     */
    public static int next() {
        return NEXT.getAndIncrement() & (RING - 1);
    }

    /**
     * Returns the first number of a state, as the first actor sees it.
     *
     * @param index the state's index
     * @return the number
     */
    public static RawInt here(int index) {
        return HERE[index];
    }

    /**
     * Returns the first number of a state, as the second actor sees it.
     *
     * @param index the state's index
     * @return the number
     */
    public static RawInt there(int index) {
        return THERE[index];
    }

    /**
     * Returns the other number of a state, as the first actor sees it.
     *
     * @param index the state's index
     * @return the number
     */
    public static RawInt otherHere(int index) {
        return HERE[RING + index];
    }

    /**
     * Returns the other number of a state, as the second actor sees it.
     *
     * @param index the state's index
     * @return the number
     */
    public static RawInt otherThere(int index) {
        return THERE[RING + index];
    }

    /**
     * Returns a cell as it is seen through the second mapping of its segment.
     *
     * @param cell the cell
     * @return the same cell
     */
    public static Cell of(Cell cell) {
        try {
            Segment again = MAPPED.computeIfAbsent(cell.segment(), SecondMapping::mapped);
            return Cells.find(again, cell.offset(), cell.kind());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Segment mapped(Segment segment) {
        try {
            return segment.directory()
                    .attachAnew(
                            Objects.requireNonNull(segment.file().getFileName()).toString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
