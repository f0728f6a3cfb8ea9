// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck;

/** Thrown by a specification where the object would wait: the call cannot come at this place of the order. */
public final class Blocked extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Creates an exception. */
    public Blocked() {}
}
