// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.IOException;

/** Says that an object can't travel, what in it can't, and what to do about it. */
public final class NotEncodableException extends IOException {
    private static final long serialVersionUID = 1L;

    NotEncodableException(String message, Throwable cause) {
        super(message, cause);
    }
}
