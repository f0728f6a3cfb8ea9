// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.futex;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** Pages of a mapped file whose content nobody needs any more. */
public final class Pages {
    /** A multiple of every size that pages have. */
    public static final int LARGEST_BYTES = 1 << 16;

    private Pages() {}

    /**
     * Gives the memory back, at once and for all processes; who still reads there finds zeros. Does nothing where there is no
     * such call.
     *
     * @param mapped a mapping of a file, from its start on or from a multiple of {@link #LARGEST_BYTES}
     * @param from where in it, a multiple of {@link #LARGEST_BYTES}
     * @param to where that ends
     */
    public static void giveBack(ByteBuffer mapped, int from, int to) {
        if (from < to && Futex.isAvailable()) {
            try {
                LinuxCalls.removePages(Futex.address(mapped) + from, to - from);
            } finally {
                Reference.reachabilityFence(mapped);
            }
        }
    }
}
