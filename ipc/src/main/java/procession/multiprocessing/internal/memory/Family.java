// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.memory;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * A random number for the processes that share one file of slots, and so can tell who of them is alive.
 *
 * @param high one half
 * @param low the other half
 */
record Family(long high, long low) {
    static final int BYTES = 2 * Long.BYTES;

    static Family random() {
        SecureRandom random = new SecureRandom();
        return new Family(random.nextLong(), random.nextLong());
    }

    static Family read(ByteBuffer memory, int at) {
        return new Family(memory.getLong(at), memory.getLong(at + Long.BYTES));
    }

    void write(ByteBuffer memory, int at) {
        memory.putLong(at, high).putLong(at + Long.BYTES, low);
    }
}
