// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.sync;

/**
 * Says that the process that had a lock has died, or exited, without releasing it, and that the lock is not acquired.
 *
 * <p>What the lock guards may be half changed. The lock stays unusable, for all processes, until one of them has put that in
 * order by the lock's {@code recover} method.
 *
 * <p><i>Python:</i> none; there, the lock stays locked for ever.
 */
public class OwnerDiedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** The id that the process had. */
    private final long pid;

    /**
     * Makes an exception.
     *
     * @param lock which lock
     * @param pid the id of the dead process
     */
    public OwnerDiedException(String lock, long pid) {
        super("process " + pid + " has died without releasing " + lock
                + "; what the lock guards may be half changed: call recover(repair) to put it in order");
        this.pid = pid;
    }

    /**
     * Returns which process has died.
     *
     * @return the id that it had
     */
    public long pid() {
        return pid;
    }
}
