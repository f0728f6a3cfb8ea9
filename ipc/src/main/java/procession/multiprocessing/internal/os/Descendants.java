// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a process has started, in a form that it can leave to another one, which sees to them when it is gone. Then nobody
 * could list them any more, because they have another parent.
 *
 * <p>A number that meanwhile belongs to another process is told from the old one by when that was started.
 */
public final class Descendants {
    private static final int ENTRY_BYTES = 2 * Long.BYTES;

    /** Who has started more needs other means; a frame of this size is written at once. */
    private static final int MOST = 1_000;

    /** Of the fields behind the name in {@code /proc/…/stat}, the one that says when the process was started. */
    private static final int START_FIELD = 20;

    private static final long UNKNOWN = -1;

    /** Those of a process that has none, or has not said. */
    public static final Descendants NONE = new Descendants(List.of());

    private final List<ProcessHandle> processes;

    private Descendants(List<ProcessHandle> processes) {
        this.processes = processes;
    }

    /**
     * Lists what this process has started, and what that has, as far as the platform lets us see them. That takes
     * milliseconds if there are any.
     *
     * @param millis the longest time to wait for the list
     * @return the list, to be read by {@link #decode}; empty if there are none, or they can't be listed so quickly
     */
    public static byte[] encodeOwn(long millis) {
        byte[][] result = {new byte[0]};
        if (ProcessTree.mayHaveChildren()) {
            ProcessTree.runInTime(
                    () -> {
                        byte[] listed =
                                encode(ProcessHandle.current().descendants().toList());
                        synchronized (result) {
                            result[0] = listed;
                        }
                    },
                    millis);
        }
        synchronized (result) {
            return result[0];
        }
    }

    private static byte[] encode(List<ProcessHandle> handles) {
        ByteBuffer list = ByteBuffer.allocate(Math.min(handles.size(), MOST) * ENTRY_BYTES);
        for (ProcessHandle handle : handles) {
            long start = startOf(handle);
            if (list.hasRemaining() && handle.isAlive()) { // still, so it was its start
                list.putLong(handle.pid()).putLong(start);
            }
        }
        return Arrays.copyOf(list.array(), list.position());
    }

    /**
     * Finds the processes of a list that are still there; quickly, for they are not many.
     *
     * @param list what {@link #encodeOwn} has returned in another process
     * @return those processes
     */
    public static Descendants decode(byte[] list) {
        List<ProcessHandle> found = new ArrayList<>();
        ByteBuffer entries = ByteBuffer.wrap(list);
        while (entries.remaining() >= ENTRY_BYTES) {
            Optional<ProcessHandle> process = ProcessHandle.of(entries.getLong());
            long start = entries.getLong();
            if (process.isPresent()
                    && start != UNKNOWN
                    && startOf(process.get()) == start
                    && process.get().isAlive()) { // still, so it was its start
                found.add(process.get());
            }
        }
        return new Descendants(found);
    }

    /** Kills those that have not ended. */
    public void kill() {
        for (ProcessHandle process : processes) {
            boolean unused = process.destroyForcibly(); // which looks at the start once more
        }
    }

    @Override
    public String toString() {
        return processes.toString();
    }

    /** In ticks since the system was started, where it says that, because its clock may be set meanwhile. */
    private static long startOf(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"), StandardCharsets.ISO_8859_1);
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD - 1]);
        } catch (IOException | RuntimeException notLinux) {
            return process.info().startInstant().map(Instant::toEpochMilli).orElse(UNKNOWN);
        }
    }
}
