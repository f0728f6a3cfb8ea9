// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.futex;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sleeps on words of shared memory, and wakes who sleeps there, whichever process it is in. */
public final class Futex {
    /** {@code false} turns it off. */
    public static final String PROPERTY = "procession.native";

    private static final boolean AVAILABLE = load();

    private Futex() {}

    private static boolean load() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            return false;
        }
        try {
            LinuxCalls.newTime(); // loads the class
            return true;
        } catch (LinkageError | UnsupportedOperationException | SecurityException notHere) {
            System.getLogger("procession.multiprocessing")
                    .log(
                            System.Logger.Level.DEBUG,
                            "threads that wait for other processes look again and again instead of sleeping in the kernel",
                            notHere);
            return false;
        }
    }

    /**
     * Returns whether it can be used. The first call loads what is needed for it, which may take a tenth of a second.
     *
     * @return {@code false} where the system has no such thing, JNA is missing, or {@link #PROPERTY} says no
     */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    /**
     * Returns the address of a mapped or direct buffer.
     *
     * @param memory the buffer
     * @return its address
     */
    public static long address(ByteBuffer memory) {
        return LinuxCalls.address(memory);
    }

    /**
     * Returns where the lower half of a long is that is kept in the byte order of the machine.
     *
     * @param longAt where the long is
     * @return where its lower half is
     */
    public static int lowerHalf(int longAt) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? longAt : longAt + Integer.BYTES;
    }

    /**
     * Wakes threads that sleep on an {@code int}.
     *
     * @param memory the memory
     * @param base the memory's address
     * @param at where in the memory the int is
     * @param count how many at most
     */
    public static void wake(ByteBuffer memory, long base, int at, int count) {
        try {
            LinuxCalls.wake(base + at, count);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }
}
