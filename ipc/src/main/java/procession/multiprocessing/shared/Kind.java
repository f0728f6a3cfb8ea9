// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import java.util.function.Function;
import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellKind;

/** The classes of this package whose objects live in cells. Their codes are 16 and above. */
enum Kind implements CellKind {
    INT_VALUE(16, IntValue.class, IntValue::new),
    RAW_INT(16, RawInt.class, RawInt::new),
    LONG_VALUE(17, LongValue.class, LongValue::new),
    RAW_LONG(17, RawLong.class, RawLong::new),
    DOUBLE_VALUE(18, DoubleValue.class, DoubleValue::new),
    RAW_DOUBLE(18, RawDouble.class, RawDouble::new),
    BOOLEAN_VALUE(19, BooleanValue.class, BooleanValue::new),
    RAW_BOOLEAN(19, RawBoolean.class, RawBoolean::new);

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
