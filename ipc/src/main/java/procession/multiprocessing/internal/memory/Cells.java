// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives memory to small objects, many of which share a segment. */
public final class Cells {
    /*
     * Overview. Cells are given out of a segment one after the other, and never a second time: another process may still
     * use one that was given back, and would then change somebody else's. A segment is removed when all of its cells have
     * been given back, so what is kept is never more than a segment for each object that lives.
     */
    private static final int CELLS_IN_SEGMENT = 1023;
    private static final int MOST_CELLS_WITH_DATA = 64;
    private static final int SEGMENT_BYTES = CELLS_IN_SEGMENT * CellDescriptor.BYTES;

    private final SharedDirectory directory;

    /** Where objects in use begin in each segment; guarded by this, as the other fields are. */
    private final Map<Segment, BitSet> used = new HashMap<>();

    private @Nullable Segment current;
    private int next;

    Cells(SharedDirectory directory) {
        this.directory = directory;
    }

    /**
     * Takes one cell, or several that follow each other.
     *
     * @param kind which kind of object is in them
     * @param options what the object is made with
     * @param count how many, up to 1023
     * @return the first cell; they are filled with zeros otherwise
     * @throws UncheckedIOException if there is no room for it
     */
    public synchronized Cell take(int kind, int options, int count) {
        if (count < 1 || count > CELLS_IN_SEGMENT) {
            throw new IllegalArgumentException(count + " cells, where one segment has " + CELLS_IN_SEGMENT);
        }
        Segment segment = current;
        if (segment == null || next + count > CELLS_IN_SEGMENT) {
            segment = newSegment(SEGMENT_BYTES);
            current = segment;
            next = 0;
        }
        Cell cell = begin(segment, next, kind, options, count);
        next += count;
        return cell;
    }

    /**
     * Takes a cell with bytes behind it: in a segment of their own if they are many.
     *
     * @param kind which kind of object is in it
     * @param options what the object is made with
     * @param dataBytes how many bytes follow the cell
     * @return the cell; all is filled with zeros otherwise
     * @throws UncheckedIOException if there is no room for it
     */
    public Cell takeWithData(int kind, int options, long dataBytes) {
        long cells = 1 + (dataBytes + CellDescriptor.BYTES - 1) / CellDescriptor.BYTES;
        if (cells <= MOST_CELLS_WITH_DATA) {
            return take(kind, options, (int) cells);
        }
        Segment segment = newSegment(cells * CellDescriptor.BYTES); // which takes its time, others go on
        synchronized (this) {
            return begin(segment, 0, kind, options, 1);
        }
    }

    private Segment newSegment(long bytes) {
        try {
            return directory.create(bytes);
        } catch (IOException noRoom) {
            throw new UncheckedIOException(noRoom.getMessage(), noRoom);
        }
    }

    /** Begins an object in a segment that it has for itself, and that no one gives back by its cells. */
    static Cell begin(Segment segment, int kind, int options) {
        return begin(new Cell(segment, SegmentDescriptor.DATA_AT), kind, options, 1);
    }

    private Cell begin(Segment segment, int place, int kind, int options, int count) {
        Cell cell = new Cell(segment, SegmentDescriptor.DATA_AT + CellDescriptor.BYTES * place);
        used.computeIfAbsent(segment, made -> new BitSet()).set(cell.offset());
        return begin(cell, kind, options, count);
    }

    private static Cell begin(Cell cell, int kind, int options, int count) {
        Cell.INT.setVolatile(cell.memory(), cell.at(CellDescriptor.OPTIONS_AT), options);
        Cell.INT.setVolatile(cell.memory(), cell.at(CellDescriptor.KIND_AT), CellDescriptor.kindAndCells(kind, count));
        return cell;
    }

    /**
     * Gives back all cells of an object; does nothing if that has been done, and in a process that has not taken it.
     *
     * @param cell the first of them
     */
    public synchronized void giveBack(Cell cell) {
        Segment segment = cell.segment();
        BitSet cells = used.get(segment);
        if (cells == null) {
            return;
        }
        cells.clear(cell.offset());
        if (cells.isEmpty()) {
            used.remove(segment);
            directory.remove(segment);
            if (segment.bytes()
                    > SegmentDescriptor.DATA_AT + SEGMENT_BYTES) { // its first cell says that it is destroyed
                segment.giveBackPages();
            }
            current = segment == current ? null : current;
        }
    }

    /**
     * Finds the first cell of an object.
     *
     * @param segment where it is
     * @param offset its place there
     * @param kind which kind of object has to be in it
     * @return the cell
     * @throws IOException if no such object is there
     */
    public static Cell find(Segment segment, int offset, int kind) throws IOException {
        int end = segment.memory().capacity() - CellDescriptor.BYTES;
        if (offset < SegmentDescriptor.DATA_AT || offset > end || offset % CellDescriptor.BYTES != 0) {
            throw new IOException("there is no object at " + offset + " of the shared memory " + segment);
        }
        Cell cell = new Cell(segment, offset);
        if (cell.kind() != kind) {
            throw new IOException("at " + offset + " of the shared memory " + segment + " is an object of kind "
                    + cell.kind() + ", and not " + kind);
        }
        if (cell.cells() > (segment.memory().capacity() - offset) / CellDescriptor.BYTES) {
            throw new IOException("at " + offset + " of the shared memory " + segment + " is an object of "
                    + cell.cells() + " cells, which the segment does not have");
        }
        return cell;
    }
}
