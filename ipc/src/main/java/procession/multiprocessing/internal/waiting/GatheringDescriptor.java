// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

import procession.multiprocessing.internal.memory.CellDescriptor;

/**
 * The layout of a barrier: that of {@link PartiesDescriptor}, in its own part
 *
 * <pre>
 *   64              68              72
 *   +---------------+---------------+-------------------------------+
 *   | parties       | 0             | process that runs the action  |
 *   +---------------+---------------+-------------------------------+
 *   | thread that runs it           | process whose death broke it  |
 *   +-------------------------------+-------------------------------+
 *   | round that the places are of, + 1                             | up to 128
 *   +---------------------------------------------------------------+
 * </pre>
 * and behind the records as many cells as are needed for a bit for each place. The number of parties is written before anybody
 * knows of the barrier. The state of a record is described in {@link Gathering}.
 */
final class GatheringDescriptor {
    static final int PARTIES_AT = PartiesDescriptor.OWN_AT;
    static final int RUNNER_AT = PARTIES_AT + 2 * Integer.BYTES;
    static final int RUNNING_THREAD_AT = RUNNER_AT + Long.BYTES;
    static final int DEAD_AT = RUNNING_THREAD_AT + Long.BYTES;
    static final int PLACES_OF_AT = DEAD_AT + Long.BYTES;
    static final int PLACES_AT = PartiesDescriptor.CELLS * CellDescriptor.BYTES;

    private GatheringDescriptor() {}

    static int placeWords(int parties) {
        return (parties + Long.SIZE - 1) / Long.SIZE;
    }

    static int cells(int parties) {
        int bytes = PLACES_AT + placeWords(parties) * Long.BYTES;
        return (bytes + CellDescriptor.BYTES - 1) / CellDescriptor.BYTES;
    }
}
