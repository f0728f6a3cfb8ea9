// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * Which kernel a private directory was made under, and in which of its file systems, as a part of the directory's name.
 * Who finds the same in another name sees the same locks and sockets as who made that: another kernel may share the files
 * and none of those, and so may another mount of the same remote files.
 */
final class Origin {
    /** What is in the name of one that can't be told; nobody takes it for one's own. */
    static final String UNKNOWN = "00000000";

    private Origin() {}

    /** Returns what is in the names of those that are made in a directory now; it is always as long. */
    static String of(Path parent) {
        try {
            CRC32 sum = new CRC32();
            String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.ISO_8859_1);
            Object device = Files.getAttribute(parent, "unix:dev");
            sum.update((boot.strip() + ' ' + device).getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().toHexDigits((int) sum.getValue());
        } catch (IOException | RuntimeException notToldHere) {
            return UNKNOWN;
        }
    }
}
