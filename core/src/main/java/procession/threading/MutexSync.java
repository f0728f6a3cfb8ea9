// SPDX-License-Identifier: Apache-2.0
package procession.threading;

import java.util.concurrent.locks.AbstractQueuedSynchronizer;

/** The state and the queue of a lock, as far as a {@link Condition} has to know them. */
@SuppressWarnings("serial") // the lock around it is not serializable
abstract class MutexSync extends AbstractQueuedSynchronizer {
    /** Returns whether the calling thread has the lock or, if nobody owns the lock, whether it is locked. */
    @Override
    protected abstract boolean isHeldExclusively();

    final ConditionObject newConditionObject() {
        return new ConditionObject();
    }
}
