// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.util.function.Consumer;
import java.util.function.Function;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellDescriptor;
import procession.multiprocessing.internal.memory.CellKind;
import procession.multiprocessing.internal.memory.SharedDirectory;

/** The classes of this package whose objects live in cells. Their codes are 16 and above. */
enum Kind implements CellKind {
    INT_VALUE(16, IntValue.class, IntValue::new),
    RAW_INT(16, RawInt.class, RawInt::new),
    LONG_VALUE(17, LongValue.class, LongValue::new),
    RAW_LONG(17, RawLong.class, RawLong::new),
    DOUBLE_VALUE(18, DoubleValue.class, DoubleValue::new),
    RAW_DOUBLE(18, RawDouble.class, RawDouble::new),
    BYTE_VALUE(20, ByteValue.class, ByteValue::new),
    RAW_BYTE(20, RawByte.class, RawByte::new),
    SHORT_VALUE(21, ShortValue.class, ShortValue::new),
    RAW_SHORT(21, RawShort.class, RawShort::new),
    CHAR_VALUE(22, CharValue.class, CharValue::new),
    RAW_CHAR(22, RawChar.class, RawChar::new),
    FLOAT_VALUE(23, FloatValue.class, FloatValue::new),
    RAW_FLOAT(23, RawFloat.class, RawFloat::new),
    BOOLEAN_VALUE(19, BooleanValue.class, BooleanValue::new),
    RAW_BOOLEAN(19, RawBoolean.class, RawBoolean::new),
    INT_ARRAY(32, IntArray.class, IntArray::new),
    RAW_INT_ARRAY(32, RawIntArray.class, RawIntArray::new),
    LONG_ARRAY(33, LongArray.class, LongArray::new),
    RAW_LONG_ARRAY(33, RawLongArray.class, RawLongArray::new),
    DOUBLE_ARRAY(34, DoubleArray.class, DoubleArray::new),
    RAW_DOUBLE_ARRAY(34, RawDoubleArray.class, RawDoubleArray::new),
    FLOAT_ARRAY(35, FloatArray.class, FloatArray::new),
    RAW_FLOAT_ARRAY(35, RawFloatArray.class, RawFloatArray::new),
    SHORT_ARRAY(36, ShortArray.class, ShortArray::new),
    RAW_SHORT_ARRAY(36, RawShortArray.class, RawShortArray::new),
    CHAR_ARRAY(37, CharArray.class, CharArray::new),
    RAW_CHAR_ARRAY(37, RawCharArray.class, RawCharArray::new),
    BYTE_ARRAY(38, ByteArray.class, ByteArray::new),
    RAW_BYTE_ARRAY(38, RawByteArray.class, RawByteArray::new),
    BOOLEAN_ARRAY(39, BooleanArray.class, BooleanArray::new),
    RAW_BOOLEAN_ARRAY(39, RawBooleanArray.class, RawBooleanArray::new),
    SHARED_MEMORY(48, SharedMemory.class, SharedMemory::new),
    SHAREABLE_LIST(49, ShareableList.class, ShareableList::new);

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

    /** Takes memory for an array, whose length is in the cell. */
    Cell newArray(long length, int elementBytes, int options) {
        if (length < 0 || length > Long.MAX_VALUE / Long.BYTES - CellDescriptor.BYTES) {
            throw new IllegalArgumentException("an array of " + length + " elements");
        }
        Cell cell = SharedDirectory.current().cells().takeWithData(code, options, length * elementBytes);
        withValue(length).accept(cell);
        return cell;
    }

    /** Returns what writes a value into a cell. */
    static Consumer<Cell> withValue(long value) {
        return cell -> Cell.LONG.setVolatile(cell.memory(), cell.at(CellDescriptor.VALUE_AT), value);
    }
}
