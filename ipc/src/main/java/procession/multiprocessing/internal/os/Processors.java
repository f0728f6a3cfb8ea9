// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/** What the system tells of its processors. */
public final class Processors {
    private static final Path LINUX = Path.of("/sys/devices/system/cpu");

    private Processors() {}

    /**
     * Returns the number of cores.
     *
     * @return the number, empty where the system does not tell
     */
    public static OptionalInt physical() {
        Set<String> cores = new HashSet<>();
        try (DirectoryStream<Path> processors = Files.newDirectoryStream(LINUX, "cpu[0-9]*")) {
            for (Path processor : processors) {
                Path topology = processor.resolve("topology");
                if (Files.notExists(topology)) {
                    continue; // a processor that is switched off
                }
                cores.add(Files.readString(topology.resolve("physical_package_id"))
                                .strip() + ":"
                        + Files.readString(topology.resolve("core_id")).strip());
            }
        } catch (IOException | DirectoryIteratorException notToldHere) {
            return OptionalInt.empty();
        }
        return cores.isEmpty() ? OptionalInt.empty() : OptionalInt.of(cores.size());
    }
}
