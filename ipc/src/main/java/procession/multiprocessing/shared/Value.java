// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import procession.multiprocessing.internal.memory.Cell;

/**
 * A single value that processes share, of whichever primitive type.
 *
 * <p>All methods may be called by any thread at any time.
 *
 * <p><i>Python:</i> what {@code multiprocessing.Value} returns.
 */
public abstract sealed class Value extends Guarded
        permits BooleanValue, ByteValue, CharValue, DoubleValue, FloatValue, IntValue, LongValue, ShortValue {
    private static final long serialVersionUID = 1L;

    Value(Kind kind, Cell cell) {
        super(kind, cell);
    }
}
