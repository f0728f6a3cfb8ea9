// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the kernel killed a process because there was no memory left, which looks like any other SIGKILL.
 */
public final class OomKills {
    /*
     * Overview. The kernel counts the processes that its OOM killer has killed, for each control group. A child is in the
     * group of its parent unless somebody moves it. So who dies of SIGKILL, while the counter of this process's own group
     * grew by one that no other death has claimed, died of that. The kernel counts before it sends the signal.
     *
     *   /proc/self/cgroup      which group, as a path below the root of its hierarchy
     *   /proc/self/mountinfo   where that hierarchy, or the part of it that a container sees, is mounted
     *   memory.events          the counter in a unified hierarchy (version 2)
     *   memory.oom_control     the counter in a hierarchy of the memory controller (version 1)
     *   /proc/vmstat           the counter of the machine, where there is no group to ask
     */
    private static final String KEY = "oom_kill ";
    private static final int COUNTER_BYTES = 32 * 1024;
    private static final OomKills OF_THIS_PROCESS = new OomKills(Path.of("/"));

    private final @Nullable Path counter;

    /** How many of those that were counted are explained; what is not is left to the deaths to come. */
    @GuardedBy("this")
    private long claimed;

    /**
     * Looks for the counter of this process in a tree of files.
     *
     * @param root where the tree begins, as the system shows it
     */
    public OomKills(Path root) {
        this.counter = find(root);
    }

    /**
     * Returns the counter of the group that this process is in.
     *
     * @return the counter
     */
    public static OomKills ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    private static @Nullable Path find(Path root) {
        try {
            List<String> mounts = Files.readAllLines(root.resolve("proc/self/mountinfo"));
            for (String group : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
                String[] parts = group.split(":", 3); // number : controllers : path
                if (parts.length < 3) {
                    continue;
                }
                boolean unified = parts[1].isEmpty();
                if (unified || List.of(parts[1].split(",", -1)).contains("memory")) {
                    Path file = counter(root, mounts, unified, parts[2]);
                    if (file != null) {
                        return file;
                    }
                }
            }
        } catch (IOException | RuntimeException notAsOnLinux) {
            // then there is one counter left
        }
        Path ofTheMachine = root.resolve("proc/vmstat");
        return read(ofTheMachine) >= 0 ? ofTheMachine : null;
    }

    private static @Nullable Path counter(Path root, List<String> mounts, boolean unified, String group) {
        for (String mount : mounts) {
            String[] halves = mount.split(" - ", 2);
            String[] where = halves[0].split(" ", -1);
            String[] what = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
            boolean wanted = what.length >= 3
                    && where.length >= 5
                    && (unified
                            ? what[0].equals("cgroup2")
                            : what[0].equals("cgroup")
                                    && List.of(what[2].split(",", -1)).contains("memory"));
            if (wanted) {
                Path top = root.resolve(where[4].substring(1).replace("\\040", " "));
                String shown = where[3].equals("/") ? "" : where[3]; // the part of the hierarchy that is mounted
                boolean below = group.startsWith(shown + "/") && !group.contains("/..");
                Path own = below ? top.resolve(group.substring(shown.length() + 1)) : top;
                String name = unified ? "memory.events" : "memory.oom_control";
                for (Path at = own; at != null && at.startsWith(top); at = at.getParent()) {
                    if (read(at.resolve(name)) >= 0) {
                        return at.resolve(name); // the nearest one that is shown, if not the group's own
                    }
                }
            }
        }
        return null;
    }

    private static long read(Path file) {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            String text = new String(in.readNBytes(COUNTER_BYTES), StandardCharsets.ISO_8859_1);
            int at = text.startsWith(KEY) ? 0 : text.indexOf("\n" + KEY) + 1;
            if (at == 0 && !text.startsWith(KEY)) {
                return -1;
            }
            int end = text.indexOf('\n', at);
            return Long.parseLong(text.substring(at + KEY.length(), end < 0 ? text.length() : end)
                    .strip());
        } catch (IOException | NumberFormatException notShown) {
            return -1;
        }
    }

    /**
     * Returns how many processes of this group were killed so far.
     *
     * @return the number, or -1 where the system does not tell
     */
    public long count() {
        Path file = counter;
        return file == null ? -1 : read(file);
    }

    /**
     * Returns whether one of the kills that were counted explains the death of a process by SIGKILL; each explains one.
     *
     * @param before what {@link #count} returned when the process was alive
     * @return whether it does
     */
    public synchronized boolean claim(long before) {
        long now = count();
        long from = Math.max(before, claimed);
        if (before < 0 || now <= from) {
            return false;
        }
        claimed = from + 1;
        return true;
    }
}
