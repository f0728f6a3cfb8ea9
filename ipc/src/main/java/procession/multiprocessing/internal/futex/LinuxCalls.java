// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.futex;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The system calls. Loading this class fails where there are none. */
final class LinuxCalls {
    private static final int FUTEX_WAKE = 1;
    private static final int FUTEX_WAIT_BITSET = 9;
    private static final int FUTEX_WAKE_BITSET = 10;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int MADV_REMOVE = 9;
    private static final long NANOS = 1_000_000_000L;

    private static final long FUTEX = numberOf(202, 98);
    private static final long MADVISE = numberOf(28, 233);

    /** From {@link System#nanoTime} to the clock of the kernel's deadlines. */
    private static final long CLOCK_OFFSET_NANOS;

    static {
        Native.register(LinuxCalls.class, "c");
        ByteBuffer time = newTime();
        if (clock_gettime(CLOCK_MONOTONIC, address(time)) != 0) {
            throw new UnsupportedOperationException("no monotonic clock");
        }
        CLOCK_OFFSET_NANOS = time.getLong(0) * NANOS + time.getLong(Long.BYTES) - System.nanoTime();
        ByteBuffer word = ByteBuffer.allocateDirect(Integer.BYTES);
        if (wake(address(word), 1) != 0) { // a sandbox may refuse it, and older kernels don't have it
            throw new UnsupportedOperationException("no futex");
        }
    }

    private LinuxCalls() {}

    private static native long syscall(
            long number, long address, long operation, long value, long timeout, long second, long bits);

    private static native int clock_gettime(int clock, long time);

    private static long numberOf(int onX86, int onArm) {
        String architecture = System.getProperty("os.arch");
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new UnsupportedOperationException("these calls are Linux's");
        }
        return switch (architecture) {
            case "amd64", "x86_64" -> onX86;
            case "aarch64" -> onArm;
            default ->
                throw new UnsupportedOperationException("the numbers of system calls are not known on " + architecture);
        };
    }

    static ByteBuffer newTime() {
        return ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    }

    static long address(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    /** Removes pages from the file that is mapped there. */
    static void removePages(long address, long bytes) {
        syscall(MADVISE, address, bytes, MADV_REMOVE, 0, 0, 0);
    }

    /** Wakes up to {@code count} threads that sleep on the word. */
    static long wake(long address, int count) {
        return syscall(FUTEX, address, FUTEX_WAKE, count, 0, 0, 0);
    }

    /** Wakes all threads that sleep on the word with one of these bits. */
    static void wakeBits(long address, int bits) {
        syscall(FUTEX, address, FUTEX_WAKE_BITSET, Integer.MAX_VALUE, 0, 0, Integer.toUnsignedLong(bits));
    }

    /**
     * Sleeps until woken, or {@code deadline} of {@link System#nanoTime} has come, if the word has the value; may return for
     * no reason.
     */
    static void sleep(long address, int value, ByteBuffer time, long timeAddress, long deadline, int bits) {
        long at = deadline + CLOCK_OFFSET_NANOS;
        time.putLong(0, at / NANOS).putLong(Long.BYTES, at % NANOS);
        syscall(
                FUTEX,
                address,
                FUTEX_WAIT_BITSET,
                Integer.toUnsignedLong(value),
                timeAddress,
                0,
                Integer.toUnsignedLong(bits));
    }
}
