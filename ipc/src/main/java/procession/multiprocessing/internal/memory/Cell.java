// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A small object of shared memory, as one process sees it. The layout is that of {@link CellDescriptor}. */
public final class Cell {
    /** Accesses a {@code long} of {@link #memory()}, at {@link #at}. */
    public static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Accesses an {@code int} of {@link #memory()}, at {@link #at}. */
    public static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** Accesses a {@code short} of {@link #memory()}, which can't be compared and set. */
    public static final VarHandle SHORT = MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder());

    /** Accesses a {@code char} of {@link #memory()}, which can't be compared and set. */
    public static final VarHandle CHAR = MethodHandles.byteBufferViewVarHandle(char[].class, ByteOrder.nativeOrder());

    private final Segment segment;
    private final ByteBuffer memory;
    private final int offset;

    Cell(Segment segment, int offset) {
        this.segment = segment;
        this.memory = segment.memory();
        this.offset = offset;
    }

    /**
     * Returns the memory of the segment that the cell is in.
     *
     * @return the memory
     */
    public ByteBuffer memory() {
        return memory;
    }

    /**
     * Returns where in that memory a field of the cell is.
     *
     * @param field its offset in the cell
     * @return its offset in the memory
     */
    public int at(int field) {
        return offset + field;
    }

    /**
     * Returns the segment that the cell is in.
     *
     * @return the segment
     */
    public Segment segment() {
        return segment;
    }

    /**
     * Returns which kind of object it is.
     *
     * @return the kind
     */
    public int kind() {
        return CellDescriptor.kind((int) INT.getVolatile(memory, at(CellDescriptor.KIND_AT)));
    }

    /**
     * Returns how many cells the object has, of which this is the first.
     *
     * @return the number
     */
    public int cells() {
        return CellDescriptor.cells((int) INT.getVolatile(memory, at(CellDescriptor.KIND_AT)));
    }

    /**
     * Returns what the object was made with.
     *
     * @return the options
     */
    public int options() {
        return (int) INT.getVolatile(memory, at(CellDescriptor.OPTIONS_AT));
    }

    /**
     * Returns where in its segment it is.
     *
     * @return its place
     */
    public int offset() {
        return offset;
    }
}
