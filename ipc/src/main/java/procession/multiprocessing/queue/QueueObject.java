// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.queue;

import procession.multiprocessing.internal.memory.Cell;
import procession.multiprocessing.internal.memory.CellObject;
import procession.multiprocessing.internal.ring.SharedFifo;

/** What the queues have in common that no caller sees: where they are, how they travel, and whether they may be used here. */
abstract class QueueObject extends CellObject {
    private static final long serialVersionUID = 1L;

    private final transient SharedFifo fifo;
    private transient volatile boolean closedHere;

    QueueObject(Kind kind, Cell cell) {
        super(kind, cell);
        this.fifo = new SharedFifo(this, cell);
    }

    /** Makes it ready, or leaves nothing of it. */
    final void start(int maxsize, boolean keptTillDone) {
        boolean started = false;
        try {
            fifo.start(maxsize, keptTillDone);
            started = true;
        } finally {
            if (!started) {
                place().segment().directory().cells().giveBack(place());
            }
        }
    }

    final SharedFifo fifo() {
        return fifo;
    }

    /** Returns what the queue is made of, to be used by this process. */
    final SharedFifo open() {
        if (closedHere) {
            throw new IllegalStateException(this + " was closed in this process, which can't use it any more");
        }
        return fifo;
    }

    final void closeHere() {
        closedHere = true;
    }
}
