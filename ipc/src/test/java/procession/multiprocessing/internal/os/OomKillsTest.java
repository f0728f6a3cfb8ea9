// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose counter is asked, in trees of files like those that kernels and containers show. */
class OomKillsTest {
    private static final String UNIFIED = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

    @TempDir
    Path root;

    @BeforeEach
    void machine() throws IOException {
        write("proc/vmstat", "nr_free_pages 77\noom_kill 900\nthp_fault_alloc 1\n");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private OomKills kills(String mountinfo, String cgroup) throws IOException {
        write("proc/self/mountinfo", "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + mountinfo);
        write("proc/self/cgroup", cgroup);
        return new OomKills(root);
    }

    private static String events(int kills) {
        return "low 0\nhigh 0\nmax 12\noom 4\noom_kill " + kills + "\noom_group_kill 0\n";
    }

    @Test
    void unified_asksTheGroupItself() throws IOException {
        write("sys/fs/cgroup/user.slice/memory.events", events(50));
        write("sys/fs/cgroup/user.slice/run.scope/memory.events", events(3));
        assertEquals(3, kills(UNIFIED, "0::/user.slice/run.scope\n").count());
    }

    @Test
    void unified_withoutMemoryController_asksTheNearestAbove() throws IOException {
        write("sys/fs/cgroup/a/memory.events", events(5));
        write("sys/fs/cgroup/a/b/c/cgroup.procs", "");
        assertEquals(5, kills(UNIFIED, "0::/a/b/c\n").count());
    }

    @Test
    void unified_inAContainerWithANamespace_asksItsRoot() throws IOException {
        write("sys/fs/cgroup/memory.events", events(7));
        assertEquals(7, kills(UNIFIED, "0::/\n").count());
    }

    @Test
    void unified_outsideOfWhatIsShown_asksTheTop() throws IOException {
        write("sys/fs/cgroup/memory.events", events(8));
        assertEquals(8, kills(UNIFIED, "0::/../../elsewhere\n").count());
    }

    @Test
    void version1_asksTheMemoryController() throws IOException {
        String mounts = """
                31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
                33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """;
        write("sys/fs/cgroup/memory/jobs/7/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 60\n");
        assertEquals(
                2,
                kills(mounts, "5:cpu,cpuacct:/jobs/7\n4:memory:/jobs/7\n0::/\n").count());
    }

    @Test
    void version1_inAContainer_cutsOffWhatIsNotShown() throws IOException {
        String mounts = "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        write("sys/fs/cgroup/memory/inner/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
        write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 40\n");
        assertEquals(4, kills(mounts, "4:memory:/docker/abc/inner\n").count());
        assertEquals(40, kills(mounts, "4:memory:/docker/abc\n").count());
    }

    @Test
    void version1_ofAnOldKernel_hasNoCounter() throws IOException {
        String mounts = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
        assertEquals(900, kills(mounts, "4:memory:/\n").count(), "that of the machine");
    }

    @Test
    void noGroups_asksTheMachine() throws IOException {
        assertEquals(900, kills("", "0::/\n").count());
        assertEquals(900, kills("not a mount\n\n- - -\n", "nonsense\n\n::\n").count());
        Files.delete(root.resolve("proc/self/cgroup"));
        assertEquals(900, new OomKills(root).count());
    }

    @Test
    void nothing_isKnownNowhere() throws IOException {
        Files.delete(root.resolve("proc/vmstat"));
        OomKills kills = new OomKills(root);
        assertEquals(-1, kills.count());
        assertFalse(kills.claim(kills.count()));
        assertFalse(kills.claim(0));
    }

    @Test
    void thisMachine_isReadWithoutFailing() {
        assertTrue(OomKills.ofThisProcess().count() >= -1);
    }

    @Test
    void eachKill_explainsOneDeath() throws IOException {
        String events = "sys/fs/cgroup/memory.events";
        write(events, events(1));
        OomKills kills = kills(UNIFIED, "0::/\n");
        long before = kills.count();
        assertFalse(kills.claim(before), "somebody else sent the signal");
        write(events, events(3));
        assertTrue(kills.claim(before));
        assertTrue(kills.claim(before));
        assertFalse(kills.claim(before), "two kills, and three deaths");
        write(events, events(4));
        assertFalse(kills.claim(kills.count()), "it was alive after that one");
        assertTrue(kills.claim(before));
    }
}
