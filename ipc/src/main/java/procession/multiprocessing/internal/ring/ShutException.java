// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

/** Says that a queue is shut: nothing can be put, or nothing will come any more. */
public final class ShutException extends Exception {
    private static final long serialVersionUID = 1L;

    ShutException() {
        super(null, null, false, false);
    }
}
