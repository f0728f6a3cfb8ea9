// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.ring;

import java.io.IOException;

/** Says that a message is longer than its receiver wants it; it can still be received. */
public final class MessageTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    MessageTooLongException(long length, int max) {
        super("the next message has " + length + " bytes, and at most " + max
                + " were asked for; it can still be received");
    }
}
