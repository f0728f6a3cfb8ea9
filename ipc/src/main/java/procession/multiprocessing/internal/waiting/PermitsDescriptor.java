// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.waiting;

/**
 * The layout of a semaphore: that of {@link PartiesDescriptor}, and in its own part
 *
 * <pre>
 *   64              68              72              76
 *   +---------------+---------------+---------------+---------------+
 *   | number        | record        | bound         | 0             |
 *   +---------------+---------------+---------------+---------------+
 *   | new state of the record       | 0                             | up to 128
 *   +-------------------------------+-------------------------------+
 * </pre>
 * Number, record and new state are the journal: what the latest change was about to do, or has done. The bound is written before
 * anybody knows of the semaphore. The state of a record is how many permits its process gives back when it dies.
 */
final class PermitsDescriptor {
    static final int JOURNAL_NUMBER_AT = PartiesDescriptor.OWN_AT;
    static final int JOURNAL_RECORD_AT = JOURNAL_NUMBER_AT + Integer.BYTES;
    static final int BOUND_AT = JOURNAL_RECORD_AT + Integer.BYTES;
    static final int JOURNAL_STATE_AT = BOUND_AT + 2 * Integer.BYTES;

    private PermitsDescriptor() {}
}
