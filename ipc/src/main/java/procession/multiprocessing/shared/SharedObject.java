// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.shared;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellObject;

/** What the types of this package have in common that no caller sees: where they are, and how they travel. */
abstract class SharedObject extends CellObject {
    private static final long serialVersionUID = 1L;

    SharedObject(Kind kind, Cell cell) {
        super(kind, cell);
    }

    final Cell cell() {
        return place();
    }
}
