// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellObject;

/** What the types of this package have in common that no caller sees: where they are, and how they travel. */
abstract class SyncObject extends CellObject {
    private static final long serialVersionUID = 1L;

    SyncObject(Kind kind, Cell cell) {
        super(kind, cell);
    }

    final Cell cell() {
        return place();
    }
}
