// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the system tells of the memory that a process has; the kernel answers from what it has at hand, and nothing waits.
 *
 * @param residentBytes how much of it is in memory now
 * @param peakBytes how much at most has been so far
 */
public record ProcessMemory(long residentBytes, long peakBytes) {
    private static final int STATUS_BYTES = 8 * 1024;
    private static final long BYTES_A_KILOBYTE = 1024;

    /**
     * Asks for the memory of a process.
     *
     * @param pid its id
     * @return the answer, or {@code null} if it has ended, or where the system does not tell (it does on Linux)
     */
    public static @Nullable ProcessMemory of(long pid) {
        byte[] status = new byte[STATUS_BYTES];
        int length;
        try (FileInputStream file = new FileInputStream("/proc/" + pid + "/status")) {
            length = file.readNBytes(status, 0, status.length);
        } catch (IOException goneOrNotShown) {
            return null;
        }
        String text = new String(status, 0, length, StandardCharsets.ISO_8859_1);
        long resident = bytes(text, "\nVmRSS:");
        long peak = bytes(text, "\nVmHWM:");
        return resident < 0 || peak < 0 ? null : new ProcessMemory(resident, Math.max(peak, resident));
    }

    private static long bytes(String status, String key) {
        int at = status.indexOf(key);
        if (at < 0) {
            return -1; // of a process that has ended, and which nobody has waited for yet
        }
        long kilobytes = 0;
        for (int i = at + key.length(); i < status.length() && status.charAt(i) != '\n'; i++) {
            int digit = Character.digit(status.charAt(i), 10);
            if (digit >= 0) {
                kilobytes = kilobytes * 10 + digit;
            }
        }
        return kilobytes * BYTES_A_KILOBYTE;
    }

    /**
     * Says a number of bytes in words.
     *
     * @param bytes the number
     * @return for example {@code "412 MiB"} or {@code "5.9 GiB"}
     */
    public static String inWords(long bytes) {
        long mebibytes = bytes >> 20;
        if (mebibytes >= 10 * 1024) {
            return (mebibytes + 512) / 1024 + " GiB";
        } else if (mebibytes >= 1024) {
            return mebibytes / 1024 + "." + mebibytes % 1024 * 10 / 1024 + " GiB";
        }
        return mebibytes > 0 ? mebibytes + " MiB" : bytes / BYTES_A_KILOBYTE + " KiB";
    }
}
